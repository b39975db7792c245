/**
 * Actuations on yellow and red: how far before or after the start of red vehicles pass the stop line.
 *
 *   offset = instant of coming on − latency − start of red clearance of the same cycle, to the nearest half second
 *
 * Only cycles with exactly one green, one yellow and one red clearance count. Rows lie in the bin of the start of red.
 * Source: Lavrenz, Day et al., Use of high-resolution data to evaluate red-light running, TRB 2016;
 * the published tables' definition: ATSPM package of Oregon DOT.
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

export interface YellowRedBin {
  readonly atMs: number;
  readonly phase: number;
  readonly state: SignalState;
  /** After the start of red, s; negative: before. */
  readonly redOffsetS: number;
  readonly count: number;
}

export interface YellowRedOptions {
  readonly detectors: readonly PhaseDetector[];
  readonly binMs: number;
  /** Published: 1500. */
  readonly latencyMs: number;
  /** Earlier actuations are left out. Published: −8. */
  readonly leastRedOffsetS: number;
}

/** By bin, phase, offset. */
export function measureYellowRed(
  index: SignalIndex,
  { detectors, binMs, latencyMs, leastRedOffsetS }: YellowRedOptions,
): YellowRedBin[] {
  const bins: YellowRedBin[] = [];
  for (const [phase, channels] of channelsByPhase(detectors, "yellowRed")) {
    const counts = new Map<string, YellowRedBin & { count: number }>();
    const instants = listActuations(index, channels).map((atMs) => atMs - latencyMs);
    walkCycles(index.cyclesByPhase.get(phase) ?? [], instants, (at, cycle) => {
      if (cycle?.redAtMs === undefined || !cycle.isWhole) return;
      const redOffsetS = roundToHalf((at - cycle.redAtMs) / 1000);
      if (redOffsetS < leastRedOffsetS) return;
      const atMs = binStartMs(cycle.redAtMs, binMs);
      const state = stateAt(cycle, at);
      itemOf(counts, `${atMs} ${state} ${redOffsetS}`, () => ({ atMs, phase, state, redOffsetS, count: 0 }))
        .count++;
    });
    bins.push(...counts.values());
  }
  return bins.sort((a, b) => a.atMs - b.atMs || a.phase - b.phase || a.redOffsetS - b.redOffsetS);
}

/** Halves of the half second away from zero. */
const roundToHalf = (valueS: number): number =>
  (Math.sign(valueS) * Math.round(Math.abs(valueS) * 2)) / 2 + 0;
