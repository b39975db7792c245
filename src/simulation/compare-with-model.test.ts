import { expect, test } from "vitest";
import { compareWithModel } from "./compare-with-model.test-support.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";
/** Few arterials and seeds leave chance in: then only the mean error is held against the bar. */
const [arterials, step, seeds] = isFull ? [30, 1, 12] : [6, 5, 3];

test.each([
  { load: { from: 0.4, to: 0.9 }, bar: 0.05 },
  { load: { from: 0.95, to: 1.1 }, bar: 0.1 },
])(
  "total delay of random arterials at saturation $load.from to $load.to is that of the street within $bar, half of it in the mean",
  ({ load, bar }) => {
    const errors = Array.from(
      { length: arterials },
      (_, i) => compareWithModel({ seed: 1000 + step * i, load, seeds }).error,
    );
    expect(Math.abs(meanOf(errors))).toBeLessThan(bar);
    if (!isFull) return;
    expect(meanOf(errors.map(Math.abs))).toBeLessThan(bar / 2);
    // The others: turns that wait for gaps between platoons, shared by the only lane or close to their capacity.
    expect(errors.filter((it) => Math.abs(it) <= bar).length).toBeGreaterThanOrEqual(0.95 * arterials);
  },
);

const meanOf = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0) / values.length;
