/**
 * What the phases of an intersection need at a common reserve μ, i.e. so that every stream can carry μ times its flow:
 *
 *   nₚ(μ) = max(least split, max over the streams of p: ℓ + (μ v C − e) / s)
 *
 * A stream that several phases serve asks its first one for what the others leave over. Σ nₚ along the rings is convex,
 * piecewise linear and increasing in μ.
 */
import type { SplitProblem, SplitStream } from "./split-problem.ts";

/** Newton's steps end by themselves after at most one per bend of the needs; this is a guard against rounding. */
const MAX_STEPS = 60;
const ROUNDING_S = 1e-9;

/** Needs of every phase at one reserve, and how fast they grow with it. */
export interface Needs {
  readonly needS: Float64Array;
  /** d needS / dμ. */
  readonly slopeS: Float64Array;
}

/**
 * Writes the needs at `reserve` into `needs`. `givenS`: splits that phases other than a stream's first are counted
 * with; at the least their minimums.
 */
export function updateNeeds(
  needs: Needs,
  input: {
    readonly problem: SplitProblem;
    readonly cycleS: number;
    readonly reserve: number;
    readonly givenS: ArrayLike<number>;
  },
): void {
  const { problem, cycleS, reserve, givenS } = input;
  const { needS, slopeS } = needs;
  slopeS.fill(0);
  for (const [position, phase] of problem.phases.entries()) needS[position] = phase.minSplitS;
  for (const stream of problem.streams) {
    const [first = 0, ...others] = stream.phases;
    const wantedS = wantedSplitS(stream, reserve, cycleS);
    const restS = others.reduce((rest, it) => rest - (givenS[it] ?? 0), wantedS);
    if (restS <= (needS[first] ?? 0)) continue;
    needS[first] = restS;
    slopeS[first] = (stream.flowVps * cycleS) / stream.rateVps;
  }
}

/** The phases of a stream together, so that it can carry `reserve` times its flow, s. */
export const wantedSplitS = (stream: SplitStream, reserve: number, cycleS: number): number =>
  stream.lostS + (reserve * stream.flowVps * cycleS - stream.extraVeh) / stream.rateVps;

/** The largest common factor by which all flows could grow under these splits; infinite without flow. */
export function reserveOf(problem: SplitProblem, splitsS: ArrayLike<number>, cycleS: number): number {
  let reserve = Number.POSITIVE_INFINITY;
  for (const stream of problem.streams) {
    let greenS = -stream.lostS;
    for (const phase of stream.phases) greenS += splitsS[phase] ?? 0;
    const servedVeh = stream.rateVps * Math.max(0, greenS) + stream.extraVeh;
    reserve = Math.min(reserve, servedVeh / (stream.flowVps * cycleS));
  }
  return reserve;
}

/** No reserve is larger: one stream has the whole cycle, or its phases have their maximum greens. */
export function largestReserveBound(problem: SplitProblem, cycleS: number): number {
  let bound = Number.POSITIVE_INFINITY;
  for (const stream of problem.streams) {
    let mostS = 0;
    for (const it of stream.phases) mostS += problem.phases[it]?.maxSplitS ?? 0;
    const greenS = Math.min(cycleS, mostS) - stream.lostS;
    const servedVeh = Math.max(0, greenS) * stream.rateVps + stream.extraVeh;
    bound = Math.min(bound, servedVeh / (stream.flowVps * cycleS));
  }
  return bound;
}

/**
 * Newton's method from above: the largest reserve up to `limit` whose needs fit into `lengthS`, with those needs left
 * in `needs`. The least splits must fit.
 */
export function findLargestReserve(
  needs: Needs,
  input: {
    readonly problem: SplitProblem;
    readonly cycleS: number;
    readonly lengthS: number;
    readonly limit: number;
    readonly givenS: ArrayLike<number>;
  },
): number {
  let reserve = Number.isFinite(input.limit) ? input.limit : 0;
  for (let count = 0; count < MAX_STEPS; count++) {
    updateNeeds(needs, { ...input, reserve });
    const step = stepDown(input.problem, needs, input.lengthS);
    if (step <= 0) break;
    reserve -= step;
  }
  return reserve;
}

/**
 * By how much the reserve is too large, to first order: for the cycle along the longer ring of each barrier group, and
 * for each phase and each group against the maximum greens beside it.
 */
function stepDown(problem: SplitProblem, { needS, slopeS }: Needs, lengthS: number): number {
  let excessS = -lengthS;
  let totalSlopeS = 0;
  let step = 0;
  for (const rings of problem.cells) {
    let longestS = 0;
    let steepestS = 0;
    let mostS = Number.POSITIVE_INFINITY;
    for (const cell of rings) {
      let sumS = 0;
      let sumSlopeS = 0;
      let sumMostS = 0;
      for (const it of cell) {
        const phaseMostS = problem.phases[it]?.maxSplitS ?? 0;
        sumS += needS[it] ?? 0;
        sumSlopeS += slopeS[it] ?? 0;
        sumMostS += phaseMostS;
        step = Math.max(step, reductionFor((needS[it] ?? 0) - phaseMostS, slopeS[it] ?? 0));
      }
      if (sumS > longestS) {
        longestS = sumS;
        steepestS = sumSlopeS;
      }
      mostS = Math.min(mostS, sumMostS);
    }
    step = Math.max(step, reductionFor(longestS - mostS, steepestS));
    excessS += longestS;
    totalSlopeS += steepestS;
  }
  return Math.max(step, reductionFor(excessS, totalSlopeS));
}

const reductionFor = (excessS: number, slopeS: number): number =>
  excessS > ROUNDING_S && slopeS > 0 ? excessS / slopeS : 0;
