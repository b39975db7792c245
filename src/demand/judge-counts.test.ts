import { expect, test } from "vitest";
import { known } from "../errors.ts";
import type { Count } from "./count.schema.ts";
import { findDetectorLevels, judgeCounts } from "./judge-counts.ts";
import { LEARNED, listCounts, NINE_MS, newWatch, SLOT_MS, watchOn } from "./watch-stage.test-support.ts";

const MINUTE_MS = 60_000;
const window = { fromMs: NINE_MS - SLOT_MS, toMs: NINE_MS };
const [first] = LEARNED.detectors;
const ID = known(first, "detector").detectorId;
const positions = new Map([[ID, 0]]);

/** What the detector counts in each minute of the window. */
const countEach = (countVeh: number, minutes = 15): Count[] =>
  Array.from({ length: minutes }, (_, at) => ({
    detectorId: ID,
    startAtMs: window.fromMs + at * MINUTE_MS,
    durationS: 60,
    countVeh,
  }));

function judge(counts: readonly Count[], change?: (count: Count) => Count | undefined) {
  const watch = watchOn(LEARNED, NINE_MS, change === undefined ? {} : { change });
  const levels = known(findDetectorLevels(watch), "levels");
  const judged = judgeCounts(counts, { positions, levels, window });
  const vehicles = judged.reduce((sum, it) => sum + it.countVeh, 0);
  return { levels, judged, vehicles, forecastVeh: known(levels.flowVph[0], "flow") / 4 };
}

test("the level of a sound detector lies between what it counts and what is forecast, and its ups and downs stay", () => {
  const [own] = listCounts(window.fromMs, window.toMs).filter((it) => it.detectorId === ID);
  const countVeh = known(own, "count").countVeh / 10;
  const counts = countEach(countVeh).map((it, at) => ({ ...it, countVeh: countVeh * (at % 3) }));
  const { judged, vehicles, forecastVeh } = judge(counts);
  expect(vehicles).toBeGreaterThan(Math.min(forecastVeh, 15 * countVeh));
  expect(vehicles).toBeLessThan(Math.max(forecastVeh, 15 * countVeh));
  expect(judged.map((it) => it.countVeh === 0)).toEqual(counts.map((it) => it.countVeh === 0));
  for (const { confidence } of judged) expect(confidence).toBeGreaterThan(0.9);
});

test("a sound detector that sees nobody for once is expected to see somebody again", () => {
  const { judged, vehicles, forecastVeh } = judge(countEach(0));
  expect(judged).toHaveLength(15);
  expect(vehicles).toBeGreaterThan(0.3 * forecastVeh);
  expect(vehicles).toBeLessThan(0.6 * forecastVeh);
});

test("the forecast stands for a detector that is silent, less sure", () => {
  const { judged, vehicles, forecastVeh } = judge(countEach(5, 6));
  expect(judged).toMatchObject([{ startAtMs: window.fromMs, durationS: 900 }]);
  expect(vehicles).toBeCloseTo(forecastVeh);
  expect(judged[0]?.confidence).toBeLessThan(0.95);
});

test("nothing that a faulty detector counts is believed", () => {
  const doubled = (it: Count): Count => (it.detectorId === ID ? { ...it, countVeh: 3 * it.countVeh } : it);
  const { levels, vehicles, forecastVeh } = judge(countEach(1000), doubled);
  expect(levels.ownConfidence[0]).toBe(0);
  expect(vehicles).toBeCloseTo(forecastVeh);
  expect(forecastVeh).toBeLessThan(judge(countEach(0)).forecastVeh * 1.3);
});

test("without a profile sound detectors are taken as they count, and one that is physically impossible is left out", () => {
  expect(findDetectorLevels(newWatch())).toBeUndefined();
  const rubbish = (it: Count): Count => (it.detectorId === ID ? { ...it, countVeh: 9000 } : it);
  const { open } = newWatch();
  const young = watchOn(newWatch(), open.startMs + 4 * SLOT_MS, { change: rubbish });
  const levels = known(findDetectorLevels(young), "levels");
  const other = known(young.detectors[1], "detector").detectorId;
  const counts = [...countEach(5), ...countEach(5).map((it) => ({ ...it, detectorId: other }))];
  const both = new Map([
    [ID, 0],
    [other, 1],
  ]);
  const judged = judgeCounts(counts, { positions: both, levels, window });
  expect(judged.map((it) => [it.detectorId, it.countVeh, it.confidence])).toEqual(
    countEach(5).map(() => [other, 5, 1]),
  );
});
