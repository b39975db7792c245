import { expect, test } from "vitest";
import { advanceWatch } from "./advance-watch.ts";
import { imputeCounts } from "./assess-detectors.ts";
import type { Count } from "./count.schema.ts";
import { DAY_MS, FROM_MS, LEARNED, NINE_MS, newWatch, SLOT_MS, watchOn } from "./watch-stage.test-support.ts";

const count = (fields: Partial<Count>): Count => ({
  detectorId: "0-N",
  startAtMs: FROM_MS,
  durationS: 60,
  countVeh: 5,
  ...fields,
});

const measured = (counts: readonly Count[]) => {
  const { watch, leftOut } = advanceWatch(newWatch(), { counts, toMs: FROM_MS + SLOT_MS });
  const [first] = imputeCounts(watch);
  return { leftOut, basis: first?.basis, countVeh: first?.countVeh };
};
const minutes = (from: number, to: number): Count[] =>
  Array.from({ length: to - from }, (_, at) => count({ startAtMs: FROM_MS + (from + at) * 60_000 }));

test("counts of minutes add up to the slot", () => {
  expect(measured(minutes(0, 15))).toMatchObject({ basis: "measured", countVeh: 75 });
});

test("a slot that was heard in part is scaled, and heard for less than half it is no count", () => {
  expect(measured(minutes(0, 10))).toMatchObject({ basis: "measured", countVeh: 75 });
  expect(measured(minutes(0, 7)).basis).toBe("lastCount");
});

test("repeated, overlapping, late, early and unknown counts are left out and told", () => {
  const counts = [
    ...minutes(0, 15),
    ...minutes(3, 5),
    count({ startAtMs: FROM_MS + 90_000 }),
    count({ startAtMs: FROM_MS - 60_000 }),
    count({ startAtMs: FROM_MS + 2 * SLOT_MS }),
    count({ detectorId: "nobody" }),
  ];
  expect(measured(counts)).toMatchObject({
    countVeh: 75,
    leftOut: { unknown: 1, repeated: 3, late: 1, ahead: 1 },
  });
});

test("the watch that was given stays as it was, and the same counts give the same watch", () => {
  const before = structuredClone(LEARNED);
  const one = watchOn(LEARNED, NINE_MS);
  expect(LEARNED).toEqual(before);
  expect(watchOn(before, NINE_MS)).toEqual(one);
});

test("a clock that jumps back closes nothing, and one that jumps ahead closes no more than a day of slots", () => {
  expect(advanceWatch(LEARNED, { counts: [], toMs: FROM_MS }).closedSlots).toBe(0);
  const ahead = advanceWatch(LEARNED, { counts: [], toMs: FROM_MS + 500 * DAY_MS });
  expect(ahead.closedSlots).toBe(96);
  expect(ahead.watch.open.startMs).toBe(FROM_MS + 500 * DAY_MS);
});

test("a count at capacity under a queue says that demand is at least so much", () => {
  const discharges = new Map([["0-N", { saturationFlowVph: 1200, greenRatio: 0.25 }]]);
  const counts = [count({ durationS: 900, countVeh: 75, occupancy: 0.95 })];
  const { watch } = advanceWatch(newWatch(), { counts, toMs: FROM_MS + SLOT_MS, discharges });
  const [first] = imputeCounts(watch);
  expect(first).toMatchObject({ basis: "atCapacity", countVeh: 75 });
  expect(first?.confidence).toBeLessThan(1);
});
