/** Rule 19: signals of one route run one cycle, or exactly half or twice of it. */
import type { Network } from "../../network/network.schema.ts";
import { toTenths } from "../cycle.ts";
import type { Finding } from "../finding.schema.ts";
import type { CoordinationPlan } from "../plan.schema.ts";
import type { PlanOrigin } from "./rule-input.ts";

/**
 * Each signal of the plan on a route against the route's commonest cycle (the shorter of equals): at any other ratio
 * than ½, 1 or 2 its platoons shift against its neighbors' from cycle to cycle.
 */
export function judgeCommonCycle(network: Network, plan: CoordinationPlan, origin: PlanOrigin): Finding[] {
  const position = new Map(plan.timingPlans.map((it, at) => [it.intersectionId, at]));
  const findings = new Map<string, Finding>();
  for (const { id, outbound, inbound } of network.routes) {
    const stops = new Set([...outbound.stops, ...(inbound?.stops ?? [])].map((it) => it.intersectionId));
    const members = plan.timingPlans.filter((it) => stops.has(it.intersectionId));
    const commonDs = findCommonestDs(members.map((it) => toTenths(it.cycleS)));
    for (const { intersectionId, cycleS } of members) {
      const cycleDs = toTenths(cycleS);
      if (cycleDs === commonDs || cycleDs === 2 * commonDs || 2 * cycleDs === commonDs) continue;
      findings.set(intersectionId, {
        ruleId: 19,
        severity: origin === "imported" ? "WARN" : "BLOCK",
        intersectionId,
        path: `plan.timingPlans.${position.get(intersectionId)}.cycleS`,
        limit: commonDs / 10,
        actual: cycleS,
        unit: "s",
        sentence: `The cycle of ${cycleS} s is neither the ${commonDs / 10} s of route ${id} nor half or twice of it: platoons drift against the signals.`,
      });
    }
  }
  return [...findings.values()];
}

function findCommonestDs(cyclesDs: readonly number[]): number {
  const times = new Map<number, number>();
  for (const it of cyclesDs) times.set(it, (times.get(it) ?? 0) + 1);
  const ranked = [...times].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return ranked[0]?.[0] ?? 0;
}
