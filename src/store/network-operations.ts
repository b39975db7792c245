/** Networks: every version is kept; detectors get a small number once, which no later version changes. */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { NetworkVersion } from "../control/records.schema.ts";
import type { WriteAudit } from "./audit-operations.ts";
import type { Operations } from "./operations.ts";

const COLUMNS = "networkId, version, name, hash, createdBy, createdAtMs";

export function networkOperations(
  db: DatabaseSyncInstance,
  writeAudit: WriteAudit,
): Pick<Operations, "putNetwork" | "findNetwork" | "listNetworks" | "listDetectors"> {
  const latest = db.prepare(
    `SELECT ${COLUMNS}, document FROM networks WHERE networkId = ? ORDER BY version DESC LIMIT 1`,
  );
  const list = db.prepare(
    `SELECT ${COLUMNS} FROM networks AS it
     WHERE version = (SELECT max(version) FROM networks WHERE networkId = it.networkId) ORDER BY networkId`,
  );
  const insert = db.prepare(`INSERT INTO networks (${COLUMNS}, document) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const number = db.prepare(
    "INSERT INTO detectors (networkId, detectorId) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const detectors = db.prepare(
    "SELECT detectorId, number FROM detectors WHERE networkId = ? ORDER BY number",
  );

  return {
    putNetwork({ networkId, name, hash, document, detectorIds, audit }) {
      const current: (NetworkVersion & { document: string }) | undefined = latest.get(networkId);
      if (current?.hash === hash) {
        const { document: _, ...version } = current;
        return version;
      }
      const next: NetworkVersion = {
        networkId,
        version: (current?.version ?? 0) + 1,
        name,
        hash,
        createdBy: audit.actorId,
        createdAtMs: audit.atMs,
      };
      insert.run(networkId, next.version, name, hash, next.createdBy, next.createdAtMs, document);
      for (const detectorId of detectorIds) number.run(networkId, detectorId);
      writeAudit({ ...audit, beforeHash: current?.hash ?? null, afterHash: hash });
      return next;
    },
    findNetwork: ({ networkId }) => latest.get(networkId),
    listNetworks: () => list.all(),
    listDetectors: ({ networkId }) => detectors.all(networkId),
  };
}
