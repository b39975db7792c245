/** A watch that has seen some days of made-up counts, for tests; counts may be changed on their way. */
import { advanceWatch } from "./advance-watch.ts";
import type { Count } from "./count.schema.ts";
import { createDetectorWatch, type DetectorWatch, type WatchedDetector } from "./detector-watch.ts";
import { buildSyntheticCounts } from "./synthetic-counts.test-support.ts";

export const SLOT_MS = 900_000;
export const DAY_MS = 86_400_000;
const STREET = buildSyntheticCounts({ sites: 4, days: 17, slotS: SLOT_MS / 1000, seed: 3 });
export const FROM_MS = STREET.fromMs;

/** `change`: how the detectors lie, where it is not as in the made-up street. */
export const newWatch = (change = (it: WatchedDetector): WatchedDetector => it): DetectorWatch =>
  createDetectorWatch({
    detectors: STREET.detectors.map(change),
    calendar: { timeZone: STREET.timeZone, slotS: SLOT_MS / 1000, holidays: new Set() },
    fromMs: FROM_MS,
  });

export const listCounts = (fromMs: number, toMs: number): Count[] =>
  STREET.counts.filter((it) => it.startAtMs >= fromMs && it.startAtMs < toMs);

/** Goes on from where the watch stands; `change` answers `undefined` for a count that does not come. */
export function watchOn(
  watch: DetectorWatch,
  toMs: number,
  of: {
    readonly change?: (count: Count) => Count | undefined;
    readonly afterSlot?: (watch: DetectorWatch) => void;
  } = {},
): DetectorWatch {
  const { change = (it: Count) => it, afterSlot } = of;
  let now = watch;
  for (let startMs = watch.open.startMs; startMs < toMs; startMs += SLOT_MS) {
    const counts = listCounts(startMs, startMs + SLOT_MS).flatMap((it) => change(it) ?? []);
    now = advanceWatch(now, { counts, toMs: startMs + SLOT_MS }).watch;
    afterSlot?.(now);
  }
  return now;
}

/** Two weeks and a day of sound counts, made once. */
export const LEARNED = watchOn(newWatch(), FROM_MS + 15 * DAY_MS);
/** 09:00 of the day after. */
export const NINE_MS = FROM_MS + 15 * DAY_MS + 9 * 3_600_000;
