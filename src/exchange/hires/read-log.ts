/**
 * Reads a controller's high-resolution log as CSV from chunks of bytes as they come: columns TimeStamp, DeviceId,
 * EventId, Parameter in any order, others ignored. One event log per device. An instant without a time zone keeps the
 * log's own clock: it is read as if it were UTC. A row that cannot be read is left out and counted, never guessed.
 * Memory: 12 bytes per row.
 */
import type { Fault } from "../../errors.ts";
import { createEventLog, type EventLog, type EventLogBuilder } from "../../measures/event-log.ts";

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
const MAX_LINE_CHARACTERS = 4096;
const LISTED_FAULTS = 10;

export function createHiresReader(): HiresReader {
  const decoder = new TextDecoder();
  const builders = new Map<string, EventLogBuilder>();
  const faults: Fault[] = [];
  const readInstant = createInstantReader();
  let columns: Columns | undefined;
  let rest = "";
  let line = 0;
  let rows = 0;
  let unreadableRows = 0;

  function refuse(message: string): void {
    unreadableRows++;
    if (faults.length < LISTED_FAULTS) faults.push({ path: `line ${line}`, message });
  }

  function readLine(raw: string): void {
    line++;
    const text = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (text === "") return;
    const cells = text.split(",");
    if (line === 1) {
      columns = findColumns(cells);
      if (columns === undefined) refuse("the header must name TimeStamp, DeviceId, EventId and Parameter");
      return;
    }
    if (columns === undefined) return;
    rows++;
    const atMs = readInstant(cells[columns.at] ?? "");
    const code = readNumber(cells[columns.code]);
    const number = readNumber(cells[columns.number]);
    const device = cells[columns.device]?.trim() ?? "";
    if (device === "") refuse("no device");
    else if (atMs === undefined) refuse(`no instant: ${cells[columns.at]}`);
    else if (code === undefined || number === undefined) refuse(`no event: ${text.slice(0, 80)}`);
    else {
      const builder = builders.get(device) ?? createEventLog();
      builders.set(device, builder);
      builder.add(atMs, code, number);
    }
  }

  function readText(text: string): void {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_CHARACTERS) rest = rest.slice(0, MAX_LINE_CHARACTERS);
    for (const it of lines) readLine(it);
  }

  return {
    read: (chunk) => readText(decoder.decode(chunk, { stream: true })),
    finish() {
      readText(`${decoder.decode()}\n`);
      const devices = new Map([...builders].map(([device, builder]) => [device, builder.finish()]));
      const kept = [...devices.values()].reduce((sum, log) => sum + log.length, 0);
      return { devices, rows, repeatedRows: rows - unreadableRows - kept, unreadableRows, faults };
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
  return Object.values(columns).includes(-1) ? undefined : columns;
}

function readNumber(cell = ""): number | undefined {
  const value = Number(cell);
  return cell !== "" && Number.isInteger(value) && value >= 0 && value <= MAX_NUMBER ? value : undefined;
}

/** ISO 8601 with T or blank; the date is looked up once as long as it stays the same. */
function createInstantReader(): (text: string) => number | undefined {
  let date = "";
  let dateMs = Number.NaN;
  return (text) => {
    if (!text.startsWith(date) || date === "") {
      date = text.slice(0, 10);
      dateMs = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
    }
    const time = /^[T ](\d\d):(\d\d):(\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/.exec(text.slice(10));
    if (time === null || Number.isNaN(dateMs)) return undefined;
    const [, hours, minutes, seconds, zone = ""] = time;
    const sinceMidnightMs =
      (Number(hours) * 60 + Number(minutes)) * 60_000 + Math.round(Number(seconds) * 1000);
    return dateMs + sinceMidnightMs - readZone(zone);
  };
}

/** Local time minus UTC, ms. */
function readZone(zone: string): number {
  if (zone === "" || zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
}
