/**
 * Travel time along a route, by virtual vehicles: each starts at the route's beginning, drives every link at its free
 * speed, joins the queue of the lane that lets it go first behind the vehicles that the log shows, and leaves as the
 * queue's order and the lamps allow.
 *
 *   T = Σ links (free time + D − A),   D as in the stop line's queue, behind the last arrival before A
 *
 * It does not brake, accelerate or overtake. Source: Liu & Ma, A virtual vehicle probe model for time-dependent travel
 * time estimation on signalized arterials, Transportation Research C 17, 2009, without its acceleration.
 */
import { assert, known } from "../errors.ts";
import { countUpTo } from "./count-up-to.ts";
import { listActuations, type SignalIndex } from "./signal-index.ts";
import { type ReleaseOptions, releaseArrivals, releaseOne } from "./stop-line-queue.ts";

export interface RouteLeg {
  readonly index: SignalIndex;
  /** That serves the route's movement. */
  readonly phase: number;
  /** Advance detectors of the route's lanes, each with the travel time from it to the stop line. */
  readonly lanes: readonly { readonly channel: number; readonly travelMs: number }[];
  /** From the stop line before (the first: from the route's beginning) to this one at free speed. */
  readonly freeMs: number;
}

export interface Trip {
  readonly startMs: number;
  readonly travelS: number;
  /** Of travelS, at stop lines. */
  readonly delayS: number;
  readonly stops: number;
}

/** A vehicle that waits longer than this has stopped. */
const STOP_MS = 2000;

/** One trip per start that the logs cover to its end. */
export function measureTrips(
  legs: readonly RouteLeg[],
  startsMs: readonly number[],
  options: ReleaseOptions = {},
): Trip[] {
  assert(legs.length > 0, "a route has a leg");
  const stopLines = legs.map((leg) => prepareStopLine(leg, options));
  return startsMs.flatMap((startMs) => {
    let atMs = startMs;
    let delayMs = 0;
    let stops = 0;
    for (const { freeMs, passAt } of stopLines) {
      const arrivalMs = atMs + freeMs;
      atMs = passAt(arrivalMs);
      delayMs += atMs - arrivalMs;
      if (atMs - arrivalMs > STOP_MS) stops++;
    }
    if (!Number.isFinite(atMs)) return [];
    return [{ startMs, travelS: (atMs - startMs) / 1000, delayS: delayMs / 1000, stops }];
  });
}

interface StopLine {
  readonly freeMs: number;
  /** Departure of a vehicle that would arrive now. */
  readonly passAt: (arrivalMs: number) => number;
}

function prepareStopLine({ index, phase, lanes, freeMs }: RouteLeg, options: ReleaseOptions): StopLine {
  const cycles = index.cyclesByPhase.get(phase) ?? [];
  const firstGreenMs = cycles[0]?.greenAtMs ?? Number.POSITIVE_INFINITY;
  const queues = lanes.map(({ channel, travelMs }) => {
    const arrivalsMs = listActuations(index, [channel]).map((atMs) => atMs + travelMs);
    return { arrivalsMs, departuresMs: releaseArrivals(cycles, arrivalsMs, options) };
  });
  return {
    freeMs,
    passAt(arrivalMs) {
      if (arrivalMs < firstGreenMs) return Number.POSITIVE_INFINITY;
      const lastDepartures = queues.map(({ arrivalsMs, departuresMs }) => {
        const ahead = countUpTo(arrivalsMs.length, (at) => known(arrivalsMs[at], "arrival") <= arrivalMs);
        return departuresMs[ahead - 1] ?? Number.NEGATIVE_INFINITY;
      });
      const beforeMs = lastDepartures.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...lastDepartures);
      return releaseOne(cycles, { arrivalMs, beforeMs }, options);
    },
  };
}
