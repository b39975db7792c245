import { expect, it } from "vitest";
import { judgeSample } from "../judge-sample.test-support.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "../sample-plan.test-support.ts";

const judged = (change: Parameters<typeof buildSamplePlan>[0]) =>
  judgeSample({ plan: buildSamplePlan(change) });

it("rule 29: the plan expires in the future", () => {
  expect(judged({ validUntilMs: SAMPLE_NOW_MS + 1 })).toEqual([]);
  expect(judged({ validUntilMs: SAMPLE_NOW_MS })).toEqual([`BLOCK 29 - ${SAMPLE_NOW_MS} ${SAMPLE_NOW_MS}`]);
});

it("rule 29: another plan is named to fall back to", () => {
  expect(judged({ fallback: " " })).toEqual(["BLOCK 29 - a plan of the controller's own  "]);
  expect(judged({ fallback: "sample-plan" })).toEqual([
    "BLOCK 29 - a plan of the controller's own sample-plan",
  ]);
});

it("rule 33: a revision is newer than the running one", () => {
  const running = buildSamplePlan({ revision: 7 });
  expect(judgeSample({ plan: buildSamplePlan({ revision: 8 }), running })).toEqual([]);
  expect(judgeSample({ plan: buildSamplePlan({ revision: 7 }), running })).toEqual(["BLOCK 33 - 8 7"]);
});

it("rule 33: the plan is for this network", () => {
  expect(judged({ networkId: "other" })).toEqual(["BLOCK 33 - sample other"]);
});

it("rule 33: each intersection is known and has one timing plan", () => {
  const [first, ...rest] = buildSamplePlan().timingPlans;
  expect(first).toBeDefined();
  if (first === undefined) return;
  expect(judged({ timingPlans: [first, first, ...rest] })).toEqual([
    "BLOCK 33 - one timing plan per intersection A",
  ]);
  expect(judged({ timingPlans: [{ ...first, intersectionId: "Z" }] })).toEqual([
    "BLOCK 33 - an intersection of the network Z",
  ]);
});
