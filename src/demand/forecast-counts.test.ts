import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { DetectorCountSchema } from "./detector-watch.schema.ts";
import { forecastCounts } from "./forecast-counts.ts";
import {
  DAY_MS,
  FROM_MS,
  LEARNED,
  listCounts,
  NINE_MS,
  newWatch,
  SLOT_MS,
  watchOn,
} from "./watch-stage.test-support.ts";

const WEEK_MS = 7 * DAY_MS;

test("forecasts of 15 and 30 min beat the last value and the mean of the same weekdays", () => {
  const toMs = FROM_MS + 17 * DAY_MS;
  const counted = new Map(
    listCounts(FROM_MS, toMs).map((it) => [`${it.detectorId} ${it.startAtMs}`, it.countVeh]),
  );
  const errors = [0, 0].map(() => ({ forecast: 0, last: 0, weekday: 0 }));
  watchOn(LEARNED, toMs, {
    afterSlot: (watch) => {
      const lastMs = known(watch.last, "slot").startMs;
      for (const { detectorId, startAtMs, countVeh } of forecastCounts(watch)) {
        const actual = counted.get(`${detectorId} ${startAtMs}`);
        if (actual === undefined) continue;
        const own = known(errors[(startAtMs - lastMs) / SLOT_MS - 1], "horizon");
        const weekday = [1, 2].map((it) => counted.get(`${detectorId} ${startAtMs - it * WEEK_MS}`) ?? 0);
        own.forecast += Math.abs(countVeh - actual);
        own.last += Math.abs((counted.get(`${detectorId} ${lastMs}`) ?? 0) - actual);
        own.weekday += Math.abs(((weekday[0] ?? 0) + (weekday[1] ?? 0)) / 2 - actual);
      }
    },
  });
  for (const { forecast, last, weekday } of errors) {
    expect(forecast).toBeLessThan(0.9 * Math.min(last, weekday));
  }
});

test("every detector has a forecast for every slot of the next half hour", () => {
  const watch = watchOn(LEARNED, NINE_MS);
  const forecasts = forecastCounts(watch);
  expect(forecasts).toHaveLength(2 * watch.detectors.length);
  for (const it of forecasts) expect(DetectorCountSchema.parse(it)).toEqual(it);
  expect(new Set(forecasts.map((it) => it.startAtMs))).toEqual(new Set([NINE_MS, NINE_MS + SLOT_MS]));
});

test("a missing leg does not make the demand of the street fall, and is trusted less than the others", () => {
  const one = "0-S";
  const sound = forecastCounts(watchOn(LEARNED, NINE_MS));
  const without = forecastCounts(
    watchOn(LEARNED, NINE_MS, { change: (it) => (it.detectorId === one ? undefined : it) }),
  );
  const total = (forecasts: typeof sound): number => forecasts.reduce((sum, it) => sum + it.countVeh, 0);
  expect(total(without) / total(sound)).toBeCloseTo(1, 1);
  const least = without.toSorted((a, b) => a.confidence - b.confidence)[0];
  expect(least).toMatchObject({ detectorId: one, basis: "neighbors" });
});

test("before there is any profile the last count is the forecast", () => {
  const watch = watchOn(newWatch(), FROM_MS + 3 * 3_600_000);
  const last = new Map(
    listCounts(FROM_MS + 3 * 3_600_000 - SLOT_MS, FROM_MS + 3 * 3_600_000).map((it) => [
      it.detectorId,
      it.countVeh,
    ]),
  );
  for (const { detectorId, countVeh, basis } of forecastCounts(watch)) {
    expect({ basis, countVeh }).toEqual({ basis: "lastCount", countVeh: last.get(detectorId) });
  }
});

test("before the first slot has ended nothing is forecast", () => {
  expect(forecastCounts(newWatch())).toEqual([]);
});
