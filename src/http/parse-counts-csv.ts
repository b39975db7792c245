/**
 * Counts as CSV: a header that names the columns in any order, then one record a line. Cells hold no quotes or commas:
 * detector identities have none. What a cell says is judged by the schema of a count, like every other record.
 */
import { AppError } from "../errors.ts";

const REQUIRED = ["detectorId", "startAtMs", "durationS", "countVeh"];
const COLUMNS = new Set([...REQUIRED, "occupancy"]);

/** Untrusted records, one per line after the header (line 1); `invalidInput` when the header itself is wrong. */
export function parseCountsCsv(text: string): Record<string, unknown>[] {
  const [header = "", ...lines] = text
    .replace(/^\uFEFF/, "")
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
  const columns = header.split(",").map((it) => it.trim());
  checkHeader(columns);
  return lines.map((line) => toRecord(columns, line));
}

function checkHeader(columns: readonly string[]): void {
  const faults = [
    ...columns
      .filter((it) => !COLUMNS.has(it))
      .map((it) => `unknown column ${JSON.stringify(it)}; known are ${[...COLUMNS].join(", ")}`),
    ...REQUIRED.filter((it) => !columns.includes(it)).map((it) => `column ${it} is missing`),
    ...(new Set(columns).size === columns.length ? [] : ["a column stands twice"]),
  ].map((message) => ({ path: "line 1", message }));
  if (faults.length > 0) throw new AppError("invalidInput", "the CSV header is wrong", { faults });
}

/** An empty cell is an absent value; a cell too many becomes an unknown key, which the schema refuses. */
function toRecord(columns: readonly string[], line: string): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [position, cell] of line.split(",").entries()) {
    const value = cell.trim();
    const column = columns[position] ?? `cell ${position + 1}`;
    if (value === "") continue;
    record[column] = column === "detectorId" || !isNumber(value) ? value : Number(value);
  }
  return record;
}

/** Plain decimal numbers: `Number` alone would also read "0x10" and "Infinity". */
const isNumber = (value: string): boolean => /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value);
