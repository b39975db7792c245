/**
 * A problem laid out for the search: times in steps of the resolution, every green moved along its way to the first stop,
 * so that travel times no longer appear, and each stop's greens per alternative as a set of arcs on the cycle.
 * With offset o a stop's green that starts at s lets pass whatever passes the first stop from s + o on.
 */
import { assert } from "../../errors.ts";
import { type Interval, wrapS } from "../../timing/cycle.ts";
import { type ArcSet, createArcSet } from "./arc-set.ts";
import type { BandStop, BandWay, NetworkBandProblem } from "./network-band-problem.ts";

export interface SpaceStop {
  readonly signal: number;
  readonly way: number;
  /** By alternative, at offset 0. */
  readonly greens: readonly ArcSet[];
}

export interface SpaceWay {
  readonly stops: readonly SpaceStop[];
  /** What a step of band is worth. */
  readonly weight: number;
  /** In steps. */
  readonly floor: number;
  /** What a step below the floor costs: more than all else may gain by it. */
  readonly penalty: number;
}

export interface SpaceRoute {
  /** Places in `ways`; undefined for a direction that there is not or that is worth nothing. */
  readonly outbound: number | undefined;
  readonly inbound: number | undefined;
  /** Those of both ways, in the order of the first. */
  readonly signals: readonly number[];
}

export interface BandSpace {
  readonly steps: number;
  readonly resolutionS: number;
  readonly alternativeCounts: readonly number[];
  /** Ways that are worth something. */
  readonly ways: readonly SpaceWay[];
  readonly routes: readonly SpaceRoute[];
  /** By signal. */
  readonly stopsAt: readonly (readonly SpaceStop[])[];
  /** Arcs that any intersection along a way may have. */
  readonly capacity: number;
}

/** Widths closer than this are the same, in steps. */
export const SAME_WIDTH = 1e-7;

/** A second below a floor costs so many times all weights together: no gain elsewhere makes up for it. */
export const MISSED_WEIGHT = 1000;

export function buildBandSpace(problem: NetworkBandProblem): BandSpace {
  const { cycleS, resolutionS, signals, routes } = problem;
  const steps = Math.round(cycleS / resolutionS);
  assert(
    resolutionS > 0 && Math.abs(steps * resolutionS - cycleS) < 1e-9,
    `cycle ${cycleS} s is no whole number of steps of ${resolutionS} s`,
  );
  const ways: SpaceWay[] = [];
  const allWays = routes.flatMap(({ outbound, inbound }) =>
    inbound === undefined ? [outbound] : [outbound, inbound],
  );
  const penalty = MISSED_WEIGHT * resolutionS * allWays.reduce((sum, it) => sum + it.weight, 1);
  const addWay = (way: BandWay | undefined): number | undefined => {
    if (way === undefined || (way.weight === 0 && way.floorS === 0)) return undefined;
    checkWay(way, problem);
    const at = ways.length;
    const stops = way.stops.map((it) => ({
      signal: it.signal,
      way: at,
      greens: it.greens.map((greens) => layGreens(greens, it, problem)),
    }));
    ways.push({ stops, weight: way.weight * resolutionS, floor: way.floorS / resolutionS, penalty });
    return at;
  };
  const laid = routes.map(({ outbound, inbound }): SpaceRoute => {
    const ofBoth = { outbound: addWay(outbound), inbound: addWay(inbound) };
    const stops = [ofBoth.outbound, ofBoth.inbound].flatMap((it) =>
      it === undefined ? [] : (ways[it]?.stops ?? []),
    );
    return { ...ofBoth, signals: [...new Set(stops.map((it) => it.signal))] };
  });
  const stopsAt: SpaceStop[][] = signals.map(() => []);
  for (const it of ways.flatMap((way) => way.stops)) stopsAt[it.signal]?.push(it);
  return {
    steps,
    resolutionS,
    alternativeCounts: signals.map((it) => it.alternativeCount),
    ways,
    routes: laid,
    stopsAt,
    capacity: Math.max(...ways.map(countArcs), 0) + 2,
  };
}

/** Two sets of arcs have no more arcs in common than both together. */
const countArcs = ({ stops }: SpaceWay): number =>
  stops.reduce((sum, { greens }) => sum + Math.max(0, ...greens.map((it) => it.count)), 0);

function checkWay(way: BandWay, { signals }: NetworkBandProblem): void {
  assert(way.weight >= 0 && way.floorS >= 0, `weight ${way.weight}, floor ${way.floorS} s`);
  const seen = new Set(way.stops.map((it) => it.signal));
  assert(seen.size === way.stops.length, "a way passes a signal twice");
  for (const { signal, greens } of way.stops) {
    const count = signals[signal]?.alternativeCount;
    assert(
      greens.length === count,
      `${greens.length} lists of greens for ${count} alternatives at signal ${signal}`,
    );
  }
}

function layGreens(
  greens: readonly Interval[],
  { travelS }: BandStop,
  { cycleS, resolutionS }: NetworkBandProblem,
): ArcSet {
  if (greens.some((it) => it.lengthS >= cycleS)) return createArcSet(0);
  const set = createArcSet(greens.length);
  set.count = greens.length;
  for (const [i, { startS, lengthS }] of greens.entries()) {
    set.start[i] = wrapS(startS - travelS, cycleS) / resolutionS;
    set.length[i] = lengthS / resolutionS;
  }
  return set;
}
