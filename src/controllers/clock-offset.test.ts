import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateOffsetMs, judgeClock, measureClock } from "./clock-offset.ts";

test("an even way there and back shows the offset exactly", () => {
  expect(measureClock({ t1Ms: 1000, t2Ms: 1540, t3Ms: 1545, t4Ms: 1085 })).toEqual({
    offsetMs: 500,
    roundTripMs: 80,
  });
});

test("the estimate is wrong by at most half of the shortest round trip", () => {
  const exchange = fc.record({ thereMs: fc.nat(400), backMs: fc.nat(400), workMs: fc.nat(50) });
  fc.assert(
    fc.property(
      fc.integer({ min: -5000, max: 5000 }),
      fc.array(exchange, { minLength: 1, maxLength: 8 }),
      (offsetMs, exchanges) => {
        const samples = exchanges.map(({ thereMs, backMs, workMs }) =>
          measureClock({
            t1Ms: 0,
            t2Ms: thereMs + offsetMs,
            t3Ms: thereMs + workMs + offsetMs,
            t4Ms: thereMs + workMs + backMs,
          }),
        );
        const shortestMs = Math.min(...exchanges.map((it) => it.thereMs + it.backMs));
        const error = Math.abs((estimateOffsetMs(samples) ?? Number.NaN) - offsetMs);
        expect(error).toBeLessThanOrEqual(shortestMs / 2);
      },
    ),
    { seed: 28, numRuns: 300 },
  );
});

test("an exchange that takes too long says nothing about the clock", () => {
  expect(estimateOffsetMs([{ offsetMs: 900, roundTripMs: 2001 }])).toBeNull();
});

test("rule 28 warns above 1 s and refuses above 2 s, either way", () => {
  const offsets = [null, 0, 1000, -1001, 2000, 2001, -2001];
  expect(offsets.map(judgeClock)).toEqual(["unknown", "ok", "ok", "warn", "warn", "refuse", "refuse"]);
});
