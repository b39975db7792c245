/** Rules 29 and 33: which plan this is, for how long it holds, and what comes after it. */
import type { Network } from "../../network/network.schema.ts";
import type { Finding } from "../finding.schema.ts";
import type { CoordinationPlan } from "../plan.schema.ts";

/** Rule 29: the plan expires in the future, and controllers know what to run then. */
export function judgeLease(plan: CoordinationPlan, nowMs: number): Finding[] {
  const findings: Finding[] = [];
  if (plan.validUntilMs <= nowMs) {
    findings.push({
      ruleId: 29,
      severity: "BLOCK",
      path: "plan.validUntilMs",
      limit: nowMs,
      actual: plan.validUntilMs,
      unit: "ms",
      sentence: `The plan expired ${Math.round((nowMs - plan.validUntilMs) / 1000)} s ago.`,
    });
  }
  if (plan.fallback.trim() === "" || plan.fallback === plan.id) {
    findings.push({
      ruleId: 29,
      severity: "BLOCK",
      path: "plan.fallback",
      limit: "a plan of the controller's own",
      actual: plan.fallback,
      unit: "",
      sentence: "The plan names no other plan to fall back to when it expires.",
    });
  }
  return findings;
}

/** Rule 33: the plan is for this network, each of its signals once, and newer than what runs. */
export function judgeIdentity(
  network: Network,
  plan: CoordinationPlan,
  running: CoordinationPlan | undefined,
): Finding[] {
  const findings: Finding[] = [];
  const block = (found: Pick<Finding, "path" | "limit" | "actual" | "sentence">): void => {
    findings.push({ ruleId: 33, severity: "BLOCK", unit: "", ...found });
  };
  if (plan.networkId !== network.id) {
    block({
      path: "plan.networkId",
      limit: network.id,
      actual: plan.networkId,
      sentence: `The plan is for network ${plan.networkId}, not for ${network.id}.`,
    });
  }
  if (running !== undefined && plan.revision <= running.revision) {
    block({
      path: "plan.revision",
      limit: running.revision + 1,
      actual: plan.revision,
      sentence: `Revision ${plan.revision} is not newer than the running revision ${running.revision}.`,
    });
  }
  const known = new Set(network.intersections.map((it) => it.id));
  const seen = new Set<string>();
  for (const [at, { intersectionId }] of plan.timingPlans.entries()) {
    const path = `plan.timingPlans.${at}.intersectionId`;
    if (!known.has(intersectionId)) {
      block({
        path,
        limit: "an intersection of the network",
        actual: intersectionId,
        sentence: `The network has no intersection ${intersectionId}.`,
      });
    }
    if (seen.has(intersectionId)) {
      block({
        path,
        limit: "one timing plan per intersection",
        actual: intersectionId,
        sentence: `Intersection ${intersectionId} has two timing plans.`,
      });
    }
    seen.add(intersectionId);
  }
  return findings;
}
