/**
 * Compares a table with one that others computed. Rows are matched by their keys, whatever their order; numbers are
 * equal to seven significant digits, which is what single precision holds (the published tables are in it).
 */
import { parseCsv } from "../csv.ts";
import type { Cell, PublishedTable } from "./published-tables.ts";

export interface Comparison {
  readonly name: string;
  readonly rows: number;
  readonly expectedRows: number;
  readonly equal: number;
  /** Rows with the same keys and other values. */
  readonly differing: number;
  readonly missing: number;
  readonly surplus: number;
  /** The first rows that are not equal, in words. */
  readonly differences: readonly string[];
}

const LISTED_DIFFERENCES = 5;
/** Columns that are results; all others are keys. */
const RESULTS = new Set([
  "Total",
  "Total_Actuations",
  "Percent_AOG",
  "Average",
  "Pattern",
  "CycleLength",
  "ActualCycleLength",
  "ActualOffset",
  "PedServices",
  "PedActuation",
  "Unique_Actuations",
  "Estimated_Volumes",
  "AvgPedDelay",
  "Samples",
  "AvgPhaseWait",
  "TotalSkips",
  "Green_Time",
  "Green_Occupancy",
  "Red_Occupancy",
  "Split_Failure",
  "Services",
  "Average_Split",
  "Count",
  "Duration",
  "EndTime",
  "IsValid",
]);

export function compareTables(table: PublishedTable, expectedCsv: string): Comparison {
  const [head, ...body] = parseCsv(expectedCsv);
  const places = table.columns.map((column) => head?.cells.findIndex((it) => it.text === column) ?? -1);
  const expected = body.map(({ cells }) => places.map((place) => cells[place]?.text ?? ""));
  const isKey = table.columns.map((column) => !RESULTS.has(column));
  const keyOf = (row: readonly Cell[]): string =>
    row
      .filter((_, column) => isKey[column])
      .map(toKey)
      .join(" ");
  const waiting = new Map<string, (readonly Cell[])[]>();
  for (const row of table.rows) {
    const key = keyOf(row);
    waiting.set(key, [...(waiting.get(key) ?? []), row]);
  }
  const differences: string[] = [];
  const tell = (sentence: string): void => {
    if (differences.length < LISTED_DIFFERENCES) differences.push(sentence);
  };
  let equal = 0;
  let differing = 0;
  let missing = 0;
  for (const row of expected) {
    const candidates = waiting.get(keyOf(row)) ?? [];
    const same = candidates.findIndex((it) => it.every((cell, column) => isSame(cell, row[column] ?? "")));
    const [ours] = candidates.splice(Math.max(same, 0), 1);
    if (same >= 0) equal++;
    else if (ours === undefined) {
      missing++;
      tell(`missing: ${row.join(", ")}`);
    } else {
      differing++;
      tell(`expected ${row.join(", ")}; computed ${ours.join(", ")}`);
    }
  }
  const left = [...waiting.values()].flat();
  for (const row of left) tell(`not expected: ${row.join(", ")}`);
  return {
    name: table.name,
    rows: table.rows.length,
    expectedRows: expected.length,
    equal,
    differing,
    missing,
    surplus: left.length,
    differences,
  };
}

const toKey = (cell: Cell): string => {
  const value = Number(cell);
  return cell === undefined || cell === "" || Number.isNaN(value) ? String(cell ?? "") : String(value);
};

function isSame(computed: Cell, expected: string): boolean {
  if (computed === undefined) return expected === "";
  if (typeof computed === "string") return computed === expected;
  const value = expected === "" ? Number.NaN : Number(expected);
  return Math.abs(computed - value) <= 2 ** -22 * Math.max(1, Math.abs(value));
}
