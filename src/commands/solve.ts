import { type Command, InvalidArgumentError, Option } from "commander";
import type { NetworkIndex } from "../network/find.ts";
import type { Route } from "../network/network.schema.ts";
import type { RouteAnswer, RouteRequest, RouteSolved } from "../solver/route/route-request.ts";
import { solveRoute } from "../solver/route/solve-route.ts";
import type { CoordinationPlan } from "../timing/plan.schema.ts";
import { CORRIDOR_HELP, type Corridor, chooseRoute, readCorridor } from "./corridor-files.ts";
import { commonCycleS, describeMeasures, fixed } from "./describe-measures.ts";
import { drawRoute } from "./draw-route.ts";
import { EXIT, note, print, printJson, writeText } from "./terminal.ts";

interface SolveOptions {
  readonly route?: string;
  readonly plan?: string;
  readonly demand?: string;
  readonly cycle: RouteRequest["cycle"];
  readonly splits: "solve" | "keep";
  readonly target: number;
  readonly slack: "leastDelay" | "coordinated" | "equal";
  readonly sequences: "choose" | "keep";
  readonly band: RouteRequest["band"];
  readonly aim: "delay" | "band";
  readonly group?: readonly string[];
  readonly out?: string;
  readonly svg?: string;
  readonly json?: boolean;
}

const DEFAULT_CYCLES = { minS: 60, maxS: 120, stepS: 1 };

/** `greenwave solve`: a plan for a route, its measures beside today's, and why it is what it is. */
export function addSolve(program: Command, exit: (code: number) => void): void {
  program
    .command("solve")
    .description("solve cycle, splits, sequences and offsets of a route")
    .argument("<corridor>", CORRIDOR_HELP)
    .option("--route <id>", "route to coordinate (default: the only one)")
    .option("--plan <file>", "plan that runs today (default: plan.json beside the network)")
    .option("--demand <file>", "flow per movement, veh/h (default: demand.json beside the network)")
    .addOption(
      new Option("--cycle <range>", "cycle lengths to try, s: MIN:MAX[:STEP], or `keep`")
        .argParser(parseCycle)
        .default(DEFAULT_CYCLES, "60:120"),
    )
    .addOption(
      new Option("--splits <how>", "solve them or keep today's").choices(["solve", "keep"]).default("solve"),
    )
    .option("--target <ratio>", "degree of saturation that no phase should exceed, 0…1", parseRatio, 0.9)
    .addOption(
      new Option("--slack <policy>", "where green that no phase needs goes")
        .choices(["leastDelay", "coordinated", "equal"])
        .default("leastDelay"),
    )
    .addOption(
      new Option("--sequences <how>", "choose lead and lag, or keep today's")
        .choices(["choose", "keep"])
        .default("choose"),
    )
    .addOption(
      new Option(
        "--band <wish>",
        "equal | atLeastRunning | ratio=INBOUND/OUTBOUND | floor=OUTBOUND_S,INBOUND_S | sum (may be one-way)",
      )
        .argParser(parseBand)
        .default({ kind: "equal" }, "equal"),
    )
    .addOption(
      new Option("--aim <what>", "what chooses the cycle: least delay and stops, or the widest bands")
        .choices(["delay", "band"])
        .default("delay"),
    )
    .option(
      "--group <ids>",
      "intersections that get the plan, separated by commas (default: all of the route)",
      (it) => it.split(","),
    )
    .option("--out <file>", "write the plan (JSON)")
    .option("--svg <file>", "write the time–space diagram (SVG)")
    .option("--json", "print a machine-readable result")
    .action((where: string, options: SolveOptions) => {
      const corridor = readCorridor(where, options);
      const startedAt = performance.now();
      const answer = solveRoute(toRequest(corridor, options));
      const tookMs = performance.now() - startedAt;
      if (options.json) printJson(answer);
      else print(describeAnswer(corridor, options, answer));
      if (answer.kind === "solved") {
        writeResults(corridor, options, answer);
        note(`solved in ${fixed(tookMs, 0)} ms, ${answer.work.evaluations} evaluations`);
      }
      exit(answer.kind === "solved" ? EXIT.ok : EXIT.negative);
    });
}

/** What the command asks when no option is given. */
export function buildDefaultRequest({ index, plan, demand }: Corridor, route: Route): RouteRequest {
  return {
    index,
    routeId: route.id,
    flows: demand.flows,
    running: plan.timingPlans,
    cycle: DEFAULT_CYCLES,
    splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
    sequences: "choose",
    band: { kind: "equal" },
    aim: "delay",
  };
}

function toRequest(corridor: Corridor, options: SolveOptions): RouteRequest {
  return {
    ...buildDefaultRequest(corridor, chooseRoute(corridor.index, options.route)),
    cycle: options.cycle,
    splits:
      options.splits === "keep" ? "keep" : { targetDegreeOfSaturation: options.target, slack: options.slack },
    sequences: options.sequences,
    band: options.band,
    aim: options.aim,
    ...(options.group === undefined ? {} : { groupIds: options.group }),
  };
}

function describeAnswer(corridor: Corridor, options: SolveOptions, answer: RouteAnswer): string {
  if (answer.kind === "infeasible") {
    return ["No plan:", ...answer.reasons.map((it) => `  - ${it}`)].join("\n");
  }
  const route = chooseRoute(corridor.index, options.route);
  const { explanation } = answer;
  const todayS = commonCycleS(corridor.plan.timingPlans);
  const { critical } = explanation;
  return [
    `${corridor.index.network.name}, route ${route.name ?? route.id}`,
    describeMeasures([
      {
        name: "today",
        measures: answer.runningMeasures,
        ...(todayS === undefined ? {} : { cycleS: todayS }),
      },
      { name: "solved", measures: answer.measures, cycleS: answer.cycleS },
    ]),
    "",
    "What bounds it:",
    `  - The highest degree of saturation is ${fixed(critical.degreeOfSaturation, 2)}, at ${critical.intersectionId} ${critical.movementId}.`,
    ...[...listCycleReasons(answer), ...explanation.bandLimits, ...explanation.notes].map(
      (it) => `  - ${it}`,
    ),
  ].join("\n");
}

/** The longest cycle that does not fit says why shorter ones are out. */
function listCycleReasons({ explanation }: RouteSolved): string[] {
  const last = explanation.cycles.filter((it) => it.outcome === "infeasible").at(-1);
  return last?.reason === undefined ? [] : [`No cycle up to ${last.cycleS} s: ${last.reason}.`];
}

function writeResults(corridor: Corridor, options: SolveOptions, answer: RouteSolved): void {
  const { index, plan } = corridor;
  if (options.out !== undefined) {
    const solved: CoordinationPlan = {
      ...plan,
      id: `${plan.id}-${answer.cycleS}`,
      revision: plan.revision + 1,
      name: `Solved for ${corridor.demand.name}`,
      timingPlans: answer.timingPlans,
    };
    writeText(options.out, `${JSON.stringify(solved, null, 2)}\n`);
    note(`plan written to ${options.out}`);
  }
  if (options.svg !== undefined) {
    const route = chooseRoute(index, options.route);
    writeText(options.svg, drawSolved(index, route, answer));
    note(`diagram written to ${options.svg}`);
  }
}

/** The time–space diagram of a solved route. */
export function drawSolved(index: NetworkIndex, route: Route, answer: RouteSolved): string {
  const { outbound, inbound } = answer.bandwidthS;
  return drawRoute({
    index,
    route,
    timingPlans: answer.timingPlans,
    title: `${index.network.name}: cycle ${fixed(answer.cycleS, 0)} s`,
    subtitle: `outbound band ${fixed(outbound, 1)} s (blue, upward), inbound band ${fixed(inbound, 1)} s (orange, downward); red bars: outbound above the line, inbound below`,
  });
}

function parseCycle(text: string): RouteRequest["cycle"] {
  if (text === "keep") return "keep";
  const [minS, maxS, stepS = 1] = text.split(":").map(Number);
  const isRange = minS !== undefined && maxS !== undefined && minS > 0 && maxS >= minS && stepS > 0;
  if (isRange) return { minS, maxS, stepS };
  throw new InvalidArgumentError("wanted MIN:MAX or MIN:MAX:STEP in seconds, or keep");
}

function parseRatio(text: string): number {
  const ratio = Number(text);
  if (ratio > 0 && ratio <= 1) return ratio;
  throw new InvalidArgumentError("wanted a number above 0 and up to 1");
}

function parseBand(text: string): RouteRequest["band"] {
  const [kind, values = ""] = text.split("=");
  const [first = Number.NaN, second = Number.NaN] = values.split(",").map(Number);
  if (values === "" && (kind === "equal" || kind === "sum" || kind === "atLeastRunning")) return { kind };
  if (kind === "ratio" && first > 0) return { kind, inboundPerOutbound: first };
  if (kind === "floor" && first >= 0 && second >= 0) {
    const weights = { outbound: 1, inbound: 1 };
    return { kind: "weighted", weights, floorsS: { outbound: first, inbound: second } };
  }
  throw new InvalidArgumentError("wanted equal, atLeastRunning, sum, ratio=R or floor=OUT_S,IN_S");
}
