/** What the watch costs a control loop: 3,200 detectors (200 intersections of 16), counts every minute, slots of 5 min. */
import { advanceWatch } from "../src/demand/advance-watch.ts";
import { assessDetectors } from "../src/demand/assess-detectors.ts";
import { createDetectorWatch } from "../src/demand/detector-watch.ts";
import { forecastCounts } from "../src/demand/forecast-counts.ts";
import { createSeededRandom } from "../src/network/seeded-random.ts";
import { type Spread, summarize } from "./summarize.ts";

const DETECTORS = 3200;
const MINUTE_MS = 60_000;

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
  const calendar = { timeZone: "Europe/Berlin", slotS: 300, holidays: new Set<string>() };
  let watch = createDetectorWatch({ detectors, calendar, fromMs: 0 });
  const tookMs = { minute: [] as number[], slotEnd: [] as number[], forecast: [] as number[] };
  for (let minute = 0; minute < minutes; minute += 1) {
    const counts = detectors.map(({ detectorId }) => ({
      detectorId,
      startAtMs: minute * MINUTE_MS,
      durationS: 60,
      countVeh: random.integer(0, 20),
    }));
    const startedAtMs = performance.now();
    const advance = advanceWatch(watch, { counts, toMs: (minute + 1) * MINUTE_MS });
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
