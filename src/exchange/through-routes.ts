/**
 * Routes along through movements: from a signal straight on to the next, as long as the street goes on. Where streets
 * carry no names this is what a driver would call one street. It is cut where it changes from two-way to one-way, so that
 * both directions of a route pass the same signals.
 */
import type { Intersection, Network, Route, RouteDirection } from "../network/network.schema.ts";

type Stop = RouteDirection["stops"][number];

interface Through extends Stop {
  readonly fromLinkId: string;
  readonly toLinkId: string;
}

type Chain = readonly Through[];

/** What a network file takes. */
const ROUTES_MAX = 2000;
const STOPS_MAX = 400;

/** Through at least two signals each, the longest first. */
export function findThroughRoutes({ intersections }: Pick<Network, "intersections">): Route[] {
  const chains = listChains(intersections.flatMap(listThroughs));
  const seen = new Set<string>();
  const routes: Route[] = [];
  for (const outbound of chains.flatMap((it) => cutWhereOneWay(it, chains)).sort(byLength)) {
    if (seen.has(keyOf(outbound))) continue;
    const inbound = findWayBack(outbound, chains);
    seen.add(keyOf(outbound));
    if (inbound !== undefined) seen.add(keyOf(inbound));
    const ends = [outbound[0], outbound.at(-1)].map((it) => it?.intersectionId);
    routes.push({
      id: `route-${routes.length + 1}`,
      name: ends.join(" to ").slice(0, 200),
      tier: "ordinary",
      outbound: toDirection(outbound),
      ...(inbound === undefined ? {} : { inbound: toDirection(inbound) }),
    });
  }
  return routes.slice(0, ROUTES_MAX);
}

const byLength = (a: Chain, b: Chain): number => b.length - a.length;
const keyOf = (chain: Chain): string => chain.map((it) => `${it.intersectionId} ${it.movementId}`).join(" ");

/** The widest through movement of each approach. */
const listThroughs = ({ id, approaches, movements }: Intersection): Through[] =>
  approaches.flatMap((approach) => {
    const own = movements
      .filter((it) => it.approachId === approach.id && it.turn === "through")
      .sort((a, b) => b.lanes - a.lanes)[0];
    if (own === undefined) return [];
    return [{ intersectionId: id, movementId: own.id, fromLinkId: approach.linkId, toLinkId: own.toLinkId }];
  });

/** From each through movement that none leads into; a street that ends in itself has no begin and is left out. */
function listChains(throughs: readonly Through[]): Chain[] {
  const byArrival = new Map(throughs.map((it) => [it.fromLinkId, it]));
  const entered = new Set(throughs.map((it) => it.toLinkId));
  return throughs
    .filter((it) => !entered.has(it.fromLinkId))
    .map((start) => {
      const chain: Through[] = [];
      for (let at: Through | undefined = start; at !== undefined; at = byArrival.get(at.toLinkId)) {
        if (chain.length === STOPS_MAX || chain.some((it) => it.intersectionId === at?.intersectionId)) break;
        chain.push(at);
      }
      return chain;
    });
}

/** Runs of at least two signals that are two-way, or one-way, as a whole; neighboring runs share a signal. */
function cutWhereOneWay(chain: Chain, chains: readonly Chain[]): Chain[] {
  const isTwoWay = (from: number, to: number): boolean =>
    findWayBack(chain.slice(from, to + 1), chains) !== undefined;
  const runs: Chain[] = [];
  for (let first = 0; first + 1 < chain.length; ) {
    let last = first + 1;
    const twoWay = isTwoWay(first, last);
    while (last + 1 < chain.length && (twoWay ? isTwoWay(first, last + 1) : !isTwoWay(last, last + 1)))
      last += 1;
    runs.push(chain.slice(first, last + 1));
    first = last;
  }
  return runs;
}

/** The part of another chain that passes the same signals in the opposite order. */
function findWayBack(run: Chain, chains: readonly Chain[]): Chain | undefined {
  const ids = run.map((it) => it.intersectionId).reverse();
  for (const chain of chains) {
    const at = chain.findIndex((it) => it.intersectionId === ids[0]);
    const part = at < 0 ? [] : chain.slice(at, at + ids.length);
    if (part.length === ids.length && part.every((it, place) => it.intersectionId === ids[place]))
      return part;
  }
  return undefined;
}

const toDirection = (chain: Chain): RouteDirection => ({
  stops: chain.map(({ intersectionId, movementId }) => ({ intersectionId, movementId })),
  queueClearanceS: 0,
});
