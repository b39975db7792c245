/** Which street of SUMO a command is about: an entry of a scenarios file, or files named one by one. */
import path from "node:path";
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { findScenario, readScenario, type SumoScenario } from "../simulation/sumo/scenario.ts";
import { parseNumber } from "./parse-number.ts";

export interface ScenarioOptions {
  readonly net?: string;
  readonly routes?: readonly string[];
  readonly additional: readonly string[];
  readonly shipped: readonly string[];
  readonly begin: number;
  readonly end: number;
}

/** Where scenarios are looked for when none is named, from the folder of the project. */
const SHARED = path.join("..", "shared", "sumo");

/** For the last vehicles to arrive after the demand has ended, s. */
const DRAIN_S = 1800;

export function addScenarioOptions(command: Command): Command {
  return command
    .argument("[scenario]", `FILE.json#NAME or a scenario's folder (default: the first of ${SHARED})`)
    .option("--net <file>", "net of SUMO, instead of a scenario")
    .option("--routes <files>", "demand of the net, separated by commas", toList)
    .option("--additional <files>", "vehicle types, stops: always loaded", toList, [])
    .option("--shipped <files>", "signal programs as shipped, where not in the net", toList, [])
    .option("--begin <seconds>", "of the demand", parseNumber({ from: 0 }), 0)
    .option("--end <seconds>", "of the demand", parseNumber({ from: 1 }), 3600);
}

/** Throws `notFound` when there is no such scenario. */
export function chooseScenario(where: string | undefined, options: ScenarioOptions): SumoScenario {
  const { net, routes } = options;
  if (where !== undefined) return readScenario(where);
  if (net !== undefined && routes !== undefined) return toScenario(net, routes, options);
  const found = net === undefined ? findScenario(SHARED) : undefined;
  if (found !== undefined) return found;
  throw new AppError(
    "notFound",
    `give a scenario (FILE.json#NAME or its folder), or --net and --routes; ${SHARED} has none`,
  );
}

function toScenario(net: string, routes: readonly string[], options: ScenarioOptions): SumoScenario {
  if (options.end <= options.begin) throw new AppError("invalidInput", "--end must be after --begin");
  return {
    name: path.basename(net).replace(/\.net\.xml(\.gz)?$/, ""),
    netFile: net,
    routeFiles: routes,
    additionalFiles: options.additional,
    shippedFiles: options.shipped,
    beginS: options.begin,
    endS: options.end,
    drainS: DRAIN_S,
    teleportS: -1,
    options: [],
  };
}

const toList = (text: string): string[] => text.split(",");
