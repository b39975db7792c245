/**
 * What one step of the resolution is worth at another place: exchanges of green that keep every ring full and all rings
 * at their barriers, each evaluated exactly. Inside a ring and barrier group one phase gives to another; between barrier
 * groups every ring gives in one and takes in the other, where the split model loses least and gains most by itself.
 */
import { reserveOf } from "./split-needs.ts";
import { type SplitProblem, splitOf } from "./split-problem.ts";
import { streamDelayVehHPerH } from "./stream-delay.ts";

/** Green that goes from some phases to others. */
export interface SplitExchange {
  readonly changes: readonly { readonly phase: number; readonly byS: number }[];
  /** Negative: it saves (veh·h/h). */
  readonly delayVehHPerH: number;
  /** Change of the factor by which all flows can grow. */
  readonly reserve: number;
  /** All splits after it, by position. */
  readonly splitsS: readonly number[];
}

export interface ExchangeInput {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly splitsS: readonly number[];
  /** Delay of all splits, by position (veh·h/h). */
  readonly delayOf: (splitsS: readonly number[]) => number;
}

/**
 * The exchange of least delay that gives the phase at `position` a step (`sign` 1) or takes one from it (−1), within the
 * minimums and maximums of all other phases; `undefined` when nobody may give or take.
 */
export function findBestExchange(
  input: ExchangeInput,
  position: number,
  sign: 1 | -1,
): SplitExchange | undefined {
  const { problem, cycleS, splitsS, delayOf } = input;
  const delayBefore = delayOf(splitsS);
  const reserveBefore = reserveOf(problem, splitsS, cycleS);
  let best: SplitExchange | undefined;
  for (const changes of listExchanges(input, position, sign)) {
    const after = [...splitsS];
    for (const it of changes) after[it.position] = (after[it.position] ?? 0) + it.byS;
    const delayVehHPerH = delayOf(after) - delayBefore;
    if (best !== undefined && best.delayVehHPerH <= delayVehHPerH) continue;
    best = {
      changes: changes.map((it) => ({ phase: problem.phases[it.position]?.phase ?? 0, byS: it.byS })),
      delayVehHPerH,
      reserve: reserveOf(problem, after, cycleS) - reserveBefore,
      splitsS: after,
    };
  }
  return best;
}

interface Change {
  readonly position: number;
  readonly byS: number;
}

function listExchanges(input: ExchangeInput, position: number, sign: 1 | -1): Change[][] {
  const { resolutionS, cells } = input.problem;
  const [there, back] = [sign * resolutionS, -sign * resolutionS];
  const found: Change[][] = [];
  const own = cells.findIndex((rings) => rings.some((cell) => cell.includes(position)));
  const ownRings = cells[own] ?? [];
  for (const other of ownRings.find((cell) => cell.includes(position)) ?? []) {
    if (other === position || !mayChange(input, other, back)) continue;
    found.push([
      { position, byS: there },
      { position: other, byS: back },
    ]);
  }
  for (const [group, rings] of cells.entries()) {
    if (group === own) continue;
    const takers = ownRings.map((cell) =>
      cell.includes(position) ? position : pickFrom(input, cell, there),
    );
    const givers = rings.map((cell) => pickFrom(input, cell, back));
    const changes = [
      ...takers.map((it) => ({ position: it, byS: there })),
      ...givers.map((it) => ({ position: it, byS: back })),
    ];
    if (changes.every((it): it is Change => it.position !== undefined)) found.push(changes);
  }
  return found;
}

function mayChange({ problem, splitsS }: ExchangeInput, position: number, byS: number): boolean {
  const phase = problem.phases[position];
  const afterS = (splitsS[position] ?? 0) + byS;
  return phase !== undefined && afterS > phase.minSplitS - 1e-9 && afterS < phase.maxSplitS + 1e-9;
}

/** The phase of a cell that may change by `byS` and loses least or gains most by it. */
function pickFrom(input: ExchangeInput, cell: readonly number[], byS: number): number | undefined {
  const { problem, cycleS, splitsS } = input;
  let best: number | undefined;
  let leastVehHPerH = Number.POSITIVE_INFINITY;
  for (const position of cell) {
    if (!mayChange(input, position, byS)) continue;
    let changeVehHPerH = 0;
    for (const stream of problem.streams) {
      if (!stream.phases.includes(position)) continue;
      const splitS = splitOf(stream, splitsS);
      changeVehHPerH +=
        streamDelayVehHPerH(stream, splitS + byS, cycleS) - streamDelayVehHPerH(stream, splitS, cycleS);
    }
    if (changeVehHPerH >= leastVehHPerH) continue;
    leastVehHPerH = changeVehHPerH;
    best = position;
  }
  return best;
}
