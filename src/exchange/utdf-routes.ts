/**
 * Routes: every street name that connects two or more signals, followed from end to end. Outbound runs from the
 * north-western end. The progression speed is each link's own.
 */
import type { Intersection, Link, Movement, Network, Route } from "../network/network.schema.ts";
import type { Note } from "./import-report.ts";
import { toStreetKey } from "./utdf-streets.ts";

type Street = Pick<Network, "intersections" | "links">;

export function listRoutes(street: Street, note: Note): Route[] {
  const names = new Map<string, string[]>();
  for (const link of street.links) {
    if (link.name === undefined || link.from === undefined || link.to === undefined) continue;
    const key = toStreetKey(link.name);
    names.set(key, [...(names.get(key) ?? []), link.name]);
  }
  const ids = new Set<string>();
  return [...names].flatMap(([key, spellings]) =>
    listChains(street, key).flatMap((chain) => {
      const route = buildRoute(street, { key, name: mostFrequent(spellings), chain, note });
      if (route === undefined) return [];
      const id = ids.has(route.id) ? `${route.id}-${chain[0]?.id}` : route.id;
      ids.add(id);
      noteRoute(note, { ...route, id }, new Set(spellings));
      return [{ ...route, id }];
    }),
  );
}

const linksNamed = (street: Street, key: string): Link[] =>
  street.links.filter((it) => it.name !== undefined && toStreetKey(it.name) === key);

function mostFrequent(values: readonly string[]): string {
  const count = (value: string): number => values.filter((it) => it === value).length;
  return values.reduce((best, it) => (count(it) > count(best) ? it : best));
}

/** Signals that the street connects, end to end, each from its north-western end. */
function listChains(street: Street, key: string): Intersection[][] {
  const byId = new Map(street.intersections.map((it) => [it.id, it]));
  const neighbors = new Map<string, Set<string>>();
  for (const { from, to } of linksNamed(street, key)) {
    if (from === undefined || to === undefined || !byId.has(from) || !byId.has(to)) continue;
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      neighbors.set(one, (neighbors.get(one) ?? new Set()).add(other));
    }
  }
  const left = new Set(neighbors.keys());
  const chains: Intersection[][] = [];
  const northWest = [...street.intersections].sort((a, b) => b.yM - b.xM - (a.yM - a.xM));
  for (const wantsEnd of [true, false]) {
    for (const start of northWest) {
      if (!left.has(start.id) || (wantsEnd && (neighbors.get(start.id)?.size ?? 0) > 1)) continue;
      const chain: Intersection[] = [];
      for (let at: string | undefined = start.id; at !== undefined; ) {
        const current: Intersection | undefined = byId.get(at);
        if (current !== undefined) chain.push(current);
        left.delete(at);
        at = [...(neighbors.get(at) ?? [])].find((it) => left.has(it));
      }
      if (chain.length > 1) chains.push(chain);
    }
  }
  return chains;
}

function buildRoute(
  street: Street,
  of: {
    readonly key: string;
    readonly name: string;
    readonly chain: readonly Intersection[];
    readonly note: Note;
  },
): Route | undefined {
  const outbound = listStops(street, of.key, of.chain);
  const inbound = listStops(street, of.key, [...of.chain].reverse());
  const id = of.key.replaceAll(" ", "-").slice(0, 48) || "route";
  if (outbound === undefined && inbound === undefined) {
    of.note({
      severity: "omitted",
      where: "Links Name",
      sentence: `${of.name} connects ${of.chain.map((it) => it.id).join(", ")}, but no movements lead along it: no route is derived.`,
    });
    return undefined;
  }
  return {
    id,
    name: of.name,
    tier: "ordinary",
    outbound: { stops: outbound ?? inbound ?? [], queueClearanceS: 0 },
    ...(outbound === undefined || inbound === undefined
      ? {}
      : { inbound: { stops: inbound, queueClearanceS: 0 } }),
  };
}

/** The movement along the street at each signal; undefined where one is missing. */
function listStops(
  street: Street,
  key: string,
  chain: readonly Intersection[],
): { intersectionId: string; movementId: string }[] | undefined {
  const links = new Map(street.links.map((it) => [it.id, it]));
  const isOnStreet = (linkId: string | undefined): boolean =>
    toStreetKey(links.get(linkId ?? "")?.name ?? "") === key;
  const stops = chain.map((intersection, at) => {
    const before = chain[at - 1]?.id;
    const after = chain[at + 1]?.id;
    const along = intersection.movements.filter((it) => {
      const from = links.get(intersection.approaches.find((own) => own.id === it.approachId)?.linkId ?? "");
      const to = links.get(it.toLinkId);
      const arrives = before === undefined ? isOnStreet(from?.id) : from?.from === before;
      const leaves = after === undefined ? isOnStreet(to?.id) : to?.to === after;
      return arrives && leaves && it.turn !== "uTurn";
    });
    const movement: Movement | undefined = along.find((it) => it.turn === "through") ?? along[0];
    return movement === undefined ? undefined : { intersectionId: intersection.id, movementId: movement.id };
  });
  return stops.every((it) => it !== undefined) ? stops : undefined;
}

function noteRoute(note: Note, route: Route, spellings: ReadonlySet<string>): void {
  const ids = route.outbound.stops.map((it) => it.intersectionId).join(", ");
  note({
    severity: "assumption",
    where: "Links Name",
    sentence: `${route.name} is taken as a route: outbound through ${ids}${
      route.inbound === undefined ? ", one way" : " and back"
    }, at the posted speed of each link.`,
  });
  if (spellings.size > 1) {
    note({
      severity: "repair",
      where: "Links Name",
      sentence: `${[...spellings].join(" and ")} are taken as one street.`,
    });
  }
}
