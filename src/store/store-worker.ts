/**
 * The writer thread: owns the database connection. Group commit: everything that has arrived while the last commit was
 * on its way to the disk becomes the next transaction, with one sync for all of it; each request has a savepoint of its
 * own, so that one that fails takes nothing else with it. Answers go out after the commit only.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { AppError, known, messageOf } from "../errors.ts";
import { approvalOperations, controllerOperations, tokenOperations } from "./access-operations.ts";
import { auditOperations, prepareAudit } from "./audit-operations.ts";
import { countOperations } from "./count-operations.ts";
import { loopOperations } from "./loop-operations.ts";
import { measureOperations } from "./measure-operations.ts";
import { networkOperations } from "./network-operations.ts";
import { openDatabase } from "./open-database.ts";
import type { Operations, StoreAnswer, StoreCall, StoreFailure } from "./operations.ts";
import { planOperations } from "./plan-operations.ts";
import { scheduleOperations } from "./schedule-operations.ts";

function buildOperations(db: DatabaseSyncInstance): Operations {
  const writeAudit = prepareAudit(db);
  return {
    ...auditOperations(db),
    ...networkOperations(db, writeAudit),
    ...countOperations(db),
    ...planOperations(db, writeAudit),
    ...scheduleOperations(db, writeAudit),
    ...tokenOperations(db, writeAudit),
    ...approvalOperations(db, writeAudit),
    ...controllerOperations(db),
    ...loopOperations(db, writeAudit),
    ...measureOperations(db, writeAudit),
  };
}

function startWriter(folder: string): void {
  const port = known(parentPort ?? undefined, "parent of the store's thread");
  const answer = (message: StoreAnswer) => port.postMessage(message);
  let db: DatabaseSyncInstance;
  try {
    db = openDatabase(folder);
  } catch (error) {
    answer({ id: 0, kind: "failed", failure: toFailure(error) });
    port.close();
    return;
  }
  const operations = buildOperations(db);
  let waiting: StoreCall[] = [];

  function commitWaiting(): void {
    const group = waiting;
    waiting = [];
    for (const message of runGroup(db, operations, group)) answer(message);
  }

  port.on("message", (call: StoreCall | "close") => {
    if (call === "close") {
      if (waiting.length > 0) commitWaiting();
      db.close();
      port.close();
      return;
    }
    // The rest of what has arrived is delivered before setImmediate runs.
    if (waiting.push(call) === 1) setImmediate(() => waiting.length > 0 && commitWaiting());
  });
  answer({ id: 0, kind: "done", value: undefined });
}

/** All calls in one transaction. If the commit fails, nothing of the group happened and each call says so. */
function runGroup(
  db: DatabaseSyncInstance,
  operations: Operations,
  group: readonly StoreCall[],
): StoreAnswer[] {
  try {
    db.exec("BEGIN");
    const answers = group.map((call) => runCall(db, operations, call));
    db.exec("COMMIT");
    return answers;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    return group.map(({ id }) => ({ id, kind: "failed", failure: toFailure(error) }));
  }
}

function runCall(db: DatabaseSyncInstance, operations: Operations, call: StoreCall): StoreAnswer {
  db.exec("SAVEPOINT call");
  try {
    // The name picks the method that takes exactly this input; the compiler cannot follow the pair.
    const operation: (input: never) => unknown = operations[call.name];
    const value = operation(call.input as never);
    db.exec("RELEASE call");
    return { id: call.id, kind: "done", value };
  } catch (error) {
    if (!db.isTransaction) throw error;
    db.exec("ROLLBACK TO call; RELEASE call");
    return { id: call.id, kind: "failed", failure: toFailure(error) };
  }
}

/** What a caller may see has a code; all else (disk full, a bug) means that the store is unavailable. */
function toFailure(error: unknown): StoreFailure {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return { code: "unavailable", message: `the store failed: ${messageOf(error)}` };
}

startWriter(workerData.folder);
