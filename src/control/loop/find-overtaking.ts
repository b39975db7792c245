/** What somebody has done since a tick's snapshot: a person's word wins over what the tick decided. */
import type { CoordinationPlan } from "../../timing/plan.schema.ts";
import type { Store } from "../store.ts";
import type { Override } from "./loop.schema.ts";

/** A sentence; `undefined`: these intersections are as they were. */
export async function findOvertaking(
  store: Store,
  of: {
    readonly networkId: string;
    /** In the snapshot. */
    readonly running: CoordinationPlan;
    readonly intersectionIds: readonly string[];
    /** Those that are not over, now. */
    readonly overrides: readonly Override[];
  },
): Promise<string | undefined> {
  const { networkId, running } = of;
  const ids = new Set(of.intersectionIds);
  const override = of.overrides.find((it) => it.intersectionIds?.some((id) => ids.has(id)) ?? true);
  if (override !== undefined) return `${override.kind} ${override.id} of ${override.personId} came first.`;
  const now = await store.findRunningPlan({ networkId });
  if (now?.revision !== running.revision) return `Plan ${now?.id} came first.`;
  const published = await store.listPlans({ networkId, state: "published", limit: 1000 });
  const other = published.find((it) => it.plan.timingPlans.some((plan) => ids.has(plan.intersectionId)));
  return other && `Plan ${other.plan.id} came first.`;
}
