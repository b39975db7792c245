/**
 * Everything in a network that refers to something else, checked at once. What belongs to one intersection is in
 * check-intersection.ts and check-phases.ts; whether times are safe is the gate's question (timing/validate-plan.ts).
 */
import type { Fault } from "../errors.ts";
import { checkIntersection } from "./check-intersection.ts";
import { buildNetworkIndex, type NetworkIndex } from "./find.ts";
import { listRepeated } from "./list-repeated.ts";
import type { Detector, EventLane, Link, Movement, Network, RouteDirection } from "./network.schema.ts";
import { isTimeZone } from "./time-zone.ts";

export function checkReferences(network: Network): Fault[] {
  const index = buildNetworkIndex(network);
  return [
    ...checkTimeZone(network.timeZone),
    ...listRepeated(network.intersections.map((it) => it.id)).map((it) => repeatedId("intersections", it)),
    ...listRepeated(network.links.map((it) => it.id)).map((it) => repeatedId("links", it)),
    ...listRepeated(network.detectors.map((it) => it.id)).map((it) => repeatedId("detectors", it)),
    ...listRepeated(network.routes.map((it) => it.id)).map((it) => repeatedId("routes", it)),
    ...listRepeated(network.eventLanes.map((it) => it.id)).map((it) => repeatedId("eventLanes", it)),
    ...network.links.flatMap((it, at) => checkLink(it, `links.${at}`, index)),
    ...network.intersections.flatMap((it, at) =>
      checkIntersection(it, { path: `intersections.${at}`, drivingSide: network.drivingSide, index }),
    ),
    ...network.detectors.flatMap((it, at) => checkDetector(it, `detectors.${at}`, index)),
    ...network.routes.flatMap((route, at) => [
      ...checkDirection(route.outbound, `routes.${at}.outbound`, index),
      ...(route.inbound ? checkDirection(route.inbound, `routes.${at}.inbound`, index) : []),
    ]),
    ...network.eventLanes.flatMap((it, at) => checkEventLane(it, `eventLanes.${at}`, index)),
  ];
}

const repeatedId = (path: string, { at, value }: { at: number; value: string }): Fault => ({
  path: `${path}.${at}.id`,
  message: `${value} is the id of an earlier one too`,
});

const checkTimeZone = (timeZone: string): Fault[] =>
  isTimeZone(timeZone)
    ? []
    : [{ path: "timeZone", message: `${timeZone} is no IANA time zone (expected e.g. Asia/Shanghai)` }];

function checkLink(link: Link, path: string, index: NetworkIndex): Fault[] {
  const faults: Fault[] = [];
  if (link.from === undefined && link.to === undefined) {
    faults.push({ path, message: "neither from nor to: the link touches no intersection" });
  }
  if (link.from !== undefined && link.from === link.to) {
    faults.push({ path: `${path}.to`, message: `the link leads from ${link.from} back to itself` });
  }
  for (const end of ["from", "to"] as const) {
    const id = link[end];
    if (id !== undefined && !index.intersections.has(id)) {
      faults.push({ path: `${path}.${end}`, message: `no intersection ${id}` });
    }
  }
  const end = link.to === undefined ? undefined : index.intersections.get(link.to);
  if (end !== undefined && !end.approaches.some((it) => it.linkId === link.id)) {
    faults.push({
      path: `${path}.to`,
      message: `intersection ${end.id} has no approach with link ${link.id}`,
    });
  }
  return faults;
}

function checkDetector(detector: Detector, path: string, index: NetworkIndex): Fault[] {
  const link = index.links.get(detector.linkId);
  if (link === undefined) return [{ path: `${path}.linkId`, message: `no link ${detector.linkId}` }];
  const faults: Fault[] = [];
  const arriving = listArriving(link, index);
  const lanes = Math.max(
    link.lanes,
    arriving.reduce((sum, it) => sum + it.lanes, 0),
  );
  for (const [at, lane] of detector.lanes.entries()) {
    if (lane > lanes) {
      faults.push({
        path: `${path}.lanes.${at}`,
        message: `link ${link.id} has ${lanes} lanes, not ${lane}`,
      });
    }
  }
  for (const { at, value } of listRepeated(detector.lanes)) {
    faults.push({ path: `${path}.lanes.${at}`, message: `lane ${value} is named twice` });
  }
  if (detector.setbackM > link.lengthM) {
    faults.push({
      path: `${path}.setbackM`,
      message: `${detector.setbackM} m lies beyond link ${link.id} of ${link.lengthM} m`,
    });
  }
  for (const [at, id] of (detector.movementIds ?? []).entries()) {
    if (!arriving.some((it) => it.id === id)) {
      faults.push({
        path: `${path}.movementIds.${at}`,
        message: `no movement ${id} begins on link ${link.id}`,
      });
    }
  }
  return faults;
}

/** The movements that begin at the end of a link. */
function listArriving(link: Link, index: NetworkIndex): Movement[] {
  const arrival = index.arrivals.get(link.id);
  return arrival?.intersection.movements.filter((it) => it.approachId === arrival.approach.id) ?? [];
}

function checkDirection(direction: RouteDirection, path: string, index: NetworkIndex): Fault[] {
  const faults: Fault[] = [];
  const ids = direction.stops.map((it) => it.intersectionId);
  for (const { at, value } of listRepeated(ids)) {
    faults.push({
      path: `${path}.stops.${at}.intersectionId`,
      message: `the route passes intersection ${value} twice`,
    });
  }
  let toLinkId: string | undefined;
  for (const [at, stop] of direction.stops.entries()) {
    const intersection = index.intersections.get(stop.intersectionId);
    const movement = intersection?.movements.find((it) => it.id === stop.movementId);
    const linkId = intersection?.approaches.find((it) => it.id === movement?.approachId)?.linkId;
    if (intersection === undefined) {
      faults.push({
        path: `${path}.stops.${at}.intersectionId`,
        message: `no intersection ${stop.intersectionId}`,
      });
    } else if (movement === undefined) {
      faults.push({
        path: `${path}.stops.${at}.movementId`,
        message: `intersection ${stop.intersectionId} has no movement ${stop.movementId}`,
      });
    } else if (toLinkId !== undefined && linkId !== undefined && linkId !== toLinkId) {
      faults.push({
        path: `${path}.stops.${at}`,
        message: `the stop before leads into link ${toLinkId}, but ${movement.id} begins on link ${linkId}`,
      });
    }
    toLinkId = movement?.toLinkId;
  }
  return faults;
}

function checkEventLane(eventLane: EventLane, path: string, index: NetworkIndex): Fault[] {
  const faults: Fault[] = [];
  let previous: Link | undefined;
  for (const [at, linkId] of eventLane.linkIds.entries()) {
    const link = index.links.get(linkId);
    if (link === undefined) {
      faults.push({ path: `${path}.linkIds.${at}`, message: `no link ${linkId}` });
    } else if (eventLane.lane > link.lanes) {
      faults.push({
        path: `${path}.linkIds.${at}`,
        message: `link ${linkId} has ${link.lanes} lanes, so no lane ${eventLane.lane}`,
      });
    }
    if (
      previous !== undefined &&
      link !== undefined &&
      (link.from === undefined || link.from !== previous.to)
    ) {
      faults.push({
        path: `${path}.linkIds.${at}`,
        message: `link ${linkId} does not begin where link ${previous.id} ends`,
      });
    }
    previous = link;
  }
  for (const { at, value } of listRepeated(eventLane.linkIds)) {
    faults.push({ path: `${path}.linkIds.${at}`, message: `link ${value} is named twice` });
  }
  return faults;
}
