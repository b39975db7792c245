/**
 * A route as the band solver sees it: the signals of the coordinated group in outbound order, the movement of each
 * direction there, and the travel times between neighbors. Intersections outside the group are passed on the way: their
 * links' travel times add up.
 */
import { getIntersection, getLinkToStop, type NetworkIndex, runningSpeedOf } from "../../network/find.ts";
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
  const outboundAtS = atSignals(listArrivalsS(index, route.outbound), ids);
  const inboundAtS = atSignals(
    route.inbound === undefined ? new Map() : listArrivalsS(index, route.inbound),
    ids,
  );
  const links = signals.slice(1).map(
    (_, position): BandLink => ({
      outboundTravelS: (outboundAtS[position + 1] ?? 0) - (outboundAtS[position] ?? 0),
      inboundTravelS: (inboundAtS[position] ?? 0) - (inboundAtS[position + 1] ?? 0),
    }),
  );
  return {
    signals,
    links,
    queueClearanceS: {
      outbound: route.outbound.queueClearanceS,
      inbound: route.inbound?.queueClearanceS ?? 0,
    },
    twoWay: route.inbound !== undefined,
  };
}

/** When a vehicle that passes the first stop at 0 reaches each stop of the direction, s. */
export function listArrivalsS(index: NetworkIndex, direction: RouteDirection): ReadonlyMap<string, number> {
  const arrivals = new Map<string, number>();
  let clockS = 0;
  for (const [position, stop] of direction.stops.entries()) {
    if (position > 0) {
      const link = getLinkToStop(index, stop);
      clockS += link.lengthM / (direction.progressionSpeedMps ?? runningSpeedOf(link));
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
