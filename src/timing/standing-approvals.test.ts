import { expect, it } from "vitest";
import { withPhase } from "../network/sample-network.test-support.ts";
import type { Finding, StandingApproval } from "./finding.schema.ts";
import { IMPORTED, sampleWith } from "./judge-sample.test-support.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "./sample-plan.test-support.ts";
import { citeApprovals, draftApprovals, listUncovered } from "./standing-approvals.ts";
import { validatePlan } from "./validate-plan.ts";

const warning: Finding = {
  ruleId: 14,
  severity: "WARN",
  intersectionId: "A",
  path: "plan.timingPlans.0.cycleS",
  limit: 70,
  actual: 90,
  unit: "s",
  sentence: "People wait.",
};
const approval: StandingApproval = {
  id: "approval-1",
  ruleId: 14,
  intersectionId: "A",
  limit: 70,
  unit: "s",
  tolerated: 90,
  approver: "R. Herman",
  reason: "Few people cross here",
  expiresAtMs: SAMPLE_NOW_MS + 1,
};
const covered = (finding: Finding, given: StandingApproval = approval) =>
  listUncovered(citeApprovals([finding], [given], SAMPLE_NOW_MS)).length === 0;

it("an approval covers a warning of its rule, intersection and limit, and is cited", () => {
  expect(citeApprovals([warning], [approval], SAMPLE_NOW_MS)).toEqual([
    { ...warning, approvalId: "approval-1" },
  ]);
});

it("an approval covers nothing of another rule, intersection, limit or unit", () => {
  expect(covered({ ...warning, ruleId: 18 })).toBe(false);
  expect(covered({ ...warning, intersectionId: "B" })).toBe(false);
  expect(covered({ ...warning, limit: 90 })).toBe(false);
  expect(covered({ ...warning, unit: "veh" })).toBe(false);
});

it("an approval covers what is not worse than it tolerates, on either side of the limit", () => {
  expect(covered({ ...warning, actual: 89 })).toBe(true);
  expect(covered({ ...warning, actual: 91 })).toBe(false);
  const short = { ...approval, limit: 7, tolerated: 5 };
  expect(covered({ ...warning, limit: 7, actual: 5 }, short)).toBe(true);
  expect(covered({ ...warning, limit: 7, actual: 4.9 }, short)).toBe(false);
  const named = { ...approval, limit: "always", tolerated: "never" };
  expect(covered({ ...warning, limit: "always", actual: "never" }, named)).toBe(true);
  expect(covered({ ...warning, limit: "always", actual: "seldom" }, named)).toBe(false);
});

it("an approval covers nothing once it has expired", () => {
  expect(covered(warning, { ...approval, expiresAtMs: SAMPLE_NOW_MS })).toBe(false);
});

it("no approval lets a BLOCK stand", () => {
  const block: Finding = { ...warning, severity: "BLOCK" };
  expect(citeApprovals([block], [approval], SAMPLE_NOW_MS)).toEqual([block]);
});

it("drafted approvals are as few as possible and cover exactly the warnings that they were drafted from", () => {
  const terms = {
    prefix: "draft-",
    approver: "R. Herman",
    reason: "as built",
    expiresAtMs: SAMPLE_NOW_MS + 1,
  };
  const warnings: Finding[] = [
    warning,
    { ...warning, actual: 95 },
    { ...warning, actual: 85 },
    { ...warning, actual: 60 },
    { ...warning, intersectionId: "B" },
    { ...warning, limit: "always", actual: "never" },
    { ...warning, limit: "always", actual: "seldom" },
  ];
  const { intersectionId: _, ...ofThePlan } = warning;
  const drafts = draftApprovals([...warnings, ofThePlan, { ...warning, severity: "INFO" }], terms);
  expect(drafts.map((it) => it.tolerated)).toEqual([95, 60, 90, "never", "seldom", 90]);
  expect(listUncovered(citeApprovals([...warnings, ofThePlan], drafts, SAMPLE_NOW_MS))).toEqual([]);
  expect(drafts.map((it) => it.id)[0]).toBe("draft-1");
});

it("a plan with warnings waits for a person, and is validated under their approval", () => {
  const network = sampleWith(({ phases }) => ({ phases: withPhase(phases, 2, { yellowS: 3.5 }) }), IMPORTED);
  const given = { network, plan: buildSamplePlan(), nowMs: SAMPLE_NOW_MS };
  const first = validatePlan(given);
  expect(first.kind).toBe("needsApproval");
  if (first.kind !== "needsApproval") return;
  expect(first.waiting).toEqual(first.findings);
  const approvals = draftApprovals(first.waiting, {
    prefix: "inherited-",
    approver: "R. Herman",
    reason: "existing timing, change of yellow is planned",
    expiresAtMs: SAMPLE_NOW_MS + 1,
  });
  const second = validatePlan({ ...given, approvals });
  expect(second.kind).toBe("validated");
  expect(second.findings.map((it) => it.approvalId)).toEqual(["inherited-1"]);
});
