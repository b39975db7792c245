import path from "node:path";
import { type Command, Option } from "commander";
import { readXml } from "../closed-loop/open-street.ts";
import { buildStartingPlan } from "../closed-loop/starting-plan.ts";
import { AppError } from "../errors.ts";
import type { ReportItem } from "../exchange/import-report.ts";
import { type ImportedSumo, importSumo, type PhaseSource } from "../exchange/sumo/sumo-street.ts";
import type { Intersection } from "../network/network.schema.ts";
import type { CoordinationPlan, TimingPlan } from "../timing/plan.schema.ts";
import { describeReport, NO_END_MS, writeImport } from "./import-folder.ts";
import { parseWhole } from "./parse-number.ts";
import { EXIT, print, printJson } from "./terminal.ts";

interface ImportSumoOptions {
  readonly out: string;
  readonly additional: readonly string[];
  readonly phases: PhaseSource;
  readonly at?: number;
  readonly id?: string;
  readonly name?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

type Imported = Extract<ImportedSumo, { kind: "imported" }>;

/** `greenwave import sumo NET`: a folder with network.json, plan.json and the report. */
export function addImportSumo(words: Command, exit: (code: number) => void): void {
  words
    .command("sumo")
    .description("a net of Eclipse SUMO, with the signal programs of its additional files")
    .argument("<net>", "net file, .net.xml or .net.xml.gz")
    .requiredOption("--out <folder>", "folder for network.json, plan.json and import-report.json")
    .option("--additional <files...>", "additional files, in the order in which SUMO loads them", [])
    .addOption(
      new Option("--phases <source>", "the stages that are shipped, or made from the foe matrix")
        .choices(["auto", "shipped", "conflicts"])
        .default("auto"),
    )
    .option(
      "--at <seconds>",
      "simulation second for which a WAUT is asked what runs (default: its first program that is not off)",
      parseWhole({ from: 0, to: 604_800 }),
    )
    .option("--id <id>", "identity of the network (default: name of the folder)")
    .option("--name <text>", "name for people")
    .option("--force", "overwrite files of an earlier import")
    .option("--json", "print the report for machines")
    .action(async (net: string, options: ImportSumoOptions) => {
      const imported = await readStreet(net, options);
      const firstPlans = buildFirstPlans(imported);
      const report = [...imported.report, ...firstPlans.map(toReportItem)];
      writeImport(options, {
        "network.json": imported.network,
        ...toPlanFile(imported, firstPlans),
        "import-report.json": report,
      });
      if (options.json) printJson(report);
      else print(describe({ ...imported, report }));
      exit(EXIT.ok);
    });
}

async function readStreet(net: string, options: ImportSumoOptions): Promise<Imported> {
  const [netXml = "", ...additionalXml] = await Promise.all([net, ...options.additional].map(readXml));
  const id = options.id ?? path.basename(path.resolve(options.out));
  const imported = importSumo({
    netXml,
    additionalXml,
    id,
    name: options.name ?? path.basename(net).replace(/\.net\.xml(\.gz)?$/, ""),
    phases: options.phases,
    ...(options.at === undefined ? {} : { atS: options.at }),
  });
  if (imported.kind === "imported") return imported;
  throw new AppError("invalidInput", `${net} cannot be imported`, { faults: imported.faults });
}

/** Plans to start from for the signals that run none that could be taken. */
function buildFirstPlans({ network, todaysPlans }: Imported): TimingPlan[] {
  const running = new Set(todaysPlans.map((it) => it.intersectionId));
  return network.intersections.filter((it) => !running.has(it.id)).flatMap(tryStartingPlan);
}

/** None where the least lengths of the phases fit no cycle of the controller. */
function tryStartingPlan(intersection: Intersection): TimingPlan[] {
  try {
    return [buildStartingPlan(intersection)];
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

const toReportItem = ({ intersectionId, cycleS }: TimingPlan): ReportItem => ({
  severity: "assumption",
  node: intersectionId,
  where: "plan.json",
  sentence: `No shipped program is the plan of ${intersectionId}: a first one of ${cycleS} s is written, with green shared alike.`,
});

function toPlanFile(
  { network, todaysPlans }: Imported,
  firstPlans: readonly TimingPlan[],
): { readonly "plan.json"?: CoordinationPlan } {
  const timingPlans = [...todaysPlans, ...firstPlans];
  return timingPlans.length === 0 ? {} : { "plan.json": toPlan(network.id, timingPlans) };
}

const toPlan = (networkId: string, timingPlans: TimingPlan[]): CoordinationPlan => ({
  version: 1,
  id: `${networkId}-running`.slice(0, 64),
  networkId,
  revision: 1,
  name: "Running today, as imported",
  timingPlans,
  validUntilMs: NO_END_MS,
  fallback: "local",
});

function describe({ network, todaysPlans, report }: Imported): string {
  const between = network.links.filter((it) => it.from !== undefined && it.to !== undefined).length;
  const crossings = network.intersections.reduce((sum, it) => sum + it.crossings.length, 0);
  return [
    `${network.intersections.length} signals, ${network.links.length} links (${between} between signals), ${crossings} crossings, ${network.detectors.length} detectors`,
    `today's plans: ${todaysPlans.length} of ${network.intersections.length} signals; ${network.routes.length} routes`,
    ...describeReport(report),
  ].join("\n");
}
