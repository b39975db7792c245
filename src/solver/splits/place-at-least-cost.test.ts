import fc from "fast-check";
import { expect, test } from "vitest";
import { splitProblems } from "./random-splits.test-support.ts";
import { roundSplits } from "./round-splits.ts";
import { createNeeds, updateNeeds } from "./split-needs.ts";
import { judgeDelay, leastCycleS, listAllSplits } from "./splits-judge.test-support.ts";
import { sweepSplits } from "./sweep-splits.ts";

const TARGET = 0.9;
const RUNS = process.env["GREENWAVE_FULL"] === "1" ? 2000 : 60;

/** Delay of the answer ÷ least delay by brute force − 1, over all splits from the needs up, where these fit. */
function measureGaps(of: { sharing: boolean; target: number; seed: number }): number[] {
  const gaps: number[] = [];
  fc.assert(
    fc.property(splitProblems(of), fc.integer({ min: 0, max: 7 }), (problem, roomS) => {
      const cycleS = Math.max(30, leastCycleS(problem)) + roomS;
      const question = { problem, cycleS, targetDegreeOfSaturation: of.target };
      const answer = sweepSplits({ ...question, slack: "leastDelay" });
      if (answer.kind === "infeasible" || problem.streams.length === 0) return;
      const needs = createNeeds(problem.phases.length);
      const givenS = problem.phases.map((it) => it.minSplitS);
      updateNeeds(needs, { problem, cycleS, givenS }, 1 / of.target);
      const all = listAllSplits(
        problem,
        cycleS,
        [...needs.needS].map((it) => Math.ceil(it - 1e-6)),
      );
      if (all.length === 0) return;
      const best = Math.min(...all.map((it) => judgeDelay(problem, it, cycleS)));
      const splits = roundSplits({ problem, cycleS, splitsS: answer.splitsS }).map((it) => it.splitS);
      gaps.push(judgeDelay(problem, splits, cycleS) / best - 1);
    }),
    { seed: of.seed, numRuns: RUNS },
  );
  return gaps;
}

test("splits of least delay are the best of all on the resolution that meet the target", () => {
  const gaps = measureGaps({ sharing: false, target: TARGET, seed: 51 });
  expect(gaps.length).toBeGreaterThan(RUNS / 4);
  for (const gap of gaps) expect(Math.abs(gap)).toBeLessThan(1e-6);
});

test("without a target they are the best of all, also where streams have several phases", () => {
  const gaps = measureGaps({ sharing: true, target: 50, seed: 52 });
  expect(gaps.length).toBeGreaterThan(RUNS / 2);
  for (const gap of gaps) expect(Math.abs(gap)).toBeLessThan(1e-6);
});

test("on a resolution of 0.1 s no single tenth moved saves 0.5 % of the delay", () => {
  fc.assert(
    fc.property(splitProblems({ sharing: false }), fc.integer({ min: 60, max: 120 }), (whole, cycleS) => {
      const problem = { ...whole, resolutionS: 0.1 };
      const answer = sweepSplits({
        problem,
        cycleS,
        targetDegreeOfSaturation: TARGET,
        slack: "leastDelay",
      });
      if (answer.kind === "infeasible" || answer.reserve < 1 / TARGET || problem.streams.length === 0) return;
      const needs = createNeeds(problem.phases.length);
      const givenS = problem.phases.map((it) => it.minSplitS);
      updateNeeds(needs, { problem, cycleS, givenS }, 1 / TARGET);
      const base = judgeDelay(problem, answer.splitsS, cycleS);
      for (const cell of problem.cells.flat()) {
        for (const from of cell) {
          for (const to of cell) {
            const moved = [...answer.splitsS];
            moved[from] = (moved[from] ?? 0) - 0.1;
            moved[to] = (moved[to] ?? 0) + 0.1;
            const mayMove =
              (moved[from] ?? 0) >= (needs.needS[from] ?? 0) &&
              (moved[to] ?? 0) <= (problem.phases[to]?.maxSplitS ?? 0);
            if (mayMove) expect(judgeDelay(problem, moved, cycleS)).toBeGreaterThan(base * 0.995);
          }
        }
      }
    }),
    { seed: 53, numRuns: 60 },
  );
});

test("more flow never lowers what a stream needs", () => {
  fc.assert(
    fc.property(
      splitProblems({ sharing: true }),
      fc.integer({ min: 40, max: 160 }),
      fc.nat(9),
      fc.integer({ min: 101, max: 300 }),
      (problem, cycleS, which, percent) => {
        const more = {
          ...problem,
          streams: problem.streams.map((it, position) =>
            position === which ? { ...it, flowVps: (it.flowVps * percent) / 100 } : it,
          ),
        };
        const givenS = problem.phases.map((it) => it.minSplitS);
        const [before, after] = [createNeeds(givenS.length), createNeeds(givenS.length)];
        updateNeeds(before, { problem, cycleS, givenS }, 1 / TARGET);
        updateNeeds(after, { problem: more, cycleS, givenS }, 1 / TARGET);
        for (const [position, needS] of before.needS.entries()) {
          expect(after.needS[position]).toBeGreaterThanOrEqual(needS);
        }
      },
    ),
    { seed: 54, numRuns: 200 },
  );
});
