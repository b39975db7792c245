/** Counts as columns: the form that crosses a thread fastest. Row i of every column is one count. */
import type { Count } from "../demand/count.schema.ts";
import { known } from "../errors.ts";

export interface CountColumns {
  readonly detectorNumbers: Int32Array;
  readonly startsAtMs: Float64Array;
  readonly durationsS: Float64Array;
  readonly countsVeh: Int32Array;
  /** NaN where the detector reports none. */
  readonly occupancies: Float64Array;
}

/** The store's number for a detector of a network. */
export interface DetectorNumber {
  readonly detectorId: string;
  readonly number: number;
}

/** Columns to be filled. */
export const createColumns = (rows: number): CountColumns => ({
  detectorNumbers: new Int32Array(rows),
  startsAtMs: new Float64Array(rows),
  durationsS: new Float64Array(rows),
  countsVeh: new Int32Array(rows),
  occupancies: new Float64Array(rows),
});

export function setRow(columns: CountColumns, row: number, count: Omit<Count, "detectorId">): void {
  columns.startsAtMs[row] = count.startAtMs;
  columns.durationsS[row] = count.durationS;
  columns.countsVeh[row] = count.countVeh;
  columns.occupancies[row] = count.occupancy ?? Number.NaN;
}

/** The rows of these detectors, in the same order. */
export function selectRows(columns: CountColumns, detectors: readonly DetectorNumber[]): CountColumns {
  const wanted = new Set(detectors.map((it) => it.number));
  const rows: number[] = [];
  for (const [row, number] of columns.detectorNumbers.entries()) if (wanted.has(number)) rows.push(row);
  const pick = <T extends Int32Array | Float64Array>(from: T, into: T): T => {
    for (const [at, row] of rows.entries()) into[at] = from[row] ?? 0;
    return into;
  };
  const selected = createColumns(rows.length);
  return {
    detectorNumbers: pick(columns.detectorNumbers, selected.detectorNumbers),
    startsAtMs: pick(columns.startsAtMs, selected.startsAtMs),
    durationsS: pick(columns.durationsS, selected.durationsS),
    countsVeh: pick(columns.countsVeh, selected.countsVeh),
    occupancies: pick(columns.occupancies, selected.occupancies),
  };
}

export function toCounts(columns: CountColumns, detectors: readonly DetectorNumber[]): Count[] {
  const ids = new Map(detectors.map((it) => [it.number, it.detectorId]));
  return Array.from(columns.detectorNumbers, (number, row): Count => {
    const count = {
      detectorId: known(ids.get(number), `detector ${number}`),
      startAtMs: known(columns.startsAtMs[row], "start"),
      durationS: known(columns.durationsS[row], "duration"),
      countVeh: known(columns.countsVeh[row], "count"),
    };
    const occupancy = known(columns.occupancies[row], "occupancy");
    return Number.isNaN(occupancy) ? count : { ...count, occupancy };
  });
}
