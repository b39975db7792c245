import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import {
  CONTROL_MODES,
  type ControlMode,
  compareModes,
  type ModeRuns,
} from "../closed-loop/compare-modes.ts";
import type { StreetRun } from "../closed-loop/instruments.ts";
import { openStreet } from "../closed-loop/open-street.ts";
import { measureSpread } from "../closed-loop/spread.ts";
import { AppError } from "../errors.ts";
import { findScenario, readScenario, type SumoScenario } from "../simulation/sumo/scenario.ts";
import { fixed } from "./describe-measures.ts";
import { parseNumber, parseWhole } from "./parse-number.ts";
import { EXIT, formatTable, note, print, printJson } from "./terminal.ts";

interface SumoRunOptions {
  readonly net?: string;
  readonly routes?: readonly string[];
  readonly additional: readonly string[];
  readonly shipped: readonly string[];
  readonly begin: number;
  readonly end: number;
  readonly control: readonly ControlMode[];
  readonly seeds: readonly number[];
  readonly json?: boolean;
}

/** `greenwave sumo run`: a street of SUMO under several ways to run its signals. */
export function addSumo(program: Command, exit: (code: number) => void): void {
  program
    .command("sumo")
    .description("the closed loop with Eclipse SUMO")
    .command("run")
    .description("run a street as shipped, on plans from counts, and with the service in the loop; compare")
    .argument("[scenario]", `FILE.json#NAME or a scenario's folder (default: the first of ${SHARED})`)
    .option("--net <file>", "net of SUMO, instead of a scenario")
    .option("--routes <files>", "demand of the net, separated by commas", toList)
    .option("--additional <files>", "vehicle types, stops: always loaded", toList, [])
    .option("--shipped <files>", "signal programs as shipped, where not in the net", toList, [])
    .option("--begin <seconds>", "of the demand", parseNumber({ from: 0 }), 0)
    .option("--end <seconds>", "of the demand", parseNumber({ from: 1 }), 3600)
    .option("--control <modes>", `any of ${CONTROL_MODES.join(", ")}`, toModes, [...CONTROL_MODES])
    .option("--seeds <numbers>", "one run each, separated by commas", toSeeds, [1, 2, 3])
    .option("--json", "print a machine-readable result")
    .action(async (entry: string | undefined, options: SumoRunOptions) => {
      const scenario = chooseScenario(entry, options);
      const startedAt = performance.now();
      const street = await openStreet(scenario);
      const compared = await compareModes(street, {
        modes: options.control,
        seeds: options.seeds,
        say: (line) => note(`${fixed((performance.now() - startedAt) / 1000, 1).padStart(6)} s  ${line}`),
      });
      if (options.json) printJson({ scenario: scenario.name, seeds: options.seeds, compared });
      else print(describeComparison(scenario, compared));
      exit(EXIT.ok);
    });
}

function chooseScenario(entry: string | undefined, options: SumoRunOptions): SumoScenario {
  const { net, routes } = options;
  if (entry !== undefined) return readScenario(entry);
  if (net === undefined || routes === undefined) {
    const found = net === undefined ? findScenario(SHARED) : undefined;
    if (found !== undefined) return found;
    throw new AppError(
      "notFound",
      `give a scenario (FILE.json#NAME or its folder), or --net and --routes; ${SHARED} has none`,
    );
  }
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

/** Where scenarios are looked for when none is named, from the folder of the project. */
const SHARED = path.join("..", "shared", "sumo");

/** For the last vehicles to arrive after the demand has ended, s. */
const DRAIN_S = 1800;

const toList = (text: string): string[] => text.split(",");

function toModes(text: string): ControlMode[] {
  return text.split(",").map((it) => {
    const mode = CONTROL_MODES.find((known) => known === it);
    if (mode === undefined) throw new InvalidArgumentError(`wanted any of ${CONTROL_MODES.join(", ")}`);
    return mode;
  });
}

const toSeeds = (text: string): number[] => text.split(",").map(parseWhole({ from: 0 }));

const COLUMNS: readonly (readonly [string, (it: StreetRun) => number, number])[] = [
  ["delay, s", ({ measures }) => measures.delayS, 1],
  ["time loss, s", ({ measures }) => measures.timeLossS, 1],
  ["entry delay, s", ({ measures }) => measures.insertionDelayS, 1],
  ["stops", ({ measures }) => measures.stops, 2],
  ["speed, m/s", ({ measures }) => measures.speedMps, 2],
  ["standing veh", ({ measures }) => measures.standingVeh, 1],
  ["completed", ({ measures }) => measures.completedVeh, 0],
  ["unfinished", ({ measures }) => measures.unfinishedVeh + measures.keptOutVeh, 0],
  ["teleports", ({ measures }) => measures.teleports, 1],
  ["collisions", ({ measures }) => measures.collisions, 1],
];

function describeComparison(scenario: SumoScenario, compared: readonly ModeRuns[]): string {
  const delayOf = (it: ModeRuns): number => measureSpread(it.runs.map((run) => run.measures.delayS)).mean;
  const shipped = compared.find((it) => it.mode === "shipped");
  const rows = compared.map((it) => [
    it.mode,
    shipped === undefined ? "–" : fixed(delayOf(it) / delayOf(shipped), 3),
    ...COLUMNS.map(([, value, digits]) => {
      const { mean, sd } = measureSpread(it.runs.map(value));
      return `${fixed(mean, digits)} ± ${fixed(sd, digits)}`;
    }),
    ...[(run: StreetRun) => run.lamps.shortestGreenS, (run: StreetRun) => run.lamps.shortestClearanceS].map(
      (value) => fixed(Math.min(...it.runs.map(value)), 0),
    ),
  ]);
  const seeds = compared[0]?.runs.length ?? 0;
  return [
    `${scenario.name}, second ${scenario.beginS} to ${scenario.endS}, ${seeds} seeds (mean ± standard deviation)`,
    formatTable(
      ["control", "vs shipped", ...COLUMNS.map(([name]) => name), "least green, s", "least clearance, s"],
      rows,
    ),
  ].join("\n");
}
