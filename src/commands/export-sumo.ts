import type { Command } from "commander";
import { readXml } from "../closed-loop/open-street.ts";
import { AppError } from "../errors.ts";
import { exportSumo } from "../exchange/sumo/export-sumo.ts";
import { importSumo } from "../exchange/sumo/sumo-street.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { listPlanFaults } from "../traffic/list-reference-faults.ts";
import { parseWhole } from "./parse-number.ts";
import { readPlan, writeText } from "./terminal.ts";

interface ExportSumoOptions {
  readonly net: string;
  readonly additional: readonly string[];
  readonly at: readonly number[];
  readonly out: string;
}

/** `greenwave export sumo`: signal programs of SUMO, switched by time of day when there are several plans. */
export function addExportSumo(words: Command): void {
  words
    .command("sumo")
    .description("signal programs of Eclipse SUMO, as an additional file")
    .argument("<plans...>", "plan files; several are switched by time of day, in the order of --at")
    .requiredOption("--net <file>", "the net (.net.xml or .net.xml.gz) that the network was imported from")
    .option("--additional <files>", "additional files of the import, separated by commas", toList, [])
    .option(
      "--at <seconds>",
      "second of the day from which each plan runs, separated by commas",
      toSeconds,
      [0],
    )
    .requiredOption("--out <file>", "file to write; - writes standard output")
    .action(async (plans: readonly string[], options: ExportSumoOptions) => {
      const text = await exportFiles(plans, options);
      if (options.out === "-") process.stdout.write(text);
      else writeText(options.out, text);
    });
}

async function exportFiles(
  files: readonly string[],
  { net, additional, at }: ExportSumoOptions,
): Promise<string> {
  if (files.length !== at.length || at.some((it, which) => which > 0 && it <= (at[which - 1] ?? 0))) {
    throw new AppError("invalidInput", "--at wants a second of the day for each plan, in rising order");
  }
  const plans = files.map(readPlan);
  const [netXml = "", ...additionalXml] = await Promise.all([net, ...additional].map(readXml));
  const id = plans[0]?.networkId ?? "";
  const imported = importSumo({ netXml, additionalXml, id, name: id });
  if (imported.kind === "refused") {
    throw new AppError("invalidInput", `${net} cannot be imported`, { faults: imported.faults });
  }
  const index = buildNetworkIndex(imported.network);
  const faults = plans.flatMap((plan, which) =>
    listPlanFaults(index.intersections, { timingPlans: plan.timingPlans, path: `plan ${which + 1}` }),
  );
  if (faults.length > 0) throw new AppError("invalidInput", "a plan does not fit the net", { faults });
  const plansOfDay = plans.map(({ timingPlans }, which) => ({ fromS: at[which] ?? 0, timingPlans }));
  return exportSumo({ index, signals: imported.street.signals, plansOfDay, zeroS: 0 });
}

const toList = (text: string): string[] => text.split(",");

const toSeconds = (text: string): number[] => text.split(",").map(parseWhole({ from: 0, to: 86_399 }));
