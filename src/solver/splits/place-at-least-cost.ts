/**
 * Least cost on the controller's resolution: second by second to where it saves most, for any cost of the streams that
 * falls with green, such as delay (stream-delay.ts) or vehicles left unserved (store-and-forward.ts).
 *
 * Where the cost is convex in green, taking the best second first is optimal (O. Gross 1956; B. Fox, Discrete
 * optimization via marginal analysis, Management Science 13, 1966), inside a ring as between barrier groups, whose gain
 * is that of the best phases of their rings together. Outside of this: streams that several phases serve, the bend of
 * d1 where demand equals capacity, and a resolution finer than a second. Work: a cost per stream and second of slack.
 */
import { assert } from "../../errors.ts";
import {
  lengthOf,
  mostOfGroup,
  type SplitProblem,
  type SplitStream,
  splitOf,
  sumOf,
} from "./split-problem.ts";

/** Shares of a second closer than this are rounding. */
const ROUNDING_S = 1e-9;
/** A split this close to a step of the resolution stands on it. */
const ROUNDING_STEPS = 1e-6;
/** Slack is given in pieces of this length. */
const PIECE_S = 1;
/** Saved by a piece for a coordinated phase where nothing is saved anywhere, in units of cost. */
const COORDINATED_BONUS = 1e-11;

/** Cost of a stream whose phases last `splitS` together. */
export type StreamCost = (stream: SplitStream, splitS: number, cycleS: number) => number;

interface Placing {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly costOf: StreamCost;
  readonly splitsS: Float64Array;
  /** Cost of each stream as it is, and with one more piece. */
  readonly costNow: Float64Array;
  readonly costThen: Float64Array;
  /** What one more piece saves in each phase; −∞ at its maximum green. */
  readonly gains: Float64Array;
}

/** Splits that fill the cycle, none below its need but for rounding where all needs leave no room to round up. */
export function placeAtLeastCost(input: {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly needS: ArrayLike<number>;
  readonly costOf: StreamCost;
}): number[] {
  const { problem, cycleS } = input;
  const splitsS = startOnResolution(problem, cycleS, input.needS);
  const placing: Placing = {
    problem,
    cycleS,
    costOf: input.costOf,
    splitsS,
    costNow: new Float64Array(problem.streams.length),
    costThen: new Float64Array(problem.streams.length),
    gains: new Float64Array(problem.phases.length),
  };
  startPlacing(placing);
  let slackS = cycleS;
  for (const rings of problem.cells) {
    const lengthS = lengthOf(rings, splitsS);
    slackS -= lengthS;
    for (const cell of rings) fillCell(placing, cell, lengthS - sumOf(cell, splitsS));
  }
  while (slackS > ROUNDING_S) slackS -= lengthenBestGroup(placing, slackS);
  return Array.from(splitsS);
}

/** Needs on the resolution: up where that fits the cycle, otherwise down. */
function startOnResolution(problem: SplitProblem, cycleS: number, needS: ArrayLike<number>): Float64Array {
  const upS = roundUp(problem, needS);
  if (fitsCycle(problem, cycleS, upS)) return upS;
  return toResolution(Math.floor, problem, needS);
}

/** Splits rounded up to the controller's resolution. */
export const roundUp = (problem: SplitProblem, splitsS: ArrayLike<number>): Float64Array =>
  toResolution(Math.ceil, problem, splitsS);

function toResolution(
  toWhole: (steps: number) => number,
  { resolutionS }: SplitProblem,
  splitsS: ArrayLike<number>,
): Float64Array {
  const roundedS = new Float64Array(splitsS.length);
  for (let it = 0; it < roundedS.length; it++) {
    const steps = (splitsS[it] ?? 0) / resolutionS;
    const nearest = Math.round(steps);
    const isOnStep = Math.abs(steps - nearest) < ROUNDING_STEPS;
    roundedS[it] = (isOnStep ? nearest : toWhole(steps)) * resolutionS;
  }
  return roundedS;
}

/** Do these least splits leave every phase and barrier group within its maximum, and all within the cycle? */
export function fitsCycle(problem: SplitProblem, cycleS: number, leastS: ArrayLike<number>): boolean {
  const { phases, cells } = problem;
  for (let it = 0; it < phases.length; it++) {
    if ((leastS[it] ?? 0) > (phases[it]?.maxSplitS ?? 0) + ROUNDING_S) return false;
  }
  let restS = cycleS;
  for (const rings of cells) {
    const lengthS = lengthOf(rings, leastS);
    if (lengthS > mostOfGroup(problem, rings) + ROUNDING_S) return false;
    restS -= lengthS;
  }
  return restS > -ROUNDING_S;
}

function startPlacing(placing: Placing): void {
  const { cycleS, splitsS, costOf, costNow, costThen, gains } = placing;
  const { phases, streams } = placing.problem;
  for (let position = 0; position < streams.length; position++) {
    const stream = streams[position];
    if (stream === undefined) continue;
    const splitS = splitOf(stream, splitsS);
    const now = costOf(stream, splitS, cycleS);
    const then = costOf(stream, splitS + PIECE_S, cycleS);
    costNow[position] = now;
    costThen[position] = then;
    for (const it of stream.phases) gains[it] = (gains[it] ?? 0) + now - then;
  }
  for (let it = 0; it < phases.length; it++) {
    if (phases[it]?.isCoordinated) gains[it] = (gains[it] ?? 0) + COORDINATED_BONUS;
    if ((splitsS[it] ?? 0) > (phases[it]?.maxSplitS ?? 0) - ROUNDING_S) gains[it] = Number.NEGATIVE_INFINITY;
  }
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
  const { problem, cycleS, costOf, splitsS, costNow, costThen, gains } = placing;
  for (let position = 0; position < problem.streams.length; position++) {
    const stream = problem.streams[position];
    if (stream === undefined || !stream.phases.includes(changed)) continue;
    const splitS = splitOf(stream, splitsS);
    const before = (costNow[position] ?? 0) - (costThen[position] ?? 0);
    const now = byS === PIECE_S ? (costThen[position] ?? 0) : costOf(stream, splitS, cycleS);
    const then = costOf(stream, splitS + PIECE_S, cycleS);
    costNow[position] = now;
    costThen[position] = then;
    for (let place = 0; place < stream.phases.length; place++) {
      const it = stream.phases[place] ?? 0;
      gains[it] = (gains[it] ?? 0) + now - then - before;
    }
  }
}
