import { expect, test } from "vitest";
import { DetectorCounts } from "./detector-counts.ts";

const MINUTE_MS = 60_000;

test("vehicles count in the period in which they passed, also when told a little late", () => {
  const counts = new DetectorCounts(["a", "b"], { nowMs: 1000, periodMs: MINUTE_MS, graceMs: 5000 });
  counts.add("a", 2000); // before the first whole period
  counts.add("a", 61_000);
  counts.add("a", 121_000); // of the next period, before this one is taken
  counts.add("a", 119_999);
  counts.add("stranger", 100_000);
  expect(counts.dueMs).toBe(125_000);
  const period = { durationS: 60 };
  expect(counts.takePeriod(125_000)).toEqual([
    { ...period, detectorId: "a", startAtMs: 60_000, countVeh: 2 },
    { ...period, detectorId: "b", startAtMs: 60_000, countVeh: 0 },
  ]);
  counts.add("b", 119_000); // too late
  expect(counts.takePeriod(185_000).map((it) => it.countVeh)).toEqual([1, 0]);
});

test("periods that passed during a sleep are not reported as empty", () => {
  const counts = new DetectorCounts(["a"], { nowMs: 0, periodMs: MINUTE_MS, graceMs: 5000 });
  counts.add("a", 70_000);
  counts.takePeriod(605_000);
  expect(counts.takePeriod(665_000)).toMatchObject([{ startAtMs: 600_000, countVeh: 0 }]);
});
