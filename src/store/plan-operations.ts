/** Plans and the steps of their lives. */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { PlanRecord } from "../control/records.schema.ts";
import type { PlanMove } from "../control/store.ts";
import { AppError } from "../errors.ts";
import type { WriteAudit } from "./audit-operations.ts";
import type { Operations } from "./operations.ts";
import { type PublicationOperations, publicationOperations } from "./publication-operations.ts";

type PlanRow = Omit<PlanRecord, "plan" | "findings"> & {
  readonly plan: string;
  readonly findings: string;
};

const COLUMNS = "plan, hash, networkHash, state, verdict, findings, createdBy, createdAtMs, changedAtMs";

const toRecord = (row: PlanRow): PlanRecord => ({
  ...row,
  plan: JSON.parse(row.plan),
  findings: JSON.parse(row.findings),
});

const toRow = (record: PlanRecord) => ({
  ...record,
  networkId: record.plan.networkId,
  planId: record.plan.id,
  plan: JSON.stringify(record.plan),
  findings: JSON.stringify(record.findings),
});

type PlanReads = Pick<Operations, "findPlan" | "listPlans" | "listPlanEvents">;
type PlanWrites = Pick<Operations, "createPlan" | "movePlan" | "nextRevision">;
type PlanForgetting = Pick<Operations, "forgetPlans">;

export function planOperations(
  db: DatabaseSyncInstance,
  writeAudit: WriteAudit,
): PlanReads & PlanWrites & PlanForgetting & PublicationOperations {
  const reads = planReads(db);
  const getPlan = (networkId: string, planId: string): PlanRecord => {
    const record = reads.findPlan({ networkId, planId });
    if (record === undefined) throw new AppError("notFound", `network ${networkId} has no plan ${planId}`);
    return record;
  };
  const writes = planWrites(db, { writeAudit, getPlan });
  return {
    ...reads,
    ...writes,
    ...prepareForgetting(db),
    ...publicationOperations(db, { getPlan, movePlan: writes.movePlan }),
  };
}

function planReads(db: DatabaseSyncInstance): PlanReads {
  const find = db.prepare(`SELECT ${COLUMNS} FROM plans WHERE networkId = ? AND planId = ?`);
  const list = db.prepare(
    `SELECT ${COLUMNS} FROM plans WHERE networkId = :networkId AND (:state IS NULL OR state = :state)
       AND (:before IS NULL OR (createdAtMs, rowid) <
         (SELECT createdAtMs, rowid FROM plans WHERE networkId = :networkId AND planId = :before))
     ORDER BY createdAtMs DESC, rowid DESC LIMIT :limit`,
  );
  const events = db.prepare(
    "SELECT state, atMs, actorId, reason FROM planEvents WHERE networkId = ? AND planId = ? ORDER BY sequence",
  );
  return {
    findPlan({ networkId, planId }) {
      const row: PlanRow | undefined = find.get(networkId, planId);
      return row && toRecord(row);
    },
    listPlans({ networkId, state = null, before = null, limit }) {
      const rows: PlanRow[] = list.all({ networkId, state, before, limit });
      return rows.map(toRecord);
    },
    listPlanEvents: ({ networkId, planId }) => events.all(networkId, planId),
  };
}

function planWrites(
  db: DatabaseSyncInstance,
  {
    writeAudit,
    getPlan,
  }: {
    readonly writeAudit: WriteAudit;
    readonly getPlan: (networkId: string, planId: string) => PlanRecord;
  },
): PlanWrites {
  const insert = db.prepare(
    `INSERT INTO plans (networkId, planId, ${COLUMNS})
     VALUES (:networkId, :planId, :plan, :hash, :networkHash, :state, :verdict, :findings, :createdBy, :createdAtMs,
       :changedAtMs) ON CONFLICT DO NOTHING`,
  );
  const update = db.prepare(
    `UPDATE plans SET plan = :plan, hash = :hash, networkHash = :networkHash, state = :state, verdict = :verdict,
       findings = :findings, createdBy = :createdBy, createdAtMs = :createdAtMs, changedAtMs = :changedAtMs
     WHERE networkId = :networkId AND planId = :planId`,
  );
  const insertEvent = db.prepare(
    "INSERT INTO planEvents (networkId, planId, state, atMs, actorId, reason) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const revision = db.prepare(
    `INSERT INTO revisions (networkId, revision) VALUES (?, 1)
     ON CONFLICT DO UPDATE SET revision = revision + 1 RETURNING revision`,
  );
  return {
    createPlan({ record, audit }) {
      const { networkId, id: planId } = record.plan;
      if (insert.run(toRow(record)).changes === 0) {
        throw new AppError("conflict", `network ${networkId} already has a plan ${planId}`);
      }
      insertEvent.run(networkId, planId, record.state, audit.atMs, audit.actorId, "created");
      writeAudit({ ...audit, afterHash: record.hash });
    },
    movePlan({ networkId, planId, from, to, reason, change, audit }: PlanMove) {
      const current = getPlan(networkId, planId);
      if (!from.includes(current.state)) {
        const wanted = from.join(" or ");
        throw new AppError("conflict", `plan ${planId} is ${current.state}; ${to} needs ${wanted}`);
      }
      const next: PlanRecord = { ...current, ...change, state: to, changedAtMs: audit.atMs };
      update.run(toRow(next));
      insertEvent.run(networkId, planId, to, audit.atMs, audit.actorId, reason);
      writeAudit({ ...audit, beforeHash: current.hash, afterHash: next.hash });
      return next;
    },
    nextRevision({ networkId }) {
      const row: { revision: number } = revision.get(networkId);
      return row.revision;
    },
  };
}

function prepareForgetting(db: DatabaseSyncInstance): PlanForgetting {
  const forget = db.prepare(
    `DELETE FROM plans WHERE networkId = :networkId AND createdBy = :createdBy
       AND state NOT IN ('published', 'active')
       AND planId NOT IN (SELECT planId FROM runningPlans WHERE networkId = :networkId)
       AND planId NOT IN (SELECT value FROM json_each(:keptIds))
       AND (createdAtMs, rowid) <= (SELECT createdAtMs, rowid FROM plans
         WHERE networkId = :networkId AND createdBy = :createdBy
         ORDER BY createdAtMs DESC, rowid DESC LIMIT 1 OFFSET :newest)
     RETURNING planId`,
  );
  const others = ["planEvents", "decisions"].map((it) =>
    db.prepare(`DELETE FROM ${it} WHERE networkId = ? AND planId = ?`),
  );
  return {
    forgetPlans({ keptIds, ...which }) {
      const rows: { planId: string }[] = forget.all({ ...which, keptIds: JSON.stringify(keptIds) });
      for (const { planId } of rows) for (const other of others) other.run(which.networkId, planId);
    },
  };
}
