import { expect, test } from "vitest";
import { type MeasuredIntersection, rankHotSpots } from "./hot-spots.ts";

const NOTHING: MeasuredIntersection = {
  intersectionId: "i1",
  measuredS: 3600,
  splitFailures: [],
  arrivals: [],
  delays: [],
  pedestrianWaits: [],
  greenShareByPhase: new Map(),
  coveredShareByPhase: new Map(),
  coveredAheadByPhase: new Map(),
};
const FAILING = [
  { atMs: 0, phase: 2, cycles: 10, failures: 2, greenS: 30, greenOccupancy: 0.9, redOccupancy: 0.9 },
];

test("nothing beyond its threshold is no hot spot", () => {
  const few = FAILING.map((it) => ({ ...it, failures: 1 }));
  expect(
    rankHotSpots([
      { ...NOTHING, splitFailures: few, pedestrianWaits: [{ atMs: 0, number: 2, count: 2, sum: 119 }] },
    ]),
  ).toEqual([]);
});

test("a phase that fails is a bottleneck, and blocked when the way ahead is full; its identity stays", () => {
  const delays = [{ atMs: 0, phase: 2, vehicles: 100, delayS: 7200 }];
  const [free] = rankHotSpots([{ ...NOTHING, splitFailures: FAILING, delays }]);
  const coveredAheadByPhase = new Map([[2, 0.06]]);
  const [blocked] = rankHotSpots([{ ...NOTHING, splitFailures: FAILING, delays, coveredAheadByPhase }]);
  expect(free).toMatchObject({ kind: "bottleneck", lostHoursPerHour: 2, value: 0.2 });
  expect(blocked).toMatchObject({ kind: "blocked", id: free?.id });
});

test("a crossing where people lose more than drivers do comes first", () => {
  const spots = rankHotSpots([
    {
      ...NOTHING,
      arrivals: [{ atMs: 0, phase: 6, arrivals: 100, onGreen: 20, share: 0.2 }],
      greenShareByPhase: new Map([[6, 0.4]]),
      delays: [{ atMs: 0, phase: 6, vehicles: 100, delayS: 3600 }],
      pedestrianWaits: [{ atMs: 0, number: 4, count: 80, sum: 7200 }],
      coveredShareByPhase: new Map([[6, 0.5]]),
    },
  ]);
  expect(spots.map((it) => it.id)).toEqual(["i1/4/pedestrianWait", "i1/6/lateArrivals", "i1/6/spillback"]);
  expect(spots.map((it) => it.value)).toEqual([90, 0.5, 0.5]);
});
