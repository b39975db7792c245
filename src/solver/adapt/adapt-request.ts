/** What is asked of a tick of the loop and what it answers: plain data, so that it passes to a worker and back. */
import type { MovementFlow } from "../../demand/demand.schema.ts";
import type { NetworkIndex } from "../../network/find.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";

/** How far a plan may go from the running one without being a plan change, s (rule 22). */
export interface StepLimits {
  readonly splitS: number;
  readonly offsetS: number;
}

/** The intersections that a tick is about, and those with their neighbors, which run on: flows are needed of all. */
export interface Scope {
  readonly own: readonly string[];
  readonly all: readonly string[];
}

export interface AdaptRequest {
  readonly index: NetworkIndex;
  /** What is expected while the new plan stays. */
  readonly flows: readonly MovementFlow[];
  /** What runs now. */
  readonly running: readonly TimingPlan[];
  /** Intersections that are not to be touched. */
  readonly heldIds: readonly string[];
  readonly scope: Scope;
  readonly step: StepLimits;
  /** Present: a plan change is looked for instead of steps. */
  readonly planChange?: PlanChangeLimits;
  /** Where the flows of an intersection are less sure than this, nothing changes there, 0…1. */
  readonly leastConfidence: number;
  /** A change saves at least this part of the index of what it concerns, 0…1. */
  readonly leastGainRatio: number;
  /** How long a step is expected to stay before the next, s. */
  readonly stepStayS: number;
  /** When the new plan would begin to run, tenths of a second since the epoch. */
  readonly activateAtDs: number;
  readonly seed: number;
  /** Most lane groups to be served by the delay model in a search. */
  readonly workLimit: number;
}

export interface PlanChangeLimits {
  /** How long the plan is expected to stay, s. */
  readonly stayS: number;
  /** The cycle of a sub-area changes by this much at once, s (rule 22). */
  readonly cycleS: number;
  readonly cycleMinS: number;
  readonly cycleMaxS: number;
}

/** What a change is worth, all by one model; indexes in veh·h/h: delay, the worth of stops, queues that do not fit. */
export interface ChangeWorth {
  readonly runningIndex: number;
  readonly index: number;
  readonly stayS: number;
  /** (runningIndex − index) over the stay, veh·h. */
  readonly gainVehH: number;
  /** What the way to the new plan costs, veh·h. */
  readonly transitionVehH: number;
  /** Longest transition of an intersection, cycles. */
  readonly transitionCycles: number;
}

export interface CycleChange {
  readonly fromS: number;
  readonly toS: number;
  readonly intersections: number;
  readonly largestDegreeOfSaturation: number;
}

/** A change that was looked at. */
export interface Candidate {
  readonly change: "step" | "planChange";
  /** Of the intersections that change, those only. */
  readonly timingPlans: readonly TimingPlan[];
  readonly worth: ChangeWorth;
  readonly cycles: readonly CycleChange[];
}

export interface Adaptation {
  readonly kind: "change" | "notWorth" | "best" | "held" | "lowConfidence";
  /** For `change` the one to be made, for `notWorth` the one that does not pay. */
  readonly candidate?: Candidate;
  /** Of the scope, whose flows are not sure enough. */
  readonly unsureIds: readonly string[];
  /** The least of an intersection of the scope, 0…1. */
  readonly confidence: number;
  /** By intersection of the scope, under the running plans: mean control delay by the model, s per vehicle. */
  readonly predictedDelaysS: Readonly<Record<string, number>>;
}
