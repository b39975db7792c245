/** What the watch costs a control loop: 3,200 detectors (200 intersections of 16), counts every minute, slots of 5 min. */
import { advanceWatch } from "../src/demand/advance-watch.ts";
import { assessDetectors } from "../src/demand/assess-detectors.ts";
import { createDetectorWatch } from "../src/demand/detector-watch.ts";
import { forecastCounts } from "../src/demand/forecast-counts.ts";
import { createSeededRandom } from "../src/network/seeded-random.ts";
import { type Spread, summarize } from "./summarize.ts";

const DETECTORS = 3200;
const MINUTE_MS = 60_000;
const SLOT_MS = 300_000;
const SLOTS_PER_DAY = 288;

export interface DemandSpeed {
  readonly detectors: number;
  /** A minute of counts that ends no slot, and one that ends one. */
  readonly minute: Spread;
  readonly slotEnd: Spread;
  /** Forecast of six slots for every detector, with the health of all. */
  readonly forecast: Spread;
}

export function measureDemandSpeed(minutes: number): DemandSpeed {
  const random = createSeededRandom(1);
  const detectors = Array.from({ length: DETECTORS }, (_, at) => ({
    detectorId: `d${at}`,
    lanes: 1,
    siteId: String(Math.floor(at / 16)),
    areaId: String(Math.floor(at / 160)),
  }));
  const calendar = { timeZone: "Europe/Berlin", slotS: SLOT_MS / 1000, holidays: new Set<string>() };
  let watch = createDetectorWatch({ detectors, calendar, fromMs: 0 });
  // A day of profile first: without one there is little to do.
  for (let slot = 0; slot < SLOTS_PER_DAY; slot += 1) {
    const counts = detectors.map(({ detectorId }) => ({
      detectorId,
      startAtMs: slot * SLOT_MS,
      durationS: SLOT_MS / 1000,
      countVeh: random.integer(40, 60),
    }));
    watch = advanceWatch(watch, { counts, toMs: (slot + 1) * SLOT_MS }).watch;
  }
  const fromMs = SLOTS_PER_DAY * SLOT_MS;
  const tookMs = { minute: [] as number[], slotEnd: [] as number[], forecast: [] as number[] };
  for (let minute = 0; minute < minutes; minute += 1) {
    const counts = detectors.map(({ detectorId }) => ({
      detectorId,
      startAtMs: fromMs + minute * MINUTE_MS,
      durationS: 60,
      countVeh: random.integer(6, 14),
    }));
    const startedAtMs = performance.now();
    const advance = advanceWatch(watch, { counts, toMs: fromMs + (minute + 1) * MINUTE_MS });
    const endedAtMs = performance.now();
    watch = advance.watch;
    (advance.closedSlots > 0 ? tookMs.slotEnd : tookMs.minute).push(endedAtMs - startedAtMs);
    if (advance.closedSlots === 0) continue;
    assessDetectors(watch);
    forecastCounts(watch);
    tookMs.forecast.push(performance.now() - endedAtMs);
  }
  return {
    detectors: DETECTORS,
    minute: summarize(tookMs.minute),
    slotEnd: summarize(tookMs.slotEnd),
    forecast: summarize(tookMs.forecast),
  };
}
