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
import { listGoals } from "./band-goal.ts";
import type { BandAnswer, BandProblem, NoBand } from "./band-problem.ts";
import { placeWalk } from "./place-walk.ts";
import { createWalkSearch, type Walk, type WalkSearch } from "./widest-walk.ts";

/** Labels per signal of the first, quick search. */
const FEW_LABELS = 4;

/** A plan that is the best there is, or that there is none. */
export function solveBandExact(problem: BandProblem): BandAnswer {
  const frequency = 1 / problem.cycleS;
  const same = SAME_S / problem.cycleS;
  let best: { readonly arcs: BandArcs; readonly walk: Walk } | undefined;
  for (const goal of listGoals(problem.objective)) {
    const arcs = buildBandArcs(problem, goal);
    const toBeat = best === undefined ? same : best.walk.bound - same;
    const walk = findWidestAt(createWalkSearch(arcs), frequency, toBeat);
    if (walk !== undefined) best = { arcs, walk };
  }
  return best === undefined ? noBandOf(problem) : placeWalk(problem, best.arcs, best.walk);
}

/** @param frequency 1/cycle, 1/s. @param toBeat share of the cycle. */
export function findWidestAt(search: WalkSearch, frequency: number, toBeat: number): Walk | undefined {
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
