/**
 * Decisions to publish, and which plan each intersection runs: the service's belief, which the controllers' reports
 * confirm or correct.
 */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { OpenPublication, PlanRecord } from "../control/records.schema.ts";
import type { PlanMove } from "../control/store.ts";
import { known } from "../errors.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { Operations } from "./operations.ts";

export type PublicationOperations = Pick<
  Operations,
  "decidePublication" | "settlePublication" | "listOpenPublications" | "findRunningPlan"
>;

export function publicationOperations(
  db: DatabaseSyncInstance,
  plans: {
    readonly getPlan: (networkId: string, planId: string) => PlanRecord;
    readonly movePlan: (move: PlanMove) => PlanRecord;
  },
): PublicationOperations {
  const decide = db.prepare(
    `INSERT INTO openPublications (txId, networkId, planId, decision)
     VALUES (:txId, :networkId, :planId, :decision)`,
  );
  const open = db.prepare("SELECT txId, networkId, planId, decision FROM openPublications ORDER BY sequence");
  const settle = db.prepare("DELETE FROM openPublications WHERE txId = ? RETURNING networkId, planId");
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
    listOpenPublications: () => open.all(),
    settlePublication({ txId, actorId, atMs }) {
      const settled: Pick<OpenPublication, "networkId" | "planId"> | undefined = settle.get(txId);
      if (settled === undefined) return undefined;
      const { networkId, planId } = settled;
      // Rolled back in the meantime: nothing runs it, and nothing is owed any more.
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
