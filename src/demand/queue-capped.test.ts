import { expect, test } from "vitest";
import { isQueueCapped } from "./queue-capped.ts";

/** 1,800 veh/h of green for 40 % of the time: capacity 720 veh/h, 180 in 15 min. */
const DISCHARGE = { saturationFlowVph: 1800, greenRatio: 0.4 };

test("a count at capacity with the detector occupied through red is capped", () => {
  // Queued: 0.6 of red and 0.4 · 0.45 of green make 0.78.
  expect(isQueueCapped({ countVeh: 178, durationS: 900, occupancy: 0.8 }, DISCHARGE)).toBe(true);
});

test("a count at capacity without a queue is demand that just fits", () => {
  expect(isQueueCapped({ countVeh: 178, durationS: 900, occupancy: 0.4 }, DISCHARGE)).toBe(false);
});

test("a queue that does not discharge at capacity is not capped by this green", () => {
  expect(isQueueCapped({ countVeh: 120, durationS: 900, occupancy: 0.9 }, DISCHARGE)).toBe(false);
});

test("without occupancy the count alone decides", () => {
  expect(isQueueCapped({ countVeh: 178, durationS: 900 }, DISCHARGE)).toBe(true);
});
