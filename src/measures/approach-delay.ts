/**
 * Delay at the stop line from the log: departures by the queue of each lane less arrivals.
 *
 *   delay = Σ (D_i − A_i),   A_i = instant at the advance detector + travel time to the stop line
 *
 * Each channel is a lane. What arrives before the first or leaves after the last green of the log is left out. Source:
 * the simple approach delay of the Purdue reports (arrival on red to green), with the queue's discharge added.
 */
import { known } from "../errors.ts";
import { binStartMs } from "./event-log.ts";
import {
  channelsByPhase,
  itemOf,
  listActuations,
  type PhaseDetector,
  type SignalIndex,
} from "./signal-index.ts";
import { type ReleaseOptions, releaseArrivals } from "./stop-line-queue.ts";

export interface DelayBin {
  readonly atMs: number;
  readonly phase: number;
  readonly vehicles: number;
  readonly delayS: number;
}

export interface DelayOptions extends ReleaseOptions {
  readonly detectors: readonly PhaseDetector[];
  readonly binMs: number;
  /** From a detector to the stop line. */
  readonly travelMsOf: (channel: number) => number;
}

/** By bin of arrival, then phase; delay of all vehicles together. */
export function measureApproachDelay(index: SignalIndex, options: DelayOptions): DelayBin[] {
  const bins: DelayBin[] = [];
  for (const [phase, channels] of channelsByPhase(options.detectors, "advance")) {
    const sums = new Map<number, { vehicles: number; delayS: number }>();
    const cycles = index.cyclesByPhase.get(phase) ?? [];
    for (const channel of channels) {
      const travelMs = options.travelMsOf(channel);
      const arrivalsMs = listActuations(index, [channel]).map((atMs) => atMs + travelMs);
      const departuresMs = releaseArrivals(cycles, arrivalsMs, options);
      for (const [vehicle, arrivalMs] of arrivalsMs.entries()) {
        const departureMs = known(departuresMs[vehicle], "departure");
        if (!Number.isFinite(departureMs) || arrivalMs < (cycles[0]?.greenAtMs ?? Number.POSITIVE_INFINITY))
          continue;
        const sum = itemOf(sums, binStartMs(arrivalMs, options.binMs), () => ({ vehicles: 0, delayS: 0 }));
        sum.vehicles++;
        sum.delayS += (departureMs - arrivalMs) / 1000;
      }
    }
    for (const [atMs, sum] of sums) bins.push({ atMs, phase, ...sum });
  }
  return bins.sort((a, b) => a.atMs - b.atMs || a.phase - b.phase);
}
