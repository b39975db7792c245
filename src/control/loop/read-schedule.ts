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

export async function readSchedule(store: Store, networkId: string, atMs: number): Promise<ScheduleNow> {
  const record = await store.findSchedule({ networkId });
  if (record === undefined) return { due: undefined, staysS: DAY_MS / 1000 };
  const { schedule } = record;
  const [next] = listChanges(schedule, atMs + 1, atMs + DAY_MS);
  const staysS = ((next?.atMs ?? atMs + DAY_MS) - atMs) / 1000;
  const due = findDueEntry(schedule, atMs);
  if (due.kind === "none") return { due: undefined, staysS };
  const { planId, why } = due;
  const plan = await store.findPlan({ networkId, planId });
  return { due: plan && { planId, why, timingPlans: plan.plan.timingPlans }, staysS };
}
