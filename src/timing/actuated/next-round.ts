/** The round that follows the running one, and whose plan it is. */
import type { ActuatedPlan } from "./actuated-plan.ts";
import { buildActuatedPlan } from "./actuated-plan.ts";
import type { ActuatedSignal } from "./actuated-state.ts";
import { buildRound, type Round } from "./round.ts";

/**
 * A plan that is due and has the same phases in the same sequence takes over with the next round, and greens may run on;
 * `startDs`: where that round begins when it has no place on the cycle yet.
 */
export function roundAfter(state: ActuatedSignal, startDs: number): Round & { readonly isNew: boolean } {
  const { round, pending, clockShiftDs } = state;
  const beginsDs = round.onCycle?.endDs ?? startDs;
  const plan = findSuccessor(state, beginsDs);
  const transition = plan === undefined ? round.transition : (pending?.transition ?? round.transition);
  return {
    ...buildRound({ plan: plan ?? round.plan, startDs: beginsDs, clockShiftDs, transition }),
    isNew: plan !== undefined,
  };
}

function findSuccessor(
  { pending, round, clockShiftDs, intersection }: ActuatedSignal,
  beginsDs: number,
): ActuatedPlan | undefined {
  if (pending === undefined || pending.activateAtDs > beginsDs + clockShiftDs) return undefined;
  return canRunOn(round.plan, pending.ringPlan)
    ? buildActuatedPlan(intersection, pending.ringPlan)
    : undefined;
}

/** Does a plan that waits need all rings to end first? */
export function mustLeave({ pending, round, nowDs, clockShiftDs }: ActuatedSignal): boolean {
  return (
    pending !== undefined &&
    pending.activateAtDs <= nowDs + clockShiftDs &&
    !canRunOn(round.plan, pending.ringPlan)
  );
}

function canRunOn({ ringPlan }: ActuatedPlan, next: ActuatedPlan["ringPlan"]): boolean {
  const phasesOf = ({ groups }: ActuatedPlan["ringPlan"]): string =>
    JSON.stringify(groups.map((rings) => rings.map((phases) => phases.map((it) => it.phase.number))));
  return next.plan.actuation !== undefined && phasesOf(ringPlan) === phasesOf(next);
}
