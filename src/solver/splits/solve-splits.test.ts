import fc from "fast-check";
import { expect, test } from "vitest";
import { groupLengthsS, ringSumsS, splitProblems } from "./random-splits.test-support.ts";
import { solveSplits } from "./solve-splits.ts";
import type { SlackPolicy } from "./split-problem.ts";
import { sweepSplits } from "./sweep-splits.ts";

const policies = fc.constantFrom<SlackPolicy>("coordinated", "leastDelay", "equal");
const cycles = fc.integer({ min: 40, max: 160 });

test("the closed form has the reserve of the linear program where every stream has one phase", () => {
  fc.assert(
    fc.property(splitProblems({ sharing: false }), cycles, policies, (problem, cycleS, slack) => {
      const question = { problem, cycleS, targetDegreeOfSaturation: 0.9, slack };
      const [exact, swept] = [solveSplits(question), sweepSplits(question)];
      expect(swept.kind).toBe(exact.kind);
      if (exact.kind === "infeasible" || swept.kind === "infeasible") return;
      const limit = slack === "equal" ? 1e6 : 1 / 0.9;
      expect(Math.min(limit, swept.reserve)).toBeCloseTo(Math.min(limit, exact.reserve), 6);
    }),
    { seed: 21, numRuns: 300 },
  );
});

test("the linear program never has less reserve where streams have several phases, and its splits fill the rings", () => {
  let better = 0;
  fc.assert(
    fc.property(splitProblems({ sharing: true }), cycles, policies, (problem, cycleS, slack) => {
      const question = { problem, cycleS, targetDegreeOfSaturation: 0.9, slack };
      const [exact, swept] = [solveSplits(question), sweepSplits(question)];
      if (exact.kind === "infeasible" || swept.kind === "infeasible") return;
      const limit = slack === "equal" ? 1e6 : 1 / 0.9;
      expect(Math.min(limit, exact.reserve)).toBeGreaterThan(Math.min(limit, swept.reserve) - 1e-6);
      if (exact.reserve > swept.reserve + 0.01) better += 1;
      for (const sumS of ringSumsS(problem, exact.splitsS)) expect(sumS).toBeCloseTo(cycleS, 5);
      for (const lengths of groupLengthsS(problem, exact.splitsS)) {
        for (const lengthS of lengths) expect(lengthS).toBeCloseTo(lengths[0] ?? 0, 5);
      }
    }),
    { seed: 22, numRuns: 300 },
  );
  expect(better).toBeGreaterThan(0);
});
