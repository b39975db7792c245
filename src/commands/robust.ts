import { type Command, InvalidArgumentError, Option } from "commander";
import { AppError } from "../errors.ts";
import type { Risk, RiskFigures, RobustSolved, Scenario } from "../solver/route/robust-request.ts";
import { solveRobust } from "../solver/route/solve-robust.ts";
import { listFlowFaults } from "../traffic/list-reference-faults.ts";
import { type Corridor, chooseRoute, readCorridor } from "./corridor-files.ts";
import { describeNoPlan, fixed } from "./describe-measures.ts";
import { writePlan } from "./plan-files.ts";
import { addRouteOptions, type RouteOptions, toRequest } from "./route-options.ts";
import { EXIT, formatTable, note, print, printJson, readDemand } from "./terminal.ts";

interface RobustOptions extends RouteOptions {
  readonly scenario?: readonly ScenarioFile[];
  readonly risk: Risk;
  readonly out?: string;
  readonly json?: boolean;
}

interface ScenarioFile {
  readonly file: string;
  readonly weight: number;
}

/** `greenwave robust`: one plan for several demands. */
export function addRobust(program: Command, exit: (code: number) => void): void {
  addRouteOptions(
    program.command("robust").description("solve one plan for several demands: days or quarters of an hour"),
  )
    .option(
      "--scenario <file[=weight]>",
      "a demand file beside the usual one and its weight; repeat it for each",
      collectScenario,
    )
    .addOption(
      new Option(
        "--risk <what>",
        "what becomes least: expected | worst | tail=SHARE (mean of the worst share)",
      )
        .argParser(parseRisk)
        .default({ kind: "expected" }, "expected"),
    )
    .option("--out <file>", "write the plan (JSON)")
    .option("--json", "print a machine-readable result")
    .action((where: string, options: RobustOptions) => {
      const corridor = readCorridor(where, options);
      const { flows: _flows, aim: _aim, ...question } = toRequest(corridor, options);
      const startedAt = performance.now();
      const answer = solveRobust({
        ...question,
        scenarios: readScenarios(corridor, options.scenario ?? []),
        risk: options.risk,
      });
      const tookMs = performance.now() - startedAt;
      if (options.json) printJson(answer);
      else if (answer.kind === "infeasible") {
        print(describeNoPlan(answer.reasons));
      } else {
        const route = chooseRoute(corridor.index, options.route);
        print(`${corridor.index.network.name}, route ${route.name ?? route.id}`);
        print(describeRobust(answer));
      }
      if (answer.kind === "solved") {
        note(`solved in ${fixed(tookMs, 0)} ms`);
        if (options.out !== undefined) {
          writePlan(options.out, corridor, {
            idSuffix: `robust-${answer.cycleS}`,
            timingPlans: answer.timingPlans,
            name: `Solved for ${answer.scenarios.length} demands`,
          });
        }
      }
      exit(answer.kind === "solved" ? EXIT.ok : EXIT.negative);
    });
}

/** The corridor's own demand first, with weight 1. */
function readScenarios({ index, demand }: Corridor, files: readonly ScenarioFile[]): Scenario[] {
  const others = files.map(({ file, weight }): Scenario => {
    const { networkId, name, flows } = readDemand(file);
    const faults = listFlowFaults(index.intersections, { flows, path: "flows" });
    if (networkId !== index.network.id || faults.length > 0) {
      throw new AppError("invalidInput", `${file} does not fit the network ${index.network.id}`, { faults });
    }
    return { name, weight, flows };
  });
  return [{ name: demand.name, weight: 1, flows: demand.flows }, ...others];
}

function describeRobust({ scenarios, candidates, risk, runningRisk, cycleS }: RobustSolved): string {
  const row = (name: string, length: string, it: RiskFigures): string[] => [
    name,
    length,
    fixed(it.expected, 1),
    fixed(it.worst, 1),
    fixed(it.tail, 1),
  ];
  return [
    formatTable(
      ["plan (delay + 10 s per stop, veh·h/h)", "cycle, s", "expected", "worst", "tail"],
      [
        row("today", "", runningRisk),
        ...candidates.map((it) =>
          row(`${it.isChosen ? "▸ " : "  "}${it.name}`, fixed(it.cycleS, 0), it.risk),
        ),
        row("chosen", fixed(cycleS, 0), risk),
      ],
    ),
    "",
    formatTable(
      ["demand", "delay, veh·h/h", "today", "regret against its own best"],
      scenarios.map((it) => [
        it.name,
        fixed(it.measures.totalDelayVehHPerH, 1),
        fixed(it.runningMeasures.totalDelayVehHPerH, 1),
        `${fixed(it.regret, 2)} (${fixed((100 * it.regret) / it.ownBestIndex, 1)} %)`,
      ]),
    ),
  ].join("\n");
}

function collectScenario(text: string, before: readonly ScenarioFile[] = []): ScenarioFile[] {
  const [, file = text, weightText = "1"] = /^(.+)=([^=/]*)$/.exec(text) ?? [];
  const weight = Number(weightText);
  if (!(weight > 0 && Number.isFinite(weight)))
    throw new InvalidArgumentError("wanted FILE or FILE=WEIGHT with a weight above 0");
  return [...before, { file, weight }];
}

function parseRisk(text: string): Risk {
  if (text === "expected" || text === "worst") return { kind: text };
  const share = Number(text.replace(/^tail=/, ""));
  if (text.startsWith("tail=") && share > 0 && share <= 1) return { kind: "tail", share };
  throw new InvalidArgumentError("wanted expected, worst or tail=SHARE with a share above 0 and up to 1");
}
