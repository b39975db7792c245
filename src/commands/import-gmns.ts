import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { TABLE_NAMES } from "../exchange/gmns/gmns-tables.ts";
import { importGmns } from "../exchange/gmns/import-gmns.ts";
import { describeReport, writeImport } from "./import-folder.ts";
import { addPlaceOptions, type PlaceOptions, toImportOptions } from "./import-options.ts";
import { EXIT, print, printJson, readText } from "./terminal.ts";

type ImportedGmns = Extract<ReturnType<typeof importGmns>, { kind: "ok" }>;

/** `greenwave import gmns FOLDER`: network, a plan for each time of day, the schedule that switches them, and the report. */
export function addImportGmns(words: Command, exit: (code: number) => void): void {
  const command = words
    .command("gmns")
    .description("a folder of GMNS tables (General Modeling Network Specification) with signals")
    .argument("<folder>", "folder of node.csv, link.csv, movement.csv, signal_timing_plan.csv …")
    .requiredOption(
      "--out <folder>",
      "folder for network.json, plan.json, schedule.json and import-report.json",
    );
  addPlaceOptions(command).action((folder: string, options: PlaceOptions) => {
    const tables = TABLE_NAMES.map((it) => `${it}.csv`).filter((it) => existsSync(path.join(folder, it)));
    const files = new Map(tables.map((it) => [it, readText(path.join(folder, it))]));
    const imported = importGmns(files, toImportOptions(folder, options));
    if (imported.kind === "invalid") {
      throw new AppError("invalidInput", `${folder} cannot be imported`, { faults: imported.faults });
    }
    writeImport(options, {
      "network.json": imported.network,
      ...Object.fromEntries(
        imported.plans.map((it, at) => [at === 0 ? "plan.json" : `plan-${at + 1}.json`, it]),
      ),
      "schedule.json": imported.schedule,
      "import-report.json": imported.report,
    });
    if (options.json) printJson(imported.report);
    else print(describe(imported));
    exit(EXIT.ok);
  });
}

function describe({ network, plans, schedule, report }: ImportedGmns): string {
  return [
    `${network.intersections.length} signals, ${network.links.length} links, ${network.detectors.length} detectors, ${network.routes.length} routes`,
    ...plans.map((it) => {
      const cycles = it.timingPlans.map(
        (own) => `${own.actuation?.mode === "free" ? "free" : `${own.cycleS} s`} at ${own.intersectionId}`,
      );
      return `${it.id} (${it.name}): ${cycles.join(", ")}`;
    }),
    ...schedule.dayTypes.map(
      (it) => `${it.name}: ${it.entries.map((own) => `${own.at} ${own.planId}`).join(", ")}`,
    ),
    ...describeReport(report),
  ].join("\n");
}
