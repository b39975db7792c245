/** The trade between the width of a route's bands and everybody's delay: what is asked and what is answered. */
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import type { RouteInfeasible, RouteRequest } from "./route-request.ts";

/** Bands are equal in both directions (outbound alone on a one-way route) and grow from point to point. */
export interface FrontRequest extends Omit<RouteRequest, "band" | "aim"> {
  /** How many plans; 2…50. */
  readonly points: number;
  /** No point has less band than this in a direction, s: a protected route's. */
  readonly floorS?: number;
}

/** A movement that pays for the band: its delay here against the plan of least delay, veh·h/h. */
export interface PayingMovement {
  readonly intersectionId: string;
  readonly movementId: string;
  readonly extraDelayVehHPerH: number;
}

/** One plan of the front: no other one of it has both a wider band (as part of its cycle) and a smaller index. */
export interface FrontPoint {
  readonly timingPlans: readonly TimingPlan[];
  readonly cycleS: number;
  /** As measured on the plan, s. */
  readonly bandwidthS: PerDirection<number>;
  /** The narrower band ÷ cycle, 0…1. */
  readonly bandRatio: number;
  /** Delay plus 10 s for each stop, veh·h/h. */
  readonly index: number;
  readonly measures: PlanMeasures;
  /** Against the ends of the front. */
  readonly givesUp: {
    /** Delay beyond the plan of least delay, veh·h/h; its part of that plan's delay. */
    readonly delayVehHPerH: number;
    readonly delayRatio: number;
    /** Narrower band that is missing to the widest, as part of the cycle. */
    readonly bandRatio: number;
    /** Who pays most, at most three. */
    readonly payers: readonly PayingMovement[];
  };
  /** What a further second of band costs from here on to the next point, veh·h/h per s; absent at the widest. */
  readonly costPerBandS?: number;
}

export interface FrontSolved {
  readonly kind: "solved";
  /** From least delay to widest band. */
  readonly points: readonly FrontPoint[];
  readonly runningMeasures: PlanMeasures;
  readonly work: { readonly evaluations: number; readonly isStopped: boolean };
}

export type FrontAnswer = FrontSolved | RouteInfeasible;
