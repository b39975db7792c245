/**
 * Which intersections are coordinated with each other, and which must share a cycle.
 *
 * Neighbors are coupled when they are near, travel time < 40 s or spacing < 800 m (Signal Timing Manual, 2nd edition,
 * 7.1), and when the platoons between them matter: coupling index I = 0.5 V / (1 + t), V the flow in both directions that
 * comes from the other signal, veh/h, and t the travel time, min (after the interconnection desirability index of
 * H. K. Whitson). A sub-area is what couplings connect. Areas that a route joins share a cycle (the gate's rule 19).
 */
import { known } from "../../errors.ts";
import { getLink, type NetworkIndex } from "../../network/find.ts";
import type { FlowNetwork } from "../../traffic/flow-network.ts";

const NEAR_S = 40;
const NEAR_M = 800;
/** Half of a platoon flow of 50 veh/h: less than two vehicles in a cycle are no platoon. */
const LEAST_COUPLING = 25;

/** Members of the flow network by sub-area, in the order of their first members. */
export function listSubAreas(index: NetworkIndex, network: FlowNetwork): number[][] {
  const couplings = new Map<string, { one: number; other: number; coupling: number }>();
  for (const { linkId, from, to, fed, evenRatio, travelTimeS } of network.links) {
    if (travelTimeS >= NEAR_S && getLink(index, linkId).lengthM >= NEAR_M) continue;
    const flowVph = fed.reduce((sum, group) => sum + known(network.groups[group], "lane group").flowVph, 0);
    const [one, other] = from < to ? [from, to] : [to, from];
    const pair = couplings.get(`${one} ${other}`) ?? { one, other, coupling: 0 };
    pair.coupling += (0.5 * flowVph * (1 - evenRatio)) / (1 + travelTimeS / 60);
    couplings.set(`${one} ${other}`, pair);
  }
  const coupled = [...couplings.values()].filter((it) => it.coupling >= LEAST_COUPLING);
  return connect(
    network.members.length,
    coupled.map((it) => [it.one, it.other]),
  );
}

/** Areas (positions in `areas`) that routes join over signals of the flow network. */
export function joinAreas(
  index: NetworkIndex,
  network: FlowNetwork,
  areas: readonly (readonly number[])[],
): number[][] {
  const areaOf = new Map<string, number>();
  for (const [area, members] of areas.entries()) {
    for (const member of members) {
      areaOf.set(known(network.members[member], "member").intersection.id, area);
    }
  }
  const pairs = index.network.routes.flatMap(({ outbound, inbound }) => {
    const passed = [...outbound.stops, ...(inbound?.stops ?? [])].flatMap(
      (it) => areaOf.get(it.intersectionId) ?? [],
    );
    return passed.slice(1).map((it): [number, number] => [passed[0] ?? it, it]);
  });
  return connect(areas.length, pairs);
}

/** What pairs of 0 … count − 1 connect, each in ascending order. */
function connect(count: number, pairs: readonly (readonly [number, number])[]): number[][] {
  const neighbors = Array.from({ length: count }, (): number[] => []);
  for (const [one, other] of pairs) {
    neighbors[one]?.push(other);
    neighbors[other]?.push(one);
  }
  const isSeen = new Uint8Array(count);
  const parts: number[][] = [];
  for (let first = 0; first < count; first++) {
    if (isSeen[first] === 1) continue;
    const part = [first];
    isSeen[first] = 1;
    for (const member of part) {
      for (const next of neighbors[member] ?? []) {
        if (isSeen[next] === 1) continue;
        isSeen[next] = 1;
        part.push(next);
      }
    }
    parts.push(part.sort((a, b) => a - b));
  }
  return parts;
}
