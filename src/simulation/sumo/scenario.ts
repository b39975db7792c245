/** What SUMO is asked to run: files of a street, its demand and a period; as command line of `sumo`. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AppError, messageOf } from "../../errors.ts";
import { toFaults } from "../../faults.ts";

/** One entry of a scenarios file; paths are relative to the folder of the scenario. */
const ScenarioEntrySchema = z
  .looseObject({
    dir: z.string().min(1).optional().meta({ description: "Folder of its files; absent: its name" }),
    net: z.string().min(1),
    routes: z.array(z.string().min(1)).min(1),
    additional: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: "Vehicle types, stops: always loaded" }),
    shipped: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: "Signal programs, where not in the net" }),
    begin: z.number().min(0).meta({ description: "s" }),
    end: z.number().positive().meta({ description: "Of the demand, s" }),
    drain: z.number().min(0).default(1800).meta({ description: "For the last to arrive, s" }),
    teleport: z
      .number()
      .default(-1)
      .meta({ description: "A vehicle blocked so long is moved on, s; -1: never" }),
    options: z.array(z.string()).default([]),
  })
  .refine((it) => it.end > it.begin, { path: ["end"], error: "must be after begin" });

const ScenariosSchema = z.record(z.string(), ScenarioEntrySchema);

export interface SumoScenario {
  readonly name: string;
  readonly netFile: string;
  readonly routeFiles: readonly string[];
  readonly additionalFiles: readonly string[];
  /** Additional files with the signal programs that run today; none: those of the net. */
  readonly shippedFiles: readonly string[];
  readonly beginS: number;
  readonly endS: number;
  readonly drainS: number;
  /** −1: never. */
  readonly teleportS: number;
  readonly options: readonly string[];
}

/** The file that describes scenarios; their folders lie beside it or in `data/` beside it. */
const SCENARIOS_FILE = "scenarios.json";

/** Reads `FILE.json#NAME`, or the folder of a scenario. Throws `notFound` and `invalidInput`. */
export function readScenario(where: string): SumoScenario {
  const [file = "", name = ""] = where.includes("#") ? where.split("#") : findEntry(where);
  const entries = readEntries(file);
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry === undefined) {
    const names = Object.keys(entries).join(", ");
    throw new AppError("notFound", `${file} has no scenario ${name}; there are: ${names}`);
  }
  const beside = path.dirname(file);
  const data = path.join(beside, "data");
  return toScenario(name, existsSync(data) ? data : beside, entry);
}

/** The first scenario of a folder with scenarios; `undefined` when there is none. */
export function findScenario(folder: string): SumoScenario | undefined {
  const file = path.join(folder, SCENARIOS_FILE);
  if (!existsSync(file)) return undefined;
  const [name] = Object.keys(readEntries(file));
  return name === undefined ? undefined : readScenario(`${file}#${name}`);
}

/** The scenarios file to which a scenario's folder belongs, and its name there. */
function findEntry(folder: string): [string, string] {
  const name = path.basename(path.resolve(folder));
  for (const up of ["..", "../.."]) {
    const file = path.resolve(folder, up, SCENARIOS_FILE);
    if (!existsSync(file)) continue;
    const found = Object.entries(readEntries(file)).find(([key, it]) => (it.dir ?? key) === name);
    return [file, found?.[0] ?? name];
  }
  throw new AppError(
    "notFound",
    `${folder} is no scenario: no ${SCENARIOS_FILE} lies beside it; give FILE.json#NAME`,
  );
}

function readEntries(file: string): z.infer<typeof ScenariosSchema> {
  const parsed = ScenariosSchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw new AppError("invalidInput", `${file} is no scenarios file`, {
    faults: toFaults(parsed.error.issues),
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new AppError("notFound", `cannot read the scenarios file ${file}: ${messageOf(cause)}`, { cause });
  }
}

function toScenario(name: string, folder: string, entry: z.infer<typeof ScenarioEntrySchema>): SumoScenario {
  const inFolder = (file: string): string => path.resolve(folder, entry.dir ?? name, file);
  return {
    name,
    netFile: inFolder(entry.net),
    routeFiles: entry.routes.map(inFolder),
    additionalFiles: entry.additional.map(inFolder),
    shippedFiles: entry.shipped.map(inFolder),
    beginS: entry.begin,
    endS: entry.end,
    drainS: entry.drain,
    teleportS: entry.teleport,
    options: entry.options,
  };
}

/** Where a run leaves its results. */
export interface SumoOutputs {
  readonly tripFile: string;
  readonly statisticFile: string;
}

export const outputsIn = (folder: string): SumoOutputs => ({
  tripFile: path.join(folder, "trips.xml"),
  statisticFile: path.join(folder, "statistic.xml"),
});

/** `additionalFiles`: loaded after the scenario's own, in this order; a signal runs the program that was loaded last. */
export function listSumoArgs(of: {
  readonly scenario: SumoScenario;
  readonly additionalFiles: readonly string[];
  readonly seed: number;
  readonly outputs: SumoOutputs;
}): string[] {
  const { scenario, outputs } = of;
  const additional = [...scenario.additionalFiles, ...of.additionalFiles];
  return [
    ...["-n", scenario.netFile, "-r", scenario.routeFiles.join(",")],
    ...(additional.length > 0 ? ["-a", additional.join(",")] : []),
    ...["-b", String(scenario.beginS), "-e", String(scenario.endS + scenario.drainS)],
    ...["--seed", String(of.seed), "--time-to-teleport", String(scenario.teleportS)],
    ...["--no-step-log", "--no-warnings", "--duration-log.statistics", "--xml-validation", "never"],
    ...["--tripinfo-output", outputs.tripFile, "--tripinfo-output.write-unfinished"],
    ...["--statistic-output", outputs.statisticFile],
    ...scenario.options,
  ];
}
