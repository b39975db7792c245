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

export function publicationOperations(
  db: DatabaseSyncInstance,
  plans: {
    readonly getPlan: (networkId: string, planId: string) => PlanRecord;
    readonly movePlan: (move: PlanMove) => PlanRecord;
  },
): PublicationOperations {
  const decide = db.prepare(
    `INSERT INTO decisions (txId, networkId, planId, decision)
     VALUES (:txId, :networkId, :planId, :decision)`,
  );
  const standing = db.prepare(
    `SELECT txId, networkId, planId, decision FROM decisions JOIN plans USING (networkId, planId)
     WHERE state IN ('published', 'active') ORDER BY sequence`,
  );
  const find = db.prepare("SELECT networkId, planId FROM decisions WHERE txId = ?");
  const run = db.prepare(
    `INSERT INTO runningPlans (networkId, intersectionId, planId) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET planId = excluded.planId`,
  );
  const running = db.prepare("SELECT intersectionId, planId FROM runningPlans WHERE networkId = ?");
  const idle = db.prepare(
    `SELECT planId FROM plans WHERE networkId = ? AND state = 'active' AND planId NOT IN
     (SELECT planId FROM runningPlans WHERE networkId = plans.networkId)`,
  );

  return {
    decidePublication({ decision, moves }) {
      decide.run(decision);
      for (const move of moves) plans.movePlan(move);
    },
    listStandingDecisions: () => standing.all(),
    settlePublication({ txId, actorId, atMs }) {
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
      const active = move({ planId, from: ["published"], to: "active", reason: "every controller runs it" });
      for (const { intersectionId } of active.plan.timingPlans) run.run(networkId, intersectionId, planId);
      const lost: { planId: string }[] = idle.all(networkId);
      for (const old of lost) {
        move({
          planId: old.planId,
          from: ["active"],
          to: "superseded",
          reason: `plan ${planId} runs instead`,
        });
      }
      return active;
    },
    findRunningPlan({ networkId }) {
      const rows: { intersectionId: string; planId: string }[] = running.all(networkId);
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
