import fc from "fast-check";
import { expect, it } from "vitest";
import { type ShareProblem, solveShares } from "./simplex-least-squares.ts";

const objective = ({ observations, prior, priorWeight }: ShareProblem, shares: readonly number[]): number =>
  observations.reduce(
    (sum, { coefficients, value, weight }) =>
      sum + weight * (coefficients.reduce((at, it, i) => at + it * (shares[i] ?? 0), 0) - value) ** 2,
    0,
  ) + prior.reduce((sum, it, i) => sum + priorWeight * (it - (shares[i] ?? 0)) ** 2, 0);

const problemOf = (groupSizes: fc.Arbitrary<number[]>): fc.Arbitrary<ShareProblem> =>
  groupSizes.chain((sizes) => {
    const size = sizes.reduce((sum, it) => sum + it, 0);
    const starts = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, it) => sum + it, 0));
    const groups = sizes.map((count, at) => Array.from({ length: count }, (_, i) => (starts[at] ?? 0) + i));
    const coefficient = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 200, noNaN: true }));
    return fc.record({
      groups: fc.constant(groups),
      observations: fc.array(
        fc.record({
          coefficients: fc.array(coefficient, { minLength: size, maxLength: size }),
          value: fc.double({ min: -50, max: 300, noNaN: true }),
          weight: fc.double({ min: 0.001, max: 1, noNaN: true }),
        }),
        { maxLength: 12 },
      ),
      priorWeight: fc.double({ min: 0.01, max: 200, noNaN: true }),
      prior: fc
        .array(fc.integer({ min: 0, max: 10 }), { minLength: size, maxLength: size })
        .map((weights) => {
          const prior = weights.map(() => 0);
          for (const group of groups) {
            const total = group.reduce((sum, it) => sum + (weights[it] ?? 0), 0);
            for (const it of group) prior[it] = total > 0 ? (weights[it] ?? 0) / total : 1 / group.length;
          }
          return prior;
        }),
    });
  });

it("with nothing observed the prior stays, and nothing is said to be known", () => {
  const { shares, resolution } = solveShares({
    observations: [],
    groups: [[0, 1]],
    prior: [0.3, 0.7],
    priorWeight: 100,
  });
  expect(shares[0]).toBeCloseTo(0.3, 12);
  expect(resolution[0]).toBeCloseTo(0, 12);
});

it("shares come back from exact observations when the prior weighs nothing", () => {
  const truth = [0.2, 0.5, 0.3, 0.9, 0.1];
  const observations = [
    [100, 0, 0, 40, 0],
    [0, 100, 0, 0, 40],
    [0, 0, 100, 0, 0],
    [60, 0, 0, 90, 0],
  ].map((coefficients) => ({
    coefficients,
    value: coefficients.reduce((sum, it, at) => sum + it * (truth[at] ?? 0), 0),
    weight: 1,
  }));
  const { shares, resolution } = solveShares({
    observations,
    groups: [
      [0, 1, 2],
      [3, 4],
    ],
    prior: [1 / 3, 1 / 3, 1 / 3, 0.5, 0.5],
    priorWeight: 1e-6,
  });
  for (const [at, it] of truth.entries()) expect(shares[at]).toBeCloseTo(it, 7);
  for (const it of resolution) expect(it).toBeGreaterThan(0.999);
});

it("two shares on a fine grid: no point of the grid is better", () => {
  fc.assert(
    fc.property(problemOf(fc.constant([2])), (problem) => {
      const best = objective(problem, solveShares(problem).shares);
      for (let step = 0; step <= 200; step += 1) {
        const point = [step / 200, 1 - step / 200];
        expect(best).toBeLessThanOrEqual(objective(problem, point) * (1 + 1e-9) + 1e-9);
      }
    }),
    { seed: 41, numRuns: 40 },
  );
});

it("any answer is feasible and no exchange between two shares of a group improves it", () => {
  fc.assert(
    fc.property(
      problemOf(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })),
      (problem) => {
        const { shares, resolution } = solveShares(problem);
        for (const it of shares) expect(it).toBeGreaterThanOrEqual(0);
        for (const it of resolution) expect(it).toBeLessThanOrEqual(1);
        // Convex: optimal when the slope of every feasible exchange is not downward (KKT by finite exchange).
        const best = objective(problem, shares);
        for (const group of problem.groups) {
          expect(group.reduce((sum, it) => sum + (shares[it] ?? 0), 0)).toBeCloseTo(1, 9);
          for (const from of group) {
            for (const to of group) {
              const moved = Math.min(1e-4, shares[from] ?? 0);
              if (from === to || moved === 0) continue;
              const other = shares.map((it, at) => (at === from ? it - moved : at === to ? it + moved : it));
              expect(objective(problem, other)).toBeGreaterThanOrEqual(best * (1 - 1e-9) - 1e-9);
            }
          }
        }
      },
    ),
    { seed: 42, numRuns: process.env["GREENWAVE_FULL"] === "1" ? 5000 : 200 },
  );
});

it("a prior without weight is a bug, because the optimum would not be unique", () => {
  expect(() => solveShares({ observations: [], groups: [[0]], prior: [1], priorWeight: 0 })).toThrow(
    /must be positive/,
  );
});
