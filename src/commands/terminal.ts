/** What every command does with files, faults and output. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { z } from "zod";
import { type Demand, DemandSchema } from "../demand/demand.schema.ts";
import { AppError } from "../errors.ts";
import { toFaults } from "../faults.ts";
import type { Network } from "../network/network.schema.ts";
import { parseNetwork } from "../network/parse-network.ts";
import { type Schedule, ScheduleSchema } from "../schedule/schedule.schema.ts";
import { type CoordinationPlan, CoordinationPlanSchema } from "../timing/plan.schema.ts";

/** Exit codes that scripts can use. */
export const EXIT = { ok: 0, negative: 1, usage: 2, unavailable: 3 } as const;

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
/** Progress and notes go to stderr, so that stdout stays fit for machines. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

export function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw new AppError("notFound", `cannot read ${file}`, { cause });
  }
}

export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new AppError("unavailable", `cannot write ${file}`, { cause });
  }
}

export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new AppError("unavailable", `cannot make the folder ${folder}`, { cause });
  }
}

function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "";
    throw new AppError("invalidInput", `${file} is not JSON: ${reason}`, { cause });
  }
}

export function readNetwork(file: string): Network {
  const parsed = parseNetwork(readJson(file));
  if (parsed.kind === "ok") return parsed.network;
  throw new AppError("invalidInput", `${file} is not a valid network`, { faults: parsed.faults });
}

export const readPlan = (file: string): CoordinationPlan => readWith(CoordinationPlanSchema, file, "plan");
export const readDemand = (file: string): Demand => readWith(DemandSchema, file, "demand");
export const readSchedule = (file: string): Schedule => readWith(ScheduleSchema, file, "schedule");

function readWith<T>(schema: z.ZodType<T>, file: string, what: string): T {
  const parsed = schema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw new AppError("invalidInput", `${file} is not a valid ${what}`, {
    faults: toFaults(parsed.error.issues),
  });
}

/** A table with right-aligned numbers, for people. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const [first = [], ...rest] = cells;
  return [line(first), widths.map((width) => "─".repeat(width)).join("  "), ...rest.map(line)].join("\n");
}

/** The error on stderr, every fault with its path; answers the exit code. */
export function reportFailure(error: unknown): number {
  if (!(error instanceof AppError)) throw error;
  note(`greenwave: ${error.message}`);
  for (const { path, message } of error.faults) note(`  ${path === "" ? "(document)" : path}: ${message}`);
  const usage = error.code === "invalidInput" || error.code === "notFound";
  return usage ? EXIT.usage : EXIT.unavailable;
}
