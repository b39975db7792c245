/** Signalled pedestrian crossings: their length, and walk and clearance times that hold the profile's walking speed. */

import { computeCrossingTimeS, US_STYLE } from "../../network/fixed-times.ts";
import type { Crossing } from "../../network/network.schema.ts";
import type { SignalApproach } from "./build-movements.ts";
import { createIdMaker } from "./ids.ts";
import type { SignalCrossing, SignalParts } from "./signal-parts.ts";

export interface BuiltCrossing {
  readonly crossing: Crossing;
  readonly links: readonly SignalCrossing[];
}

const LENGTH_MAX_M = 80;

export function buildCrossings(parts: SignalParts, approaches: readonly SignalApproach[]): BuiltCrossing[] {
  const ids = createIdMaker();
  const byEdge = new Map<string, SignalCrossing[]>();
  for (const crossing of parts.crossings) {
    const own = byEdge.get(crossing.edge.id);
    if (own === undefined) byEdge.set(crossing.edge.id, [crossing]);
    else own.push(crossing);
  }
  return [...byEdge.values()].flatMap((links) => {
    const edge = links[0]?.edge;
    if (edge === undefined) return [];
    const approach = approaches.find((it) => edge.crossingEdges.includes(it.edge.id))?.approach.id;
    const lengthM = Math.min(LENGTH_MAX_M, Math.max(1, edge.lanes[0]?.lengthM ?? 1));
    const crossing: Crossing = {
      id: ids.idOf(edge.id, `X${approach ?? ""}`),
      mode: "pedestrian",
      ...(approach === undefined ? {} : { approachId: approach }),
      lengthM,
      walkS: US_STYLE.walkS,
      clearanceS: computeCrossingTimeS(lengthM, US_STYLE.walkingMps),
      service: "recall",
    };
    return [{ crossing, links }];
  });
}
