/** What is asked of the route solver and what it answers: plain data, so that it passes to a worker and back. */

import type { NetworkIndex } from "../../network/find.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { FlowOfMovement } from "../../traffic/evaluate-plan.ts";
import type { Spillback } from "../../traffic/forward/evaluate-with-spillback.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { BandObjective, PerDirection } from "../bands/band-problem.ts";
import type { SlackPolicy } from "../splits/split-problem.ts";

export interface RouteRequest {
  readonly index: NetworkIndex;
  readonly routeId: string;
  readonly flows: readonly FlowOfMovement[];
  /** What the controllers run today: kept where nothing is varied, and the plan that the answer is never worse than. */
  readonly running: readonly TimingPlan[];
  /** The intersections that get a plan, on one common cycle; absent: all of the route. The others run on as today. */
  readonly groupIds?: readonly string[];
  /** Cycle lengths to try, s; `keep`: the group's own of today. */
  readonly cycle: "keep" | { readonly minS: number; readonly maxS: number; readonly stepS: number };
  readonly splits: "keep" | { readonly targetDegreeOfSaturation: number; readonly slack: SlackPolicy };
  readonly sequences: "keep" | "choose";
  /**
   * The bands wanted. `equal` gives what is left beyond the common band to the busier direction; `atLeastRunning` keeps
   * each direction's band of today and widens by flow. A direction may be left without a band only by `sum`, zero floors
   * and `outboundOnly`, and by `atLeastRunning` where it has none today.
   */
  readonly band: BandObjective | { readonly kind: "atLeastRunning" };
  /** What chooses among cycle lengths, and among offsets that give the same bands: least delay, or widest bands first. */
  readonly aim: "delay" | "band";
  /** Most evaluations of the delay model; a stopped answer is the best so far, and replays with the same limit. */
  readonly workLimit?: number;
}

/** One cycle length that was tried. */
export interface CycleTrial {
  readonly cycleS: number;
  readonly outcome: "tried" | "infeasible";
  /** For `infeasible`: which minimums do not fit, where. */
  readonly reason?: string;
  readonly bandwidthS?: PerDirection<number>;
  /** Mean number of delayed vehicles (veh·h/h), before offsets are settled within the bands. */
  readonly delayVehHPerH?: number;
  readonly stopsVph?: number;
}

export interface RouteExplanation {
  readonly cycles: readonly CycleTrial[];
  /** The movement with the largest degree of saturation: it decides how short the cycle can be. */
  readonly critical: {
    readonly intersectionId: string;
    readonly movementId: string;
    readonly degreeOfSaturation: number;
  };
  /** What keeps the bands from growing, in sentences. */
  readonly bandLimits: readonly string[];
  readonly notes: readonly string[];
}

/** What was weighed where queues do not fit their links, by queues forward in time over 15 minutes. */
export interface SpillbackReport {
  readonly considered: readonly {
    readonly name: string;
    readonly delayVehHPerH: number;
    /** Part of it that waits at green for room ahead. */
    readonly blockedVehHPerH: number;
    readonly servedVph: number;
    readonly isChosen: boolean;
  }[];
  /** Links that have no room for some, under the chosen plan, the most costly first. */
  readonly links: readonly Spillback[];
}

export interface RouteSolved {
  readonly kind: "solved";
  /** All of `running`, those of the group replaced. */
  readonly timingPlans: readonly TimingPlan[];
  readonly cycleS: number;
  readonly bandwidthS: PerDirection<number>;
  /** No offsets whatever give the objective more than this at this cycle and these splits, s. */
  readonly bandBoundS: number;
  readonly measures: PlanMeasures;
  readonly runningMeasures: PlanMeasures;
  readonly explanation: RouteExplanation;
  /** Present where some queue does not fit its link. */
  readonly spillback?: SpillbackReport;
  readonly work: { readonly evaluations: number; readonly isStopped: boolean };
}

export interface RouteInfeasible {
  readonly kind: "infeasible";
  readonly reasons: readonly string[];
}

export type RouteAnswer = RouteSolved | RouteInfeasible;
