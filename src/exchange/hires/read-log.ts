/**
 * Reads a controller's high-resolution log as CSV from chunks of bytes as they come: columns TimeStamp, DeviceId,
 * EventId, Parameter in any order, others ignored. One event log per device. A row that cannot be read is left out and
 * counted, never guessed. Memory: 16 bytes per row. Rows are read as bytes, without making text of every cell.
 */
import type { Fault } from "../../errors.ts";
import { createEventLog, type EventLog, type EventLogBuilder } from "../../measures/event-log.ts";
import { createInstantReader } from "./read-instant.ts";

export interface HiresLog {
  /** By device, in order of first appearance. */
  readonly devices: ReadonlyMap<string, EventLog>;
  readonly rows: number;
  /** Rows that said again what another row had said. */
  readonly repeatedRows: number;
  readonly unreadableRows: number;
  /** The first of what could not be read; without the four columns nothing is. */
  readonly faults: readonly Fault[];
}

export interface HiresReader {
  read(chunk: Uint8Array): void;
  finish(): HiresLog;
}

/** Numbers in these logs are 16 bit with sign, as loggers keep them. */
const MAX_NUMBER = 32_767;
const MAX_LINE_BYTES = 4096;
const MAX_CELLS = 64;
const LISTED_FAULTS = 10;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const COMMA = 44;
const DIGIT_0 = 48;
const DIGIT_9 = 57;

export function createHiresReader(): HiresReader {
  const lines = createLineReader();
  const builders = new Map<string, EventLogBuilder>();
  const faults: Fault[] = [];
  let readRow: ((bytes: Uint8Array, from: number, to: number) => string | undefined) | undefined;
  let line = 0;
  let rows = 0;
  let unreadableRows = 0;

  function note(message: string): void {
    if (faults.length < LISTED_FAULTS) faults.push({ path: `line ${line}`, message });
  }

  function readLine(bytes: Uint8Array, from: number, to: number): void {
    line++;
    if (line === 1) {
      const columns = findColumns(new TextDecoder().decode(bytes.subarray(from, to)).split(","));
      if (columns === undefined) note("the header must name TimeStamp, DeviceId, EventId and Parameter");
      else readRow = createRowReader(columns, builders);
    } else if (readRow !== undefined && to > from) {
      rows++;
      const message = readRow(bytes, from, to);
      if (message === undefined) return;
      unreadableRows++;
      note(message);
    }
  }

  return {
    read: (chunk) => lines.read(chunk, readLine),
    finish() {
      lines.read(Uint8Array.of(LINE_FEED), readLine);
      const logs = [...builders].map(([device, builder]) => [device, builder.finish()] as const);
      const devices = new Map(logs.filter(([, log]) => log.length > 0));
      const kept = [...devices.values()].reduce((sum, log) => sum + log.length, 0);
      return { devices, rows, repeatedRows: rows - unreadableRows - kept, unreadableRows, faults };
    },
  };
}

type TakeLine = (bytes: Uint8Array, from: number, to: number) => void;

/** Cuts chunks into lines; of a line that has no end in sight only the beginning is kept. */
function createLineReader(): { read(chunk: Uint8Array, take: TakeLine): void } {
  let rest = new Uint8Array();
  return {
    read(chunk, take) {
      const bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
      let from = 0;
      for (;;) {
        const end = bytes.indexOf(LINE_FEED, from);
        if (end === -1) break;
        take(bytes, from, bytes[end - 1] === CARRIAGE_RETURN && end > from ? end - 1 : end);
        from = end + 1;
      }
      rest = bytes.slice(from, from + MAX_LINE_BYTES);
    },
  };
}

interface Columns {
  readonly at: number;
  readonly device: number;
  readonly code: number;
  readonly number: number;
}

function findColumns(head: readonly string[]): Columns | undefined {
  const names = head.map((it) => it.replace(/[^a-z]/gi, "").toLowerCase());
  const columns = {
    at: names.indexOf("timestamp"),
    device: names.indexOf("deviceid"),
    code: names.indexOf("eventid"),
    number: names.indexOf("parameter"),
  };
  const isWhole = Object.values(columns).every((it) => it >= 0 && it < MAX_CELLS);
  return isWhole ? columns : undefined;
}

/** Adds a row to the log of its device, or answers why not. */
function createRowReader(columns: Columns, builders: Map<string, EventLogBuilder>) {
  /** Cell i is bytes [starts[i], starts[i + 1] − 1). */
  const starts = new Int32Array(MAX_CELLS + 1);
  const decoder = new TextDecoder();
  const readInstant = createInstantReader();
  const findBuilder = createBuilderFinder(builders);
  const startOf = (cell: number): number => starts[cell] ?? 0;
  const endOf = (cell: number): number => (starts[cell + 1] ?? 1) - 1;

  return (bytes: Uint8Array, from: number, to: number): string | undefined => {
    let cells = 0;
    starts[0] = from;
    for (let at = from; at < to && cells < MAX_CELLS - 1; at++)
      if (bytes[at] === COMMA) starts[++cells] = at + 1;
    starts.fill(to + 1, cells + 1);
    const textOf = (cell: number): string => decoder.decode(bytes.subarray(startOf(cell), endOf(cell)));
    const builder = findBuilder(bytes, startOf(columns.device), endOf(columns.device));
    if (builder === undefined) return "no device";
    const atMs = readInstant(bytes, startOf(columns.at), endOf(columns.at));
    if (Number.isNaN(atMs)) return `no instant: ${textOf(columns.at)}`;
    const code = readNumber(bytes, startOf(columns.code), endOf(columns.code));
    const number = readNumber(bytes, startOf(columns.number), endOf(columns.number));
    if (code < 0 || number < 0)
      return `no event: ${decoder.decode(bytes.subarray(from, Math.min(to, from + 80)))}`;
    builder.add(atMs, code, number);
    return undefined;
  };
}

/** Devices change rarely from row to row, so that the last one is kept as bytes. */
function createBuilderFinder(builders: Map<string, EventLogBuilder>) {
  const decoder = new TextDecoder();
  let name = new Uint8Array();
  let last: EventLogBuilder | undefined;

  function isSame(bytes: Uint8Array, from: number, to: number): boolean {
    if (to - from !== name.length) return false;
    for (let at = 0; at < name.length; at++) if (bytes[from + at] !== name[at]) return false;
    return true;
  }

  return (bytes: Uint8Array, from: number, to: number): EventLogBuilder | undefined => {
    if (isSame(bytes, from, to)) return last;
    name = bytes.slice(from, to);
    const device = decoder.decode(name).trim();
    last = builders.get(device);
    if (last === undefined && device !== "") {
      last = createEventLog();
      builders.set(device, last);
    }
    return last;
  };
}

/** −1: not a whole number from 0 to 32767. */
function readNumber(bytes: Uint8Array, from: number, to: number): number {
  let value = from < to ? 0 : -1;
  for (let at = from; at < to; at++) {
    const digit = bytes[at] ?? 0;
    if (digit < DIGIT_0 || digit > DIGIT_9 || value > MAX_NUMBER) return -1;
    value = value * 10 + digit - DIGIT_0;
  }
  return value > MAX_NUMBER ? -1 : value;
}
