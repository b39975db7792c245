/**
 * The cycles between two plans, without lamps: for pricing a change of many intersections, fifty times faster than
 * running the sequencer (predict-transition.ts), which decides its cycles by the same rules and agrees.
 * An actuated plan is taken at its splits.
 */
import type { Intersection } from "../network/network.schema.ts";
import { buildConflictTable } from "./conflict-table.ts";
import { chooseGreens, type Transition } from "./cycle-adjustment.ts";
import { buildCycleRun, type CycleRun } from "./cycle-run.ts";
import type { TimingPlan } from "./plan.schema.ts";
import { NO_RIGHT_OF_WAY_YET } from "./right-of-way.ts";
import { buildRingPlan, type RingPlan } from "./ring-plan.ts";
import { positionInCycleDs, type TimeBase } from "./time-zero.ts";

export interface TransitionCycle {
  readonly lengthDs: number;
  /** By how much it begins later on the common cycle than the new plan says, in (0, cycle). */
  readonly lateDs: number;
}

/** From `from` in step to `to` in step; none: it is in step at once. At most `cyclesMax` of them, then `undefined`. */
export function listTransitionCycles(
  intersection: Intersection,
  of: {
    readonly from: TimingPlan;
    readonly to: TimingPlan;
    readonly timeBase: TimeBase;
    /** Shared time. */
    readonly activateAtDs: number;
    readonly transition: Transition;
    readonly cyclesMax: number;
  },
): TransitionCycle[] | undefined {
  const { timeBase, transition, cyclesMax } = of;
  const conflicts = buildConflictTable(intersection);
  const from = buildRingPlan(intersection, { plan: of.from, timeBase });
  const ringPlan = buildRingPlan(intersection, { plan: of.to, timeBase });
  const lateDsOf = (plan: RingPlan, startDs: number): number =>
    (positionInCycleDs(timeBase, { atDs: startDs, cycleDs: plan.cycleDs }) -
      plan.localZeroDs +
      plan.cycleDs) %
    plan.cycleDs;
  const run = (plan: RingPlan, startDs: number, endsBefore: CycleRun["ends"]): CycleRun => {
    const lateDs = lateDsOf(plan, startDs + plan.cycleDs);
    const { coordinatedPhases } = intersection;
    const greensDs = chooseGreens({ ringPlan: plan, lateDs, transition, coordinatedPhases });
    return buildCycleRun({ ringPlan: plan, startDs, greensDs, conflicts, endsBefore });
  };
  // The last cycle of the old plan ends at its first end at or after the activation.
  const sinceDs = lateDsOf(from, of.activateAtDs);
  const lastStartDs = of.activateAtDs - (sinceDs === 0 ? from.cycleDs : sinceDs);
  let current = run(from, lastStartDs, NO_RIGHT_OF_WAY_YET);
  const cycles: TransitionCycle[] = [];
  for (;;) {
    const startDs = current.endDs;
    const lateDs = lateDsOf(ringPlan, startDs);
    if (lateDs === 0) return cycles;
    if (cycles.length === cyclesMax) return undefined;
    current = run(ringPlan, startDs, current.ends);
    cycles.push({ lengthDs: current.endDs - startDs, lateDs });
  }
}
