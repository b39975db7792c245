import { type Command, InvalidArgumentError } from "commander";
import {
  CONTROL_MODES,
  type ControlMode,
  compareModes,
  countAndSolve,
  type ModeRuns,
} from "../closed-loop/compare-modes.ts";
import type { StreetRun } from "../closed-loop/instruments.ts";
import { openStreet } from "../closed-loop/open-street.ts";
import { type PlanRanking, rankPlans } from "../closed-loop/rank-plans.ts";
import { measureSpread } from "../closed-loop/spread.ts";
import type { SumoScenario } from "../simulation/sumo/scenario.ts";
import { fixed } from "./describe-measures.ts";
import { parseWhole } from "./parse-number.ts";
import { addScenarioOptions, chooseScenario, type ScenarioOptions } from "./sumo-scenario.ts";
import { EXIT, formatTable, note, print, printJson } from "./terminal.ts";

interface RunOptions extends ScenarioOptions {
  readonly control: readonly ControlMode[];
  readonly seeds: readonly number[];
  readonly json?: boolean;
}

interface RankOptions extends ScenarioOptions {
  readonly plans: number;
  readonly seed: number;
  readonly runs: number;
  readonly json?: boolean;
}

/** SUMO's seeds have 31 bits. */
const parseSeed = parseWhole({ from: 0, to: 2 ** 31 - 1 });

const DEFAULT_MODES: readonly ControlMode[] = ["shipped", "plans", "adaptive"];

/** `greenwave sumo`: the closed loop on streets of Eclipse SUMO. */
export function addSumo(program: Command, exit: (code: number) => void): void {
  const words = program
    .command("sumo")
    .description("the closed loop with Eclipse SUMO")
    .hook("preAction", endWithOwnHand);
  addRun(words, exit);
  addRank(words, exit);
}

function addRun(words: Command, exit: (code: number) => void): void {
  addScenarioOptions(
    words
      .command("run")
      .description(
        "run a street as shipped, on plans from counts, and with the service in the loop; compare",
      ),
  )
    .option("--control <modes>", `any of ${CONTROL_MODES.join(", ")}`, toModes, DEFAULT_MODES)
    .option("--seeds <numbers>", "one run each, separated by commas", toSeeds, [1, 2, 3])
    .option("--json", "print a machine-readable result")
    .action(async (where: string | undefined, { control: modes, seeds, ...options }: RunOptions) => {
      const scenario = chooseScenario(where, options);
      const street = await openStreet(scenario);
      const compared = await compareModes(street, { modes, seeds, say: createSay() });
      if (options.json) printJson({ scenario: scenario.name, seeds, compared: compared.map(withoutCounts) });
      else print(describeComparison(scenario, compared));
      exit(EXIT.ok);
    });
}

function addRank(words: Command, exit: (code: number) => void): void {
  addScenarioOptions(
    words
      .command("rank")
      .description("order random plans around the solved ones by the model's delay and by SUMO's; correlate"),
  )
    .option("--plans <count>", "how many are drawn", parseWhole({ from: 2 }), 30)
    .option("--seed <number>", "of the plans and of the vehicles", parseSeed, 1)
    .option("--runs <count>", "of SUMO per plan, on the seeds that follow", parseWhole({ from: 1 }), 1)
    .option("--json", "print a machine-readable result")
    .action(async (where: string | undefined, { plans, seed, runs, ...options }: RankOptions) => {
      const scenario = chooseScenario(where, options);
      const street = await openStreet(scenario);
      const say = createSay();
      const solved = await countAndSolve(street, seed, say);
      const ranking = await rankPlans(street, solved.timingPlans, { count: plans, seed, runs, say });
      if (options.json) printJson({ scenario: scenario.name, seed, ...ranking });
      else print(describeRanking(scenario, ranking));
      exit(EXIT.ok);
    });
}

function describeRanking({ name }: SumoScenario, ranking: PlanRanking): string {
  const { plans, correlation, seedCorrelation } = ranking;
  const said = `${name}: rank correlation ${fixed(correlation, 3)} over ${plans.length} plans`;
  return seedCorrelation === undefined
    ? said
    : `${said}; SUMO's first two seeds with each other ${fixed(seedCorrelation, 3)}`;
}

/** Interrupted, the process ends by itself, so that its simulators end with it and its folders are gone. */
function endWithOwnHand(): void {
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
}

/** Progress with the real time since the begin. */
function createSay(): (line: string) => void {
  const startedAt = performance.now();
  return (line) => note(`${fixed((performance.now() - startedAt) / 1000, 1).padStart(6)} s  ${line}`);
}

const withoutCounts = ({ mode, runs }: ModeRuns) => ({
  mode,
  runs: runs.map(({ measures, lamps }) => ({ ...measures, ...lamps })),
});

function toModes(text: string): ControlMode[] {
  return text.split(",").map((it) => {
    const mode = CONTROL_MODES.find((known) => known === it);
    if (mode === undefined) throw new InvalidArgumentError(`wanted any of ${CONTROL_MODES.join(", ")}`);
    return mode;
  });
}

const toSeeds = (text: string): number[] => text.split(",").map(parseSeed);

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
