/**
 * What signals reported, for measures, and what people note about hot spots. Events lie packed, one row for what a signal
 * told at once, by (signal, minute): 6 bytes each, and a day of a signal is read in as many rows as it sent batches. The
 * packed events are part of the key, so that a batch that is sent again is no new one.
 */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { HotSpotNote } from "../control/hot-spot-note.schema.ts";
import { createEventLog, type SignalEvent } from "../measures/event-log.ts";
import type { WriteAudit } from "./audit-operations.ts";
import type { Operations } from "./operations.ts";

const MINUTE_MS = 60_000;

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
    "INSERT INTO signalEvents (signal, minute, events) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const drop = db.prepare("DELETE FROM signalEvents WHERE signal = ? AND minute < ?");
  const list = db.prepare(
    `SELECT minute, events FROM signalEvents JOIN signals ON signals.number = signal
     WHERE networkId = ? AND intersectionId = ? AND minute >= ? AND minute < ? ORDER BY minute`,
  );
  return {
    insertSignalEvents({ networkId, intersectionId, events, keptFromMs }) {
      enter.run(networkId, intersectionId);
      const { number: signal }: { number: number } = find.get(networkId, intersectionId);
      for (const [minute, packed] of packByMinute(events)) insert.run(signal, minute, packed);
      drop.run(signal, Math.floor(keptFromMs / MINUTE_MS));
    },
    readSignalEvents({ networkId, intersectionId, fromMs, toMs, limit }) {
      const log = createEventLog();
      let read = 0;
      const [first, end] = [Math.floor(fromMs / MINUTE_MS), Math.ceil(toMs / MINUTE_MS)];
      for (const { minute, events } of list.iterate(networkId, intersectionId, first, end)) {
        unpack(minute * MINUTE_MS, events, (atMs, code, number) => {
          if (atMs < fromMs || atMs >= toMs) return;
          log.add(atMs, code, number);
          read++;
        });
        if (read >= limit) break;
      }
      return log.finish();
    },
  };
}

/** Of each event ms in its minute, code and number, 16 bits each. */
function packByMinute(events: readonly SignalEvent[]): Map<number, Uint8Array> {
  const minutes = new Map<number, number[]>();
  for (const { atMs, code, number } of events) {
    const minute = Math.floor(atMs / MINUTE_MS);
    const values = minutes.get(minute) ?? [];
    values.push(atMs - minute * MINUTE_MS, code, number);
    minutes.set(minute, values);
  }
  return new Map(
    [...minutes].map(([minute, values]) => [minute, new Uint8Array(Uint16Array.from(values).buffer)]),
  );
}

function unpack(
  minuteMs: number,
  packed: Uint8Array,
  visit: (atMs: number, code: number, number: number) => void,
): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  // As Uint16Array lays them out on every machine that Node runs on.
  const valueAt = (place: number): number => view.getUint16(place * 2, true);
  for (let place = 0; place < packed.byteLength / 2; place += 3) {
    visit(minuteMs + valueAt(place), valueAt(place + 1), valueAt(place + 2));
  }
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
