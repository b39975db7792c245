/**
 * Departures of the vehicles of one lane, from their arrivals and the lamps: first in, first out, one vehicle per
 * headway while green, the first one lossMs after the green begins.
 *
 *   D_i = serve(max(A_i, D_{i−1} + h)),   serve(t) = t within [green + loss, yellow), else the next green + loss
 *
 * A vertical queue: the place that it takes on the road is not modelled. Source: Daganzo, Fundamentals of
 * Transportation and Traffic Operations, 1997, chapter 2 (input–output); headway 2 s and loss 2 s as HCM's defaults
 * (1,800 veh/h per lane, start-up lost time 2 s). Cost: log(cycles) per
 * vehicle.
 */
import { countUpTo } from "./count-up-to.ts";
import { greenEndOf, type PhaseCycle } from "./signal-index.ts";

export interface ReleaseOptions {
  /** Between vehicles of one lane while the queue discharges. Default 2000. */
  readonly headwayMs?: number;
  /** From the start of green to the first departure. Default 2000. */
  readonly lossMs?: number;
}

/** One departure per arrival (ascending), ms; Infinity: the log ends before. */
export function releaseArrivals(
  cycles: readonly PhaseCycle[],
  arrivalsMs: Float64Array,
  options: ReleaseOptions = {},
): Float64Array {
  let beforeMs = Number.NEGATIVE_INFINITY;
  return arrivalsMs.map((arrivalMs) => {
    beforeMs = releaseOne(cycles, { arrivalMs, beforeMs }, options);
    return beforeMs;
  });
}

/** The departure of one vehicle behind another that departs at beforeMs (−Infinity: nobody is ahead). */
export function releaseOne(
  cycles: readonly PhaseCycle[],
  { arrivalMs, beforeMs }: { readonly arrivalMs: number; readonly beforeMs: number },
  { headwayMs = 2000, lossMs = 2000 }: ReleaseOptions = {},
): number {
  const wantedMs = Math.max(arrivalMs, beforeMs + headwayMs);
  const next = countUpTo(cycles.length, (at) => (cycles[at]?.greenAtMs ?? 0) <= wantedMs);
  const cycle = cycles[next - 1];
  if (cycle !== undefined && wantedMs < greenEndOf(cycle)) {
    // A vehicle that finds neither red nor anybody waiting passes at once.
    if (wantedMs === arrivalMs) return arrivalMs;
    const departureMs = Math.max(wantedMs, cycle.greenAtMs + lossMs);
    if (departureMs < greenEndOf(cycle)) return departureMs;
  }
  return (cycles[next]?.greenAtMs ?? Number.POSITIVE_INFINITY) + lossMs;
}
