/**
 * The widest bands with offsets and cycle on the controller's resolution: of given cycle lengths the one of the largest
 * value per cycle. What lies on the cycle scales with it, as in solve-band-cycle.ts. Cycles are tried in the order of what
 * continuous offsets reach at them, and no further once that is not above the best found.
 */
import { type BandPlan, type BandProblem, type NoBand, scaleToCycle } from "./band-problem.ts";
import { noBandOf, solveBandExact } from "./solve-band-exact.ts";
import { solveBandGrid } from "./solve-band-grid.ts";

export interface SweptBands {
  readonly kind: "solved";
  readonly cycleS: number;
  readonly plan: BandPlan;
  /** The objective, share of the cycle, and what no offsets reach at any of the cycles. */
  readonly value: number;
  readonly bound: number;
}

/** @param options.cyclesS whole numbers of steps of `resolutionS`. */
export function sweepBandGrid(
  problem: BandProblem,
  options: { readonly cyclesS: readonly number[]; readonly resolutionS: number },
): SweptBands | NoBand {
  const candidates = options.cyclesS
    .map((cycleS) => {
      const scaled = scaleToCycle(problem, cycleS);
      const answer = solveBandExact(scaled);
      return { cycleS, scaled, bound: answer.kind === "solved" ? answer.valueS / cycleS : 0 };
    })
    .sort((a, b) => b.bound - a.bound);
  const bound = candidates[0]?.bound ?? 0;
  let best: SweptBands | undefined;
  for (const { cycleS, scaled, bound: most } of candidates) {
    if (most <= (best?.value ?? 0)) break;
    const plan = solveBandGrid(scaled, options);
    if (plan.kind === "noBand") continue;
    const value = plan.valueS / cycleS;
    if (value > (best?.value ?? 0)) best = { kind: "solved", cycleS, plan, value, bound };
  }
  return best ?? noBandOf(problem);
}
