/**
 * Waits by bin of their end.
 *
 *   phase wait       mean time from the last call before a green to that green, s; skipped: longer than
 *                    skipFactor × cycle. The cycle is the one last written to the log before the call; 0 or none (free):
 *                    assumedCycleMs. Waits that begin during a preemption or within recoveryMs after it are left out.
 *   pedestrian wait  mean time from the first press to the walk, s
 *
 * Waits shorter than leastMs are left out as contact bounce. Source: ATSPM package of Oregon DOT; pedestrian delay:
 * Hubbard, Bullock, Day, Integration of real-time pedestrian performance measures, TRR 2080, 2008.
 */
import { CODE, type EventLog } from "./event-log.ts";
import { listIntervals, listPedestrianWaits, listPhaseWaits } from "./intervals.ts";
import { type BinTotal, createTally, visitEvents } from "./tally.ts";

export interface PhaseWaitOptions {
  readonly binMs: number;
  /** Published: 200. */
  readonly leastMs: number;
  /** Published: 120 000. */
  readonly recoveryMs: number;
  /** Published: 140 000. */
  readonly assumedCycleMs: number;
  /** Published: 1.5. */
  readonly skipFactor: number;
}

export interface PhaseWaitBin {
  readonly atMs: number;
  readonly phase: number;
  readonly waits: number;
  readonly meanS: number;
  readonly skips: number;
}

/** By bin, then phase. */
export function measurePhaseWaits(log: EventLog, options: PhaseWaitOptions): PhaseWaitBin[] {
  const { binMs, leastMs, recoveryMs, skipFactor } = options;
  const waits = createTally(binMs);
  const skips = createTally(binMs);
  const preempts = listIntervals(log, { begin: CODE.preemptBegin, ends: [CODE.preemptEnd] }).filter(
    (it) => it.isWhole && it.endMs - it.startMs >= leastMs,
  );
  const cycleAt = readCycles(log, options.assumedCycleMs);
  for (const { startMs, endMs, number } of listPhaseWaits(log)) {
    if (endMs - startMs < leastMs) continue;
    if (preempts.some((it) => startMs >= it.startMs && startMs < it.endMs + recoveryMs)) continue;
    waits.add(endMs, number, (endMs - startMs) / 1000);
    skips.add(endMs, number, endMs - startMs > cycleAt(startMs) * skipFactor ? 1 : 0);
  }
  const skipTotals = skips.list();
  return waits.list().map(({ atMs, number, count, sum }, row) => ({
    atMs,
    phase: number,
    waits: count,
    meanS: sum / count,
    skips: skipTotals[row]?.sum ?? 0,
  }));
}

/** Count and sum of the waits, s, by bin, then phase. */
export function measurePedestrianWaits(
  log: EventLog,
  { binMs, leastMs }: Pick<PhaseWaitOptions, "binMs" | "leastMs">,
): BinTotal[] {
  const tally = createTally(binMs);
  for (const { startMs, endMs, number } of listPedestrianWaits(log)) {
    if (endMs - startMs >= leastMs) tally.add(endMs, number, (endMs - startMs) / 1000);
  }
  return tally.list();
}

/** The cycle that the log last named at or before an instant, ms. */
function readCycles(log: EventLog, assumedCycleMs: number): (atMs: number) => number {
  const changes: { readonly atMs: number; readonly cycleMs: number }[] = [];
  visitEvents(log, [CODE.cycleChange], (atMs, _, cycleS) => changes.push({ atMs, cycleMs: cycleS * 1000 }));
  return (atMs) => changes.findLast((it) => it.atMs <= atMs)?.cycleMs || assumedCycleMs;
}
