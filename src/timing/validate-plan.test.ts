import { expect, it } from "vitest";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "./sample-plan.test-support.ts";
import { validatePlan } from "./validate-plan.ts";

it("a plan that keeps every rule is validated without a finding", () => {
  const verdict = validatePlan({
    network: buildSampleNetwork(),
    plan: buildSamplePlan(),
    nowMs: SAMPLE_NOW_MS,
  });
  expect(verdict.findings).toEqual([]);
  expect(verdict.kind).toBe("validated");
});
