/** The rows of a corridor's spreadsheet as SI values; every fault with its line and column. */
import type { Fault } from "../errors.ts";
import { COLUMNS, type Column } from "./corridor-columns.ts";
import { type CsvRow, parseCsv } from "./csv.ts";
import { toKey } from "./utdf-file.ts";

/** One intersection as the spreadsheet gives it: SI values by column name, absent where the cell is blank. */
export interface CorridorRow {
  readonly line: number;
  readonly id: string;
  readonly name: string | undefined;
  readonly values: ReadonlyMap<string, number>;
}

export interface CorridorRows {
  readonly rows: readonly CorridorRow[];
  readonly faults: readonly Fault[];
}

export function parseCorridorRows(text: string): CorridorRows {
  const table = parseCsv(text).filter((it) => !it.cells[0]?.text.startsWith("#"));
  const [header, ...body] = table;
  if (header === undefined)
    return { rows: [], faults: [{ path: "line 1", message: "the text has no header row" }] };
  const faults: Fault[] = [];
  const places = findColumns(header, faults);
  const rows = body.map((row) => readRow(row, places, faults));
  if (rows.length === 0)
    faults.push({ path: `line ${header.line}`, message: "there is no row below the header" });
  for (const [at, row] of rows.entries()) {
    if (rows.findIndex((it) => it.id === row.id) < at) {
      faults.push({
        path: `line ${row.line}, column id`,
        message: `${row.id} is the id of an earlier row too`,
      });
    }
  }
  return { rows, faults };
}

interface Place {
  readonly header: string;
  readonly column: Column | "id" | "name";
  readonly factor: number;
}

function findColumns(header: CsvRow, faults: Fault[]): (Place | undefined)[] {
  const known = new Map<string, Place>();
  for (const name of ["id", "name"] as const)
    known.set(toKey(name), { header: name, column: name, factor: 1 });
  for (const column of COLUMNS) {
    for (const [spelling, factor] of Object.entries(column.headers)) {
      known.set(toKey(spelling), { header: spelling, column, factor });
    }
  }
  const path = `line ${header.line}`;
  const places = header.cells.map(({ text }) => {
    const place = known.get(toKey(text));
    if (place === undefined && text !== "")
      faults.push({ path: `${path}, column ${text}`, message: "unknown column" });
    return place;
  });
  for (const [at, place] of places.entries()) {
    if (place !== undefined && places.findIndex((it) => it?.column === place.column) < at) {
      faults.push({
        path: `${path}, column ${place.header}`,
        message: "the same value stands in an earlier column",
      });
    }
  }
  const needed = COLUMNS.filter((it) => it.needed === true && !places.some((place) => place?.column === it));
  for (const it of needed)
    faults.push({ path, message: `column ${Object.keys(it.headers).join(" or ")} is missing` });
  if (!places.some((it) => it?.column === "id")) faults.push({ path, message: "column id is missing" });
  return places;
}

function readRow(row: CsvRow, places: readonly (Place | undefined)[], faults: Fault[]): CorridorRow {
  const values = new Map<string, number>();
  const texts = new Map<string, string>();
  for (const [at, place] of places.entries()) {
    const text = row.cells[at]?.text ?? "";
    if (place === undefined) continue;
    if (typeof place.column === "string") texts.set(place.column, text);
    else readValue({ text, place, column: place.column, line: row.line, values, faults });
  }
  for (const cell of row.cells.slice(places.length)) {
    if (cell.text !== "")
      faults.push({ path: `line ${row.line}`, message: `${cell.text} stands beyond the last column` });
  }
  const id = texts.get("id") ?? "";
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,47}$/.test(id)) {
    faults.push({
      path: `line ${row.line}, column id`,
      message: `"${id}" is no identity: letters, digits and . _ : - only, at most 48`,
    });
  }
  const name = texts.get("name")?.slice(0, 200);
  return { line: row.line, id, name: name === "" ? undefined : name, values };
}

function readValue(cell: {
  readonly text: string;
  readonly place: Place;
  readonly column: Column;
  readonly line: number;
  readonly values: Map<string, number>;
  readonly faults: Fault[];
}): void {
  const { text, place, column } = cell;
  const path = `line ${cell.line}, column ${place.header}`;
  if (text === "") {
    if (column.needed === true) cell.faults.push({ path, message: "a value is needed" });
    return;
  }
  const given = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  const value = given * place.factor;
  const low = column.min / place.factor;
  const high = column.max / place.factor;
  if (!(value >= column.min && value <= column.max)) {
    const range = `${round(low)} to ${round(high)}`;
    cell.faults.push({ path, message: `${text} is not a number from ${range}` });
  } else if (!isOnStep(value, column.step)) {
    const step = column.step === "whole" ? "a whole number" : "a whole number of 0.1 s";
    cell.faults.push({ path, message: `${text} is not ${step}` });
  } else {
    cell.values.set(column.name, value);
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

function isOnStep(value: number, step: Column["step"]): boolean {
  const unit = step === "tenths" ? 10 : 1;
  return step === undefined || Math.abs(value * unit - Math.round(value * unit)) < 1e-9;
}
