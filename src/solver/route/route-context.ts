/** What a route solve works on: the route's signals, the bands that are wanted as an objective, today's measures. */
import { assert, known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { evaluatePlan, groupFlows, groupInitialQueues } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork, type FlowNetwork } from "../../traffic/flow-network.ts";
import { compareMeasures } from "../../traffic/forward/compare-measures.ts";
import { remeasurePlan } from "../../traffic/forward/remeasure-plan.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { BandObjective, PerDirection } from "../bands/band-problem.ts";
import type { WorkBudget } from "../performance-index.ts";
import { bandwidthOf } from "./keep-running.ts";
import { ROUNDING_S } from "./route-candidate.ts";
import type { RouteRequest } from "./route-request.ts";
import { listRouteSignals, type RouteSignals } from "./route-signals.ts";

export interface RouteContext {
  readonly request: RouteRequest;
  readonly route: RouteSignals;
  readonly flowNetwork: FlowNetwork;
  readonly objective: BandObjective | undefined;
  readonly weights: PerDirection<number>;
  readonly runningMeasures: PlanMeasures;
  readonly budget: WorkBudget;
}

/** What is missing before anything can be solved. A flow that is not given is unknown, which is not the same as 0. */
export function listObstacles({ index, routeId, flows, running, groupIds }: RouteRequest): string[] {
  const { outbound } = known(index.routes.get(routeId), `route ${routeId}`);
  const stops = outbound.stops.map((it) => it.intersectionId);
  const obstacles = groupIds?.length === 0 ? ["The group is empty."] : [];
  const say = (what: string, ids: readonly string[]): void => {
    if (ids.length > 0) obstacles.push(`${what} ${ids.join(", ")}.`);
  };
  const missingFrom = (given: readonly { readonly intersectionId: string }[]): string[] => {
    const there = new Set(given.map((it) => it.intersectionId));
    return stops.filter((it) => !there.has(it));
  };
  say(`Route ${routeId} does not pass`, groupIds?.filter((it) => !stops.includes(it)) ?? []);
  say("No plan of today is given for", missingFrom(running));
  say("No flow at all is given for", missingFrom(flows));
  return obstacles;
}

export function buildContext(request: RouteRequest): RouteContext {
  const { index, routeId, running, flows } = request;
  const network = known(index.routes.get(routeId), `route ${routeId}`);
  const members = new Set(request.groupIds ?? network.outbound.stops.map((it) => it.intersectionId));
  const route = listRouteSignals(index, network, members);
  const weights = weighByFlow(route, flows);
  const runningMeasures = measureGroup({ request, route }, running);
  return {
    request,
    route,
    weights,
    runningMeasures,
    objective: toObjective({ request, route, weights, runningMeasures }),
    flowNetwork: buildFlowNetwork({
      index,
      flows: groupFlows(flows),
      initialQueues: groupInitialQueues(flows),
      intersectionIds: running.map((it) => it.intersectionId),
    }),
    budget: { limit: request.workLimit ?? Number.POSITIVE_INFINITY, used: 0 },
  };
}

/** Measures of a plan, its bands over the coordinated group. */
function measureGroup(
  { request, route }: Pick<RouteContext, "request" | "route">,
  timingPlans: readonly TimingPlan[],
): PlanMeasures {
  return evaluatePlan({
    index: request.index,
    timingPlans,
    flows: request.flows,
    routeIds: [request.routeId],
    groupIds: route.signals.map((it) => it.intersection.id),
  });
}

/**
 * The same for an answer, delay and stops measured again by code that the search does not share: a difference is a
 * fault.
 */
export function measureAnswer(context: RouteContext, timingPlans: readonly TimingPlan[]): PlanMeasures {
  const { index, flows, routeId } = context.request;
  const measures = measureGroup(context, timingPlans);
  const [difference] = compareMeasures(measures, remeasurePlan({ index, timingPlans, flows }));
  assert(difference === undefined, `route ${routeId} measured twice: ${JSON.stringify(difference)}`);
  return measures;
}

/** The route's own traffic in each direction, summed over its signals. */
function weighByFlow(route: RouteSignals, flows: RouteRequest["flows"]): PerDirection<number> {
  const byMovement = groupFlows(flows);
  let outbound = 0;
  let inbound = 0;
  for (const { intersection, outboundMovementId, inboundMovementId } of route.signals) {
    const here = byMovement.get(intersection.id);
    outbound += here?.get(outboundMovementId) ?? 0;
    inbound += here?.get(inboundMovementId ?? "") ?? 0;
  }
  return outbound + inbound > 0 ? { outbound, inbound } : { outbound: 1, inbound: 1 };
}

/** `undefined`: there are no bands to keep, so offsets are free for least delay. */
function toObjective(
  of: Pick<RouteContext, "request" | "route" | "weights" | "runningMeasures">,
): BandObjective | undefined {
  if (!of.route.twoWay) return { kind: "outboundOnly" };
  if (of.request.band.kind !== "atLeastRunning") return of.request.band;
  const floorsS = {
    outbound: Math.max(0, bandwidthOf(of.runningMeasures, "outbound") - ROUNDING_S),
    inbound: Math.max(0, bandwidthOf(of.runningMeasures, "inbound") - ROUNDING_S),
  };
  const hasBand = floorsS.outbound > 0 || floorsS.inbound > 0;
  if (hasBand) return { kind: "weighted", weights: of.weights, floorsS };
  return of.request.aim === "band" ? { kind: "equal" } : undefined;
}
