/**
 * The columns of a corridor in a spreadsheet: one row per intersection, in order along the arterial. Lengths and speeds
 * carry their unit at the end of the column's name; everything is converted to SI here.
 */
import type { Fault } from "../errors.ts";
import { METRES_PER_FOOT, METRES_PER_MILE, SECONDS_PER_HOUR } from "../units.ts";
import { type CsvRow, parseCsv } from "./csv.ts";
import { toKey } from "./utdf-file.ts";

export interface Column {
  /** Name of the value in SI; lengths end in M, speeds in Mps. */
  readonly name: string;
  /** Spellings of the header, each with the factor to the value. */
  readonly headers: Readonly<Record<string, number>>;
  readonly explanation: string;
  readonly min: number;
  readonly max: number;
  /** `tenths`: a whole number of 0.1; `whole`: a whole number. */
  readonly step?: "tenths" | "whole";
  readonly needed?: boolean;
  readonly examples: readonly [string, string];
}

const seconds = (
  name: string,
  explanation: string,
  range: { readonly min: number; readonly max: number },
  examples: readonly [string, string],
): Column => ({
  name,
  headers: { [name]: 1 },
  explanation: `${explanation}, s`,
  ...range,
  step: "tenths",
  examples,
});

const length = (
  name: string,
  explanation: string,
  max: number,
  examples: readonly [string, string],
): Column => ({
  name: `${name}M`,
  headers: { [`${name}M`]: 1, [`${name}Ft`]: METRES_PER_FOOT },
  explanation: `${explanation}, m (or ${name}Ft: feet)`,
  min: 0,
  max,
  examples,
});

const lanes = (
  name: string,
  explanation: string,
  range: { readonly min: number; readonly max: number },
): Column => ({
  name,
  headers: { [name]: 1 },
  explanation: `${explanation}, number`,
  ...range,
  step: "whole",
  examples: range.min === 0 ? ["0", "1"] : ["2", "2"],
});

const volumes = (["eb", "wb", "nb", "sb"] as const).flatMap((bound) =>
  (["Left", "Through", "Right"] as const).map((turn): Column => {
    const name = `${bound}${turn}Vph`;
    const isArterial = bound === "eb" || bound === "wb";
    const example = turn === "Through" ? (isArterial ? "850" : "220") : "60";
    return {
      name,
      headers: { [name]: 1 },
      explanation: `Traffic that goes ${turn.toLowerCase()} from the ${bound.toUpperCase()} approach, veh/h; blank: 0`,
      min: 0,
      max: 20_000,
      examples: [example, example],
    };
  }),
);

export const COLUMNS: readonly Column[] = [
  {
    ...length("spacing", "Stop line to stop line, to the next row; blank in the last row", 50_000, [
      "420",
      "",
    ]),
  },
  {
    name: "speedMps",
    headers: { speedKmh: 1000 / SECONDS_PER_HOUR, speedMph: METRES_PER_MILE / SECONDS_PER_HOUR, speedMps: 1 },
    explanation: "Posted speed of the arterial from here to the next row, km/h (or speedMph, speedMps)",
    min: 2,
    max: 45,
    needed: true,
    examples: ["60", "60"],
  },
  seconds("cycleS", "Cycle length; blank: the sum of the splits", { min: 20, max: 300 }, ["90", "90"]),
  seconds(
    "offsetS",
    "Begin of the eastbound arterial green after cycle zero; blank: 0",
    { min: 0, max: 300 },
    ["0", "24"],
  ),
  {
    ...seconds("arterialGreenS", "Green of the arterial's through traffic", { min: 1, max: 240 }, [
      "50",
      "36",
    ]),
    needed: true,
  },
  seconds(
    "arterialLeftGreenS",
    "Green of the arterial's left turns, where they have lanes",
    { min: 1, max: 100 },
    ["", "9"],
  ),
  seconds("crossGreenS", "Green of the cross street; blank: what the cycle leaves", { min: 1, max: 240 }, [
    "",
    "",
  ]),
  seconds(
    "crossLeftGreenS",
    "Green of the cross street's left turns, where they have lanes",
    { min: 1, max: 100 },
    ["", ""],
  ),
  lanes("arterialLanes", "Through lanes of the arterial, each direction; blank: 2", { min: 1, max: 6 }),
  lanes("arterialLeftLanes", "Left-turn lanes of the arterial, each direction; blank: 0", { min: 0, max: 3 }),
  {
    ...lanes("crossLanes", "Through lanes of the cross street, each direction; blank: 1", { min: 1, max: 6 }),
    examples: ["1", "1"],
  },
  {
    ...lanes("crossLeftLanes", "Left-turn lanes of the cross street, each direction; blank: 0", {
      min: 0,
      max: 3,
    }),
    examples: ["0", "0"],
  },
  {
    name: "laneSaturationFlowVph",
    headers: { laneSaturationFlowVph: 1 },
    explanation: "Saturation flow of one through lane, veh/h of green; blank: 1,800",
    min: 500,
    max: 2500,
    examples: ["", ""],
  },
  ...volumes,
  seconds("arterialMinGreenS", "Minimum green of the arterial; blank: 10", { min: 1, max: 60 }, ["10", "10"]),
  seconds("crossMinGreenS", "Minimum green of the cross street; blank: 7", { min: 1, max: 60 }, ["7", "7"]),
  seconds("leftMinGreenS", "Minimum green of left-turn phases; blank: 5", { min: 1, max: 60 }, ["", "5"]),
  seconds("arterialYellowS", "Yellow of the arterial; blank: from the speed", { min: 3, max: 6 }, ["4", ""]),
  seconds(
    "arterialRedClearanceS",
    "Red clearance of the arterial; blank: from speed and width",
    { min: 0, max: 6 },
    ["1.5", ""],
  ),
  seconds("crossYellowS", "Yellow of the cross street; blank: from the speed", { min: 3, max: 6 }, [
    "3.5",
    "",
  ]),
  seconds(
    "crossRedClearanceS",
    "Red clearance of the cross street; blank: from speed and width",
    { min: 0, max: 6 },
    ["2", ""],
  ),
  seconds("leftYellowS", "Yellow of left-turn phases; blank: from the speed", { min: 3, max: 6 }, ["", ""]),
  seconds(
    "leftRedClearanceS",
    "Red clearance of left-turn phases; blank: from speed and width",
    { min: 0, max: 6 },
    ["", ""],
  ),
  length("arterialCrossing", "Length of the crossing over the arterial; 0: none; blank: from the lanes", 80, [
    "18",
    "",
  ]),
  length(
    "crossCrossing",
    "Length of the crossing over the cross street; 0: none; blank: from the lanes",
    80,
    ["11", ""],
  ),
];

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
