import fc from "fast-check";
import { expect, test } from "vitest";
import { CountSchema } from "./count.schema.ts";
import { isCount } from "./is-count.ts";

const edge = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.5, 3600, 3601, 10_000, 10_001, 2 ** 53 - 1, 2 ** 53, 1e-320),
  fc.double(),
  fc.integer(),
  fc.constantFrom(null, undefined, "", "1", true, Number.NaN, Number.POSITIVE_INFINITY),
);
const nearlyCount = fc.record(
  {
    detectorId: fc.oneof(fc.string({ maxLength: 66 }), edge),
    startAtMs: edge,
    durationS: edge,
    countVeh: edge,
    occupancy: edge,
    more: edge,
  },
  { requiredKeys: ["detectorId", "startAtMs", "durationS", "countVeh"] },
);
const count = fc.record(
  {
    detectorId: fc.string({ minLength: 1, maxLength: 64 }),
    startAtMs: fc.maxSafeNat(),
    durationS: fc.integer({ min: 1, max: 3600 }),
    countVeh: fc.nat(10_000),
    occupancy: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ["detectorId", "startAtMs", "durationS", "countVeh"] },
);

/** A count in which one value is something else, so that most of the tries are near the limits. */
const spoiled = fc
  .tuple(count, fc.constantFrom("detectorId", "startAtMs", "durationS", "countVeh", "occupancy"), edge)
  .map(([sound, key, value]) => ({ ...sound, [key]: value }));

test("the fast judgement and the schema agree on everything", () => {
  fc.assert(
    fc.property(fc.oneof(count, spoiled, nearlyCount, fc.anything()), (value) => {
      expect(isCount(value)).toBe(CountSchema.safeParse(value).success);
    }),
    { seed: 5, numRuns: 5000 },
  );
});

test("sound counts are recognized", () => {
  fc.assert(
    fc.property(count, (value) => isCount(value)),
    { seed: 6, numRuns: 500 },
  );
});
