/**
 * A first plan for a signal that has none, to start a search from: equal saturation at a middling cycle, or at the least
 * longer one in which everything fits, offset 0.
 */
import type { NetworkIndex } from "../../network/find.ts";
import { getIntersection } from "../../network/find.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildSplitProblem } from "./build-split-problem.ts";
import { roundSplits } from "./round-splits.ts";
import { sweepSplits } from "./sweep-splits.ts";

const MIDDLING_CYCLE_S = 90;
const CYCLE_STEP_S = 5;

/** `flows`: veh/h by movement. `undefined` when no cycle of the controller has room for the phases' minimums. */
export function buildFirstPlan(of: {
  readonly index: NetworkIndex;
  readonly intersectionId: string;
  readonly flows: ReadonlyMap<string, number>;
}): TimingPlan | undefined {
  const intersection = getIntersection(of.index, of.intersectionId);
  const { cycleMinS, cycleMaxS } = intersection.controller;
  const sequenceId = intersection.sequences[0]?.id ?? "";
  const firstS = Math.min(cycleMaxS, Math.max(cycleMinS, MIDDLING_CYCLE_S));
  for (let cycleS = firstS; cycleS <= cycleMaxS; cycleS += CYCLE_STEP_S) {
    const problem = buildSplitProblem({ ...of, intersection, sequenceId, referenceCycleS: cycleS });
    const answer = sweepSplits({ problem, cycleS, targetDegreeOfSaturation: 0.9, slack: "equal" });
    if (answer.kind === "infeasible") continue;
    return {
      intersectionId: intersection.id,
      cycleS,
      sequenceId,
      splits: roundSplits({ problem, cycleS, splitsS: answer.splitsS }),
      offsetS: 0,
      offsetReference: intersection.offsetReference,
    };
  }
  return undefined;
}
