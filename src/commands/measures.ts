import { createReadStream, existsSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Command } from "commander";
import { AppError, messageOf } from "../errors.ts";
import { parseCsv } from "../exchange/csv.ts";
import { type Comparison, compareTables } from "../exchange/hires/compare-tables.ts";
import { listPublishedTables, type PublishedTable } from "../exchange/hires/published-tables.ts";
import { readDetectorConfig } from "../exchange/hires/read-detector-config.ts";
import { createHiresReader, type HiresLog } from "../exchange/hires/read-log.ts";
import { parseWhole } from "./parse-number.ts";
import { EXIT, formatTable, note, print, printJson, readText } from "./terminal.ts";

interface Options {
  readonly detectors: string;
  readonly devices?: string;
  readonly table?: readonly string[];
  readonly device?: readonly string[];
  readonly bin: number;
  readonly compare?: string;
  readonly json?: boolean;
}

/** `greenwave measures LOG`: what a controller's high-resolution log says of its signal. */
export function addMeasures(program: Command, exit: (code: number) => void): void {
  program
    .command("measures")
    .description(
      "measures of a controller's high-resolution log: actuations, arrivals on green, split failures, terminations, waits (docs/measures.md)",
    )
    .argument("<log>", "CSV with TimeStamp, DeviceId, EventId, Parameter; gzip when it ends in .gz")
    .requiredOption("--detectors <file>", "CSV with DeviceId, Phase, Function, Parameter (channel)")
    .option("--devices <file>", "CSV with id, name: names of the devices, printed with what was read of each")
    .option("--table <names...>", "only these tables")
    .option("--device <ids...>", "only these devices")
    .option("--bin <minutes>", "length of a bin, min", parseWhole({ from: 1, to: 1440 }), 15)
    .option(
      "--compare <folder>",
      "tables that others computed, NAME.csv each: print what agrees and what does not",
    )
    .option("--json", "print a machine-readable result")
    .action(async (file: string, options: Options) => {
      const tables = await measureLog(file, options);
      if (options.compare === undefined) {
        if (options.json) printJson(tables);
        else for (const table of tables) printTable(table);
        exit(EXIT.ok);
        return;
      }
      const comparisons = compareWith(options.compare, tables);
      if (options.json) printJson(comparisons);
      else printComparisons(comparisons);
      exit(comparisons.every(isEqual) ? EXIT.ok : EXIT.negative);
    });
}

/** Reads the log as a stream, so that it never lies in memory as text. */
export async function readHiresLog(file: string): Promise<HiresLog> {
  const reader = createHiresReader();
  const source = createReadStream(file);
  const sink = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) reader.read(chunk);
  };
  try {
    if (file.endsWith(".gz")) await pipeline(source, createGunzip(), sink);
    else await pipeline(source, sink);
  } catch (cause) {
    throw new AppError("invalidInput", `cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
  return reader.finish();
}

async function measureLog(file: string, options: Options): Promise<PublishedTable[]> {
  const log = await readHiresLog(file);
  const config = readDetectorConfig(readText(options.detectors));
  if (config.detectorsByDevice.size === 0) {
    throw new AppError("invalidInput", `${options.detectors} names no detector`, { faults: config.faults });
  }
  for (const [name, faults] of [
    [file, log.faults],
    [options.detectors, config.faults],
  ] as const) {
    for (const fault of faults) note(`${name}, ${fault.path}: ${fault.message}`);
  }
  note(`${log.rows} rows, ${log.repeatedRows} repeated, ${log.unreadableRows} not readable`);
  const names = readNames(options.devices);
  for (const [id, { length }] of log.devices) note(`  ${id} ${names.get(id) ?? ""}: ${length} events`);
  const devices = new Map([...log.devices].filter(([id]) => options.device?.includes(id) ?? true));
  if (devices.size === 0) throw new AppError("invalidInput", `${file} holds no event of a device asked for`);
  const tables = listPublishedTables({
    devices,
    detectorsByDevice: config.detectorsByDevice,
    binMs: options.bin * 60_000,
  });
  const wanted = tables.filter((it) => options.table?.includes(it.name) ?? true);
  if (wanted.length > 0) return wanted;
  throw new AppError("invalidInput", `there are the tables ${tables.map((it) => it.name).join(", ")}`);
}

function readNames(file: string | undefined): ReadonlyMap<string, string> {
  if (file === undefined) return new Map();
  return new Map(parseCsv(readText(file)).map(({ cells: [id, name] }) => [id?.text ?? "", name?.text ?? ""]));
}

function printTable({ name, columns, rows }: PublishedTable): void {
  print(`\n${name} (${rows.length})`);
  const toCell = (cell: string | number | undefined): string | number =>
    typeof cell === "number" ? Math.round(cell * 1000) / 1000 : (cell ?? "");
  print(
    formatTable(
      columns,
      rows.map((row) => row.map(toCell)),
    ),
  );
}

function compareWith(folder: string, tables: readonly PublishedTable[]): Comparison[] {
  const comparisons = tables.flatMap((table) => {
    const file = path.join(folder, `${table.name}.csv`);
    return existsSync(file) ? [compareTables(table, readText(file))] : [];
  });
  if (comparisons.length > 0) return comparisons;
  throw new AppError(
    "invalidInput",
    `${folder} holds no table to compare with, such as ${tables[0]?.name}.csv`,
  );
}

const isEqual = (it: Comparison): boolean => it.differing + it.missing + it.surplus === 0;

function printComparisons(comparisons: readonly Comparison[]): void {
  print(
    formatTable(
      ["table", "rows", "expected", "equal", "differing", "missing", "surplus"],
      comparisons.map((it) => [
        it.name,
        it.rows,
        it.expectedRows,
        it.equal,
        it.differing,
        it.missing,
        it.surplus,
      ]),
    ),
  );
  for (const { name, differences } of comparisons) {
    for (const sentence of differences) print(`  ${name}: ${sentence}`);
  }
}
