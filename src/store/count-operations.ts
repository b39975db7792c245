/** Counts: written row by row, so that each gets its own answer; the transaction around them is shared. */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { type CountColumns, createColumns, setRow } from "../control/count-columns.ts";
import { COUNT_ACCEPTED, COUNT_CONFLICT, COUNT_DUPLICATE } from "../control/store.ts";
import { known } from "../errors.ts";
import type { Operations } from "./operations.ts";

interface CountRow {
  readonly durationS: number;
  readonly countVeh: number;
  readonly occupancy: number | null;
}

export const countOperations = (
  db: DatabaseSyncInstance,
): Pick<Operations, "insertCounts" | "readCounts" | "sumCounts"> => ({
  ...recordOperations(db),
  sumCounts: prepareSums(db),
});

function recordOperations(db: DatabaseSyncInstance): Pick<Operations, "insertCounts" | "readCounts"> {
  const insert = db.prepare(
    "INSERT INTO counts (startAtMs, detector, durationS, countVeh, occupancy) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const find = db.prepare(
    "SELECT durationS, countVeh, occupancy FROM counts WHERE startAtMs = ? AND detector = ?",
  );
  const list = db.prepare(
    `SELECT detector, startAtMs, durationS, countVeh, occupancy FROM counts
     WHERE startAtMs >= ? AND startAtMs < ? AND detector IN (SELECT number FROM detectors WHERE networkId = ?)
     ORDER BY startAtMs LIMIT ?`,
  );

  function insertRow(columns: CountColumns, row: number): number {
    const startAtMs = known(columns.startsAtMs[row], "start");
    const detector = known(columns.detectorNumbers[row], "detector");
    const durationS = known(columns.durationsS[row], "duration");
    const countVeh = known(columns.countsVeh[row], "count");
    const reported = known(columns.occupancies[row], "occupancy");
    const occupancy = Number.isNaN(reported) ? null : reported;
    if (insert.run(startAtMs, detector, durationS, countVeh, occupancy).changes === 1) return COUNT_ACCEPTED;
    const kept: CountRow = find.get(startAtMs, detector);
    const same = kept.durationS === durationS && kept.countVeh === countVeh && kept.occupancy === occupancy;
    return same ? COUNT_DUPLICATE : COUNT_CONFLICT;
  }

  return {
    insertCounts(columns) {
      const statuses = new Uint8Array(columns.detectorNumbers.length);
      for (let row = 0; row < statuses.length; row++) statuses[row] = insertRow(columns, row);
      return statuses;
    },
    readCounts({ networkId, fromMs, toMs, limit }) {
      const rows: (CountRow & { detector: number; startAtMs: number })[] = list.all(
        fromMs,
        toMs,
        networkId,
        limit,
      );
      const columns = createColumns(rows.length);
      for (const [index, { detector, occupancy, ...count }] of rows.entries()) {
        columns.detectorNumbers[index] = detector;
        setRow(columns, index, occupancy === null ? count : { ...count, occupancy });
      }
      return columns;
    },
  };
}

function prepareSums(db: DatabaseSyncInstance): Operations["sumCounts"] {
  const sum = db.prepare(
    `SELECT detector, SUM(durationS) AS durationS, SUM(countVeh) AS countVeh,
       SUM(occupancy * durationS) / SUM(CASE WHEN occupancy IS NULL THEN 0 ELSE durationS END) AS occupancy
     FROM counts WHERE startAtMs >= ? AND startAtMs < ?
       AND detector IN (SELECT number FROM detectors WHERE networkId = ?)
     GROUP BY detector`,
  );
  return ({ networkId, fromMs, toMs }) => {
    const rows: (CountRow & { detector: number })[] = sum.all(fromMs, toMs, networkId);
    const columns = createColumns(rows.length);
    for (const [row, { detector, countVeh, durationS, occupancy }] of rows.entries()) {
      // Records that overlap tell a mean of what they overlap in.
      const spanS = Math.min(durationS, (toMs - fromMs) / 1000);
      const count = {
        startAtMs: fromMs,
        durationS: spanS,
        countVeh: Math.round((countVeh * spanS) / durationS),
      };
      columns.detectorNumbers[row] = detector;
      setRow(columns, row, occupancy === null ? count : { ...count, occupancy });
    }
    return columns;
  };
}
