/** The time–space diagram of a route of the network under given plans. */
import { known } from "../errors.ts";
import { getIntersection, getLinkToStop, type NetworkIndex, runningSpeedOf } from "../network/find.ts";
import type { Route, RouteDirection } from "../network/network.schema.ts";
import type { Interval } from "../timing/cycle.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { type DiagramBand, type DiagramSignal, drawTimeSpace } from "../traffic/draw-time-space.ts";
import { measureBand } from "../traffic/measure-band.ts";

export function drawRoute(of: {
  readonly index: NetworkIndex;
  readonly route: Route;
  readonly timingPlans: readonly TimingPlan[];
  readonly title: string;
  readonly subtitle: string;
}): string {
  const { index, route } = of;
  const plans = new Map(of.timingPlans.map((it) => [it.intersectionId, it]));
  const stops = route.outbound.stops;
  const inboundMovement = new Map(route.inbound?.stops.map((it) => [it.intersectionId, it.movementId]) ?? []);
  const distances = listDistancesM(index, route.outbound);
  const signals = stops.map(({ intersectionId, movementId }, at): DiagramSignal => {
    const intersection = getIntersection(index, intersectionId);
    const plan = known(plans.get(intersectionId), `plan of ${intersectionId}`);
    const greens = buildMovementGreens(intersection, plan);
    const greensOf = (id: string | undefined): readonly Interval[] => {
      const found = id === undefined ? undefined : greens.get(id);
      return found === undefined || found.protected.length > 0 ? (found?.protected ?? []) : found.permitted;
    };
    return {
      name: intersection.name ?? intersectionId,
      distanceM: known(distances[at], "distance"),
      offsetS: plan.offsetS,
      outboundGreens: greensOf(movementId),
      inboundGreens: greensOf(inboundMovement.get(intersectionId)),
    };
  });
  const order = stops.map((it) => it.intersectionId);
  const outbound = placeBand({ index, direction: route.outbound, plans, order });
  const inbound =
    route.inbound === undefined ? undefined : placeBand({ index, direction: route.inbound, plans, order });
  return drawTimeSpace({
    title: of.title,
    subtitle: of.subtitle,
    cycleS: known(plans.get(known(order[0], "first stop")), "first plan").cycleS,
    signals,
    ...(outbound === undefined ? {} : { outbound }),
    ...(inbound === undefined ? {} : { inbound }),
  });
}

function listDistancesM(index: NetworkIndex, direction: RouteDirection): number[] {
  let distanceM = 0;
  return direction.stops.map((stop, at) => {
    if (at > 0) distanceM += getLinkToStop(index, stop).lengthM;
    return distanceM;
  });
}

/** When the band begins at each signal of the outbound order; undefined when there is none. */
function placeBand(of: {
  readonly index: NetworkIndex;
  readonly direction: RouteDirection;
  readonly plans: ReadonlyMap<string, TimingPlan>;
  readonly order: readonly string[];
}): DiagramBand | undefined {
  const { index, direction, plans } = of;
  const band = measureBand({ index, direction, timingPlans: plans });
  if (band.kind === "none") return undefined;
  const begins = new Map<string, number>();
  let clockS = band.startS;
  for (const [at, stop] of direction.stops.entries()) {
    if (at > 0) {
      const link = getLinkToStop(index, stop);
      clockS +=
        link.lengthM / (direction.progressionSpeedMps ?? runningSpeedOf(link)) - direction.queueClearanceS;
    }
    begins.set(stop.intersectionId, clockS);
  }
  return { widthS: band.bandwidthS, beginsS: of.order.map((id) => begins.get(id) ?? Number.NaN) };
}
