/**
 * The widest bands with continuous offsets at one cycle, exactly: no approximation, no iteration towards a tolerance.
 *
 * Neighbors are coupled only through one point each on a circle, and what both bands can have together is what the arcs of
 * all signals leave open along the way (band-arcs.ts). The widest such way is found by a search over labels
 * (widest-walk.ts), first with few labels per signal for a value to beat, then with all that may beat it.
 *
 * Judged by MAXBAND as a mixed-integer program. Cost at 34 signals of four sequences: some hundredths of a millisecond.
 */
import { type BandArcs, buildBandArcs } from "./band-arcs.ts";
import { SAME_S } from "./band-choices.ts";
import { type BandGoal, listGoals } from "./band-goal.ts";
import type { BandAnswer, BandPlan, BandProblem, NoBand } from "./band-problem.ts";
import { placeWalk } from "./place-walk.ts";
import { createWalkSearch, type Walk, type WalkSearch } from "./widest-walk.ts";

/** Labels per signal of the first, quick search. */
const FEW_LABELS = 4;

/** A plan that is the best there is, or that there is none. */
export function solveBandExact(problem: BandProblem): BandAnswer {
  const optima = findOptima(problem);
  return optima.length === 0 ? noBandOf(problem) : placeBest(problem, optima);
}

/** The best walk of one goal. */
export interface GoalOptimum {
  readonly goal: BandGoal;
  readonly arcs: BandArcs;
  readonly walk: Walk;
}

/** For each goal of the objective that has an answer its best walk, in the order of `listGoals`. */
export function findOptima(problem: BandProblem): GoalOptimum[] {
  return listGoals(problem.objective).flatMap((goal) => {
    const arcs = buildBandArcs(problem, goal);
    const walk = findWidestAt(createWalkSearch(arcs), 1 / problem.cycleS, SAME_S / problem.cycleS);
    return walk === undefined ? [] : [{ goal, arcs, walk }];
  });
}

/** Of equally good goals the last, which keeps both directions. */
export function placeBest(problem: BandProblem, optima: readonly GoalOptimum[]): BandPlan {
  const same = SAME_S / problem.cycleS;
  const best = optima.reduce((one, other) => (other.walk.bound > one.walk.bound - same ? other : one));
  return placeWalk(problem, best.arcs, best.walk);
}

/** @param frequency 1/cycle, 1/s. @param toBeat share of the cycle. */
function findWidestAt(search: WalkSearch, frequency: number, toBeat: number): Walk | undefined {
  const range = { least: frequency, most: frequency };
  const quick = search(range, { toBeat, mostLabels: FEW_LABELS });
  const incumbent = quick.kind === "walk" ? quick.walk : undefined;
  if (quick.isComplete) return incumbent;
  const full = search(range, { toBeat: incumbent?.bound ?? toBeat });
  return full.kind === "walk" ? full.walk : incumbent;
}

export const noBandOf = ({ objective }: BandProblem): NoBand => ({
  kind: "noBand",
  reason: objective.kind === "weighted" ? "floorsNotReached" : "noCommonBand",
});
