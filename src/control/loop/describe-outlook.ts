/** What runs when and why: what runs now and who put it there, and what is to come in the next 24 h. */
import type { SwitchBlock } from "../../schedule/design-switchback.ts";
import { listChanges } from "../../schedule/due-entry.ts";
import { describeFinding } from "../../timing/validate-plan.ts";
import type { PlanRecord } from "../records.schema.ts";
import type { Store } from "../store.ts";
import { listSwitches } from "./evaluation.ts";
import { listRunningRecords } from "./freeze-snapshot.ts";
import type { LoopState, Outlook, Override } from "./loop.schema.ts";

const DAY_MS = 86_400_000;
const MOST_DRAFTS = 200;

export async function describeOutlook(
  store: Store,
  of: {
    readonly networkId: string;
    readonly nowMs: number;
    readonly state: LoopState;
    readonly overrides: readonly Override[];
    readonly blocks: readonly SwitchBlock[];
  },
): Promise<Outlook> {
  const { networkId, nowMs, state, overrides, blocks } = of;
  const [records, schedule, drafts] = await Promise.all([
    listRunningRecords(store, networkId),
    store.findSchedule({ networkId }),
    store.listPlans({ networkId, state: "draft", limit: MOST_DRAFTS }),
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
    ...listSwitches(blocks, nowMs),
  ];
  return {
    atMs: nowMs,
    runs: groupByPlan(records),
    waiting: drafts.filter((it) => it.verdict === "needsApproval").map(describeWaiting),
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

function describeWaiting({ plan, createdBy, changedAtMs, findings }: PlanRecord): Outlook["waiting"][number] {
  return {
    planId: plan.id,
    sinceMs: changedAtMs,
    by: createdBy,
    why: plan.name,
    intersectionIds: plan.timingPlans.map((it) => it.intersectionId),
    findings: findings
      .filter((it) => it.severity !== "INFO" && it.approvalId === undefined)
      .map(describeFinding),
  };
}
