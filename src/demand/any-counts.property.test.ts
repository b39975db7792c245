import fc from "fast-check";
import { expect, test } from "vitest";
import { advanceWatch } from "./advance-watch.ts";
import { assessDetectors, imputeCounts } from "./assess-detectors.ts";
import { DetectorCountSchema, DetectorHealthSchema } from "./detector-watch.schema.ts";
import { createDetectorWatch } from "./detector-watch.ts";
import { forecastCounts } from "./forecast-counts.ts";

const FULL = process.env["GREENWAVE_FULL"] === "1";
const HOUR_MS = 3_600_000;
/** Friday before the clocks of Berlin go back. */
const FROM_MS = Date.UTC(2023, 9, 27);

const counts = fc.array(
  fc.record({
    detectorId: fc.constantFrom("a", "b", "c", "stranger"),
    startAtMs: fc.integer({ min: FROM_MS - HOUR_MS, max: FROM_MS + 80 * HOUR_MS }),
    durationS: fc.constantFrom(5, 60, 300, 900, 3600),
    countVeh: fc.constantFrom(0, 1, 7, 40, 300, 10_000),
    occupancy: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 300 },
);
const steps = fc.array(fc.integer({ min: -3 * HOUR_MS, max: 10 * HOUR_MS }), { minLength: 1, maxLength: 12 });

test("whatever is counted and however clocks jump, what the watch says is whole and within its bounds", () => {
  const detectors = ["a", "b", "c"].map((detectorId) => ({
    detectorId,
    lanes: 1,
    siteId: detectorId === "c" ? "2" : "1",
    areaId: "all",
    besideId: "1",
  }));
  const calendar = { timeZone: "Europe/Berlin", slotS: 900, holidays: new Set<string>() };
  const check = (all: Parameters<typeof advanceWatch>[1]["counts"], jumps: readonly number[]): void => {
    let watch = createDetectorWatch({ detectors, calendar, fromMs: FROM_MS });
    let toMs = FROM_MS;
    for (const jump of jumps) {
      toMs += jump;
      watch = advanceWatch(watch, { counts: all.filter((it) => it.startAtMs < toMs), toMs }).watch;
      for (const it of assessDetectors(watch)) DetectorHealthSchema.parse(it);
      for (const it of [...imputeCounts(watch), ...forecastCounts(watch)]) DetectorCountSchema.parse(it);
    }
    expect(watch.open.startMs).toBeGreaterThanOrEqual(FROM_MS);
  };
  fc.assert(fc.property(counts, steps, check), { seed: 4, numRuns: FULL ? 1000 : 15 });
});
