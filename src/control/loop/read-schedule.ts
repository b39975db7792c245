/** What the schedule wants of a network at an instant: the plan that is due, and how long it will be. */
import { findDueEntry, listChanges } from "../../schedule/due-entry.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { Store } from "../store.ts";

const DAY_MS = 86_400_000;

export interface DuePlan {
  readonly planId: string;
  readonly why: string;
  readonly timingPlans: readonly TimingPlan[];
}

export interface ScheduleNow {
  /** `undefined`: nothing is scheduled. */
  readonly due: DuePlan | undefined;
  /** Until the next change of the schedule, at most a day, s. */
  readonly staysS: number;
}

/** `otherwise`: a plan that is due where nothing is scheduled. */
export async function readSchedule(
  store: Store,
  of: { readonly networkId: string; readonly atMs: number; readonly otherwise?: string | undefined },
): Promise<ScheduleNow> {
  const { networkId, atMs, otherwise } = of;
  const record = await store.findSchedule({ networkId });
  const read = async (planId: string, why: string): Promise<DuePlan | undefined> => {
    const plan = await store.findPlan({ networkId, planId });
    return plan && { planId, why, timingPlans: plan.plan.timingPlans };
  };
  const without = async () =>
    otherwise === undefined ? undefined : read(otherwise, "Nothing is scheduled.");
  if (record === undefined) return { due: await without(), staysS: DAY_MS / 1000 };
  const { schedule } = record;
  const [next] = listChanges(schedule, atMs + 1, atMs + DAY_MS);
  const staysS = ((next?.atMs ?? atMs + DAY_MS) - atMs) / 1000;
  const due = findDueEntry(schedule, atMs);
  return { due: due.kind === "none" ? await without() : await read(due.planId, due.why), staysS };
}
