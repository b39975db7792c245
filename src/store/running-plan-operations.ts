/** Which plan each intersection runs: the service's belief, which the controllers' reports confirm or correct. */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { PlanRecord } from "../control/records.schema.ts";
import type { PlanMove } from "../control/store.ts";
import { known } from "../errors.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { Operations } from "./operations.ts";

/** Which plan each intersection runs; a plan that no intersection runs any more is superseded. */
export function runningPlanOperations(
  db: DatabaseSyncInstance,
  plans: {
    readonly getPlan: (networkId: string, planId: string) => PlanRecord;
    readonly movePlan: (move: PlanMove) => PlanRecord;
  },
): Pick<Operations, "activatePlan" | "findRunningPlan"> {
  const run = db.prepare(
    `INSERT INTO runningPlans (networkId, intersectionId, planId) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET planId = excluded.planId`,
  );
  const running = db.prepare("SELECT intersectionId, planId FROM runningPlans WHERE networkId = ?");
  const lost = db.prepare(
    `SELECT planId FROM plans WHERE networkId = ? AND state = 'active' AND planId NOT IN
     (SELECT planId FROM runningPlans WHERE networkId = plans.networkId)`,
  );

  return {
    activatePlan({ networkId, planId, audit }) {
      const active = plans.movePlan({
        networkId,
        planId,
        from: ["published"],
        to: "active",
        reason: "every controller runs it",
        audit,
      });
      for (const { intersectionId } of active.plan.timingPlans) run.run(networkId, intersectionId, planId);
      const idle: { planId: string }[] = lost.all(networkId);
      for (const old of idle) {
        plans.movePlan({
          networkId,
          planId: old.planId,
          from: ["active"],
          to: "superseded",
          reason: `plan ${planId} runs instead`,
          audit: { ...audit, action: "plan.supersede", subject: `plan/${networkId}/${old.planId}` },
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
