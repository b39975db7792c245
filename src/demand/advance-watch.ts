/**
 * Counts into the watch, minute by minute. Counts gather in the open slot; a slot that has ended is closed and everything
 * learns from it. Between ends of slots this is a few additions per count.
 *
 * A count belongs to the slot in which its period starts. Repetitions and overlaps count once, what comes after its slot
 * was closed or lies in the future is left out and told. A slot in which a detector was heard for less than half the time
 * is no count of it; one heard for longer is scaled to the whole slot.
 */
import { SECONDS_PER_HOUR } from "../units.ts";
import { closeSlot } from "./close-slot.ts";
import type { Count } from "./count.schema.ts";
import { type DetectorWatch, emptySlot, type OpenSlot } from "./detector-watch.ts";
import { type Discharge, isQueueCapped } from "./queue-capped.ts";

/** Of the slot. */
const LEAST_COVERAGE = 0.5;
/** A clock that jumps ahead: at most a day of empty slots is gone through, then the watch begins anew from there. */
const MOST_SLOTS_BEHIND_S = 24 * SECONDS_PER_HOUR;

export interface WatchInput {
  readonly counts: readonly Count[];
  /** All counts of periods that ended before this are here: now less what counts may be late. */
  readonly toMs: number;
  /** Of stop-line detectors, by identity; without it no count is taken for capped. */
  readonly discharges?: ReadonlyMap<string, Discharge>;
}

export interface WatchAdvance {
  readonly watch: DetectorWatch;
  /** Slots that ended. */
  readonly closedSlots: number;
  /** Records that were left out: of unknown detectors, repeated or overlapping, late, or ahead of `toMs`. */
  readonly leftOut: {
    readonly unknown: number;
    readonly repeated: number;
    readonly late: number;
    readonly ahead: number;
  };
}

export function advanceWatch(before: DetectorWatch, { counts, toMs, discharges }: WatchInput): WatchAdvance {
  const slotMs = before.calendar.slotS * 1000;
  const leftOut = { unknown: 0, repeated: 0, late: 0, ahead: 0 };
  const sorted = [...counts].sort((a, b) => a.startAtMs - b.startAtMs || b.durationS - a.durationS);
  let watch = { ...before, open: copySlot(before.open) };
  let closedSlots = 0;
  let next = 0;
  const gather = (): void => {
    for (let count = sorted[next]; count !== undefined; count = sorted[next]) {
      if (count.startAtMs >= watch.open.startMs + slotMs) return;
      next += 1;
      const refused = addCount(watch, count, toMs);
      if (refused !== undefined) leftOut[refused] += 1;
    }
  };
  for (;;) {
    gather();
    if (watch.open.startMs + slotMs > toMs) break;
    watch = openNext(closeOpen(watch, discharges), watch.open);
    closedSlots += 1;
    if (closedSlots * before.calendar.slotS < MOST_SLOTS_BEHIND_S || sorted[next] !== undefined) continue;
    const startMs = Math.floor(toMs / slotMs) * slotMs;
    if (startMs > watch.open.startMs) watch = { ...watch, open: { ...watch.open, startMs } };
  }
  leftOut.ahead += sorted.length - next;
  return { watch, closedSlots, leftOut };
}

function addCount(
  { positions, open }: DetectorWatch,
  { detectorId, startAtMs, durationS, countVeh, occupancy }: Count,
  toMs: number,
): "unknown" | "repeated" | "late" | "ahead" | undefined {
  const i = positions.get(detectorId);
  if (i === undefined) return "unknown";
  if (startAtMs < open.startMs) return "late";
  if (startAtMs > toMs) return "ahead";
  if (startAtMs < (open.coveredUntilMs[i] ?? 0)) return "repeated";
  open.coveredUntilMs[i] = startAtMs + durationS * 1000;
  open.countVeh[i] = (open.countVeh[i] ?? 0) + countVeh;
  open.coveredS[i] = (open.coveredS[i] ?? 0) + durationS;
  if (occupancy !== undefined) {
    open.occupiedS[i] = (open.occupiedS[i] ?? 0) + occupancy * durationS;
    open.occupancyS[i] = (open.occupancyS[i] ?? 0) + durationS;
  }
  return undefined;
}

function closeOpen(watch: DetectorWatch, discharges: WatchInput["discharges"]): DetectorWatch {
  const { open, calendar, detectors } = watch;
  const { slotS } = calendar;
  const countVeh = open.countVeh.map((count, i) => {
    const coveredS = open.coveredS[i] ?? 0;
    return coveredS < LEAST_COVERAGE * slotS ? Number.NaN : (count * slotS) / coveredS;
  });
  const occupancy = open.occupiedS.map((it, i) => it / (open.occupancyS[i] ?? 0));
  return closeSlot(watch, {
    startMs: open.startMs,
    countVeh,
    occupancy,
    isCapped: (i) => {
      const discharge = discharges?.get(detectors[i]?.detectorId ?? "");
      if (discharge === undefined) return false;
      const share = occupancy[i] ?? Number.NaN;
      return isQueueCapped(
        {
          countVeh: countVeh[i] ?? 0,
          durationS: slotS,
          ...(Number.isNaN(share) ? {} : { occupancy: share }),
        },
        discharge,
      );
    },
  });
}

const openNext = (watch: DetectorWatch, { startMs, coveredUntilMs }: OpenSlot): DetectorWatch => ({
  ...watch,
  open: {
    ...emptySlot(startMs + watch.calendar.slotS * 1000, watch.detectors.length),
    coveredUntilMs,
  },
});

const copySlot = (open: OpenSlot): OpenSlot => ({
  startMs: open.startMs,
  countVeh: open.countVeh.slice(),
  coveredS: open.coveredS.slice(),
  occupiedS: open.occupiedS.slice(),
  occupancyS: open.occupancyS.slice(),
  coveredUntilMs: open.coveredUntilMs.slice(),
});
