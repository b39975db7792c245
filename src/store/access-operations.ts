/** Tokens (their SHA-256 only), standing approvals and the last words of controllers. */
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
    `INSERT INTO tokens (tokenId, principalId, role, networkId, sha256, createdBy, createdAtMs)
     VALUES (:tokenId, :principalId, :role, :networkId, :sha256, :createdBy, :createdAtMs)`,
  );
  const revoke = db.prepare("UPDATE tokens SET revokedAtMs = ? WHERE tokenId = ? AND revokedAtMs IS NULL");
  const list = db.prepare("SELECT * FROM tokens ORDER BY createdAtMs, tokenId");
  return {
    createToken({ token, audit }) {
      insert.run({ networkId: null, ...token });
      writeAudit(audit);
    },
    revokeToken({ tokenId, audit }) {
      if (revoke.run(audit.atMs, tokenId).changes === 0) {
        throw new AppError("notFound", `no valid token ${tokenId}`);
      }
      writeAudit(audit);
    },
    listTokens() {
      const rows: (TokenRecord & { networkId: string | null; revokedAtMs: number | null })[] = list.all();
      return rows.map(({ networkId, revokedAtMs, ...token }) => ({
        ...token,
        ...(networkId === null ? {} : { networkId }),
        ...(revokedAtMs === null ? {} : { revokedAtMs }),
      }));
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

export function controllerOperations(
  db: DatabaseSyncInstance,
): Pick<Operations, "saveControllerState" | "listControllerStates"> {
  const save = db.prepare(
    `INSERT INTO controllerStates (controllerId, atMs, state) VALUES (:controllerId, :atMs, :state)
     ON CONFLICT DO UPDATE SET atMs = excluded.atMs, state = excluded.state`,
  );
  const list = db.prepare("SELECT controllerId, atMs, state FROM controllerStates ORDER BY controllerId");
  return {
    saveControllerState(input) {
      save.run(input);
    },
    listControllerStates: () => list.all(),
  };
}
