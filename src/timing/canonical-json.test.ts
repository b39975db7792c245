import fc from "fast-check";
import { expect, test } from "vitest";
import { toCanonicalJson } from "./canonical-json.ts";

test("keys are sorted at every depth and white space is gone", () => {
  expect(toCanonicalJson({ b: [{ z: 1, a: null }], a: "é\n", "": true })).toBe(
    '{"":true,"a":"é\\n","b":[{"a":null,"z":1}]}',
  );
});

test("numbers are written as in RFC 8785, section 3.2.2.3", () => {
  expect(toCanonicalJson([Number("333333333.33333329"), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
    "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]",
  );
});

test("what JSON cannot say stops it", () => {
  expect(() => toCanonicalJson({ a: Number.NaN })).toThrow(/NaN has no JSON/);
  expect(() => toCanonicalJson([() => 1])).toThrow(/a function has no JSON/);
});

test("the text reads back as the same value and does not depend on the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = toCanonicalJson(value);
      expect(toCanonicalJson(reversed(value))).toBe(text);
      expect(toCanonicalJson(JSON.parse(text))).toBe(text);
    }),
    { seed: 1, numRuns: 300 },
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, content]) => [key, reversed(content)]),
  );
}
