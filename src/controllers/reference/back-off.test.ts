import { expect, test } from "vitest";
import { backOffMs } from "./back-off.ts";

test("a client waits longer after each failure, up to a limit, and never as long as another", () => {
  const backOff = { waitMinMs: 10_000, randomRangeMs: 10_000, repeatTimes: 3 };
  expect([1, 2, 3, 4, 5, 6].map((it) => backOffMs(backOff, it, 0))).toEqual([
    10_000, 20_000, 40_000, 80_000, 80_000, 80_000,
  ]);
  expect(backOffMs(backOff, 1, 0.5)).toBe(15_000);
});
