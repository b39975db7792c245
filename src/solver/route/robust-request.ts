/** One plan for several demands: what is asked and what is answered, as plain data. */
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { FlowOfMovement } from "../../traffic/evaluate-plan.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import type { RouteInfeasible, RouteRequest } from "./route-request.ts";

/** A demand that the plan must live with: a day, a quarter of an hour. */
export interface Scenario {
  readonly name: string;
  /** Its share among the scenarios; any positive scale. */
  readonly weight: number;
  readonly flows: readonly FlowOfMovement[];
}

/**
 * What is to become least: the mean over the scenarios, the worst of them, or the mean of the worst `share` of them
 * (conditional value at risk: Rockafellar and Uryasev, Journal of Risk 2 (3), 2000).
 */
export type Risk =
  | { readonly kind: "expected" }
  | { readonly kind: "worst" }
  | { readonly kind: "tail"; readonly share: number };

export interface RobustRequest extends Omit<RouteRequest, "flows" | "aim"> {
  readonly scenarios: readonly Scenario[];
  readonly risk: Risk;
}

/** One plan over all scenarios; performance index, veh·h/h with 10 s for a stop. */
export interface RiskFigures {
  readonly expected: number;
  readonly worst: number;
  /** Mean of the worst tenth, or of the share that was asked for. */
  readonly tail: number;
}

export interface ScenarioOutcome {
  readonly name: string;
  readonly measures: PlanMeasures;
  readonly runningMeasures: PlanMeasures;
  /** Index of this plan, and of the best plan found for this scenario alone. */
  readonly index: number;
  readonly ownBestIndex: number;
  /** index − ownBestIndex: what it costs here not to have known. Not negative. */
  readonly regret: number;
}

export interface RobustSolved {
  readonly kind: "solved";
  readonly timingPlans: readonly TimingPlan[];
  readonly cycleS: number;
  readonly bandwidthS: PerDirection<number>;
  readonly risk: RiskFigures;
  /** The same for what runs today. */
  readonly runningRisk: RiskFigures;
  readonly scenarios: readonly ScenarioOutcome[];
  /** What was compared: the plan of each scenario, of their mean and of their largest flows, before and after settling. */
  readonly candidates: readonly {
    readonly name: string;
    readonly cycleS: number;
    readonly risk: RiskFigures;
    readonly isChosen: boolean;
  }[];
}

export type RobustAnswer = RobustSolved | RouteInfeasible;
