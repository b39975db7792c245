/**
 * A timing plan with actuation prepared for running: its phases in ring and barrier order with all that the controller
 * may decide about them. A phase that the actuation leaves out is on maximum recall, as in fixed time.
 * Tenths of a second ("Ds").
 */
import { known } from "../../errors.ts";
import type { Intersection } from "../../network/network.schema.ts";
import { toTenths } from "../cycle.ts";
import type { Actuation } from "../plan.schema.ts";
import type { RingPhase, RingPlan } from "../ring-plan.ts";

export interface ActuatedPhase {
  readonly number: number;
  readonly ring: number;
  readonly group: number;
  /** In its ring and group. */
  readonly position: number;
  /** As the plan has it: the split's green. */
  readonly ringPhase: RingPhase;
  /** Without crossings: minimum green and flashing green. */
  readonly minGreenDs: number;
  /** From the decision to end it until it is over: flashing green, yellow, red clearance. */
  readonly clearDs: number;
  readonly passageDs: number;
  readonly recall: Actuation["phases"][number]["recall"];
  readonly maxGreenDs: number;
  readonly isCoordinated: boolean;
  readonly crossings: readonly ActuatedCrossing[];
}

export interface ActuatedCrossing {
  readonly crossingId: string;
  readonly walkDs: number;
  readonly clearanceDs: number;
  readonly isOnRecall: boolean;
}

export interface ActuatedPlan {
  readonly ringPlan: RingPlan;
  readonly mode: Actuation["mode"];
  readonly forceOff: Actuation["forceOff"];
  /** groups[barrierGroup][ring] = phases in order. */
  readonly groups: readonly (readonly (readonly ActuatedPhase[])[])[];
  readonly phases: readonly ActuatedPhase[];
}

/** The plan must have passed the safety gate. */
export function buildActuatedPlan(intersection: Intersection, ringPlan: RingPlan): ActuatedPlan {
  const actuation = known(ringPlan.plan.actuation, `actuation of the plan of ${intersection.id}`);
  const groups = ringPlan.groups.map((rings, group) =>
    rings.map((phases, ring) =>
      phases.map((ringPhase, position) =>
        buildPhase({ intersection, actuation, ringPhase, group, ring, position }),
      ),
    ),
  );
  const { mode, forceOff } = actuation;
  return { ringPlan, mode, forceOff, groups, phases: groups.flat(2) };
}

function buildPhase(of: {
  intersection: Intersection;
  actuation: Actuation;
  ringPhase: RingPhase;
  group: number;
  ring: number;
  position: number;
}): ActuatedPhase {
  const { intersection, actuation, ringPhase, group, ring, position } = of;
  const { phase, flashingGreenDs, yellowDs, redClearanceDs, greenDs } = ringPhase;
  const own = actuation.phases.find((it) => it.phase === phase.number);
  const maxGreenS = own?.maxGreenS ?? phase.maxGreenS;
  const minGreenDs = Math.max(toTenths(phase.minGreenS), flashingGreenDs);
  return {
    number: phase.number,
    ring,
    group,
    position,
    ringPhase,
    minGreenDs,
    clearDs: flashingGreenDs + yellowDs + redClearanceDs,
    passageDs: toTenths(own?.passageS ?? 0),
    recall: own?.recall ?? "max",
    maxGreenDs: Math.max(minGreenDs, maxGreenS === undefined ? greenDs : toTenths(maxGreenS)),
    isCoordinated: actuation.mode === "coordinated" && intersection.coordinatedPhases.includes(phase.number),
    crossings: intersection.crossings
      .filter((it) => phase.crossings.includes(it.id))
      .map((it) => ({
        crossingId: it.id,
        walkDs: toTenths(it.walkS),
        clearanceDs: toTenths(it.clearanceS),
        isOnRecall: it.service === "recall",
      })),
  };
}
