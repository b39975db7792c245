/**
 * What signals reported, for measures, and what people note about hot spots. Events lie by (signal, instant), about 15
 * bytes each; those older than a fortnight before the newest of their signal are dropped.
 */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { HotSpotNote } from "../control/hot-spot-note.schema.ts";
import { createEventLog, type SignalEvent } from "../measures/event-log.ts";
import type { WriteAudit } from "./audit-operations.ts";
import type { Operations } from "./operations.ts";

const KEPT_MS = 14 * 86_400_000;

type MeasureOperations = Pick<
  Operations,
  "insertSignalEvents" | "readSignalEvents" | "putHotSpotNote" | "listHotSpotNotes"
>;

export const measureOperations = (db: DatabaseSyncInstance, writeAudit: WriteAudit): MeasureOperations => ({
  ...eventOperations(db),
  ...noteOperations(db, writeAudit),
});

function eventOperations(
  db: DatabaseSyncInstance,
): Pick<Operations, "insertSignalEvents" | "readSignalEvents"> {
  const enter = db.prepare(
    "INSERT INTO signals (networkId, intersectionId) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const find = db.prepare("SELECT number FROM signals WHERE networkId = ? AND intersectionId = ?");
  const insert = db.prepare(
    "INSERT INTO signalEvents (signal, atMs, code, number) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const drop = db.prepare(
    "DELETE FROM signalEvents WHERE signal = ? AND atMs < (SELECT max(atMs) FROM signalEvents WHERE signal = ?) - ?",
  );
  const list = db.prepare(
    `SELECT atMs, code, it.number AS number FROM signalEvents AS it JOIN signals ON signals.number = it.signal
     WHERE networkId = ? AND intersectionId = ? AND atMs >= ? AND atMs < ? ORDER BY atMs, code LIMIT ?`,
  );
  return {
    insertSignalEvents({ networkId, intersectionId, events }) {
      enter.run(networkId, intersectionId);
      const { number: signal }: { number: number } = find.get(networkId, intersectionId);
      for (const { atMs, code, number } of events) insert.run(signal, atMs, code, number);
      drop.run(signal, signal, KEPT_MS);
    },
    readSignalEvents({ networkId, intersectionId, fromMs, toMs, limit }) {
      const log = createEventLog();
      const rows: SignalEvent[] = list.all(networkId, intersectionId, fromMs, toMs, limit);
      for (const { atMs, code, number } of rows) log.add(atMs, code, number);
      return log.finish();
    },
  };
}

function noteOperations(
  db: DatabaseSyncInstance,
  writeAudit: WriteAudit,
): Pick<Operations, "putHotSpotNote" | "listHotSpotNotes"> {
  const put = db.prepare(
    `INSERT INTO hotSpots (networkId, hotSpotId, content) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET content = excluded.content`,
  );
  const list = db.prepare("SELECT content FROM hotSpots WHERE networkId = ? ORDER BY hotSpotId");
  return {
    putHotSpotNote({ networkId, note, audit }) {
      put.run(networkId, note.hotSpotId, JSON.stringify(note));
      writeAudit(audit);
    },
    listHotSpotNotes({ networkId }) {
      const rows: { content: string }[] = list.all(networkId);
      return rows.map((it): HotSpotNote => JSON.parse(it.content));
    },
  };
}
