/**
 * Synchro's UTDF combined CSV as tables of text: sections [Network], [Nodes], [Links], [Lanes], [Timeplans] and [Phases],
 * each with a title row, a header row and records. Names are compared without case, blanks and punctuation.
 * A repeated record overwrites the earlier one cell by cell, as Synchro reads it. Other sections are left out.
 */
import { type CsvCell, type CsvRow, parseCsv } from "./csv.ts";
import type { Note } from "./import-report.ts";

/** The cells that are not blank, by column name in the spelling of `toKey`. */
export type UtdfRecord = ReadonlyMap<string, CsvCell>;
/** Records by node and record name. */
export type UtdfTable = ReadonlyMap<string, ReadonlyMap<string, UtdfRecord>>;

export interface UtdfFile {
  readonly settings: ReadonlyMap<string, UtdfRecord>;
  readonly nodes: ReadonlyMap<string, UtdfRecord>;
  readonly links: UtdfTable;
  readonly lanes: UtdfTable;
  readonly timeplans: UtdfTable;
  readonly phases: UtdfTable;
  /** Sections that were found. */
  readonly sections: ReadonlySet<string>;
}

type MutableTable = Map<string, Map<string, Map<string, CsvCell>>>;

/** `Up ID`, `up id` and `UpID` are the same name. */
export const toKey = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, "");

const SECTIONS = ["NETWORK", "NODES", "LINKS", "LANES", "TIMEPLANS", "PHASES"];

export function parseUtdfFile(text: string, note: Note): UtdfFile {
  const tables = new Map<string, MutableTable>(SECTIONS.map((it) => [it, new Map()]));
  const found = new Set<string>();
  let section = "";
  let header: readonly string[] = [];
  for (const row of parseCsv(text)) {
    const first = row.cells[0]?.text ?? "";
    const title = /^\[(.*)\]$/.exec(first)?.[1];
    if (title !== undefined) {
      section = toKey(title);
      header = [];
      found.add(section);
      if (!tables.has(section)) noteUnknownSection(title, row, note);
    } else if (["RECORDNAME", "INTID"].includes(toKey(first))) {
      header = row.cells.map((it) => toKey(it.text));
    } else if (header.length > 0) {
      const table = tables.get(section);
      if (table !== undefined) addRecord({ table, header, row, hasNames: section !== "NODES" });
    }
  }
  const table = (name: string): MutableTable => tables.get(name) ?? new Map();
  return {
    settings: table("NETWORK").get("") ?? new Map(),
    nodes: new Map([...table("NODES")].map(([id, records]) => [id, records.get("") ?? new Map()])),
    links: table("LINKS"),
    lanes: table("LANES"),
    timeplans: table("TIMEPLANS"),
    phases: table("PHASES"),
    sections: found,
  };
}

/** A number in a cell; Synchro marks values that a person has overridden with `*`. */
export function toNumber(cell: CsvCell | undefined): number | undefined {
  const text = cell?.text.replace(/\*$/, "").trim() ?? "";
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The number of one record of one node in one column. */
export function findNumber(
  records: ReadonlyMap<string, UtdfRecord> | undefined,
  record: string,
  column = "DATA",
): number | undefined {
  return toNumber(records?.get(toKey(record))?.get(column));
}

export function findText(
  records: ReadonlyMap<string, UtdfRecord> | undefined,
  record: string,
  column = "DATA",
): string | undefined {
  const text = records?.get(toKey(record))?.get(column)?.text;
  return text === "" ? undefined : text;
}

/** `Phases MaxGreen, line 2370`, or without the line where the file has no such record. */
export function toPlace(
  section: string,
  record: string,
  records: ReadonlyMap<string, UtdfRecord> | undefined,
): string {
  const line = [...(records?.get(toKey(record))?.values() ?? [])][0]?.line;
  return line === undefined ? `${section} ${record}` : `${section} ${record}, line ${line}`;
}

function addRecord(input: {
  readonly table: MutableTable;
  readonly header: readonly string[];
  readonly row: CsvRow;
  readonly hasNames: boolean;
}): void {
  const find = (column: string): string => input.row.cells[input.header.indexOf(column)]?.text ?? "";
  const node = find("INTID");
  const name = input.hasNames ? toKey(find("RECORDNAME")) : "";
  const records = input.table.get(node) ?? new Map<string, Map<string, CsvCell>>();
  const record = records.get(name) ?? new Map<string, CsvCell>();
  for (const [at, column] of input.header.entries()) {
    const cell = input.row.cells[at];
    if (cell !== undefined && cell.text !== "" && column !== "") record.set(column, cell);
  }
  records.set(name, record);
  input.table.set(node, records);
}

function noteUnknownSection(title: string, row: CsvRow, note: Note): void {
  note({
    severity: "omitted",
    where: `line ${row.line}`,
    sentence: `Section [${title}] is none that is read here.`,
  });
}
