/**
 * What the phases of an intersection need at a common reserve μ, i.e. so that every stream can carry μ times its flow:
 *
 *   nₚ(μ) = max(least split, max over the streams of p: ℓ + (μ v C − e) / s)
 *
 * A stream that several phases serve asks its first one for what the others leave over. Σ nₚ along the rings is convex,
 * piecewise linear and increasing in μ.
 */
import { type SplitProblem, servedVeh, splitOf } from "./split-problem.ts";

/** Newton's steps end by themselves after at most one per bend of the needs; this is a guard against rounding. */
const MAX_STEPS = 60;
const ROUNDING_S = 1e-9;

export interface ReserveQuestion {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  /** What the needs must fit into. */
  readonly lengthS: number;
  readonly limit: number;
  /** Splits that a stream's phases after its first are counted with; at the least their minimums. */
  readonly givenS: ArrayLike<number>;
}

/** Needs of every phase at one reserve, and how fast they grow with it. */
export interface Needs {
  readonly needS: Float64Array;
  /** d needS / dμ. */
  readonly slopeS: Float64Array;
}

export const createNeeds = (phases: number): Needs => ({
  needS: new Float64Array(phases),
  slopeS: new Float64Array(phases),
});

/**
 * Newton's method from above: the largest reserve up to `limit` whose needs fit into `lengthS`, with those needs left
 * in `needs`. The least splits must fit.
 */
export function findLargestReserve(needs: Needs, input: ReserveQuestion): number {
  let reserve = Number.isFinite(input.limit) ? input.limit : 0;
  for (let count = 0; count < MAX_STEPS; count++) {
    updateNeeds(needs, input, reserve);
    const step = stepDown(input.problem, needs, input.lengthS);
    if (step <= 0) break;
    reserve -= step;
  }
  return reserve;
}

/** No reserve is larger: one stream has the whole cycle, or its phases have their maximum greens. */
export function largestReserveBound(problem: SplitProblem, cycleS: number): number {
  let bound = Number.POSITIVE_INFINITY;
  for (const stream of problem.streams) {
    let mostS = 0;
    for (const it of stream.phases) mostS += problem.phases[it]?.maxSplitS ?? 0;
    bound = Math.min(bound, servedVeh(stream, Math.min(cycleS, mostS), cycleS) / (stream.flowVps * cycleS));
  }
  return bound;
}

/** The largest common factor by which all flows could grow under these splits; infinite without flow. */
export function reserveOf(problem: SplitProblem, splitsS: ArrayLike<number>, cycleS: number): number {
  let reserve = Number.POSITIVE_INFINITY;
  for (const stream of problem.streams) {
    const carriedVeh = servedVeh(stream, splitOf(stream, splitsS), cycleS);
    reserve = Math.min(reserve, carriedVeh / (stream.flowVps * cycleS));
  }
  return reserve;
}

/** Writes the needs at `reserve` into `needs`, whether they fit or not. */
export function updateNeeds(
  needs: Needs,
  input: Pick<ReserveQuestion, "problem" | "cycleS" | "givenS">,
  reserve: number,
): void {
  const { problem, cycleS, givenS } = input;
  const { needS, slopeS } = needs;
  slopeS.fill(0);
  for (let position = 0; position < needS.length; position++) {
    needS[position] = problem.phases[position]?.minSplitS ?? 0;
  }
  for (const stream of problem.streams) {
    const first = stream.phases[0] ?? 0;
    const carriedVeh = (reserve * stream.flowVps - stream.extraVps) * cycleS - stream.extraVeh;
    let restS = stream.lostS + carriedVeh / stream.rateVps;
    for (let other = 1; other < stream.phases.length; other++) {
      restS -= givenS[stream.phases[other] ?? 0] ?? 0;
    }
    if (restS <= (needS[first] ?? 0)) continue;
    needS[first] = restS;
    slopeS[first] = (stream.flowVps * cycleS) / stream.rateVps;
  }
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
