/**
 * The splits of one intersection as a linear problem: what each phase must at least get, and what each lane group can
 * discharge as a linear function of the splits.
 *
 *   vehicles per cycle = s (Σ xₚ − ℓ) + e        over the phases p that serve the lane group
 *
 * s: discharge rate; xₚ: split; ℓ: yellow, red clearance and start-up loss less end gain, once per run of adjacent
 * phases; e: vehicles that leave outside these phases (permitted after protected green, sneakers, turns on red).
 */
import type { SlackPolicy } from "./route-request.ts";

export interface SplitProblem {
  readonly intersectionId: string;
  readonly sequenceId: string;
  /** Published splits are whole multiples of it, s. */
  readonly resolutionS: number;
  readonly phases: readonly SplitPhase[];
  /** cells[barrierGroup][ring] = positions in `phases`, in order. */
  readonly cells: readonly (readonly (readonly number[])[])[];
  /** Lane groups with flow that a signal controls. */
  readonly streams: readonly SplitStream[];
}

export interface SplitPhase {
  readonly phase: number;
  readonly minSplitS: number;
  /** Infinite where the network states no maximum green. */
  readonly maxSplitS: number;
  readonly isCoordinated: boolean;
}

export interface SplitStream {
  readonly movementIds: readonly string[];
  readonly flowVps: number;
  /** s, veh/s. */
  readonly rateVps: number;
  /** e, vehicles per cycle. */
  readonly extraVeh: number;
  /** ℓ, s. */
  readonly lostS: number;
  /** Positions in `phases`, none twice. */
  readonly phases: readonly number[];
}

export type SplitAnswer = SplitsSolved | SplitsInfeasible;

export interface SplitsSolved {
  readonly kind: "solved";
  /** By position in the problem's phases; each ring's sum is the cycle, s. */
  readonly splitsS: readonly number[];
  /** Every stream can carry this many times its flow, and one of them no more; infinite without flow. */
  readonly reserve: number;
}

export interface SplitsInfeasible {
  readonly kind: "infeasible";
  readonly reason: string;
}

/** What is asked: one cycle length, the degree of saturation that no stream should exceed, and where slack goes. */
export interface SplitQuestion {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly targetDegreeOfSaturation: number;
  readonly slack: SlackPolicy;
}

/** Why no splits fit the cycle, whatever the flows; `undefined` when some do. */
export function describeMisfit(problem: SplitProblem, cycleS: number): string | undefined {
  const groups = problem.cells.map((rings) => {
    const ranges = rings.map((cell) => ({
      name: cell.map((it) => problem.phases[it]?.phase).join("+"),
      leastS: cell.reduce((sum, it) => sum + (problem.phases[it]?.minSplitS ?? 0), 0),
      mostS: cell.reduce((sum, it) => sum + (problem.phases[it]?.maxSplitS ?? 0), 0),
    }));
    return {
      longest: ranges.reduce((best, it) => (it.leastS > best.leastS ? it : best)),
      tightest: ranges.reduce((best, it) => (it.mostS < best.mostS ? it : best)),
    };
  });
  const at = `intersection ${problem.intersectionId}:`;
  const clash = groups.find(({ longest, tightest }) => longest.leastS > tightest.mostS + ROUNDING_S);
  if (clash !== undefined) {
    const { longest, tightest } = clash;
    return `${at} minimums of phases ${longest.name} need ${inTenths(longest.leastS)} s, maximum greens of ${tightest.name} beside them end after ${inTenths(tightest.mostS)} s`;
  }
  const leastS = groups.reduce((sum, it) => sum + it.longest.leastS, 0);
  if (leastS > cycleS + ROUNDING_S) {
    return `${at} minimums of phases ${groups.map((it) => it.longest.name).join(" | ")} need ${inTenths(leastS)} s, cycle is ${cycleS} s`;
  }
  const mostS = groups.reduce((sum, it) => sum + it.tightest.mostS, 0);
  if (mostS < cycleS - ROUNDING_S) {
    return `${at} maximum greens of phases ${groups.map((it) => it.tightest.name).join(" | ")} end after ${inTenths(mostS)} s, cycle is ${cycleS} s`;
  }
  return undefined;
}

const ROUNDING_S = 1e-9;

const inTenths = (timeS: number): number => Math.round(timeS * 10) / 10;
