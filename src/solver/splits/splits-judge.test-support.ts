/** Brute force over all splits on the resolution, with formulas of its own: what the solvers of this room are held to. */
import type { SplitProblem, SplitStream } from "./split-problem.ts";

/** All splits in whole steps of 1 s that fill the cycle, none below `leastS` or above its maximum. */
export function listAllSplits(problem: SplitProblem, cycleS: number, leastS: readonly number[]): number[][] {
  const inCell = (cell: readonly number[], lengthS: number): [number, number][][] => {
    const [first, ...rest] = cell;
    if (first === undefined) return lengthS === 0 ? [[]] : [];
    const found: [number, number][][] = [];
    const mostS = Math.min(lengthS, problem.phases[first]?.maxSplitS ?? 0);
    for (let splitS = leastS[first] ?? 0; splitS <= mostS; splitS++) {
      for (const tail of inCell(rest, lengthS - splitS)) found.push([[first, splitS], ...tail]);
    }
    return found;
  };
  const inGroups = (groups: SplitProblem["cells"], restS: number): [number, number][][] => {
    const [rings, ...others] = groups;
    if (rings === undefined) return restS === 0 ? [[]] : [];
    const found: [number, number][][] = [];
    for (let lengthS = 0; lengthS <= restS; lengthS++) {
      const own = rings.reduce<[number, number][][]>(
        (sets, cell) => sets.flatMap((set) => inCell(cell, lengthS).map((it) => [...set, ...it])),
        [[]],
      );
      if (own.length === 0) continue;
      for (const tail of inGroups(others, restS - lengthS))
        for (const it of own) found.push([...it, ...tail]);
    }
    return found;
  };
  return inGroups(problem.cells, cycleS).map((pairs) => {
    const splitsS = problem.phases.map(() => 0);
    for (const [position, splitS] of pairs) splitsS[position] = splitS;
    return splitsS;
  });
}

/** The shortest cycle that all minimums fit, s. */
export const leastCycleS = (problem: SplitProblem): number =>
  problem.cells.reduce(
    (sum, rings) =>
      sum +
      Math.max(...rings.map((cell) => cell.reduce((of, it) => of + (problem.phases[it]?.minSplitS ?? 0), 0))),
    0,
  );

const greenOf = (stream: SplitStream, splitsS: readonly number[]): number =>
  Math.max(0, stream.phases.reduce((sum, it) => sum + (splitsS[it] ?? 0), 0) - stream.lostS);

const perCycleVeh = (stream: SplitStream, greenS: number, cycleS: number): number =>
  stream.rateVps * greenS + stream.extraVeh + stream.extraVps * cycleS;

/** Delayed vehicles of all streams by HCM 2010, equations 18-20 and 18-45, T = 0.25 h, k = 0.5. */
export const judgeDelay = (problem: SplitProblem, splitsS: readonly number[], cycleS: number): number =>
  problem.streams.reduce((sum, stream) => {
    const greenS = Math.min(cycleS, greenOf(stream, splitsS));
    const u = greenS / cycleS;
    const served = Math.max(1e-3, perCycleVeh(stream, greenOf(stream, splitsS), cycleS));
    const x = (stream.flowVps * cycleS) / served;
    const d1 = u >= 1 ? 0 : (cycleS * (1 - u) * (1 - u)) / (2 * (1 - Math.min(x, 1) * u));
    const d2 = 225 * (x - 1 + Math.sqrt((x - 1) * (x - 1) + (16 * x * cycleS) / (served * 3600)));
    return sum + stream.flowVps * (d1 + d2);
  }, 0);

export interface JudgedQueues {
  /** Until the first queue is longer than its storage and than it was at the start, at most the period, s. */
  readonly fullAfterS: number;
  /** The longest queue at the end ÷ the larger of storage and queue at the start. */
  readonly fill: number;
  readonly servedVeh: number;
}

/** Store and forward of these streams from one end of the period to the other. */
export function judgeQueues(of: {
  readonly streams: readonly SplitStream[];
  readonly splitsS: readonly number[];
  readonly cycleS: number;
  readonly periodS: number;
}): JudgedQueues {
  let [fullAfterS, fill, served] = [of.periodS, 0, 0];
  for (const stream of of.streams) {
    const outVps = perCycleVeh(stream, greenOf(stream, of.splitsS), of.cycleS) / of.cycleS;
    const startVeh = stream.initialQueueVeh ?? 0;
    const endVeh = Math.max(0, startVeh + stream.flowVps * of.periodS - outVps * of.periodS);
    served += startVeh + stream.flowVps * of.periodS - endVeh;
    if (stream.storage === undefined) continue;
    const limitVeh = Math.max(stream.storage.storageVeh, startVeh);
    fill = Math.max(fill, endVeh / limitVeh);
    if (endVeh > limitVeh * (1 + 1e-6)) {
      const share = (limitVeh - startVeh) / (endVeh - startVeh);
      fullAfterS = Math.min(fullAfterS, share * of.periodS);
    }
  }
  return { fullAfterS, fill, servedVeh: served };
}
