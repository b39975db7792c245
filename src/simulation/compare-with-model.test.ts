import { expect, test } from "vitest";
import { compareWithModel } from "./compare-with-model.test-support.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";
/** Few arterials and seeds leave chance in: the mean error is held against the bar, and with the full counts its size. */
const [arterials, step, seeds] = isFull ? [30, 1, 12] : [6, 5, 3];

test.each([
  { load: { from: 0.4, to: 0.9 }, bar: 0.05 },
  { load: { from: 0.95, to: 1.1 }, bar: 0.1 },
])(
  "total delay of random arterials at saturation $load.from to $load.to is that of the street within $bar, in the mean",
  ({ load, bar }) => {
    const errors = Array.from(
      { length: arterials },
      (_, i) => compareWithModel({ seed: 1000 + step * i, load, seeds }).error,
    );
    expect(Math.abs(meanOf(isFull ? errors.map(Math.abs) : errors))).toBeLessThan(bar);
  },
);

const meanOf = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0) / values.length;
