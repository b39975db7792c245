/** Green waves for a plan whose cycle and splits stay: what is asked and what is answered, as plain data. */
import type { NetworkIndex } from "../../network/find.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { FlowOfMovement } from "../../traffic/evaluate-plan.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import type { RouteInfeasible } from "../route/route-request.ts";

/**
 * - `links`: a band for each link of a route, weighted by (flow ÷ saturation flow)^`weightPower`, around one center line
 *   per direction; `equal` halves (MULTIBAND) or `free` ones (AM-BAND).
 * - `streams`: a band for each stream that enters or leaves a route, weighted by its demand (OD-BAND). May give up a
 *   direction.
 * - `steady`: one band per direction whose speed changes by at most `speedChangeMps` from link to link (MAXBAND), within
 *   the speeds that the network gives the route.
 * - `routes`: the bands of several routes that share signals or cross, weighted by flow, with floors.
 */
export type PlanBandsWish =
  | {
      readonly kind: "links";
      readonly routeId: string;
      readonly halves: "equal" | "free";
      readonly weightPower: number;
    }
  | {
      readonly kind: "streams";
      readonly routeId: string;
      /** A narrower band is dropped, s. */
      readonly leastBandS: number;
      readonly leastDemandVph: number;
    }
  | { readonly kind: "steady"; readonly routeId: string; readonly speedChangeMps: number }
  | {
      readonly kind: "routes";
      /** Absent: all of the network. */
      readonly routeIds?: readonly string[];
      /** Of protected routes, s. */
      readonly floors: readonly { readonly routeId: string; readonly floorsS: PerDirection<number> }[];
    };

export interface PlanBandsRequest {
  readonly index: NetworkIndex;
  readonly flows: readonly FlowOfMovement[];
  /** The plan; the intersections concerned run one cycle. */
  readonly running: readonly TimingPlan[];
  readonly sequences: "keep" | "choose";
  readonly wish: PlanBandsWish;
  readonly seed: number;
  /** Scans of the searches (streams, routes): one signal's offsets all at once. Absent: in proportion to the signals. */
  readonly workLimit?: number;
}

/** One band of the answer, named for people. */
export interface NamedBand {
  readonly name: string;
  readonly direction: "outbound" | "inbound";
  readonly bandwidthS: number;
  readonly weight: number;
}

export interface PlanBandsSolved {
  readonly kind: "solved";
  /** All of `running`, with new offsets and sequences where they were asked for. */
  readonly timingPlans: readonly TimingPlan[];
  readonly cycleS: number;
  readonly bands: readonly NamedBand[];
  /** Σ weight · bandwidth. */
  readonly value: number;
  /** No offsets and sequences have more. */
  readonly bound: number;
  /** (bound − value) ÷ bound, 0…1. */
  readonly gap: number;
  readonly notes: readonly string[];
  readonly measures: PlanMeasures;
  readonly runningMeasures: PlanMeasures;
}

export type PlanBandsAnswer = PlanBandsSolved | RouteInfeasible;
