/** The audit log: one line per change, written in the transaction of the change. Lines are never altered. */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { AuditStamp } from "../control/store.ts";
import type { Operations } from "./operations.ts";

/** Writes one line; every operation that changes something for a principal calls it. */
export type WriteAudit = (stamp: AuditStamp) => void;

export function prepareAudit(db: DatabaseSyncInstance): WriteAudit {
  const insert = db.prepare(
    "INSERT INTO audit (atMs, actorId, action, subject, beforeHash, afterHash) VALUES (?, ?, ?, ?, ?, ?)",
  );
  return (it) => insert.run(it.atMs, it.actorId, it.action, it.subject, it.beforeHash, it.afterHash);
}

export function auditOperations(db: DatabaseSyncInstance): Pick<Operations, "listAudit"> {
  const list = db.prepare("SELECT * FROM audit WHERE sequence < ? ORDER BY sequence DESC LIMIT ?");
  return {
    listAudit: ({ beforeSequence = Number.MAX_SAFE_INTEGER, limit }) => list.all(beforeSequence, limit),
  };
}
