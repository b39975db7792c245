/**
 * Second by second to where it saves most delay (HCM d1 + d2, convex in green, so that taking the best second first is
 * optimal but for the last second and for streams that several phases serve).
 */
import { assert } from "../../errors.ts";
import { incrementalDelayS, uniformDelayS } from "../../traffic/hcm-delay.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { mostOf, type SplitProblem, type SplitStream, servedVeh } from "./split-problem.ts";

/** Shares of a second closer than this are rounding. */
const ROUNDING_S = 1e-9;
/** Saved by a second for a coordinated phase where nothing is saved anywhere, veh·s. */
const COORDINATED_BONUS_VEH_S = 1e-9;

interface Placing {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly splitsS: number[];
  /** Length of each barrier group, s. */
  readonly lengthsS: number[];
  /** The streams that each phase serves. */
  readonly streamsOf: readonly (readonly SplitStream[])[];
  /** Delay that one more second of each phase saves, veh·s; none beyond its maximum green. */
  readonly gains: Float64Array;
}

/** Lengthens `splitsS`, which fit the cycle, until every ring fills it. */
export function placeByDelay(problem: SplitProblem, cycleS: number, splitsS: number[]): void {
  const placing: Placing = {
    problem,
    cycleS,
    splitsS,
    lengthsS: problem.cells.map((rings) => Math.max(...rings.map((cell) => sumOf(cell, splitsS)))),
    streamsOf: problem.phases.map((_, position) =>
      problem.streams.filter((it) => it.phases.includes(position)),
    ),
    gains: new Float64Array(problem.phases.length),
  };
  for (let position = 0; position < splitsS.length; position++) updateGain(placing, position);
  let slackS = cycleS;
  for (const [group, rings] of problem.cells.entries()) {
    slackS -= placing.lengthsS[group] ?? 0;
    for (const cell of rings) fillCell(placing, cell, placing.lengthsS[group] ?? 0);
  }
  while (slackS > ROUNDING_S) slackS -= lengthenBestGroup(placing, slackS);
}

/** A second, or what is left, to the barrier group whose rings together save most by it. */
function lengthenBestGroup(placing: Placing, slackS: number): number {
  const { problem, lengthsS, gains } = placing;
  let best = 0;
  let mostGain = Number.NEGATIVE_INFINITY;
  for (let group = 0; group < problem.cells.length; group++) {
    let gain = 0;
    for (const cell of problem.cells[group] ?? []) gain += gains[bestOf(placing, cell)] ?? 0;
    if (gain > mostGain) {
      mostGain = gain;
      best = group;
    }
  }
  const rings = problem.cells[best] ?? [];
  let lengthS = (lengthsS[best] ?? 0) + Math.min(1, slackS);
  for (const cell of rings) lengthS = Math.min(lengthS, mostOf(problem, cell));
  const byS = lengthS - (lengthsS[best] ?? 0);
  assert(byS > 0, `no barrier group may get ${slackS} s more`);
  lengthsS[best] = lengthS;
  for (const cell of rings) fillCell(placing, cell, lengthS);
  return byS;
}

/** Seconds to the best phase of one ring and barrier group until it lasts `lengthS`. */
function fillCell(placing: Placing, cell: readonly number[], lengthS: number): void {
  const { problem, splitsS, streamsOf } = placing;
  for (let missingS = lengthS - sumOf(cell, splitsS); missingS > ROUNDING_S; ) {
    const best = bestOf(placing, cell);
    const roomS = (problem.phases[best]?.maxSplitS ?? 0) - (splitsS[best] ?? 0);
    const byS = Math.min(1, missingS, roomS);
    assert(byS > 0, `no phase of ${cell.join("+")} may get ${missingS} s more`);
    splitsS[best] = (splitsS[best] ?? 0) + byS;
    missingS -= byS;
    updateGain(placing, best);
    for (const { phases } of streamsOf[best] ?? []) {
      for (const it of phases) if (it !== best) updateGain(placing, it);
    }
  }
}

function bestOf({ gains }: Placing, cell: readonly number[]): number {
  let best = cell[0] ?? 0;
  for (const it of cell) if ((gains[it] ?? 0) > (gains[best] ?? 0)) best = it;
  return best;
}

function updateGain({ problem, cycleS, splitsS, streamsOf, gains }: Placing, position: number): void {
  const phase = problem.phases[position];
  if (phase === undefined || (splitsS[position] ?? 0) >= phase.maxSplitS - ROUNDING_S) {
    gains[position] = Number.NEGATIVE_INFINITY;
    return;
  }
  let gain = phase.isCoordinated ? COORDINATED_BONUS_VEH_S : 0;
  for (const stream of streamsOf[position] ?? []) {
    let splitS = 0;
    for (const it of stream.phases) splitS += splitsS[it] ?? 0;
    gain += stream.flowVps * cycleS * (delayS(stream, splitS, cycleS) - delayS(stream, splitS + 1, cycleS));
  }
  gains[position] = gain;
}

function sumOf(cell: readonly number[], splitsS: readonly number[]): number {
  let sumS = 0;
  for (const it of cell) sumS += splitsS[it] ?? 0;
  return sumS;
}

function delayS(stream: SplitStream, splitS: number, cycleS: number): number {
  const effectiveGreenS = Math.min(cycleS, Math.max(0, splitS - stream.lostS));
  const carriedVeh = Math.max(1e-3, servedVeh(stream, splitS, cycleS));
  const degreeOfSaturation = (stream.flowVps * cycleS) / carriedVeh;
  const capacityVph = (carriedVeh * SECONDS_PER_HOUR) / cycleS;
  return (
    uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation }) +
    incrementalDelayS({ degreeOfSaturation, capacityVph })
  );
}
