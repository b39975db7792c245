/** What the intersections of a plan ran before it. */
import { AppError } from "../errors.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { PlanRecord } from "./records.schema.ts";

/**
 * For each intersection of `bad` the timing plan of the newest earlier plan that has run there. `conflict` names the
 * intersections that have none.
 */
export function restoreTimingPlans(bad: PlanRecord, records: readonly PlanRecord[]): TimingPlan[] {
  const earlier = records
    .filter((it) => (it.state === "active" || it.state === "superseded") && it.plan.id !== bad.plan.id)
    .filter((it) => it.plan.revision < bad.plan.revision)
    .sort((a, b) => b.plan.revision - a.plan.revision)
    .flatMap((it) => it.plan.timingPlans);
  const found = bad.plan.timingPlans.map(({ intersectionId }) => ({
    intersectionId,
    timingPlan: earlier.find((it) => it.intersectionId === intersectionId),
  }));
  const without = found.filter((it) => it.timingPlan === undefined).map((it) => it.intersectionId);
  if (without.length > 0) {
    throw new AppError("conflict", `nothing to go back to: no earlier plan at ${without.join(", ")}`);
  }
  return found.flatMap((it) => it.timingPlan ?? []);
}
