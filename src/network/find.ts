/**
 * Look-ups in a network. `get…` stops when the thing is absent (the checks of the file have proved that it is there),
 * `find…` answers `undefined`.
 */
import { known } from "../errors.ts";
import type {
  Approach,
  Intersection,
  Link,
  Movement,
  Network,
  Phase,
  Route,
  RouteDirection,
  Sequence,
} from "./network.schema.ts";

/** A network with its identities indexed; build it once per network, not per question. */
export interface NetworkIndex {
  readonly network: Network;
  readonly intersections: ReadonlyMap<string, Intersection>;
  readonly links: ReadonlyMap<string, Link>;
  readonly routes: ReadonlyMap<string, Route>;
  /** Intersection and approach by the link that arrives there. */
  readonly arrivals: ReadonlyMap<
    string,
    { readonly intersection: Intersection; readonly approach: Approach }
  >;
}

export function buildNetworkIndex(network: Network): NetworkIndex {
  const arrivals = new Map<string, { intersection: Intersection; approach: Approach }>();
  for (const intersection of network.intersections) {
    for (const approach of intersection.approaches) arrivals.set(approach.linkId, { intersection, approach });
  }
  return {
    network,
    intersections: new Map(network.intersections.map((it) => [it.id, it])),
    links: new Map(network.links.map((it) => [it.id, it])),
    routes: new Map(network.routes.map((it) => [it.id, it])),
    arrivals,
  };
}

export const getIntersection = (index: NetworkIndex, id: string): Intersection =>
  known(index.intersections.get(id), `intersection ${id}`);

export const getLink = (index: NetworkIndex, id: string): Link => known(index.links.get(id), `link ${id}`);

/** Speed at which traffic moves on a link when no signal stops it, m/s. */
export const runningSpeedOf = (link: Link): number => link.runningSpeedMps ?? link.speedLimitMps;

/** Front to front of queued vehicles, m (25 ft: HCM 2010; NCHRP Report 812). */
export const QUEUE_SPACING_M = 7.6;

/** Vehicles that stand on a link when it is full, in all its lanes. */
export const linkStorageVeh = (link: Link): number =>
  link.storageVeh ?? (link.lanes * link.lengthM) / QUEUE_SPACING_M;

/** Between which speeds the band of this direction may pass the link, m/s. */
export function progressionSpeedsOf(direction: RouteDirection, link: Link) {
  const mostMps = direction.progressionSpeedMps ?? runningSpeedOf(link);
  return { mostMps, leastMps: Math.min(mostMps, direction.leastProgressionSpeedMps ?? mostMps) };
}

export const getPhase = (intersection: Intersection, number: number): Phase =>
  known(
    intersection.phases.find((it) => it.number === number),
    `phase ${number} of intersection ${intersection.id}`,
  );

export const getMovement = (intersection: Intersection, id: string): Movement =>
  known(
    intersection.movements.find((it) => it.id === id),
    `movement ${id} of intersection ${intersection.id}`,
  );

export const getApproach = (intersection: Intersection, id: string): Approach =>
  known(
    intersection.approaches.find((it) => it.id === id),
    `approach ${id} of intersection ${intersection.id}`,
  );

/** The link over which a stop of a route is reached: that of the approach of its movement. */
export function getLinkToStop(
  index: NetworkIndex,
  stop: { readonly intersectionId: string; readonly movementId: string },
): Link {
  const intersection = getIntersection(index, stop.intersectionId);
  const { approachId } = getMovement(intersection, stop.movementId);
  return getLink(index, getApproach(intersection, approachId).linkId);
}

export const getSequence = (intersection: Intersection, id: string): Sequence =>
  known(
    intersection.sequences.find((it) => it.id === id),
    `sequence ${id} of intersection ${intersection.id}`,
  );
