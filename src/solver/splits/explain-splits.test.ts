import fc from "fast-check";
import { expect, test } from "vitest";
import { describeSplits } from "./describe-splits.ts";
import { explainSplits } from "./explain-splits.ts";
import { splitProblems } from "./random-splits.test-support.ts";
import { solveSplits } from "./solve-splits.ts";
import { reserveOf } from "./split-needs.ts";
import type { SplitPhase, SplitProblem } from "./split-problem.ts";
import { judgeDelay, leastCycleS, listAllSplits } from "./splits-judge.test-support.ts";
import { sweepSplits } from "./sweep-splits.ts";

const TARGET = 0.9;

/** Two stages, 0.2 and 0.1 veh/s at 0.5 veh/s, 4 s lost: at 60 s they need 30.67 and 17.33 s for a target of 0.9. */
const twoStages = (second: Partial<SplitPhase> = {}): SplitProblem => ({
  intersectionId: "S07",
  sequenceId: "s",
  resolutionS: 1,
  phases: [
    { phase: 2, minSplitS: 9, maxSplitS: 50, isCoordinated: true },
    { phase: 4, minSplitS: 9, maxSplitS: 50, isCoordinated: false, ...second },
  ],
  cells: [[[0, 1]]],
  streams: [
    { movementIds: ["A"], flowVps: 0.2, rateVps: 0.5, extraVeh: 0, extraVps: 0, lostS: 4, phases: [0] },
    { movementIds: ["B"], flowVps: 0.1, rateVps: 0.5, extraVeh: 0, extraVps: 0, lostS: 4, phases: [1] },
  ],
});

const explainAt = (problem: SplitProblem, splitsS: readonly [number, number]) =>
  explainSplits({
    problem,
    cycleS: 60,
    splits: problem.phases.map(({ phase }, position) => ({ phase, splitS: splitsS[position] ?? 0 })),
    targetDegreeOfSaturation: TARGET,
  });

const bindingsAt = (problem: SplitProblem, splitsS: readonly [number, number]) =>
  explainAt(problem, splitsS).phases.map((it) => it.binding.kind);

test("what holds each split is named", () => {
  expect(bindingsAt(twoStages(), [40, 20])).toEqual(["slack", "slack"]);
  expect(bindingsAt(twoStages(), [42, 18])).toEqual(["slack", "saturation"]);
  expect(bindingsAt(twoStages(), [30, 30])).toEqual(["rounding", "slack"]);
  expect(bindingsAt(twoStages(), [25, 35])).toEqual(["shortage", "slack"]);
  expect(bindingsAt(twoStages(), [50, 10])).toEqual(["maximumGreen", "shortage"]);
  expect(bindingsAt(twoStages({ minSplitS: 20 }), [40, 20])).toEqual(["slack", "minimumGreen"]);
  const heldBy = { crossingId: "X4", minSplitS: 9 };
  expect(bindingsAt(twoStages({ minSplitS: 20, heldBy }), [40, 20])).toEqual(["slack", "pedestrian"]);
});

test("a ring that needs less than the one beside it fills up to the barrier", () => {
  const stream = (phase: number, flowVps: number) => ({
    movementIds: [`M${phase}`],
    flowVps,
    rateVps: 0.5,
    extraVeh: 0,
    extraVps: 0,
    lostS: 4,
    phases: [phase],
  });
  const problem: SplitProblem = {
    ...twoStages(),
    phases: [2, 4, 6, 8].map((phase) => ({ phase, minSplitS: 9, maxSplitS: 99, isCoordinated: false })),
    cells: [
      [[0], [2]],
      [[1], [3]],
    ],
    streams: [stream(0, 0.2), stream(1, 0.1), stream(2, 0.1), stream(3, 0.12)],
  };
  const splits = [2, 4, 6, 8].map((phase, position) => ({ phase, splitS: [40, 20, 40, 20][position] ?? 0 }));
  const explained = explainSplits({ problem, cycleS: 60, splits, targetDegreeOfSaturation: TARGET });
  expect(explained.groups.map((it) => it.criticalPhases)).toEqual([[2], [8]]);
  expect(explained.phases.map((it) => it.binding.kind)).toEqual(["slack", "ring", "ring", "saturation"]);
  // Needs for 0.9: 4 + 0.2 · 60 / 0.45, and so on.
  expect(explained.groups[0]?.ringNeedsS.map((it) => Number(it.toFixed(2)))).toEqual([30.67, 17.33]);
  expect(explained.groups[1]?.ringNeedsS.map((it) => Number(it.toFixed(2)))).toEqual([17.33, 20]);
});

test("a second more or less is priced by evaluating the splits again", () => {
  const problem = twoStages();
  const delayAt = (splitsS: readonly number[]) => judgeDelay(problem, splitsS, 60);
  const [first, second] = explainAt(problem, [40, 20]).phases;
  expect(first?.oneLess?.delayVehHPerH).toBeCloseTo(delayAt([39, 21]) - delayAt([40, 20]), 9);
  expect(second?.oneLess?.delayVehHPerH).toBeCloseTo(delayAt([41, 19]) - delayAt([40, 20]), 9);
  expect(first?.oneMore?.changes).toEqual([
    { phase: 2, byS: 1 },
    { phase: 4, byS: -1 },
  ]);
});

/** A carries 0.5 (x − 4) of 12 vehicles in 60 s: one second more for A is 0.5 / 12 of its flow. */
test("the reserve of a second that a minimum holds back is the linear program's dual", () => {
  const at = (minSplitS: number) => {
    const problem = twoStages({ minSplitS });
    return solveSplits({ problem, cycleS: 60, targetDegreeOfSaturation: TARGET, slack: "equal" });
  };
  const [held, relaxed] = [at(34), at(33)];
  if (held.kind === "infeasible" || relaxed.kind === "infeasible") throw new Error("infeasible");
  expect(relaxed.reserve - held.reserve).toBeCloseTo(0.5 / 12, 6);
  const [, second] = explainAt(twoStages({ minSplitS: 34 }), [26, 34]).phases;
  expect(second?.binding.kind).toBe("minimumGreen");
  expect(second?.oneLess?.reserve).toBeCloseTo(0.5 / 12, 9);
});

test("no exchange promises more reserve than the linear program finds with that minimum lowered", () => {
  fc.assert(
    fc.property(splitProblems({ sharing: false }), fc.integer({ min: 0, max: 20 }), (problem, roomS) => {
      const cycleS = Math.max(40, leastCycleS(problem)) + roomS;
      const question = { problem, cycleS, targetDegreeOfSaturation: TARGET, slack: "leastDelay" } as const;
      const answer = sweepSplits(question);
      if (answer.kind === "infeasible" || problem.streams.length === 0) return;
      const { splitsS } = answer;
      const splits = problem.phases.map(({ phase }, at) => ({ phase, splitS: splitsS[at] ?? 0 }));
      const explained = explainSplits({ problem, cycleS, splits, targetDegreeOfSaturation: TARGET });
      for (const [position, phase] of explained.phases.entries()) {
        if (phase.oneLess === undefined || phase.splitS < 2) continue;
        const lowered = {
          ...problem,
          phases: problem.phases.map((it, at) =>
            at === position ? { ...it, minSplitS: Math.min(it.minSplitS, phase.splitS - 1) } : it,
          ),
        };
        const program = solveSplits({ ...question, problem: lowered, slack: "equal" });
        if (program.kind === "infeasible") throw new Error(program.reason);
        const promised = reserveOf(problem, splitsS, cycleS) + phase.oneLess.reserve;
        expect(promised).toBeLessThan(program.reserve + 1e-6 * Math.max(1, Math.abs(promised)));
      }
    }),
    { seed: 61, numRuns: 30 },
  );
});

test("from splits of least delay, a step for a phase costs what the best of all splits with that step cost", () => {
  let checked = 0;
  fc.assert(
    fc.property(splitProblems({ sharing: false }), fc.integer({ min: 3, max: 7 }), (problem, roomS) => {
      const cycleS = Math.max(40, leastCycleS(problem)) + roomS;
      const all = listAllSplits(
        problem,
        cycleS,
        problem.phases.map((it) => it.minSplitS),
      );
      const delays = all.map((it) => judgeDelay(problem, it, cycleS));
      const start = all[delays.indexOf(Math.min(...delays))];
      if (start === undefined || reserveOf(problem, start, cycleS) < 1.05) return;
      const splits = problem.phases.map(({ phase }, at) => ({ phase, splitS: start[at] ?? 0 }));
      const explained = explainSplits({ problem, cycleS, splits, targetDegreeOfSaturation: TARGET });
      for (const [position, phase] of explained.phases.entries()) {
        const withOneMore = delays.filter((_, at) => all[at]?.[position] === phase.splitS + 1);
        if (withOneMore.length === 0) continue;
        checked += 1;
        const bestVehHPerH = Math.min(...withOneMore) - Math.min(...delays);
        expect(phase.oneMore?.delayVehHPerH).toBeCloseTo(bestVehHPerH, 6);
      }
    }),
    { seed: 62, numRuns: 60 },
  );
  expect(checked).toBeGreaterThan(25);
});

test("the sentences tell what to do at which phase", () => {
  const heldBy = { crossingId: "X4", minSplitS: 9 };
  const problem = twoStages({ minSplitS: 30, heldBy });
  const explained = explainAt(problem, [30, 30]);
  const delayAt = (seconds: number) => judgeDelay(problem, [30 + seconds, 30 - seconds], 60);
  const bestS = [...Array(21).keys()].reduce((best, it) => (delayAt(it) < delayAt(best) ? it : best), 0);
  const saves = Number((delayAt(0) - delayAt(bestS)).toFixed(2));
  expect(describeSplits(explained)[2]).toBe(
    `Phase 4 at S07 holds its pedestrian minimum 30 s (crossing X4); ${bestS} s less would save ${saves} veh·h/h.`,
  );
  expect(describeSplits(explained)[0]).toBe(
    "S07, barrier group 1: phases 2+4 decide with 60.7 s at a degree of saturation of 0.9; it lasts 60 s.",
  );
});
