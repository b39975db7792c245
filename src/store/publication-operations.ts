/**
 * Decisions to publish, and which plan each intersection runs: the service's belief, which the controllers' reports
 * confirm or correct.
 */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { PlanRecord, PublishDecision } from "../control/records.schema.ts";
import type { PlanMove } from "../control/store.ts";
import { known } from "../errors.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { Operations } from "./operations.ts";

export type PublicationOperations = Pick<
  Operations,
  "decidePublication" | "settlePublication" | "listStandingDecisions" | "findRunningPlan"
>;

interface PlanBook {
  readonly getPlan: (networkId: string, planId: string) => PlanRecord;
  readonly movePlan: (move: PlanMove) => PlanRecord;
}

/** What an intersection runs. */
interface RunningRow {
  readonly intersectionId: string;
  readonly planId: string;
}

export function publicationOperations(db: DatabaseSyncInstance, plans: PlanBook): PublicationOperations {
  const decide = db.prepare(
    `INSERT INTO decisions (txId, networkId, planId, decision)
     VALUES (:txId, :networkId, :planId, :decision)`,
  );
  const standing = db.prepare(
    `SELECT txId, networkId, planId, decision FROM decisions JOIN plans USING (networkId, planId)
     WHERE state IN ('published', 'active') ORDER BY sequence`,
  );
  const running = db.prepare("SELECT intersectionId, planId FROM runningPlans WHERE networkId = ?");
  return {
    decidePublication({ decision, moves }) {
      decide.run(decision);
      for (const move of moves) plans.movePlan(move);
    },
    listStandingDecisions: () => standing.all(),
    settlePublication: prepareSettlement(db, plans),
    findRunningPlan({ networkId }) {
      const rows: RunningRow[] = running.all(networkId);
      const records = new Map(
        [...new Set(rows.map((it) => it.planId))].map((planId) => [planId, plans.getPlan(networkId, planId)]),
      );
      const newest = [...records.values()].sort((a, b) => b.plan.revision - a.plan.revision)[0];
      if (newest === undefined) return undefined;
      const timingPlans = rows.map((row): TimingPlan => {
        const { plan } = known(records.get(row.planId), `plan ${row.planId}`);
        return known(
          plan.timingPlans.find((it) => it.intersectionId === row.intersectionId),
          `timing plan of ${row.intersectionId} in ${row.planId}`,
        );
      });
      return { ...newest.plan, timingPlans };
    },
  };
}

/**
 * The plan is active, and runs wherever no newer one does already. Plans that newer ones have replaced at each of their
 * intersections are superseded, whether they ever ran or were overtaken before.
 */
function prepareSettlement(
  db: DatabaseSyncInstance,
  plans: PlanBook,
): PublicationOperations["settlePublication"] {
  const find = db.prepare("SELECT networkId, planId FROM decisions WHERE txId = ?");
  const run = db.prepare(
    `INSERT INTO runningPlans (networkId, intersectionId, planId) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET planId = excluded.planId`,
  );
  const running = db.prepare("SELECT intersectionId, planId FROM runningPlans WHERE networkId = ?");
  const standing = db.prepare(
    "SELECT planId FROM plans WHERE networkId = ? AND state IN ('published', 'active')",
  );

  return ({ txId, actorId, atMs }) => {
    const decided: Pick<PublishDecision, "networkId" | "planId"> | undefined = find.get(txId);
    if (decided === undefined) return undefined;
    const { networkId, planId } = decided;
    if (plans.getPlan(networkId, planId).state !== "published") return undefined;
    const move = (moved: Pick<PlanMove, "planId" | "from" | "to" | "reason">) =>
      plans.movePlan({
        networkId,
        ...moved,
        audit: {
          atMs,
          actorId,
          action: `plan.${moved.to}`,
          subject: `plan/${networkId}/${moved.planId}`,
          beforeHash: null,
          afterHash: null,
        },
      });
    const rows: RunningRow[] = running.all(networkId);
    /** Revision of what each intersection runs. */
    const planIds = [...new Set(rows.map((it) => it.planId))];
    const revisionOf = new Map(planIds.map((it) => [it, plans.getPlan(networkId, it).plan.revision]));
    const revisions = new Map(rows.map((it) => [it.intersectionId, revisionOf.get(it.planId) ?? 0]));
    const runsNewer = (intersectionId: string, revision: number): boolean =>
      (revisions.get(intersectionId) ?? 0) > revision;
    const active = move({ planId, from: ["published"], to: "active", reason: "every controller runs it" });
    const { revision } = active.plan;
    for (const { intersectionId } of active.plan.timingPlans) {
      if (runsNewer(intersectionId, revision)) continue;
      run.run(networkId, intersectionId, planId);
      revisions.set(intersectionId, revision);
    }
    const others: { planId: string }[] = standing.all(networkId);
    for (const other of others) {
      const { plan } = plans.getPlan(networkId, other.planId);
      if (!plan.timingPlans.every((it) => runsNewer(it.intersectionId, plan.revision))) continue;
      const reason = `plan ${planId} runs instead`;
      move({ planId: plan.id, from: ["published", "active"], to: "superseded", reason });
    }
    return active;
  };
}
