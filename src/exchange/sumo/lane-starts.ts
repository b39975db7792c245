/**
 * Where the lanes at a stop line begin. Upstream each lane goes on as one lane at most: where a street widens, the straight
 * ones go on and the others begin there, as turn bays.
 */
import { QUEUE_SPACING_M } from "../../network/find.ts";
import type { SumoEdge, SumoNet } from "./sumo-net.ts";

/**
 * Lanes at the stop line that begin on the way, with their length, m: room for one vehicle at least, for one always gets
 * out of the way. `edges`: in the direction of travel.
 */
export function findLaneStarts(net: SumoNet, edges: readonly SumoEdge[]): Map<number, number> {
  const last = edges.at(-1);
  const starts = new Map<number, number>();
  if (last === undefined) return starts;
  const isStraight = (lane: number): boolean =>
    (net.connectionsFrom.get(`${last.id}_${lane}`) ?? []).some((it) => it.dir === "s");
  let goingOn = last.lanes
    .map(({ index }) => ({ stopLane: index, lane: index }))
    .sort((a, b) => Number(isStraight(b.stopLane)) - Number(isStraight(a.stopLane)));
  let lengthM = 0;
  for (let at = edges.length - 1; at > 0; at--) {
    const [upstream, edge] = [edges[at - 1], edges[at]];
    if (upstream === undefined || edge === undefined) break;
    lengthM += Math.max(...edge.lanes.map((it) => it.lengthM));
    const free = new Set(upstream.lanes);
    goingOn = goingOn.flatMap(({ stopLane, lane }) => {
      const before = [...free].find(({ id }) =>
        net.connectionsFrom.get(id)?.some((it) => it.to === edge.id && it.toLane === lane),
      );
      if (before === undefined) {
        starts.set(stopLane, Math.max(QUEUE_SPACING_M, Math.round(lengthM * 100) / 100));
        return [];
      }
      free.delete(before);
      return [{ stopLane, lane: before.index }];
    });
  }
  return starts;
}
