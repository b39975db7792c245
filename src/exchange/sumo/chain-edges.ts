/**
 * Which edges together are one link: from the signal that lets traffic out to the next signal that stops it.
 *
 * Nets cut a street at every driveway. At a junction without signals each edge that arrives goes on as at most one edge
 * that leaves, and the reverse: pairs are made from straight connections first, then partial turns, then turns; among
 * equals the one with more lanes, then the one of higher priority. What is left over begins or ends a link there: that
 * traffic joins or leaves unseen. Turns back are never followed.
 */
import type { SignalParts } from "./signal-parts.ts";
import type { SumoConnection, SumoEdge, SumoNet } from "./sumo-net.ts";

export interface Chain {
  /** In the direction of travel. */
  readonly edges: readonly SumoEdge[];
  /** Through the junctions between them, m. */
  readonly junctionsM: number;
  /** Edges that join or leave on the way, and were not followed. */
  readonly branches: readonly string[];
}

export interface Chains {
  /** From an edge that leaves a signal, downstream to the next stop line or to the last edge that can be followed. */
  readonly fromExit: (edgeId: string) => Chain;
  /** To an edge that ends at a signal, upstream to the signal before or to the first edge that can be followed. */
  readonly toStopLine: (edgeId: string) => Chain;
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly rank: number;
  readonly lanes: number;
  readonly priority: number;
  readonly viaM: number;
}

const RANK: Readonly<Record<string, number>> = { s: 0, L: 1, R: 1, l: 2, r: 2 };

export function buildChains(net: SumoNet, signals: readonly SignalParts[]): Chains {
  const stops = new Set(signals.flatMap((it) => it.links.map((link) => link.from.id)));
  const exits = new Set(signals.flatMap((it) => it.links.map((link) => link.to.id)));
  const pairs = listPairs(net).filter((it) => !stops.has(it.from) && !exits.has(it.to));
  const next = new Map<string, Pair>();
  const previous = new Map<string, Pair>();
  for (const pair of [...pairs].sort(byPreference)) {
    if (next.has(pair.from) || previous.has(pair.to)) continue;
    next.set(pair.from, pair);
    previous.set(pair.to, pair);
  }
  const walk = (edgeId: string, step: (id: string) => Pair | undefined, side: "from" | "to"): Pair[] => {
    const walked: Pair[] = [];
    const seen = new Set([edgeId]);
    for (let pair = step(edgeId); pair !== undefined && !seen.has(pair[side]); pair = step(pair[side])) {
      walked.push(pair);
      seen.add(pair[side]);
    }
    return walked;
  };
  const toChain = (ids: readonly string[], walked: readonly Pair[]): Chain => {
    const inside = new Set(ids);
    return {
      edges: ids.flatMap((id) => net.edges.get(id) ?? []),
      junctionsM: walked.reduce((sum, it) => sum + it.viaM, 0),
      branches: pairs
        .filter((it) => inside.has(it.from) !== inside.has(it.to))
        .map((it) => (inside.has(it.from) ? it.to : it.from)),
    };
  };
  return {
    fromExit: (edgeId) => {
      const walked = walk(edgeId, (id) => next.get(id), "to");
      return toChain([edgeId, ...walked.map((it) => it.to)], walked);
    },
    toStopLine: (edgeId) => {
      const walked = walk(edgeId, (id) => previous.get(id), "from");
      return toChain([...walked.map((it) => it.from).reverse(), edgeId], walked);
    },
  };
}

const byPreference = (a: Pair, b: Pair): number =>
  a.rank - b.rank ||
  b.lanes - a.lanes ||
  b.priority - a.priority ||
  (a.from < b.from ? -1 : a.from > b.from ? 1 : 0) ||
  (a.to < b.to ? -1 : a.to > b.to ? 1 : 0);

/** Pairs of edges that vehicles drive from one to the other, turns back left out. */
function listPairs(net: SumoNet): Pair[] {
  const pairs = new Map<string, { pair: Pair; lanes: number }>();
  for (const connection of net.connections) {
    const from = net.edges.get(connection.from);
    const to = net.edges.get(connection.to);
    const rank = RANK[connection.dir];
    if (from?.function !== "normal" || to?.function !== "normal" || rank === undefined) continue;
    if (from.lanes.find((it) => it.index === connection.fromLane)?.use !== "general") continue;
    const key = `${from.id} ${to.id}`;
    const known = pairs.get(key);
    pairs.set(key, {
      pair: known?.pair ?? {
        from: from.id,
        to: to.id,
        rank,
        lanes: 0,
        priority: Math.min(from.priority, to.priority),
        viaM: measureVia(net, connection),
      },
      lanes: (known?.lanes ?? 0) + 1,
    });
  }
  return [...pairs.values()].map(({ pair, lanes }) => ({ ...pair, lanes }));
}

/** Length of the way through a junction, m; a way with a waiting point inside is made of several lanes. */
export function measureVia(net: SumoNet, { via }: Pick<SumoConnection, "via">): number {
  let lengthM = 0;
  const seen = new Set<string>();
  for (let laneId = via; laneId !== undefined && !seen.has(laneId); ) {
    seen.add(laneId);
    const edgeId = laneId.slice(0, laneId.lastIndexOf("_"));
    const lane = net.edges.get(edgeId)?.lanes.find((it) => it.id === laneId);
    lengthM += lane?.lengthM ?? 0;
    laneId = net.connectionsFrom.get(laneId)?.[0]?.via;
  }
  return lengthM;
}
