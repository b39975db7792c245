/** Tokens (their SHA-256 only), standing approvals, corridor transactions and the last words of controllers. */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { TokenRecord } from "../control/records.schema.ts";
import { AppError } from "../errors.ts";
import type { WriteAudit } from "./audit-operations.ts";
import type { Operations } from "./operations.ts";

export function tokenOperations(
  db: DatabaseSyncInstance,
  writeAudit: WriteAudit,
): Pick<Operations, "createToken" | "revokeToken" | "listTokens"> {
  const insert = db.prepare(
    "INSERT INTO tokens (tokenId, principalId, role, sha256, createdBy, createdAtMs) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const revoke = db.prepare("UPDATE tokens SET revokedAtMs = ? WHERE tokenId = ? AND revokedAtMs IS NULL");
  const list = db.prepare("SELECT * FROM tokens ORDER BY createdAtMs, tokenId");
  return {
    createToken({ token, audit }) {
      insert.run(
        token.tokenId,
        token.principalId,
        token.role,
        token.sha256,
        token.createdBy,
        token.createdAtMs,
      );
      writeAudit(audit);
    },
    revokeToken({ tokenId, audit }) {
      if (revoke.run(audit.atMs, tokenId).changes === 0) {
        throw new AppError("notFound", `no valid token ${tokenId}`);
      }
      writeAudit(audit);
    },
    listTokens() {
      const rows: (TokenRecord & { revokedAtMs: number | null })[] = list.all();
      return rows.map(({ revokedAtMs, ...token }) =>
        revokedAtMs === null ? token : { ...token, revokedAtMs },
      );
    },
  };
}

export function approvalOperations(
  db: DatabaseSyncInstance,
  writeAudit: WriteAudit,
): Pick<Operations, "createApproval" | "revokeApproval" | "listApprovals"> {
  const insert = db.prepare("INSERT INTO approvals (approvalId, networkId, content) VALUES (?, ?, ?)");
  const revoke = db.prepare(
    "UPDATE approvals SET revokedAtMs = ? WHERE approvalId = ? AND revokedAtMs IS NULL",
  );
  const list = db.prepare("SELECT content, revokedAtMs FROM approvals WHERE networkId = ?");
  return {
    createApproval({ record, audit }) {
      insert.run(record.approval.id, record.networkId, JSON.stringify(record));
      writeAudit(audit);
    },
    revokeApproval({ approvalId, audit }) {
      if (revoke.run(audit.atMs, approvalId).changes === 0) {
        throw new AppError("notFound", `no valid approval ${approvalId}`);
      }
      writeAudit(audit);
    },
    listApprovals({ networkId }) {
      const rows: { content: string; revokedAtMs: number | null }[] = list.all(networkId);
      return rows.map(({ content, revokedAtMs }) =>
        revokedAtMs === null ? JSON.parse(content) : { ...JSON.parse(content), revokedAtMs },
      );
    },
  };
}

export function deviceOperations(
  db: DatabaseSyncInstance,
): Pick<Operations, "saveTransaction" | "listTransactions" | "saveControllerState" | "listControllerStates"> {
  const save = db.prepare(
    `INSERT INTO transactions (txId, networkId, planId, state, entry, changedAtMs) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state, entry = excluded.entry, changedAtMs = excluded.changedAtMs`,
  );
  const list = db.prepare("SELECT * FROM transactions ORDER BY changedAtMs DESC, rowid DESC LIMIT ?");
  const saveState = db.prepare(
    `INSERT INTO controllerStates (controllerId, atMs, state) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET atMs = excluded.atMs, state = excluded.state`,
  );
  const states = db.prepare("SELECT controllerId, atMs, state FROM controllerStates ORDER BY controllerId");
  return {
    saveTransaction(it) {
      save.run(it.txId, it.networkId, it.planId, it.state, it.entry, it.changedAtMs);
    },
    listTransactions: ({ limit }) => list.all(limit),
    saveControllerState({ controllerId, atMs, state }) {
      saveState.run(controllerId, atMs, state);
    },
    listControllerStates: () => states.all(),
  };
}
