/**
 * The tables of a GMNS folder (General Modeling Network Specification, version 0.9x) as rows that are known to be sound:
 * columns that are needed are there, numbers are numbers, identities are unique, references lead somewhere. Every fault is
 * named with its file, row (line of the file) and column, all at once. An empty cell and `NULL` are the same.
 */
import { type Fault, known } from "../../errors.ts";
import { parseCsv } from "../csv.ts";

interface TableSpec {
  /** The column that names a row. */
  readonly key: string;
  readonly optional?: true;
  /** Columns in which no row may be empty, besides the key. */
  readonly needed?: readonly string[];
  /** Columns of numbers, with the least that is possible. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Columns that name a row of another table. */
  readonly references?: Readonly<Record<string, TableName>>;
}

const SPECS = {
  config: { key: "dataset_name", optional: true },
  node: { key: "node_id", needed: ["x_coord", "y_coord"], numbers: { x_coord: -1e9, y_coord: -1e9 } },
  link: {
    key: "link_id",
    needed: ["from_node_id", "to_node_id"],
    numbers: { length: 0, free_speed: 0, lanes: 0 },
    references: { from_node_id: "node", to_node_id: "node" },
  },
  lane: {
    key: "lane_id",
    optional: true,
    needed: ["link_id", "lane_num"],
    numbers: { lane_num: -10 },
    references: { link_id: "link" },
  },
  segment: {
    key: "segment_id",
    optional: true,
    needed: ["link_id", "ref_node_id", "start_lr", "end_lr"],
    numbers: { start_lr: 0, end_lr: 0 },
    references: { link_id: "link", ref_node_id: "node" },
  },
  segment_lane: {
    key: "segment_lane_id",
    optional: true,
    needed: ["segment_id", "lane_num"],
    numbers: { lane_num: -10 },
    references: { segment_id: "segment" },
  },
  movement: {
    key: "mvmt_id",
    needed: ["node_id", "ib_link_id", "ob_link_id", "type"],
    numbers: { start_ib_lane: -10, end_ib_lane: -10, start_ob_lane: -10, end_ob_lane: -10, capacity: 0 },
    references: { node_id: "node", ib_link_id: "link", ob_link_id: "link" },
  },
  signal_controller: { key: "controller_id", optional: true },
  time_set_definitions: { key: "timeday_id", optional: true, needed: ["start_time", "end_time"] },
  signal_timing_plan: {
    key: "timing_plan_id",
    needed: ["controller_id"],
    numbers: { cycle_length: 0 },
    references: { controller_id: "signal_controller", timeday_id: "time_set_definitions" },
  },
  signal_coordination: {
    key: "coordination_id",
    optional: true,
    needed: ["timing_plan_id", "controller_id"],
    numbers: { coord_phase: 0, offset: 0 },
    references: { timing_plan_id: "signal_timing_plan", controller_id: "signal_controller" },
  },
  signal_timing_phase: {
    key: "timing_phase_id",
    needed: ["timing_plan_id", "signal_phase_num", "min_green", "ring", "barrier", "position"],
    numbers: {
      signal_phase_num: 1,
      min_green: 0,
      max_green: 0,
      extension: 0,
      clearance: 0,
      walk_time: 0,
      ped_clearance: 0,
      ring: 0,
      barrier: 0,
      position: 0,
    },
    references: { timing_plan_id: "signal_timing_plan" },
  },
  signal_phase_mvmt: {
    key: "signal_phase_mvmt_id",
    needed: ["timing_phase_id"],
    references: { timing_phase_id: "signal_timing_phase", mvmt_id: "movement", link_id: "link" },
  },
  signal_detector: {
    key: "detector_id",
    optional: true,
    needed: ["controller_id", "signal_phase_num", "link_id", "start_lane"],
    numbers: {
      signal_phase_num: 0,
      start_lane: -10,
      end_lane: -10,
      det_zone_lr: -1e9,
      det_zone_front: -1e9,
      det_zone_back: -1e9,
    },
    references: { controller_id: "signal_controller", link_id: "link" },
  },
} as const satisfies Readonly<Record<string, Omit<TableSpec, "references"> & { references?: object }>>;

export type TableName = keyof typeof SPECS;
export const TABLE_NAMES = Object.keys(SPECS) as readonly TableName[];

export interface GmnsRow {
  readonly id: string;
  readonly text: (column: string) => string | undefined;
  readonly number: (column: string) => number | undefined;
  /** For faults and reports: `link.csv, row 4, column length`. */
  readonly place: (column: string) => string;
}

/** Rows of a table by identity, in the order of the file; an optional table that is absent is empty. */
export type GmnsTables = (name: TableName) => ReadonlyMap<string, GmnsRow>;

/** `files`: texts by name, `link.csv`. */
export function readGmnsTables(
  files: ReadonlyMap<string, string>,
):
  | { readonly kind: "ok"; readonly tables: GmnsTables }
  | { readonly kind: "invalid"; readonly faults: Fault[] } {
  const faults: Fault[] = [];
  const read = new Map(TABLE_NAMES.map((name) => [name, readTable(name, files.get(`${name}.csv`), faults)]));
  const tables: GmnsTables = (name) => known(read.get(name), name);
  for (const name of TABLE_NAMES) {
    for (const row of tables(name).values()) checkReferences(specOf(name), row, { tables, files, faults });
  }
  return faults.length > 0 ? { kind: "invalid", faults } : { kind: "ok", tables };
}

const specOf = (name: TableName): TableSpec => SPECS[name];
const ID_TEXT = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,47}$/;
const toValue = (text: string | undefined): string | undefined =>
  text === undefined || text === "" || text === "NULL" ? undefined : text;

function readTable(name: TableName, text: string | undefined, faults: Fault[]): Map<string, GmnsRow> {
  const spec = specOf(name);
  const file = `${name}.csv`;
  const rows = new Map<string, GmnsRow>();
  const [head, ...lines] = text === undefined ? [] : parseCsv(text);
  if (head === undefined) {
    if (spec.optional !== true) faults.push({ path: file, message: "this table is missing or empty" });
    return rows;
  }
  const columns = new Map(head.cells.map((it, at) => [it.text.toLowerCase(), at]));
  const needed = [spec.key, ...(spec.needed ?? [])];
  const missing = needed.filter((it) => !columns.has(it));
  for (const it of missing) faults.push({ path: `${file}, column ${it}`, message: "this column is missing" });
  if (missing.length > 0) return rows;
  for (const { line, cells } of lines) {
    const textOf = (column: string): string | undefined => toValue(cells[columns.get(column) ?? -1]?.text);
    const row: GmnsRow = {
      id: textOf(spec.key) ?? "",
      text: textOf,
      number: (column) => {
        const found = textOf(column);
        return found === undefined ? undefined : Number(found);
      },
      place: (column) => `${file}, row ${line}, column ${column}`,
    };
    faults.push(...listRowFaults(spec, row, needed));
    if (rows.has(row.id))
      faults.push({ path: row.place(spec.key), message: `${row.id} is the identity of an earlier row too` });
    rows.set(row.id, row);
  }
  return rows;
}

function listRowFaults(spec: TableSpec, row: GmnsRow, needed: readonly string[]): Fault[] {
  const empty = needed
    .filter((it) => row.text(it) === undefined)
    .map((it) => ({ path: row.place(it), message: "this cell is empty, and it is needed" }));
  const numbers = Object.entries(spec.numbers ?? {}).flatMap(([column, least]) => {
    const value = row.number(column);
    if (value === undefined || (Number.isFinite(value) && value >= least)) return [];
    return [{ path: row.place(column), message: `${row.text(column)} is not a number of at least ${least}` }];
  });
  const isName = spec.key === "dataset_name" || row.id === "" || ID_TEXT.test(row.id);
  return [
    ...empty,
    ...numbers,
    ...(isName
      ? []
      : [{ path: row.place(spec.key), message: "an identity is letters, digits and . _ : -, at most 48" }]),
  ];
}

function checkReferences(
  { references = {} }: TableSpec,
  row: GmnsRow,
  of: {
    readonly tables: GmnsTables;
    readonly files: ReadonlyMap<string, string>;
    readonly faults: Fault[];
  },
): void {
  for (const [column, table] of Object.entries(references)) {
    const id = row.text(column);
    const isListed = id === undefined || !of.files.has(`${table}.csv`) || of.tables(table).has(id);
    if (!isListed) of.faults.push({ path: row.place(column), message: `${table}.csv has no ${id}` });
  }
}
