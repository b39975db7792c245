/**
 * Long tables of counts in local time → counts. Two shapes are known by their header:
 *   SCATS    one row per approach and day, V00…V95 (SCATS traffic reporter); dates as M/D/YYYY or D/M/YYYY
 *   long     one row per period: `start_local` and `count`, and `detectorId`, or `site` and `leg`
 *
 * Local times become instants by the rules of the zone. A time that the clocks skipped has no instant and is left out; of
 * a time that comes twice the first row is the first one, and a table with one row for both hours leaves the second hour
 * without counts. Everything left out or doubtful is reported.
 */
import type { Count } from "../demand/count.schema.ts";
import type { Fault } from "../errors.ts";
import { isTimeZone } from "../network/time-zone.ts";
import { listInstantsOfLocalMs } from "../timing/time-zero.ts";
import { type CsvRow, parseCsv } from "./csv.ts";
import { createReportWriter, type ImportReport, type Note } from "./import-report.ts";

const SLOT_S = 900;
const SLOTS_PER_DAY = 96;
/** Of a count, as its schema has it. */
const MOST_VEH = 10_000;
/** "VR Internal Loc" 1…8. */
const LEGS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"] as const;

export interface CountImportOptions {
  /** IANA zone of the local times. */
  readonly timeZone: string;
  /** Absent: found in the file where a day past the 12th tells. */
  readonly dateOrder?: "mdy" | "dmy";
}

export type ImportedCounts =
  | { readonly kind: "ok"; readonly counts: readonly Count[]; readonly report: ImportReport }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

/** One cell of the table: a count as it stands there. */
interface LocalCount {
  readonly detectorId: string;
  /** The wall-clock reading as if the zone were UTC, epoch ms. */
  readonly localMs: number;
  readonly durationS: number;
  readonly text: string;
  readonly line: number;
}

type Read = { readonly kind: "read"; readonly cells: readonly LocalCount[] } | Refused;
type Refused = { readonly kind: "invalid"; readonly faults: readonly Fault[] };

export function importCounts(text: string, options: CountImportOptions): ImportedCounts {
  if (!isTimeZone(options.timeZone)) return refuse("time zone", `${options.timeZone} is no IANA time zone`);
  const report = createReportWriter();
  const rows = parseCsv(text);
  // The distributed workbook has a line of clock times above its header.
  const head = rows
    .slice(0, 2)
    .findIndex((row) => row.cells.some((it) => /^(V00|start_local)$/.test(it.text)));
  const header = rows[head];
  if (header === undefined) {
    return refuse("line 1", "no header with V00…V95 (SCATS) or start_local and count (long table)");
  }
  const columns = new Map(header.cells.map((it, at) => [it.text, at]));
  const body = rows.slice(head + 1);
  const read = columns.has("V00")
    ? readScats(columns, body, { options, note: report.note })
    : readLong(columns, body, report.note);
  if (read.kind === "invalid") return read;
  const counts = placeInTime(read.cells, options.timeZone, report.note);
  if (counts.length === 0) return refuse("file", "no counts in it");
  return { kind: "ok", counts, report: report.list() };
}

const refuse = (path: string, message: string): Refused => ({ kind: "invalid", faults: [{ path, message }] });

function readScats(
  columns: ReadonlyMap<string, number>,
  rows: readonly CsvRow[],
  { options, note }: { readonly options: CountImportOptions; readonly note: Note },
): Read {
  const wanted = ["SCATS Number", "VR Internal Loc", "Date"];
  const missing = wanted.filter((it) => !columns.has(it));
  if (missing.length > 0) return refuse("header", `columns ${missing.join(", ")} are missing`);
  const cell = (row: CsvRow, name: string): string => row.cells[columns.get(name) ?? -1]?.text ?? "";
  const order = options.dateOrder ?? findDateOrder(rows.map((it) => cell(it, "Date")));
  if (order === undefined) {
    return refuse("Date", "days and months cannot be told apart here; state the order of dates");
  }
  if (options.dateOrder === undefined) {
    const sentence = `Dates are read as ${order === "mdy" ? "month/day/year" : "day/month/year"}: a part above 12 tells.`;
    note({ severity: "assumption", where: "Date", sentence });
  }
  const cells: LocalCount[] = [];
  for (const row of rows) {
    const where = `line ${row.line}`;
    const dayMs = parseDay(cell(row, "Date"), order);
    const leg = LEGS[Number(cell(row, "VR Internal Loc")) - 1];
    if (dayMs === undefined || leg === undefined) {
      const sentence = `A row without a ${dayMs === undefined ? "date" : "leg of 1…8"} is left out.`;
      note({ severity: "omitted", where, sentence });
      continue;
    }
    const detectorId = `${cell(row, "SCATS Number")}-${leg}`;
    for (let slot = 0; slot < SLOTS_PER_DAY; slot += 1) {
      const text = cell(row, `V${String(slot).padStart(2, "0")}`);
      const localMs = dayMs + slot * SLOT_S * 1000;
      cells.push({ detectorId, localMs, durationS: SLOT_S, text, line: row.line });
    }
  }
  return { kind: "read", cells };
}

function readLong(columns: ReadonlyMap<string, number>, rows: readonly CsvRow[], note: Note): Read {
  const hasDetector = columns.has("detectorId") || (columns.has("site") && columns.has("leg"));
  if (!columns.has("count") || !hasDetector) {
    return refuse("header", "a long table needs start_local, count, and detectorId or site and leg");
  }
  const cell = (row: CsvRow, name: string): string => row.cells[columns.get(name) ?? -1]?.text ?? "";
  const cells = rows.flatMap((row) => {
    const local = cell(row, "start_local");
    const localMs = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$/.test(local)
      ? Date.parse(`${local.replace(" ", "T")}Z`)
      : Number.NaN;
    if (Number.isNaN(localMs)) {
      note({
        severity: "omitted",
        where: `line ${row.line}`,
        sentence: "A row without a local time is left out.",
      });
      return [];
    }
    const detectorId = columns.has("detectorId")
      ? cell(row, "detectorId")
      : `${cell(row, "site")}-${cell(row, "leg")}`;
    return [{ detectorId, localMs, text: cell(row, "count"), line: row.line }];
  });
  const durationS = findDurationS(cells.map((it) => it.localMs));
  const sentence = `Periods are taken as ${durationS} s long, the shortest distance between two.`;
  note({ severity: "assumption", where: "start_local", sentence });
  return { kind: "read", cells: cells.map((it) => ({ ...it, durationS })) };
}

/** Shortest distance between two different times, at most an hour. */
function findDurationS(localMs: readonly number[]): number {
  const sorted = [...new Set(localMs)].sort((a, b) => a - b);
  return sorted.reduce((least, it, at) => Math.min(least, (it - (sorted[at - 1] ?? 0)) / 1000), 3600);
}

/** In which order the dates of a file can be meant: the one in which all of them exist, if it is only one. */
function findDateOrder(dates: readonly string[]): "mdy" | "dmy" | undefined {
  const parts = dates.map((it) => it.split("/").map(Number));
  const canBeMonthFirst = parts.every(([first = 0]) => first <= 12);
  const canBeDayFirst = parts.every(([, second = 0]) => second <= 12);
  if (canBeMonthFirst === canBeDayFirst) return undefined;
  return canBeMonthFirst ? "mdy" : "dmy";
}

function parseDay(text: string, order: "mdy" | "dmy"): number | undefined {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  if (match === null) return undefined;
  const [first = 0, second = 0, year = 0] = match.slice(1).map(Number);
  const [month, day] = order === "mdy" ? [first, second] : [second, first];
  const dayMs = Date.UTC(year, month - 1, day);
  return new Date(dayMs).getUTCMonth() === month - 1 ? dayMs : undefined;
}

function placeInTime(cells: readonly LocalCount[], timeZone: string, note: Note): Count[] {
  const instants = new Map<number, readonly number[]>();
  const taken = new Map<string, Count>();
  for (const { detectorId, localMs, durationS, text, line } of cells) {
    if (text === "") continue;
    const where = `line ${line}`;
    const countVeh = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(countVeh <= MOST_VEH) || detectorId.length > 64) {
      note({ severity: "omitted", where, sentence: `A count of ${JSON.stringify(text)} is left out.` });
      continue;
    }
    const found = instants.get(localMs) ?? listInstantsOfLocalMs(timeZone, localMs);
    instants.set(localMs, found);
    const local = new Date(localMs).toISOString().slice(0, 16);
    if (found.length === 0) {
      const sentence = `The clocks skipped ${local}; what is counted there is left out.`;
      note({ severity: "omitted", where: timeZone, sentence });
      continue;
    }
    if (found.length === 2) {
      const sentence = `${local} came twice; the first row is taken for the first time.`;
      note({ severity: "warning", where: timeZone, sentence });
    }
    const startAtMs = found.find((it) => !taken.has(`${detectorId} ${it}`));
    if (startAtMs === undefined) {
      note({
        severity: "omitted",
        where,
        sentence: `A second count of ${detectorId} at ${local} is left out.`,
      });
      continue;
    }
    taken.set(`${detectorId} ${startAtMs}`, { detectorId, startAtMs, durationS, countVeh });
  }
  return [...taken.values()];
}
