/**
 * Split failures: cycles whose green did not serve the queue.
 *
 *   green occupancy = occupied time while green ÷ green
 *   red occupancy   = occupied time in the first redMs after the start of red clearance ÷ redMs
 *   failure         = both at or above their thresholds
 *
 * Occupied: any presence detector of the phase is (by approach). Only cycles with exactly one yellow and one red
 * clearance whose red lasts redMs, and whose start lies after the first word of the detectors. A cycle belongs to the
 * bin in which its redMs end; the last one is left out when that lies beyond the last bin of the log.
 * Source: Freije et al., Graphical performance measures for practitioners to triage split failure trouble calls, TRB
 * 2014; ATSPM package of Oregon DOT. Published thresholds 0.8 and 5 s; UDOT's reports use 0.79.
 */
import { binStartMs } from "./event-log.ts";
import { measureOccupancy, type Occupancy, occupiedMs } from "./occupancy.ts";
import {
  channelsByPhase,
  itemOf,
  type PhaseCycle,
  type PhaseDetector,
  type SignalIndex,
} from "./signal-index.ts";

export interface SplitFailureOptions {
  readonly detectors: readonly PhaseDetector[];
  readonly binMs: number;
  /** Published: 5000. */
  readonly redMs: number;
  /** 0…1. Published: 0.8. */
  readonly leastGreenOccupancy: number;
  readonly leastRedOccupancy: number;
}

export interface SplitFailureBin {
  readonly atMs: number;
  readonly phase: number;
  readonly cycles: number;
  readonly failures: number;
  /** Means of the cycles. */
  readonly greenS: number;
  readonly greenOccupancy: number;
  readonly redOccupancy: number;
}

/** By bin, then phase. */
export function measureSplitFailures(index: SignalIndex, options: SplitFailureOptions): SplitFailureBin[] {
  const { binMs, redMs } = options;
  const lastMs = index.log.atMs[index.log.length - 1] ?? 0;
  const endMs = binStartMs(lastMs, binMs) + binMs;
  const bins: SplitFailureBin[] = [];
  for (const [phase, channels] of channelsByPhase(options.detectors, "presence")) {
    const occupancy = measureOccupancy(index, channels);
    const sums = new Map<number, CycleSums>();
    for (const cycle of index.cyclesByPhase.get(phase) ?? []) {
      const judged = judgeCycle(cycle, occupancy, options);
      if (judged === undefined || judged.atMs >= endMs) continue;
      addTo(itemOf(sums, binStartMs(judged.atMs, binMs), createSums), judged);
    }
    for (const [atMs, { cycles, failures, ...of }] of sums) {
      bins.push({
        atMs,
        phase,
        cycles,
        failures,
        greenS: of.greenMs / cycles / 1000,
        greenOccupancy: of.greenOccupancy / cycles,
        redOccupancy: of.redOccupiedMs / cycles / redMs,
      });
    }
  }
  return bins.sort((a, b) => a.atMs - b.atMs || a.phase - b.phase);
}

interface JudgedCycle {
  /** End of the red that counts. */
  readonly atMs: number;
  readonly greenMs: number;
  readonly greenOccupancy: number;
  readonly redOccupiedMs: number;
  readonly hasFailed: boolean;
}

/** `undefined`: the record of the cycle does not allow a judgement. */
function judgeCycle(
  { greenAtMs, yellowAtMs, redAtMs, nextGreenAtMs, isWhole }: PhaseCycle,
  occupancy: Occupancy,
  { redMs, leastGreenOccupancy, leastRedOccupancy }: SplitFailureOptions,
): JudgedCycle | undefined {
  if (!isWhole || yellowAtMs === undefined || redAtMs === undefined) return undefined;
  const atMs = redAtMs + redMs;
  const greenEndMs = Math.min(yellowAtMs, redAtMs);
  if (atMs >= nextGreenAtMs || greenEndMs <= greenAtMs || greenAtMs <= occupancy.knownFromMs)
    return undefined;
  const greenMs = greenEndMs - greenAtMs;
  const greenOccupancy = occupiedMs(occupancy, greenAtMs, greenEndMs) / greenMs;
  const redOccupiedMs = occupiedMs(occupancy, redAtMs, atMs);
  const hasFailed = greenOccupancy >= leastGreenOccupancy && redOccupiedMs / redMs >= leastRedOccupancy;
  return { atMs, greenMs, greenOccupancy, redOccupiedMs, hasFailed };
}

interface CycleSums {
  cycles: number;
  failures: number;
  greenMs: number;
  greenOccupancy: number;
  redOccupiedMs: number;
}

const createSums = (): CycleSums => ({
  cycles: 0,
  failures: 0,
  greenMs: 0,
  greenOccupancy: 0,
  redOccupiedMs: 0,
});

function addTo(sums: CycleSums, cycle: JudgedCycle): void {
  sums.cycles++;
  if (cycle.hasFailed) sums.failures++;
  sums.greenMs += cycle.greenMs;
  sums.greenOccupancy += cycle.greenOccupancy;
  sums.redOccupiedMs += cycle.redOccupiedMs;
}
