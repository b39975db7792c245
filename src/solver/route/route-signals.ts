/**
 * A route as the band solver sees it: the signals of the coordinated group in outbound order, the movement of each
 * direction there, and the travel times between neighbors. Intersections outside the group are passed on the way: their
 * links' travel times add up.
 */
import {
  getIntersection,
  getLinkToStop,
  type NetworkIndex,
  progressionSpeedsOf,
} from "../../network/find.ts";
import type { Intersection, Route, RouteDirection } from "../../network/network.schema.ts";
import type { BandLink, PerDirection } from "../bands/band-problem.ts";

export interface RouteSignal {
  readonly intersection: Intersection;
  readonly outboundMovementId: string;
  /** Absent on a one-way route, and where the inbound direction does not pass this intersection. */
  readonly inboundMovementId?: string;
}

export interface RouteSignals {
  readonly signals: readonly RouteSignal[];
  readonly links: readonly BandLink[];
  readonly queueClearanceS: PerDirection<number>;
  readonly twoWay: boolean;
}

export function listRouteSignals(
  index: NetworkIndex,
  route: Route,
  members: ReadonlySet<string>,
): RouteSignals {
  const inboundAt = new Map(route.inbound?.stops.map((it) => [it.intersectionId, it.movementId]) ?? []);
  const stops = route.outbound.stops.filter((it) => members.has(it.intersectionId));
  const signals = stops.map((stop): RouteSignal => {
    const inboundMovementId = inboundAt.get(stop.intersectionId);
    return {
      intersection: getIntersection(index, stop.intersectionId),
      outboundMovementId: stop.movementId,
      ...(inboundMovementId === undefined ? {} : { inboundMovementId }),
    };
  });
  const ids = signals.map((it) => it.intersection.id);
  const outbound = listTravelTimes(index, route.outbound, ids);
  const inbound = route.inbound === undefined ? undefined : listTravelTimes(index, route.inbound, ids);
  const hasRange = [route.outbound, route.inbound].some((it) => it?.leastProgressionSpeedMps !== undefined);
  return {
    signals,
    links: signals.slice(1).map((_, position): BandLink => {
      const there = outbound[position] ?? { leastS: 0, spareS: 0 };
      // Against the order of the signals.
      const back = inbound?.[position] ?? { leastS: 0, spareS: 0 };
      const spareTravelS = { outbound: there.spareS, inbound: -back.spareS };
      return {
        outboundTravelS: there.leastS,
        inboundTravelS: -back.leastS,
        ...(hasRange && { spareTravelS }),
      };
    }),
    queueClearanceS: {
      outbound: route.outbound.queueClearanceS,
      inbound: route.inbound?.queueClearanceS ?? 0,
    },
    twoWay: route.inbound !== undefined,
  };
}

/** From each of these signals to the next one: the least time that the band takes and how much more it may take, s. */
function listTravelTimes(index: NetworkIndex, direction: RouteDirection, ids: readonly string[]) {
  const fastAtS = atSignals(listArrivalsS(index, direction), ids);
  const slowAtS = atSignals(listArrivalsS(index, direction, "leastMps"), ids);
  return fastAtS.slice(1).map((atS, position) => {
    const leastS = atS - (fastAtS[position] ?? 0);
    return { leastS, spareS: (slowAtS[position + 1] ?? 0) - (slowAtS[position] ?? 0) - leastS };
  });
}

/** When a band of the highest, or the least, progression speed that passes the first stop at 0 reaches each stop, s. */
export function listArrivalsS(
  index: NetworkIndex,
  direction: RouteDirection,
  speed: "mostMps" | "leastMps" = "mostMps",
): ReadonlyMap<string, number> {
  const arrivals = new Map<string, number>();
  let clockS = 0;
  for (const [position, stop] of direction.stops.entries()) {
    if (position > 0) {
      const link = getLinkToStop(index, stop);
      clockS += link.lengthM / progressionSpeedsOf(direction, link)[speed];
    }
    arrivals.set(stop.intersectionId, clockS);
  }
  return arrivals;
}

/** Arrivals at these signals; one that the direction does not pass takes its neighbor's (its green counts as always). */
function atSignals(arrivalsS: ReadonlyMap<string, number>, ids: readonly string[]): number[] {
  const firstKnown = ids.find((id) => arrivalsS.has(id));
  let lastS = arrivalsS.get(firstKnown ?? "") ?? 0;
  return ids.map((id) => {
    lastS = arrivalsS.get(id) ?? lastS;
    return lastS;
  });
}
