/** What every import writes and prints. */
import { existsSync } from "node:fs";
import path from "node:path";
import { AppError } from "../errors.ts";
import type { ImportReport, ReportItem } from "../exchange/import-report.ts";
import { makeFolder, note, writeText } from "./terminal.ts";

/** A lease for the plan that runs today: it has no end of its own, 2100-01-01T00:00:00Z. */
export const NO_END_MS = 4_102_444_800_000;

/** Writes each value as JSON under its name; files of an earlier import stay unless they may be overwritten. */
export function writeImport(
  { out, force }: { readonly out: string; readonly force?: boolean },
  files: Readonly<Record<string, unknown>>,
): void {
  const standing = Object.keys(files).filter((it) => existsSync(path.join(out, it)));
  if (standing.length > 0 && force !== true) {
    throw new AppError("conflict", `${out} already holds ${standing.join(", ")}; --force overwrites`);
  }
  makeFolder(out);
  for (const [name, value] of Object.entries(files)) {
    writeText(path.join(out, name), `${JSON.stringify(value, null, 1)}\n`);
  }
  note(`written to ${out}: ${Object.keys(files).join(", ")}`);
}

/** Repairs and warnings in full; assumptions that repeat at many places once, with their count. */
export function describeReport(report: ImportReport): string[] {
  return (["warning", "repair", "omitted", "assumption"] as const).flatMap((severity) => {
    const items = report.filter((it) => it.severity === severity);
    return items.length === 0 ? [] : ["", `${severity} (${items.length}):`, ...describeItems(items)];
  });
}

function describeItems(items: readonly ReportItem[]): string[] {
  const bySentence = new Map<string, ReportItem[]>();
  for (const item of items) {
    const alike = bySentence.get(item.sentence);
    if (alike === undefined) bySentence.set(item.sentence, [item]);
    else alike.push(item);
  }
  return [...bySentence].map(([sentence, alike]) => {
    const nodes = [...new Set(alike.flatMap((it) => (it.node === undefined ? [] : [it.node])))];
    const where = alike.length === 1 ? alike[0]?.where : `${alike.length} places`;
    return `  - ${nodes.length === 0 ? "" : `${nodes.slice(0, 6).join(", ")}${nodes.length > 6 ? ", …" : ""}: `}${sentence} [${where}]`;
  });
}
