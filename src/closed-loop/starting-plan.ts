/** A plan for a signal that has none: all phases alike, offset 0, in the shortest usual cycle that holds them. */
import { AppError } from "../errors.ts";
import type { Intersection } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { fillCycle } from "./fill-cycle.ts";

/** Most controllers begin with 90 s; longer ones where the phases need more. */
const CYCLE_S = 90;
const CYCLE_STEP_S = 10;

/** Stops with `invalidInput` where no cycle of the controller holds the least lengths of the phases. */
export function buildStartingPlan(intersection: Intersection): TimingPlan {
  const { id, phases, sequences, controller, offsetReference } = intersection;
  const sequenceId = sequences[0]?.id ?? "";
  const weights = new Map(phases.map((it) => [it.number, 1]));
  for (let cycleS = CYCLE_S; cycleS <= controller.cycleMaxS; cycleS += CYCLE_STEP_S) {
    const splits = fillCycle(intersection, { sequenceId, cycleS, weights });
    if (splits !== undefined) {
      return { intersectionId: id, cycleS, sequenceId, splits, offsetS: 0, offsetReference };
    }
  }
  throw new AppError("invalidInput", `the phases of signal ${id} fit no cycle of its controller`);
}
