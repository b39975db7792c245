import fc from "fast-check";
import { expect, test } from "vitest";
import { groupLengthsS, ringSumsS, splitProblems } from "./random-splits.test-support.ts";
import { roundSplits } from "./round-splits.ts";
import { reserveOf } from "./split-needs.ts";
import type { SlackPolicy } from "./split-problem.ts";
import { sweepSplits } from "./sweep-splits.ts";

const policies = fc.constantFrom<SlackPolicy>("coordinated", "leastDelay", "equal");
const cycles = fc.integer({ min: 40, max: 160 });

test("splits fill every ring, meet at the barriers, and keep minimums and maximums", () => {
  fc.assert(
    fc.property(splitProblems({ sharing: true }), cycles, policies, (problem, cycleS, slack) => {
      const answer = sweepSplits({ problem, cycleS, targetDegreeOfSaturation: 0.9, slack });
      if (answer.kind === "infeasible") return;
      for (const sumS of ringSumsS(problem, answer.splitsS)) expect(sumS).toBeCloseTo(cycleS, 6);
      for (const lengths of groupLengthsS(problem, answer.splitsS)) {
        for (const lengthS of lengths) expect(lengthS).toBeCloseTo(lengths[0] ?? 0, 6);
      }
      for (const [position, splitS] of answer.splitsS.entries()) {
        expect(splitS).toBeGreaterThan((problem.phases[position]?.minSplitS ?? 0) - 1e-6);
        expect(splitS).toBeLessThan((problem.phases[position]?.maxSplitS ?? 0) + 1e-6);
      }
    }),
    { seed: 11, numRuns: 500 },
  );
});

test("rounding keeps minimums, maximums, ring sums and barriers exactly, and moves no split by 2 s or more in its ring", () => {
  fc.assert(
    fc.property(splitProblems({ sharing: true }), cycles, policies, (problem, cycleS, slack) => {
      const answer = sweepSplits({ problem, cycleS, targetDegreeOfSaturation: 0.9, slack });
      if (answer.kind === "infeasible") return;
      const rounded = roundSplits({ problem, cycleS, splitsS: answer.splitsS }).map((it) => it.splitS);
      expect(rounded.every((it) => Number.isInteger(it))).toBe(true);
      for (const sumS of ringSumsS(problem, rounded)) expect(sumS).toBe(cycleS);
      for (const lengths of groupLengthsS(problem, rounded)) expect(new Set(lengths).size).toBe(1);
      for (const [position, splitS] of rounded.entries()) {
        expect(splitS).toBeGreaterThanOrEqual(problem.phases[position]?.minSplitS ?? 0);
        expect(splitS).toBeLessThanOrEqual(problem.phases[position]?.maxSplitS ?? 0);
        expect(Math.abs(splitS - (answer.splitsS[position] ?? 0))).toBeLessThan(2);
      }
    }),
    { seed: 12, numRuns: 500 },
  );
});

test("the target degree of saturation is met whenever some splits meet it, to a step of the resolution under least delay", () => {
  fc.assert(
    fc.property(splitProblems({ sharing: false }), cycles, policies, (problem, cycleS, slack) => {
      const best = sweepSplits({ problem, cycleS, targetDegreeOfSaturation: 0.9, slack: "equal" });
      const answer = sweepSplits({ problem, cycleS, targetDegreeOfSaturation: 0.9, slack });
      expect(answer.kind).toBe(best.kind);
      if (answer.kind === "infeasible" || best.kind === "infeasible") return;
      const aStepMore = answer.splitsS.map((it) => it + (slack === "leastDelay" ? problem.resolutionS : 0));
      const reserve = reserveOf(problem, aStepMore, cycleS);
      expect(reserve).toBeGreaterThan(Math.min(best.reserve, 1 / 0.9) - 1e-6);
    }),
    { seed: 13, numRuns: 500 },
  );
});

test("minimums that exceed the cycle are named", () => {
  const problem = {
    intersectionId: "X",
    sequenceId: "s",
    resolutionS: 1,
    phases: [1, 2, 3, 4].map((phase) => ({
      phase,
      minSplitS: 24,
      maxSplitS: Number.POSITIVE_INFINITY,
      isCoordinated: false,
    })),
    cells: [[[0, 1]], [[2, 3]]],
    streams: [],
  };
  expect(sweepSplits({ problem, cycleS: 80, targetDegreeOfSaturation: 0.9, slack: "equal" })).toEqual({
    kind: "infeasible",
    reason: "intersection X: minimums of phases 1+2 | 3+4 need 96 s, cycle is 80 s",
  });
});
