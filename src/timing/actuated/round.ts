/**
 * One round of an actuated plan: once through all barrier groups. When coordinated it has a place on the common cycle,
 * and each phase a slot in it, from which its force-off and the coordinated phases' yield points follow. The slots are
 * those of a fixed-time cycle (`chooseGreens`), so a plan comes into step by the same transitions. When free it has none.
 */
import { chooseGreens, type Transition } from "../cycle-adjustment.ts";
import { groupLengthDs, lateDs, type RingPhase } from "../ring-plan.ts";
import type { ActuatedPhase, ActuatedPlan } from "./actuated-plan.ts";

export interface Slot {
  /** Where its yellow begins at the latest. */
  readonly yellowStartDs: number;
  readonly greenDs: number;
}

export interface Round {
  readonly plan: ActuatedPlan;
  readonly transition: Transition;
  /** Own time; absent when free. */
  readonly onCycle:
    | {
        readonly startDs: number;
        readonly endDs: number;
        readonly slots: ReadonlyMap<number, Slot>;
      }
    | undefined;
}

/** `startDs`: own time; `clockShiftDs` leads from there to the shared time of the common cycle. */
export function buildRound(of: {
  plan: ActuatedPlan;
  startDs: number;
  clockShiftDs: number;
  transition: Transition;
}): Round {
  const { plan, startDs, transition } = of;
  if (plan.mode === "free") return { plan, transition, onCycle: undefined };
  const { ringPlan } = plan;
  const greensDs = chooseGreens({
    ringPlan,
    lateDs: lateDs(ringPlan, startDs + ringPlan.cycleDs + of.clockShiftDs),
    transition,
    coordinatedPhases: plan.phases.filter((it) => it.isCoordinated).map((it) => it.number),
  });
  const slots = new Map<number, Slot>();
  let barrierDs = startDs;
  for (const rings of plan.groups) {
    const changed = rings.map((phases) => phases.map((it) => withGreen(it, greensDs)));
    for (const phases of changed) {
      let clockDs = barrierDs;
      for (const { phase, greenDs, yellowDs, redClearanceDs } of phases) {
        slots.set(phase.number, { yellowStartDs: clockDs + greenDs, greenDs });
        clockDs += greenDs + yellowDs + redClearanceDs;
      }
    }
    barrierDs += groupLengthDs(changed);
  }
  return { plan, transition, onCycle: { startDs, endDs: barrierDs, slots } };
}

const withGreen = ({ ringPhase }: ActuatedPhase, greensDs: ReadonlyMap<RingPhase, number>): RingPhase => ({
  ...ringPhase,
  greenDs: greensDs.get(ringPhase) ?? ringPhase.greenDs,
});

/** By how much the coordinated phases can begin late and still end in time. */
export function absorbableDs({ plan }: Round): number {
  const coordinated = plan.phases.filter((it) => it.isCoordinated);
  return Math.min(...coordinated.map((it) => it.ringPhase.greenDs - it.ringPhase.shortestGreenDs));
}
