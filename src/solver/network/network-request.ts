/** What is asked of the network solver and what it answers: plain data, so that it passes to a worker and back. */
import type { NetworkIndex } from "../../network/find.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { FlowOfMovement } from "../../traffic/evaluate-plan.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import type { RouteRequest } from "../route/route-request.ts";

export interface NetworkRequest {
  readonly index: NetworkIndex;
  readonly flows: readonly FlowOfMovement[];
  /** How long the flows last, h; absent: a quarter of an hour. */
  readonly periodH?: number;
  /** What the controllers run today: kept where nothing is varied, and what the answer is never worse than. */
  readonly running: readonly TimingPlan[];
  /** The intersections that get a plan; absent: all that run one today. The others run on as they do. */
  readonly intersectionIds?: readonly string[];
  /** Cycle lengths to try, s; an intersection may get half of its area's. `keep`: everybody's own of today. */
  readonly cycle: RouteRequest["cycle"];
  readonly splits: RouteRequest["splits"];
  readonly sequences: RouteRequest["sequences"];
  /** Bands that the answer must have. */
  readonly floors: readonly BandFloor[];
  readonly seed: number;
  /** Rounds of perturbation and repair after the first descent; each goes over the whole network. */
  readonly starts: number;
  /** Most lane groups to be served by the delay model; a stopped answer is the best so far, and replays with this limit. */
  readonly workLimit?: number;
}

/** The least bandwidth of a protected route, s; a direction that it does not have counts as kept. */
export interface BandFloor {
  readonly routeId: string;
  readonly floorsS: PerDirection<number>;
}

/** One cycle length that was tried for an area. */
export interface AreaCycleTrial {
  readonly cycleS: number;
  readonly outcome: "tried" | "infeasible";
  /** For `infeasible`: which minimums do not fit, where. */
  readonly reason?: string;
  /** Delay plus the worth of stops, every signal for itself, veh·h/h. */
  readonly aloneIndex?: number;
  /** The same with offsets roughly placed, where it was worth looking closer. */
  readonly index?: number;
}

/** Intersections that are coordinated with each other. */
export interface SubArea {
  readonly intersectionIds: readonly string[];
  /** The area's cycle, s; it is the same in areas that a route joins. */
  readonly cycleS: number;
  readonly halfCycleIds: readonly string[];
  /** What half cycles save against the whole cycle at the same places, as each was chosen, veh·h/h of the index. */
  readonly halfCycleGain: number;
  /** Index with even arrivals over the area's boundary less the index with the platoons that cross it, veh·h/h. */
  readonly boundaryCost: number;
  /** The movement with the largest degree of saturation: it decides how short the cycle can be. */
  readonly critical: {
    readonly intersectionId: string;
    readonly movementId: string;
    readonly degreeOfSaturation: number;
  };
  /** Of all areas that share its cycle together. */
  readonly cycles: readonly AreaCycleTrial[];
}

export interface NetworkSolved {
  readonly kind: "solved";
  /** All of `running`, those asked for replaced. */
  readonly timingPlans: readonly TimingPlan[];
  readonly subAreas: readonly SubArea[];
  /** What was to become least, veh·h/h: delay, the worth of stops and the price of queues that do not fit; and today's. */
  readonly index: number;
  readonly runningIndex: number;
  /** Bands of all routes among them. */
  readonly measures: PlanMeasures;
  readonly runningMeasures: PlanMeasures;
  readonly notes: readonly string[];
  readonly work: { readonly groupsServed: number; readonly isStopped: boolean };
}

export interface NetworkInfeasible {
  readonly kind: "infeasible";
  readonly reasons: readonly string[];
}

export type NetworkAnswer = NetworkSolved | NetworkInfeasible;
