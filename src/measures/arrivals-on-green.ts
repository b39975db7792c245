/**
 * Arrivals on green and the data of the Purdue coordination diagram.
 *
 *   share = arrivals while green ÷ all arrivals, per phase and bin
 *
 * An arrival is the instant at which an advance detector comes on, less the latency; each detector counts singly. The
 * lamp is green from the start of green to the start of yellow (yellow does not count). Arrivals before the first green
 * of the log count as not green. A bin without any arrival on green has a row here (share 0).
 * Source: Day, Bullock et al., Performance Measures for Traffic Signal Systems, Purdue University 2014,
 * doi 10.5703/1288284315333; ATSPM, FHWA-HOP-20-002.
 */
import { binStartMs } from "./event-log.ts";
import {
  channelsByPhase,
  itemOf,
  listActuations,
  type PhaseDetector,
  type SignalIndex,
  type SignalState,
  stateAt,
  walkCycles,
} from "./signal-index.ts";

export interface ArrivalOptions {
  readonly detectors: readonly PhaseDetector[];
  readonly binMs: number;
  /** From coming on to its entry in the log, or less the travel time to the stop line (negative). Published: 0. */
  readonly latencyMs: number;
}

export interface ArrivalBin {
  readonly atMs: number;
  readonly phase: number;
  readonly arrivals: number;
  readonly onGreen: number;
  readonly share: number;
}

/** One dot of the diagram, and the lines of its cycle, s after the start of green; green line at the cycle's end. */
export interface DiagramPoint {
  readonly phase: number;
  readonly atMs: number;
  readonly inCycleS: number;
  readonly state: SignalState;
  readonly yellowS?: number | undefined;
  readonly redS?: number | undefined;
  /** Absent: the log ends first. */
  readonly cycleS?: number | undefined;
}

/** By bin, then phase. */
export function measureArrivals(
  index: SignalIndex,
  { detectors, binMs, latencyMs }: ArrivalOptions,
): ArrivalBin[] {
  const bins: ArrivalBin[] = [];
  for (const [phase, channels] of channelsByPhase(detectors, "advance")) {
    const counts = new Map<number, { arrivals: number; onGreen: number }>();
    const instants = listActuations(index, channels).map((atMs) => atMs - latencyMs);
    walkCycles(index.cyclesByPhase.get(phase) ?? [], instants, (atMs, cycle) => {
      const count = itemOf(counts, binStartMs(atMs, binMs), () => ({ arrivals: 0, onGreen: 0 }));
      count.arrivals++;
      if (cycle !== undefined && stateAt(cycle, atMs) === "green") count.onGreen++;
    });
    for (const [atMs, count] of counts) {
      bins.push({ atMs, phase, ...count, share: count.onGreen / count.arrivals });
    }
  }
  return bins.sort((a, b) => a.atMs - b.atMs || a.phase - b.phase);
}

/** Every arrival in a cycle that has begun in the log; by phase, then time. */
export function listDiagramPoints(
  index: SignalIndex,
  { detectors, latencyMs }: Omit<ArrivalOptions, "binMs">,
): DiagramPoint[] {
  const points: DiagramPoint[] = [];
  for (const [phase, channels] of channelsByPhase(detectors, "advance")) {
    const instants = listActuations(index, channels).map((atMs) => atMs - latencyMs);
    walkCycles(index.cyclesByPhase.get(phase) ?? [], instants, (atMs, cycle) => {
      if (cycle === undefined) return;
      const after = (at: number | undefined): number | undefined =>
        at === undefined || !Number.isFinite(at) ? undefined : (at - cycle.greenAtMs) / 1000;
      points.push({
        phase,
        atMs,
        inCycleS: (atMs - cycle.greenAtMs) / 1000,
        state: stateAt(cycle, atMs),
        yellowS: after(cycle.yellowAtMs),
        redS: after(cycle.redAtMs),
        cycleS: after(cycle.nextGreenAtMs),
      });
    });
  }
  return points;
}
