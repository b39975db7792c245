/**
 * What a set of timing plans does to the traffic of a network: delay, stops, queues and saturation of every movement,
 * and travel time and bands of every route.
 *
 * A trip on a route runs from the start of its first approach to its last stop line: free travel time on those links at
 * running speed, plus the delay of the movement that it makes at each intersection.
 */

import { known } from "../errors.ts";
import { getLinkToStop, type NetworkIndex, runningSpeedOf } from "../network/find.ts";
import type { Route, RouteDirection } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildFlowProfiles, type FlowProfiles } from "./cyclic-flow-profile.ts";
import { buildFlowNetwork } from "./flow-network.ts";
import { measureBand } from "./measure-band.ts";
import type { DirectionMeasures, MovementMeasures, PlanMeasures, RouteMeasures } from "./measures.ts";

/** What a movement is asked to carry. */
export interface FlowOfMovement {
  readonly intersectionId: string;
  readonly movementId: string;
  readonly flowVph: number;
  /** Queue at the start of the period, vehicles; absent: none. */
  readonly initialQueueVeh?: number;
}

/**
 * Measures of the plans under the flows. Intersections without a timing plan or without flow are left out, and so are
 * the directions of routes that stop at one. `routeIds` chooses routes; absent: all. `groupIds` are the intersections
 * that run as one group, which bands are measured over; absent: all. `periodH`: how long the flows last; absent: a quarter
 * of an hour.
 */
export function evaluatePlan(input: {
  readonly index: NetworkIndex;
  readonly timingPlans: readonly TimingPlan[];
  readonly flows: readonly FlowOfMovement[];
  readonly routeIds?: readonly string[];
  readonly groupIds?: readonly string[];
  readonly periodH?: number;
}): PlanMeasures {
  const { index, routeIds } = input;
  const flows = groupFlows(input.flows);
  const timingPlans = input.timingPlans.filter((it) => flows.has(it.intersectionId));
  const network = buildFlowNetwork({
    index,
    flows,
    initialQueues: groupInitialQueues(input.flows),
    intersectionIds: timingPlans.map((it) => it.intersectionId),
    ...(input.periodH === undefined ? {} : { periodH: input.periodH }),
  });
  const profiles = buildFlowProfiles(network, timingPlans);
  const movements = listMovementMeasures(profiles);
  const routes = index.network.routes.filter((it) => routeIds === undefined || routeIds.includes(it.id));
  const plans = new Map(timingPlans.map((it) => [it.intersectionId, it]));
  const groupIds = input.groupIds === undefined ? undefined : new Set(input.groupIds);
  const byMovement = new Map(movements.map((it) => [keyOf(it), it]));
  return {
    ...sumUp(movements, profiles),
    spillingLaneGroups: profiles.groups.filter((it) => it.queueVeh > it.storageVeh).length,
    movements,
    routes: routes.map((route) => measureRoute({ index, route, plans, byMovement, groupIds })),
  };
}

/** Flows by intersection and movement, veh/h; several entries of one movement add up. */
export const groupFlows = (flows: readonly FlowOfMovement[]): Map<string, Map<string, number>> =>
  groupBy(flows, (it) => it.flowVph);

/** Queues at the start by intersection and movement, vehicles; several entries of one movement add up. */
export const groupInitialQueues = (flows: readonly FlowOfMovement[]): Map<string, Map<string, number>> =>
  groupBy(flows, (it) => it.initialQueueVeh ?? 0);

function groupBy(
  flows: readonly FlowOfMovement[],
  numberOf: (flow: FlowOfMovement) => number,
): Map<string, Map<string, number>> {
  const grouped = new Map<string, Map<string, number>>();
  for (const flow of flows) {
    const ofIntersection = grouped.get(flow.intersectionId) ?? new Map<string, number>();
    ofIntersection.set(flow.movementId, (ofIntersection.get(flow.movementId) ?? 0) + numberOf(flow));
    grouped.set(flow.intersectionId, ofIntersection);
  }
  return grouped;
}

const keyOf = (it: { readonly intersectionId: string; readonly movementId: string }): string =>
  `${it.intersectionId} ${it.movementId}`;

/** Members of a lane group leave in the order they came, so they share its delay and degree of saturation. */
function listMovementMeasures(profiles: FlowProfiles): MovementMeasures[] {
  return profiles.network.groups.flatMap((group, position) => {
    const profile = known(profiles.groups[position], `profile of lane group ${position}`);
    const degreeOfSaturation = group.flowVph / profile.capacityVph;
    return group.members.map(({ movement, flowVph, share }) => ({
      intersectionId: group.intersectionId,
      movementId: movement.id,
      flowVph,
      capacityVph: profile.capacityVph * share,
      degreeOfSaturation,
      delayS: profile.delayS,
      stopRatio: profile.stopRatio,
      queueVeh: profile.queueVeh * share,
      storageVeh: profile.storageVeh,
      isSpilling: profile.queueVeh > profile.storageVeh,
    }));
  });
}

/** Each vehicle at every signal that it comes to in the period. */
function sumUp(movements: readonly MovementMeasures[], profiles: FlowProfiles) {
  let flowVph = 0;
  let delayS = 0;
  let stopsVph = 0;
  let largest = 0;
  for (const it of profiles.groups) {
    const arrivingVph = it.flowVph * it.arrivalRatio;
    flowVph += arrivingVph;
    delayS += arrivingVph * it.delayS;
    stopsVph += arrivingVph * it.stopRatio;
  }
  for (const it of movements) {
    if (it.degreeOfSaturation > largest) largest = it.degreeOfSaturation;
  }
  return {
    totalDelayVehHPerH: delayS / 3600,
    totalStopsVph: stopsVph,
    meanDelayS: flowVph > 0 ? delayS / flowVph : 0,
    meanStopRatio: flowVph > 0 ? stopsVph / flowVph : 0,
    largestDegreeOfSaturation: largest,
  };
}

interface RouteContext {
  readonly index: NetworkIndex;
  readonly plans: ReadonlyMap<string, TimingPlan>;
  readonly byMovement: ReadonlyMap<string, MovementMeasures>;
  readonly groupIds: ReadonlySet<string> | undefined;
}

function measureRoute(input: RouteContext & { readonly route: Route }): RouteMeasures {
  const directions: DirectionMeasures[] = [];
  for (const direction of ["outbound", "inbound"] as const) {
    const way = input.route[direction];
    if (way === undefined) continue;
    const measures = measureDirection(input, way);
    if (measures !== undefined) directions.push({ direction, ...measures });
  }
  return { routeId: input.route.id, directions };
}

function measureDirection(
  { index, plans, byMovement, groupIds }: RouteContext,
  way: RouteDirection,
): Omit<DirectionMeasures, "direction"> | undefined {
  let lengthM = 0;
  let freeTimeS = 0;
  let delayS = 0;
  let stops = 0;
  for (const stop of way.stops) {
    const measures = byMovement.get(keyOf(stop));
    if (measures === undefined) return undefined;
    const link = getLinkToStop(index, stop);
    lengthM += link.lengthM;
    freeTimeS += link.lengthM / runningSpeedOf(link);
    delayS += measures.delayS;
    stops += measures.stopRatio;
  }
  const band = measureBand({
    index,
    direction: way,
    timingPlans: plans,
    ...(groupIds === undefined ? {} : { groupIds }),
  });
  const hasBand = band.kind === "band";
  return {
    bandwidthS: hasBand ? band.bandwidthS : 0,
    bandEfficiency: hasBand ? band.bandEfficiency : 0,
    bandAttainability: hasBand ? band.bandAttainability : 0,
    ...(hasBand ? {} : { noBandReason: band.reason }),
    travelTimeS: freeTimeS + delayS,
    speedMps: lengthM / (freeTimeS + delayS),
    delayS,
    stopsPerTrip: stops,
  };
}
