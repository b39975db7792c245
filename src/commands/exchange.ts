import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { buildCsvTemplate } from "../exchange/csv-template.ts";
import { exportUtdf } from "../exchange/export-utdf.ts";
import { importCsv } from "../exchange/import-csv.ts";
import { importUtdf } from "../exchange/import-utdf.ts";
import type { Imported } from "../exchange/imported.ts";
import { readCorridor } from "./corridor-files.ts";
import { addExportSumo } from "./export-sumo.ts";
import { addImportCounts } from "./import-counts.ts";
import { describeReport, writeImport } from "./import-folder.ts";
import { addImportGmns } from "./import-gmns.ts";
import { addPlaceOptions, type PlaceOptions, toImportOptions } from "./import-options.ts";
import { addImportSumo } from "./import-sumo.ts";
import { EXIT, print, printJson, readText, writeText } from "./terminal.ts";

const FORMATS = {
  utdf: { read: importUtdf, title: "Synchro UTDF, version 8 combined CSV" },
  csv: { read: importCsv, title: "one row per intersection (see `greenwave template csv`)" },
} as const;

/** `greenwave import FORMAT FILE`: a folder with network.json, demand.json, plan.json and the report. */
export function addImport(program: Command, exit: (code: number) => void): void {
  const words = program.command("import").description("read other people's files into a network folder");
  for (const [format, { read, title }] of Object.entries(FORMATS)) {
    const command = words
      .command(format)
      .description(title)
      .argument("<file>", "file to read; - reads standard input")
      .requiredOption(
        "--out <folder>",
        "folder for network.json, demand.json, plan.json and import-report.json",
      );
    addPlaceOptions(command).action((file: string, options: PlaceOptions) => {
      const imported = read(readText(file), toImportOptions(file, options));
      if (imported.kind === "invalid") {
        throw new AppError("invalidInput", `${file} cannot be imported`, { faults: imported.faults });
      }
      writeImport(options, {
        "network.json": imported.network,
        "demand.json": imported.demand,
        "plan.json": imported.plan,
        "import-report.json": imported.report,
      });
      if (options.json) printJson(imported.report);
      else print(describeImport(imported));
      exit(EXIT.ok);
    });
  }
  addImportGmns(words, exit);
  addImportSumo(words, exit);
  addImportCounts(words, exit);
}

function describeImport({ network, plan, demand, report }: Extract<Imported, { kind: "ok" }>): string {
  const cycles = new Map<number, number>();
  for (const { cycleS } of plan.timingPlans) cycles.set(cycleS, (cycles.get(cycleS) ?? 0) + 1);
  const lines = [
    `${network.intersections.length} signals, ${network.links.length} links, ${demand.flows.length} flows of together ${Math.round(demand.flows.reduce((sum, it) => sum + it.flowVph, 0))} veh/h`,
    `cycles: ${[...cycles].map(([cycleS, count]) => `${cycleS} s at ${count}`).join(", ")}`,
    ...network.routes.map(
      (it) => `route ${it.id}: ${it.outbound.stops.map((stop) => stop.intersectionId).join(" → ")}`,
    ),
  ];
  return [...lines, ...describeReport(report)].join("\n");
}

/** `greenwave export FORMAT`: plans back into the formats that networks come from. */
export function addExport(program: Command, exit: (code: number) => void): void {
  const words = program.command("export").description("write a plan in other people's formats");
  addExportSumo(words);
  words
    .command("utdf")
    .description("splits and offsets as Synchro UTDF")
    .argument("<corridor>", "network file, or a folder of `greenwave import`")
    .option("--plan <file>", "plan to write (default: plan.json beside the network)")
    .option(
      "--into <file>",
      "UTDF file that the network came from: everything but timing stays as it is there",
    )
    .requiredOption("--out <file>", "file to write; - writes standard output")
    .action((where: string, options: { plan?: string; into?: string; out: string }) => {
      const { index, plan } = readCorridor(where, options);
      const text = exportUtdf({
        network: index.network,
        plan,
        ...(options.into === undefined ? {} : { originalText: readText(options.into) }),
      });
      if (options.out === "-") process.stdout.write(text);
      else writeText(options.out, text);
      exit(EXIT.ok);
    });
}

/** `greenwave template csv`: a table to fill in. */
export function addTemplate(program: Command, exit: (code: number) => void): void {
  program
    .command("template")
    .description("print a file to fill in")
    .command("csv")
    .description("corridor table: one row per intersection, every column with its unit")
    .action(() => {
      process.stdout.write(buildCsvTemplate());
      exit(EXIT.ok);
    });
}
