/** Rule 19: signals of one route run one cycle, or exactly half or twice of it. */
import type { Network } from "../../network/network.schema.ts";
import { toTenths } from "../cycle.ts";
import type { Finding } from "../finding.schema.ts";
import type { CoordinationPlan } from "../plan.schema.ts";
import type { PlanOrigin } from "./rule-input.ts";

/**
 * Each signal of the plan on a route against the route's commonest cycle (the shorter of equals): at any other ratio
 * than ½, 1 or 2 its platoons shift against its neighbors' from cycle to cycle. A breach that runs on the street already
 * (an imported plan, or a signal outside the group that is left as it is) is told and not refused.
 */
export function judgeCommonCycle(
  network: Network,
  plan: CoordinationPlan,
  { origin, running }: { readonly origin: PlanOrigin; readonly running: CoordinationPlan | undefined },
): Finding[] {
  const today = running === undefined ? [] : listBreaches(network, running);
  return listBreaches(network, plan).map(({ intersectionId, at, cycleS, routeId, commonS }) => {
    const asToday = today.some((it) => it.intersectionId === intersectionId && it.cycleS === cycleS);
    return {
      ruleId: 19,
      severity: origin === "imported" || asToday ? "WARN" : "BLOCK",
      intersectionId,
      path: `plan.timingPlans.${at}.cycleS`,
      limit: commonS,
      actual: cycleS,
      unit: "s",
      sentence: `The cycle of ${cycleS} s is neither the ${commonS} s of route ${routeId} nor half or twice of it: platoons drift against the signals.`,
    };
  });
}

interface Breach {
  readonly intersectionId: string;
  readonly at: number;
  readonly cycleS: number;
  readonly routeId: string;
  readonly commonS: number;
}

/** One breach per signal: the last of its routes. */
function listBreaches(network: Network, plan: CoordinationPlan): Breach[] {
  const breaches = new Map<string, Breach>();
  const timingPlans = plan.timingPlans
    .map((it, at) => ({ ...it, at }))
    .filter((it) => it.actuation?.mode !== "free");
  for (const { id, outbound, inbound } of network.routes) {
    const stops = new Set([...outbound.stops, ...(inbound?.stops ?? [])].map((it) => it.intersectionId));
    const members = timingPlans.filter((it) => stops.has(it.intersectionId));
    const commonDs = findCommonestDs(members.map((it) => toTenths(it.cycleS)));
    for (const { intersectionId, cycleS, at } of members) {
      const cycleDs = toTenths(cycleS);
      if (cycleDs === commonDs || cycleDs === 2 * commonDs || 2 * cycleDs === commonDs) continue;
      breaches.set(intersectionId, { intersectionId, at, cycleS, routeId: id, commonS: commonDs / 10 });
    }
  }
  return [...breaches.values()];
}

function findCommonestDs(cyclesDs: readonly number[]): number {
  const times = new Map<number, number>();
  for (const it of cyclesDs) times.set(it, (times.get(it) ?? 0) + 1);
  const ranked = [...times].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return ranked[0]?.[0] ?? 0;
}
