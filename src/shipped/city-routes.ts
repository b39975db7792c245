/** Which stretches of a laid city are routes and event lanes. */
import { known } from "../errors.ts";
import type { EventLane, Route } from "../network/network.schema.ts";
import { BOUNDS_ALONG, type Road, type Signal } from "./lay-streets.ts";

/** A route passes at least this many signals. */
const STOPS_LEAST = 3;
/** Drivers keep a little below the limit on a green wave. */
const PROGRESSION_RATIO = 0.9;

/**
 * Every road as a route over all signals that it passes through; with a total length, those of the inner city, as far
 * out as the length reaches.
 */
export function buildRoutes(roads: readonly Road[], totalM?: number): Route[] {
  const all = roads.map((road) => ({ road, stops: road.signals.filter((it) => passes(road, it)) }));
  const chosen = totalM === undefined ? all : chooseInner(all, totalM);
  return chosen.filter((it) => it.stops.length >= STOPS_LEAST).map(toRoute);
}

interface Run {
  readonly road: Road;
  readonly stops: readonly Signal[];
}

function toRoute({ road, stops }: Run): Route {
  const { behind, ahead } = BOUNDS_ALONG[road.axis];
  const progressionSpeedMps = Math.round(road.speedLimitMps * PROGRESSION_RATIO * 10) / 10;
  const direction = (signals: readonly Signal[], movementId: string) => ({
    stops: signals.map((it) => ({ intersectionId: it.id, movementId })),
    progressionSpeedMps,
    queueClearanceS: 0,
  });
  const tier = road.lanes === 4 ? "protected" : road.lanes === 3 ? "preferred" : "ordinary";
  return {
    id: road.id,
    tier,
    outbound: direction(stops, `${behind}T`),
    inbound: direction([...stops].reverse(), `${ahead}T`),
  };
}

/** A road passes through a signal that has it on both sides. */
function passes(road: Road, { legs }: Signal): boolean {
  const { behind, ahead } = BOUNDS_ALONG[road.axis];
  return legs.has(behind) && legs.has(ahead);
}

function chooseInner(runs: readonly Run[], totalM: number): Run[] {
  const radii = measureRadii(runs.flatMap((it) => it.stops));
  const within = (radius: number): Run[] =>
    runs.map(({ road, stops }) => ({
      road,
      stops: longestRun(stops, (it) => known(radii.get(it.id), "radius") <= radius),
    }));
  const lengthM = (chosen: readonly Run[]): number =>
    chosen.reduce((sum, it) => sum + (it.stops.length >= STOPS_LEAST ? sumOf(lengthsM(it)) : 0), 0);
  const sorted = [...new Set(radii.values())].sort((a, b) => a - b);
  const radius = known(
    sorted.find((it) => lengthM(within(it)) >= totalM),
    `streets of ${totalM} m`,
  );
  const chosen = within(radius).filter((it) => it.stops.length >= STOPS_LEAST);
  const kept = trimTo(chosen.map(lengthsM), { totalM, least: STOPS_LEAST - 1 });
  return chosen.map(({ road, stops }, at) => ({ road, stops: stops.slice(0, known(kept[at], "kept") + 1) }));
}

/** Distance from the middle as part of the way to the edge, the larger of the two axes. */
function measureRadii(signals: readonly Signal[]): Map<string, number> {
  const spanOf = (values: readonly number[]) => {
    const least = Math.min(...values);
    const most = Math.max(...values);
    return { middle: (least + most) / 2, half: (most - least) / 2 };
  };
  const x = spanOf(signals.map((it) => it.xM));
  const y = spanOf(signals.map((it) => it.yM));
  return new Map(
    signals.map((it) => [
      it.id,
      Math.max(Math.abs(it.xM - x.middle) / x.half, Math.abs(it.yM - y.middle) / y.half),
    ]),
  );
}

function longestRun(signals: readonly Signal[], belongs: (signal: Signal) => boolean): Signal[] {
  let best: Signal[] = [];
  let run: Signal[] = [];
  for (const signal of signals) {
    run = belongs(signal) ? [...run, signal] : [];
    if (run.length > best.length) best = run;
  }
  return best;
}

/** Lengths between consecutive stops, m. */
const lengthsM = ({ road, stops }: Run): number[] =>
  stops.slice(0, -1).map((it) => known(it.legs.get(BOUNDS_ALONG[road.axis].ahead), "leg ahead").lengthM);

/**
 * How many lengths of each chain are kept so that together they come to the total: while there is too much, the chain
 * loses its last length whose last length fits best into what is too much.
 */
function trimTo(chains: readonly (readonly number[])[], limits: { totalM: number; least: number }): number[] {
  const kept = chains.map((it) => it.length);
  let excessM = chains.reduce((sum, it) => sum + sumOf(it), 0) - limits.totalM;
  for (;;) {
    let best = -1;
    let bestM = 0;
    for (const [at, chain] of chains.entries()) {
      const count = known(kept[at], "kept");
      const lastM = count > limits.least ? known(chain[count - 1], "last length") : 0;
      if (lastM <= excessM && lastM > bestM) [best, bestM] = [at, lastM];
    }
    if (best < 0) return kept;
    kept[best] = known(kept[best], "kept") - 1;
    excessM -= bestM;
  }
}

/** On each road that is alone on its line, the inner lane from its first signal's entry on. */
export function buildEventLanes(roads: readonly Road[], totalM: number): EventLane[] {
  const chains = roads.filter((it) => !it.id.includes("-")).map((road) => ({ road, links: listLinks(road) }));
  const kept = trimTo(
    chains.map((it) => it.links.map((link) => link.lengthM)),
    { totalM, least: 1 },
  );
  return chains.map(({ road, links }, at) => ({
    id: `lane-${road.id}`,
    name: road.id,
    linkIds: links.slice(0, known(kept[at], "kept")).map((it) => it.id),
    lane: road.lanes,
  }));
}

/** The links of a road in its own order, ends that lead out of the network included. */
function listLinks(road: Road): { id: string; lengthM: number }[] {
  const { behind, ahead } = BOUNDS_ALONG[road.axis];
  const first = known(road.signals[0], "first signal");
  const entry = first.legs.get(behind);
  const start =
    entry?.roadId === road.id && entry.neighborId === undefined
      ? [{ id: `${behind}.${first.id}`, lengthM: entry.lengthM }]
      : [];
  return [
    ...start,
    ...road.signals.flatMap(({ id, legs }) => {
      const leg = legs.get(ahead);
      return leg?.roadId === road.id
        ? [{ id: `${id}.${leg.neighborId ?? ahead}`, lengthM: leg.lengthM }]
        : [];
    }),
  ];
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0);
