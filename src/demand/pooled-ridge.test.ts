import { expect, test } from "vitest";
import { createSeededRandom } from "../network/seeded-random.ts";
import { createPooledRidge, expectTarget, learnRows } from "./pooled-ridge.ts";

test("a linear law under noise is found from many detectors", () => {
  const random = createSeededRandom(1);
  const law = [0.4, -0.2, 0.1];
  const detectors = 200;
  let fit = createPooledRidge(3);
  for (let slot = 0; slot < 60; slot += 1) {
    const features = Float32Array.from({ length: detectors * 3 }, () => random.normal(0, 0.3));
    const targets = Float64Array.from({ length: detectors }, (_, row) =>
      law.reduce((sum, it, at) => sum + it * (features[row * 3 + at] ?? 0), random.normal(0, 0.1)),
    );
    fit = learnRows(fit, { features, targets, weights: new Float64Array(detectors).fill(10) }, 96);
  }
  for (const [at, it] of law.entries()) expect(fit.coefficients[at]).toBeCloseTo(it, 1);
  expect(expectTarget(fit, Float32Array.of(0, 0, 0, 1, 1, 1), 1)).toBeCloseTo(0.3, 1);
});

test("a row without a target teaches nothing", () => {
  const rows = {
    features: Float32Array.of(1),
    targets: Float64Array.of(Number.NaN),
    weights: Float64Array.of(1),
  };
  expect(learnRows(createPooledRidge(1), rows, 96).coefficients).toEqual(Float64Array.of(0));
});
