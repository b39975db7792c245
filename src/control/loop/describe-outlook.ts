/** What runs when and why: what runs now and who put it there, and what is to come in the next 24 h. */
import { listChanges } from "../../schedule/due-entry.ts";
import type { PlanRecord } from "../records.schema.ts";
import type { Store } from "../store.ts";
import { listRunningRecords } from "./freeze-snapshot.ts";
import type { LoopState, Outlook, Override } from "./loop.schema.ts";

const DAY_MS = 86_400_000;

export async function describeOutlook(
  store: Store,
  of: {
    readonly networkId: string;
    readonly nowMs: number;
    readonly state: LoopState;
    readonly overrides: readonly Override[];
  },
): Promise<Outlook> {
  const { networkId, nowMs, state, overrides } = of;
  const [records, schedule] = await Promise.all([
    listRunningRecords(store, networkId),
    store.findSchedule({ networkId }),
  ]);
  const toMs = nowMs + DAY_MS;
  const next = [
    ...(schedule === undefined ? [] : listChanges(schedule.schedule, nowMs, toMs)).map((it) => ({
      atMs: it.atMs,
      what: `The schedule wants ${it.toPlanId === null ? "nothing" : `plan ${it.toPlanId}`}. ${it.why}`,
    })),
    ...overrides.map((it) => ({
      atMs: it.expiresAtMs,
      what: `The ${it.kind} ${it.id} of ${it.personId} ends (${it.reason}).`,
    })),
    ...state.coolDowns.map((it) => ({
      atMs: it.untilMs,
      what: `The loop may change ${it.intersectionIds.join(", ")} again.`,
    })),
  ];
  return {
    atMs: nowMs,
    runs: groupByPlan(records),
    next: next.filter((it) => it.atMs >= nowMs && it.atMs < toMs).sort((a, b) => a.atMs - b.atMs),
  };
}

function groupByPlan(records: ReadonlyMap<string, PlanRecord>): Outlook["runs"] {
  const groups = new Map<PlanRecord, string[]>();
  for (const [id, record] of records) groups.set(record, [...(groups.get(record) ?? []), id]);
  return [...groups].map(([{ plan, createdBy, changedAtMs }, intersectionIds]) => ({
    planId: plan.id,
    sinceMs: changedAtMs,
    by: createdBy,
    why: plan.name,
    intersectionIds,
  }));
}
