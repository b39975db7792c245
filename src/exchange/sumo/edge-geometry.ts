/** Directions of edges, from the shapes of their lanes. */
import type { SumoEdge } from "./sumo-net.ts";

/** Direction of travel at the stop line, clockwise from north, in tenths of a degree below 360. */
export function headingAtEndDeg(edge: SumoEdge): number {
  const shape = edge.lanes[0]?.shape ?? [];
  const last = shape.at(-1);
  const before = shape.findLast((it) => last !== undefined && (it[0] !== last[0] || it[1] !== last[1]));
  if (last === undefined || before === undefined) return 0;
  const angleDeg = (Math.atan2(last[0] - before[0], last[1] - before[1]) * 180) / Math.PI;
  return (Math.round((angleDeg + 360) * 10) / 10) % 360;
}
