/**
 * What a change of plan will do, before it is made (rule 24): the same sequencer runs ahead, without lamps to show.
 */
import { known } from "../errors.ts";
import {
  advance,
  isInStep,
  nextEventDs,
  type PlanRequest,
  requestPlan,
  type Sequencer,
} from "./sequencer.ts";

/** The look ahead is this many cycles of the new plan long, whatever happens. */
const HORIZON_CYCLES = 20;

export type PredictedTransition =
  | {
      readonly kind: "reached";
      /** Cycles of the new plan that end before it is in step; 0: it is in step at once. */
      readonly cycles: number;
      /** From the end of the old plan's last cycle to the start of the first cycle in step, s. */
      readonly durationS: number;
      /** Largest change of a cycle against the new plan's ÷ the plan's cycle, 0…1. */
      readonly largestChangeRatio: number;
      /** Shared time. */
      readonly activeAtDs: number;
      readonly inStepAtDs: number;
    }
  | { readonly kind: "notReached"; readonly cycles: number }
  | { readonly kind: "fault"; readonly atDs: number };

/** By construction no fixed time is cut: the sequencer has no way to (see sequencer.ts and its tests). */
export function predictTransition(sequencer: Sequencer, request: PlanRequest): PredictedTransition {
  let state = requestPlan(sequencer, request);
  const wanted = state.pending?.ringPlan;
  while (state.current?.ringPlan !== wanted && state.fault === undefined) {
    state = advance(state, nextEventDs(state)).sequencer;
  }
  const activeDs = state.current?.startDs ?? state.nowDs;
  let largestChangeDs = 0;
  for (let cycles = 0; cycles <= HORIZON_CYCLES; cycles++) {
    if (state.fault !== undefined) return { kind: "fault", atDs: state.fault.atDs + state.clockShiftDs };
    const { startDs, endDs, ringPlan } = known(state.current, "running cycle");
    if (isInStep(state)) {
      return {
        kind: "reached",
        cycles,
        durationS: (startDs - activeDs) / 10,
        largestChangeRatio: largestChangeDs / ringPlan.cycleDs,
        activeAtDs: activeDs + state.clockShiftDs,
        inStepAtDs: startDs + state.clockShiftDs,
      };
    }
    largestChangeDs = Math.max(largestChangeDs, Math.abs(endDs - startDs - ringPlan.cycleDs));
    state = advance(state, endDs).sequencer;
  }
  return { kind: "notReached", cycles: HORIZON_CYCLES };
}
