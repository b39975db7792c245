import { expect, it } from "vitest";
import { judgeSample, samplePlanWith } from "../judge-sample.test-support.ts";
import type { PredictedTransition } from "../predict-transition.ts";
import { buildSamplePlan, withSplits } from "../sample-plan.test-support.ts";

const splitsOfA = buildSamplePlan().timingPlans[0]?.splits ?? [];
const running = buildSamplePlan({ revision: 6 });
const reached: PredictedTransition = {
  kind: "reached",
  cycles: 5,
  durationS: 400,
  largestChangeRatio: 0.2,
  activeAtDs: 0,
  inStepAtDs: 4000,
};
const during = (transition: PredictedTransition) =>
  judgeSample({ transitions: new Map([["B", transition]]) });

it("rule 22: a change within a step of an adaptive controller is nothing to mention", () => {
  const plan = samplePlanWith({ offsetS: 76, splits: withSplits(splitsOfA, { 1: 16, 2: 23 }) });
  expect(judgeSample({ plan, running }).filter((it) => it.includes(" 22 "))).toEqual([]);
});

it("rule 22: a bigger change is told, over the shorter way round the cycle", () => {
  expect(judgeSample({ plan: samplePlanWith({ offsetS: 75 }), running })).toEqual(["INFO 22 A 4 5"]);
  const plan = samplePlanWith({
    cycleS: 89,
    splits: withSplits(splitsOfA, { 2: 37, 6: 36 }),
  });
  expect(judgeSample({ plan, running }).filter((it) => it.includes(" 22 "))).toEqual([
    "INFO 22 A 8 9",
    "INFO 22 A 5 9",
    "INFO 22 A 5 9",
  ]);
});

it("rule 22: a phase that did not run before changes by its whole split", () => {
  const before = { ...running, timingPlans: running.timingPlans.map((it) => ({ ...it, splits: [] })) };
  expect(judgeSample({ running: before }).filter((it) => it.includes(" A ")).length).toBe(8);
});

it("rule 24: a transition within five cycles and 20 % is fine", () => {
  expect(during(reached)).toEqual([]);
});

it("rule 24: a long or steep transition is a warning", () => {
  expect(during({ ...reached, cycles: 6 })).toEqual(["WARN 24 B 5 6"]);
  expect(during({ ...reached, largestChangeRatio: 0.25 })).toEqual(["WARN 24 B 0.2 0.25"]);
  expect(during({ kind: "notReached", cycles: 20 })).toEqual(["WARN 24 B 5 20"]);
});

it("rule 24: a transition that cannot keep the fixed times is blocked", () => {
  expect(during({ kind: "fault", atDs: 0 })).toEqual(["BLOCK 24 B a transition without fault fault"]);
});
