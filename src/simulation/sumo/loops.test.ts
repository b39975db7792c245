import { expect, test } from "vitest";
import { createLoopWatch, toLoopId, writeLoops } from "./loops.ts";
import type { LoopPassage } from "./traci-client.ts";

const LOOP = { detectorId: "d", laneId: "a&b_0", positionM: 12.5 };

const step = (timeS: number, ...own: LoopPassage[]) => ({
  timeS,
  expectedVehicles: 1,
  passages: new Map(own.length === 0 ? [] : [[toLoopId("d"), own]]),
});

test("a vehicle that stands on a loop for several steps comes once and leaves once", () => {
  const watch = createLoopWatch([LOOP]);
  expect(watch(step(1, { enteredAtS: 0.4, leftAtS: undefined }))).toEqual([
    { detectorId: "d", isOccupied: true, atS: 0.4 },
  ]);
  expect(watch(step(2, { enteredAtS: 0.4, leftAtS: undefined }))).toEqual([]);
  expect(watch(step(3, { enteredAtS: 0.4, leftAtS: 2.6 }))).toEqual([
    { detectorId: "d", isOccupied: false, atS: 2.6 },
  ]);
});

test("a vehicle that changes lanes onto the loop, at the very begin of the step, is seen", () => {
  const watch = createLoopWatch([LOOP]);
  expect(watch(step(6, { enteredAtS: 5, leftAtS: undefined }))).toEqual([
    { detectorId: "d", isOccupied: true, atS: 5 },
  ]);
});

test("a vehicle that changes lanes away from the loop leaves it free", () => {
  const watch = createLoopWatch([LOOP]);
  watch(step(6, { enteredAtS: 5.2, leftAtS: undefined }));
  expect(watch(step(7))).toEqual([{ detectorId: "d", isOccupied: false, atS: 7 }]);
  expect(watch(step(8))).toEqual([]);
});

test("a loop is not free while a second vehicle stands on it", () => {
  const watch = createLoopWatch([LOOP]);
  watch(step(1, { enteredAtS: 0.4, leftAtS: undefined }));
  expect(watch(step(2, { enteredAtS: 0.4, leftAtS: 1.8 }, { enteredAtS: 1.5, leftAtS: undefined }))).toEqual([
    { detectorId: "d", isOccupied: true, atS: 1.5 },
  ]);
});

test("lane names are escaped in the additional file", () => {
  expect(writeLoops([LOOP], { resultFile: "out.xml", periodS: 60 })).toContain(
    '<inductionLoop id="greenwave.d" lane="a&amp;b_0" pos="12.5"',
  );
});
