/** The schedule of each network: the one that rules, and who set it. Earlier ones are in the audit by their hash. */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { ScheduleRecord } from "../control/records.schema.ts";
import type { WriteAudit } from "./audit-operations.ts";
import type { Operations } from "./operations.ts";

export function scheduleOperations(
  db: DatabaseSyncInstance,
  writeAudit: WriteAudit,
): Pick<Operations, "putSchedule" | "findSchedule"> {
  const put = db.prepare(
    "INSERT OR REPLACE INTO schedules (networkId, schedule, hash, changedBy, changedAtMs) VALUES (?, ?, ?, ?, ?)",
  );
  const find = db.prepare("SELECT schedule, hash, changedBy, changedAtMs FROM schedules WHERE networkId = ?");
  const findSchedule = ({ networkId }: { readonly networkId: string }): ScheduleRecord | undefined => {
    const row: (Omit<ScheduleRecord, "schedule"> & { schedule: string }) | undefined = find.get(networkId);
    return row && { ...row, schedule: JSON.parse(row.schedule) };
  };
  return {
    findSchedule,
    putSchedule({ schedule, hash, audit }) {
      const { networkId } = schedule;
      const beforeHash = findSchedule({ networkId })?.hash ?? null;
      put.run(networkId, JSON.stringify(schedule), hash, audit.actorId, audit.atMs);
      writeAudit({ ...audit, beforeHash, afterHash: hash });
      return { schedule, hash, changedBy: audit.actorId, changedAtMs: audit.atMs };
    },
  };
}
