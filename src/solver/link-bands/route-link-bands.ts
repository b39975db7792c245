/**
 * Bands link by link of a route of the network: the greens of its signals in every sequence that they may use, links
 * weighted by their flows, and the answer as timing plans.
 *
 * A link's flow is that of the route's movement at its downstream end, and so is the saturation flow. Weights are scaled to
 * a mean of 1, so the value is in seconds of band, summed over links and directions.
 */
import { known } from "../../errors.ts";
import { getMovement } from "../../network/find.ts";
import type { Intersection } from "../../network/network.schema.ts";
import type { Interval } from "../../timing/cycle.ts";
import { buildGreensOf } from "../../timing/phase-times.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { type FlowOfMovement, groupFlows } from "../../traffic/evaluate-plan.ts";
import type { PerDirection, SignalChoice } from "../bands/band-problem.ts";
import { bandGreens, type SignalAlternatives } from "../route/route-candidate.ts";
import type { RouteSignals } from "../route/route-signals.ts";
import { type LinkBandPlan, type LinkBandProblem, type NoLinkBands, weighLink } from "./link-band-problem.ts";
import { solveLinkBands } from "./solve-link-bands.ts";

/** A route at one cycle length, its splits settled. */
export interface RouteBandsInput {
  readonly route: RouteSignals;
  readonly alternatives: readonly SignalAlternatives[];
  readonly flows: readonly FlowOfMovement[];
  readonly cycleS: number;
  readonly resolutionS: number;
}

export interface PerLinkOptions {
  readonly halves: LinkBandProblem["halves"];
  /** p of the weights (V/S)^p; 0: all links alike. */
  readonly weightPower: number;
  /** Pairs of ways to run two neighbors that are weighed; absent: as many as it takes. */
  readonly workLimit?: number;
}

export type RouteLinkBands =
  | {
      readonly kind: "solved";
      /** One per signal of the route. */
      readonly timingPlans: readonly TimingPlan[];
      readonly bands: LinkBandPlan;
      /** By link of the route. */
      readonly weights: readonly PerDirection<number>[];
      /** `mayMeetRed`: no center line meets a green at every signal, so some links have no band. */
      readonly centerLine: LinkBandProblem["centerLine"];
    }
  | NoLinkBands;

export function solveRouteLinkBands(input: RouteBandsInput, options: PerLinkOptions): RouteLinkBands {
  const { resolutionS } = input;
  const { halves, weightPower, workLimit } = options;
  const limits = { resolutionS, ...(workLimit === undefined ? {} : { workLimit }) };
  const shared = { ...buildRouteProblem(input, weightPower), halves };
  for (const centerLine of ["meetsGreens", "mayMeetRed"] as const) {
    const bands = solveLinkBands({ ...shared, centerLine }, limits);
    if (bands.kind === "noBand") continue;
    const weights = shared.links.map((it) => it.weights);
    return { kind: "solved", bands, weights, centerLine, timingPlans: placePlans(input, bands.signals) };
  }
  return { kind: "noBand", boundS: 0 };
}

/** The chosen sequence and offset of each signal. */
export const placePlans = (
  { alternatives }: RouteBandsInput,
  signals: readonly SignalChoice[],
): TimingPlan[] =>
  signals.map(({ alternative, offsetS }, at) => ({
    ...known(alternatives[at]?.[alternative], `alternative of signal ${at}`),
    offsetS,
  }));

function buildRouteProblem(
  { route, alternatives, flows, cycleS }: RouteBandsInput,
  weightPower: number,
): Omit<LinkBandProblem, "halves" | "centerLine"> {
  const always: readonly Interval[] = [{ startS: 0, lengthS: cycleS }];
  const greensOf = (at: Intersection, plan: TimingPlan, movementId: string | undefined) =>
    movementId === undefined ? always : listBandGreens(at, plan, movementId);
  return {
    cycleS,
    signals: route.signals.map(({ intersection, outboundMovementId, inboundMovementId }, at) => ({
      alternatives: known(alternatives[at], `alternatives of ${intersection.id}`).map((plan) => ({
        outbound: greensOf(intersection, plan, outboundMovementId),
        inbound: greensOf(intersection, plan, inboundMovementId),
      })),
    })),
    links: weighLinks(route, flows, weightPower).map((weights, at) => {
      const { outboundTravelS, inboundTravelS } = known(route.links[at], `link ${at}`);
      return { outboundTravelS, inboundTravelS, weights };
    }),
    queueClearanceS: route.queueClearanceS,
  };
}

/** The greens of a movement that carry a band when the plan's offset is 0. */
export function listBandGreens(at: Intersection, plan: TimingPlan, movementId: string): readonly Interval[] {
  return bandGreens(at, movementId, buildGreensOf(at, { ...plan, offsetS: 0 }, movementId));
}

function weighLinks(
  route: RouteSignals,
  flows: readonly FlowOfMovement[],
  power: number,
): PerDirection<number>[] {
  const byMovement = groupFlows(flows);
  const weigh = (at: number, movement: "outboundMovementId" | "inboundMovementId"): number => {
    const signal = known(route.signals[at], `signal ${at}`);
    const movementId = signal[movement];
    if (movementId === undefined) return 0;
    const flowVph = byMovement.get(signal.intersection.id)?.get(movementId) ?? 0;
    const { saturationFlowVph } = getMovement(signal.intersection, movementId);
    return weighLink({ flowVph, saturationFlowVph, power });
  };
  const weights = route.links.map((_, at) => ({
    outbound: weigh(at + 1, "outboundMovementId"),
    inbound: weigh(at, "inboundMovementId"),
  }));
  const sum = weights.reduce((total, it) => total + it.outbound + it.inbound, 0);
  const directions = route.twoWay ? 2 : 1;
  if (sum === 0) return weights.map(() => ({ outbound: 1, inbound: directions - 1 }));
  const scale = (directions * weights.length) / sum;
  return weights.map((it) => ({ outbound: it.outbound * scale, inbound: it.inbound * scale }));
}
