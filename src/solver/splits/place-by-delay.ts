/**
 * Least delay on the controller's resolution: second by second to where it saves most (HCM d1 + d2 of every stream).
 *
 * Delay is convex in green, so that taking the best second first is optimal (O. Gross 1956; B. Fox, Discrete
 * optimization via marginal analysis, Management Science 13, 1966), inside a ring as between barrier groups, whose gain
 * is that of the best phases of their rings together. Outside of this: streams that several phases serve, the bend of
 * d1 where demand equals capacity, and a resolution finer than a second. Cost: a delay per stream and second of slack.
 */
import { assert } from "../../errors.ts";
import { lengthOf, mostOfGroup, type SplitProblem, splitOf, sumOf } from "./split-problem.ts";
import { streamDelayVehHPerH } from "./stream-delay.ts";

/** Shares of a second closer than this are rounding. */
const ROUNDING_S = 1e-9;
/** Slack is given in pieces of this length. */
const PIECE_S = 1;
/** Saved by a piece for a coordinated phase where nothing is saved anywhere, veh·h/h. */
const COORDINATED_BONUS_VEH_H_PER_H = 1e-11;

interface Placing {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly splitsS: Float64Array;
  /** Delay of each stream as it is, and with one more piece, veh·h/h. */
  readonly nowVehHPerH: Float64Array;
  readonly thenVehHPerH: Float64Array;
  /** What one more piece saves in each phase, veh·h/h; −∞ at its maximum green. */
  readonly gains: Float64Array;
}

/** Splits that fill the cycle, none below its need but for rounding where all needs leave no room to round up. */
export function placeByDelay(problem: SplitProblem, cycleS: number, needS: ArrayLike<number>): number[] {
  const placing = startPlacing(problem, cycleS, startOnResolution(problem, cycleS, needS));
  const { splitsS } = placing;
  let slackS = cycleS;
  for (const rings of problem.cells) {
    const lengthS = lengthOf(rings, splitsS);
    slackS -= lengthS;
    for (const cell of rings) fillCell(placing, cell, lengthS - sumOf(cell, splitsS));
  }
  while (slackS > ROUNDING_S) slackS -= lengthenBestGroup(placing, slackS);
  return Array.from(splitsS);
}

/** Needs rounded up to the resolution where these fit the cycle, otherwise down. */
function startOnResolution(problem: SplitProblem, cycleS: number, needS: ArrayLike<number>): Float64Array {
  const { resolutionS, phases, cells } = problem;
  const startS = new Float64Array(phases.length);
  for (const toWhole of [Math.ceil, Math.floor]) {
    const sign = toWhole === Math.ceil ? -1 : 1;
    for (let it = 0; it < startS.length; it++) {
      startS[it] = toWhole((needS[it] ?? 0) / resolutionS + sign * 1e-6) * resolutionS;
    }
    let restS = cycleS + ROUNDING_S;
    for (const rings of cells) {
      const lengthS = lengthOf(rings, startS);
      restS -= lengthS > mostOfGroup(problem, rings) + ROUNDING_S ? Number.POSITIVE_INFINITY : lengthS;
    }
    if (restS >= 0) break;
  }
  return startS;
}

function startPlacing(problem: SplitProblem, cycleS: number, splitsS: Float64Array): Placing {
  const { phases, streams } = problem;
  const nowVehHPerH = new Float64Array(streams.length);
  const thenVehHPerH = new Float64Array(streams.length);
  const gains = new Float64Array(phases.length);
  for (const [position, stream] of streams.entries()) {
    const splitS = splitOf(stream, splitsS);
    const now = streamDelayVehHPerH(stream, splitS, cycleS);
    const then = streamDelayVehHPerH(stream, splitS + PIECE_S, cycleS);
    nowVehHPerH[position] = now;
    thenVehHPerH[position] = then;
    for (const it of stream.phases) gains[it] = (gains[it] ?? 0) + now - then;
  }
  for (const [it, { isCoordinated, maxSplitS }] of phases.entries()) {
    if (isCoordinated) gains[it] = (gains[it] ?? 0) + COORDINATED_BONUS_VEH_H_PER_H;
    if ((splitsS[it] ?? 0) > maxSplitS - ROUNDING_S) gains[it] = Number.NEGATIVE_INFINITY;
  }
  return { problem, cycleS, splitsS, nowVehHPerH, thenVehHPerH, gains };
}

/** A piece, or what is left, to the barrier group whose rings together save most by it; returns its length, s. */
function lengthenBestGroup(placing: Placing, slackS: number): number {
  const { cells } = placing.problem;
  let best = 0;
  let mostGain = Number.NEGATIVE_INFINITY;
  for (let group = 0; group < cells.length; group++) {
    let gain = 0;
    for (const cell of cells[group] ?? []) gain += placing.gains[bestOf(placing, cell)] ?? 0;
    if (gain > mostGain) {
      mostGain = gain;
      best = group;
    }
  }
  const rings = cells[best] ?? [];
  const roomS = mostOfGroup(placing.problem, rings) - sumOf(rings[0] ?? [], placing.splitsS);
  const byS = Math.min(PIECE_S, slackS, roomS);
  assert(byS > 0, `no barrier group may get ${slackS} s more`);
  for (const cell of rings) fillCell(placing, cell, byS);
  return byS;
}

/** Pieces of `missingS` together to the best phases of one ring and barrier group. */
function fillCell(placing: Placing, cell: readonly number[], missingS: number): void {
  const { problem, splitsS } = placing;
  for (let restS = missingS; restS > ROUNDING_S; ) {
    const best = bestOf(placing, cell);
    const roomS = (problem.phases[best]?.maxSplitS ?? 0) - (splitsS[best] ?? 0);
    const byS = Math.min(PIECE_S, restS, roomS);
    assert(byS > 0, `no phase of ${cell.join("+")} may get ${restS} s more`);
    splitsS[best] = (splitsS[best] ?? 0) + byS;
    restS -= byS;
    updateGains(placing, best, byS);
    if (roomS - byS < ROUNDING_S) placing.gains[best] = Number.NEGATIVE_INFINITY;
  }
}

function bestOf({ gains }: Placing, cell: readonly number[]): number {
  let best = cell[0] ?? 0;
  for (let place = 1; place < cell.length; place++) {
    const it = cell[place] ?? 0;
    if ((gains[it] ?? 0) > (gains[best] ?? 0)) best = it;
  }
  return best;
}

/** After a phase got `byS` more: the streams that it serves, and with them all phases that serve those. */
function updateGains(placing: Placing, changed: number, byS: number): void {
  const { problem, cycleS, splitsS, nowVehHPerH, thenVehHPerH, gains } = placing;
  for (let position = 0; position < problem.streams.length; position++) {
    const stream = problem.streams[position];
    if (stream === undefined || !stream.phases.includes(changed)) continue;
    const splitS = splitOf(stream, splitsS);
    const before = (nowVehHPerH[position] ?? 0) - (thenVehHPerH[position] ?? 0);
    const now = byS === PIECE_S ? (thenVehHPerH[position] ?? 0) : streamDelayVehHPerH(stream, splitS, cycleS);
    const then = streamDelayVehHPerH(stream, splitS + PIECE_S, cycleS);
    nowVehHPerH[position] = now;
    thenVehHPerH[position] = then;
    for (let place = 0; place < stream.phases.length; place++) {
      const it = stream.phases[place] ?? 0;
      gains[it] = (gains[it] ?? 0) + now - then - before;
    }
  }
}
