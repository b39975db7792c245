/** What the loops of networks remember: settings, state, decisions, and people's overrides. */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { LoopDecision, LoopState, Override } from "../control/loop/loop.schema.ts";
import { AppError } from "../errors.ts";
import type { WriteAudit } from "./audit-operations.ts";
import type { Operations } from "./operations.ts";

/** Decisions are kept so long, ms: a month. */
const KEPT_MS = 31 * 86_400_000;

type LoopOperations = Pick<
  Operations,
  "putLoopSettings" | "listLoops" | "addDecision" | "settleDecision" | "listDecisions"
>;
type OverrideOperations = Pick<Operations, "createOverride" | "saveOverride" | "listOverrides">;

export const loopOperations = (
  db: DatabaseSyncInstance,
  writeAudit: WriteAudit,
): LoopOperations & OverrideOperations => ({
  ...settingsOperations(db, writeAudit),
  ...decisionOperations(db),
  ...overrideOperations(db, writeAudit),
});

function settingsOperations(
  db: DatabaseSyncInstance,
  writeAudit: WriteAudit,
): Pick<Operations, "putLoopSettings" | "listLoops"> {
  const put = db.prepare(
    `INSERT INTO loops (networkId, settings, settingsSetAtMs) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET settings = excluded.settings, settingsSetAtMs = excluded.settingsSetAtMs`,
  );
  const list = db.prepare("SELECT networkId, settings, settingsSetAtMs, state FROM loops ORDER BY networkId");
  return {
    putLoopSettings({ networkId, settings, audit }) {
      put.run(networkId, JSON.stringify(settings), audit.atMs);
      writeAudit(audit);
    },
    listLoops() {
      const rows: {
        networkId: string;
        settings: string | null;
        settingsSetAtMs: number;
        state: string | null;
      }[] = list.all();
      return rows.map(({ settings, state, ...row }) => ({
        ...row,
        settings: settings === null ? undefined : JSON.parse(settings),
        state: state === null ? undefined : JSON.parse(state),
      }));
    },
  };
}

function decisionOperations(
  db: DatabaseSyncInstance,
): Pick<Operations, "addDecision" | "settleDecision" | "listDecisions"> {
  const add = db.prepare(
    "INSERT INTO loopDecisions (networkId, atMs, outcome, content) VALUES (?, ?, ?, ?) RETURNING sequence",
  );
  const settle = db.prepare("UPDATE loopDecisions SET outcome = ?, content = ? WHERE sequence = ?");
  const forget = db.prepare("DELETE FROM loopDecisions WHERE networkId = ? AND atMs < ?");
  const list = db.prepare(
    `SELECT sequence, content FROM loopDecisions
     WHERE networkId = :networkId AND (:outcome IS NULL OR outcome = :outcome) ORDER BY sequence DESC LIMIT :limit`,
  );
  const remember = db.prepare(
    `INSERT INTO loops (networkId, settingsSetAtMs, state) VALUES (?, 0, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state`,
  );
  const keep = (networkId: string, state: LoopState) => remember.run(networkId, JSON.stringify(state));
  return {
    addDecision({ decision, state }) {
      const { networkId, atMs, outcome } = decision;
      const row: { sequence: number } = add.get(networkId, atMs, outcome, JSON.stringify(decision));
      forget.run(networkId, atMs - KEPT_MS);
      keep(networkId, state);
      return row.sequence;
    },
    settleDecision({ decision, state }) {
      settle.run(decision.outcome, JSON.stringify(decision), decision.sequence);
      keep(decision.networkId, state);
    },
    listDecisions({ networkId, outcome = null, limit }) {
      const rows: { sequence: number; content: string }[] = list.all({ networkId, outcome, limit });
      return rows.map(({ sequence, content }): LoopDecision => ({ ...JSON.parse(content), sequence }));
    },
  };
}

function overrideOperations(db: DatabaseSyncInstance, writeAudit: WriteAudit): OverrideOperations {
  const insert = db.prepare(
    "INSERT INTO overrides (networkId, overrideId, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const save = db.prepare("UPDATE overrides SET content = ? WHERE networkId = ? AND overrideId = ?");
  const list = db.prepare("SELECT content FROM overrides WHERE networkId = ? ORDER BY sequence DESC LIMIT ?");
  return {
    createOverride({ override, audit }) {
      const { networkId, id } = override;
      if (insert.run(networkId, id, JSON.stringify(override)).changes === 0) {
        throw new AppError("conflict", `network ${networkId} already has an override ${id}`);
      }
      writeAudit(audit);
    },
    saveOverride({ override, audit }) {
      save.run(JSON.stringify(override), override.networkId, override.id);
      if (audit !== undefined) writeAudit(audit);
    },
    listOverrides({ networkId, limit }) {
      const rows: { content: string }[] = list.all(networkId, limit);
      return rows.map(({ content }): Override => JSON.parse(content));
    },
  };
}
