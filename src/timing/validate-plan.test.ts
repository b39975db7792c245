import { expect, it } from "vitest";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { IMPORTED, samplePlanWith } from "./judge-sample.test-support.ts";
import type { CoordinationPlan } from "./plan.schema.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "./sample-plan.test-support.ts";
import { buildSites } from "./site.ts";
import { describeFinding, isValidatedPlan, validatePlan } from "./validate-plan.ts";
import { validateTimingPlan } from "./validate-timing-plan.ts";

const judge = (plan: CoordinationPlan) =>
  validatePlan({ network: buildSampleNetwork(), plan, nowMs: SAMPLE_NOW_MS });

it("a plan that keeps every rule is validated without a finding, under every profile that fits it", () => {
  for (const jurisdiction of ["us-mutcd", "simulation"] as const) {
    const network = buildSampleNetwork({ jurisdiction });
    const verdict = validatePlan({ network, plan: buildSamplePlan(), nowMs: SAMPLE_NOW_MS });
    expect(verdict.findings).toEqual([]);
    expect(verdict.kind).toBe("validated");
  }
});

it("a blocked plan has no validated plan, and all its findings at once", () => {
  const verdict = judge({ ...samplePlanWith({ offsetS: 80 }), networkId: "other", validUntilMs: 1 });
  expect(verdict.kind).toBe("blocked");
  expect(verdict.findings.map((it) => it.ruleId)).toEqual([29, 33, 20]);
  expect(verdict).not.toHaveProperty("plan");
});

it("a validated plan is known at run time, a look-alike is not", () => {
  const plan = buildSamplePlan();
  const verdict = judge(plan);
  expect(verdict.kind).toBe("validated");
  if (verdict.kind !== "validated") return;
  expect(isValidatedPlan(verdict.plan)).toBe(true);
  expect(verdict.plan).toEqual(plan);
  expect(isValidatedPlan(plan)).toBe(false);
  expect(isValidatedPlan({ ...verdict.plan })).toBe(false);
  expect(isValidatedPlan(structuredClone(verdict.plan))).toBe(false);
});

it("a validated plan cannot change any more, nor with the plan that it was made from", () => {
  const plan = buildSamplePlan();
  const verdict = judge(plan);
  if (verdict.kind !== "validated") throw new Error("the sample plan is valid");
  const [first] = verdict.plan.timingPlans;
  expect(() => Object.assign(first ?? {}, { cycleS: 10 })).toThrow(TypeError);
  Object.assign(plan.timingPlans[0] ?? {}, { cycleS: 10 });
  expect(first?.cycleS).toBe(80);
});

it("a controller judges its own timing plan alone and finds the same", () => {
  const plan = samplePlanWith({ offsetS: 80, sequenceId: "lead-lag" });
  const site = buildSites(buildSampleNetwork()).get("A");
  const [timingPlan] = plan.timingPlans;
  expect(site && timingPlan).toBeDefined();
  if (site === undefined || timingPlan === undefined) return;
  const alone = validateTimingPlan({ site: structuredClone(site), timingPlan });
  expect(alone.map((it) => it.sentence)).toEqual(judge(plan).findings.map((it) => it.sentence));
  expect(alone.map((it) => it.path)).toEqual(["plan.offsetS"]);
});

it("a finding reads as one line", () => {
  const [finding] = judge(samplePlanWith({ offsetS: 80 })).findings;
  expect(finding && describeFinding(finding)).toBe(
    "BLOCK rule 20 at A: The offset of 80 s is outside the cycle of 80 s: the controller would leave coordination. (plan.timingPlans.0.offsetS)",
  );
  const [expired] = judge(buildSamplePlan({ validUntilMs: SAMPLE_NOW_MS - 2000 })).findings;
  expect(expired && describeFinding(expired)).toBe(
    "BLOCK rule 29: The plan expired 2 s ago. (plan.validUntilMs)",
  );
  const noted = finding && describeFinding({ ...finding, inherited: true, approvalId: "x" });
  expect(noted).toContain("(inherited; approved by x; plan.timingPlans.0.offsetS)");
});

it("an imported network keeps its imported mark on every site", () => {
  expect([...buildSites(buildSampleNetwork(IMPORTED)).values()].every((it) => it.imported)).toBe(true);
});
