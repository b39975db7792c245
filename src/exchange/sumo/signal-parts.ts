/** The parts of a net that one traffic light controls, gathered by signal. */
import type { Note } from "../import-report.ts";
import type { SumoConnection, SumoEdge, SumoNet } from "./sumo-net.ts";

/** One controlled connection of vehicles, with where it stands in the junction's foe matrix. */
export interface SignalLink {
  readonly linkIndex: number;
  readonly connection: SumoConnection;
  readonly from: SumoEdge;
  readonly to: SumoEdge;
  readonly junctionId: string;
  readonly requestIndex: number | undefined;
}

/** A controlled pedestrian crossing. */
export interface SignalCrossing {
  readonly linkIndex: number;
  readonly edge: SumoEdge;
  readonly junctionId: string;
  readonly requestIndex: number | undefined;
}

export interface SignalParts {
  readonly tlId: string;
  readonly links: readonly SignalLink[];
  readonly crossings: readonly SignalCrossing[];
  readonly linkCount: number;
}

/** Signals with at least one vehicle connection, in the order of the net; the others are left out and reported. */
export function listSignalParts(net: SumoNet, note: Note): SignalParts[] {
  const requestIndexOf = buildRequestIndex(net);
  const byTl = new Map<string, { links: SignalLink[]; crossings: SignalCrossing[] }>();
  for (const connection of net.connections) {
    const { tl, linkIndex } = connection;
    const from = net.edges.get(connection.from);
    const to = net.edges.get(connection.to);
    if (tl === undefined || from === undefined || to === undefined) continue;
    const parts = byTl.get(tl) ?? { links: [], crossings: [] };
    byTl.set(tl, parts);
    const requestIndex = requestIndexOf.get(connection);
    if (to.function === "crossing") {
      parts.crossings.push({ linkIndex, edge: to, junctionId: to.from, requestIndex });
    } else if (from.function === "normal") {
      parts.links.push({ linkIndex, connection, from, to, junctionId: from.to, requestIndex });
    }
  }
  return [...byTl].flatMap(([tlId, { links, crossings }]): SignalParts[] => {
    const railway = links
      .map((it) => net.junctions.get(it.junctionId)?.type ?? "")
      .find((it) => it.startsWith("rail_"));
    if (links.length === 0 || railway !== undefined) {
      const why = railway === undefined ? "controls no vehicles" : `is a ${railway.replace("_", " ")}`;
      note({
        severity: "omitted",
        node: tlId,
        where: "tlLogic",
        sentence: `Signal ${tlId} ${why}: it is left out.`,
      });
      return [];
    }
    const linkCount = 1 + Math.max(...[...links, ...crossings].map((it) => it.linkIndex));
    return [{ tlId, links, crossings, linkCount }];
  });
}

/**
 * Which row of its junction's foe matrix a connection is: SUMO counts the connections of the incoming lanes, lane by
 * lane in the order of `incLanes`, connection by connection in the order of the file.
 */
function buildRequestIndex(net: SumoNet): Map<SumoConnection, number> {
  const indexOf = new Map<SumoConnection, number>();
  for (const { type, incLanes } of net.junctions.values()) {
    // A waiting place inside a junction names the lanes that it yields to, not its own.
    if (type === "internal") continue;
    let index = 0;
    for (const connection of incLanes.flatMap((it) => net.connectionsFrom.get(it) ?? [])) {
      // The way from a pavement to the corner has no row.
      if (net.edges.get(connection.to)?.function === "walkingarea") continue;
      indexOf.set(connection, index);
      index += 1;
    }
  }
  return indexOf;
}
