import { type Command, InvalidArgumentError, Option } from "commander";
import type { NetworkIndex } from "../network/find.ts";
import type { Route } from "../network/network.schema.ts";
import type { RouteAnswer, RouteRequest, RouteSolved } from "../solver/route/route-request.ts";
import { solveRoute } from "../solver/route/solve-route.ts";
import { type Corridor, chooseRoute, readCorridor } from "./corridor-files.ts";
import { commonCycleS, describeMeasures, describeNoPlan, fixed } from "./describe-measures.ts";
import { drawRoute } from "./draw-route.ts";
import { writePlan } from "./plan-files.ts";
import { addRouteOptions, type RouteOptions, toRequest } from "./route-options.ts";
import { EXIT, note, print, printJson, writeText } from "./terminal.ts";

interface SolveOptions extends RouteOptions {
  readonly band: RouteRequest["band"];
  readonly aim: "delay" | "band";
  readonly out?: string;
  readonly svg?: string;
  readonly json?: boolean;
}

/** `greenwave solve`: a plan for a route, its measures beside today's, and why it is what it is. */
export function addSolve(program: Command, exit: (code: number) => void): void {
  addRouteOptions(
    program.command("solve").description("solve cycle, splits, sequences and offsets of a route"),
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
    .option("--out <file>", "write the plan (JSON)")
    .option("--svg <file>", "write the time–space diagram (SVG)")
    .option("--json", "print a machine-readable result")
    .action((where: string, options: SolveOptions) => {
      const corridor = readCorridor(where, options);
      const startedAt = performance.now();
      const answer = solveRoute({ ...toRequest(corridor, options), band: options.band, aim: options.aim });
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

function describeAnswer(corridor: Corridor, options: SolveOptions, answer: RouteAnswer): string {
  if (answer.kind === "infeasible") {
    return describeNoPlan(answer.reasons);
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
    ...[
      ...listCycleReasons(answer),
      ...explanation.bandLimits,
      ...explanation.notes,
      ...describeSpillback(answer),
    ].map((it) => `  - ${it}`),
  ].join("\n");
}

function describeSpillback({ spillback }: RouteSolved): string[] {
  if (spillback === undefined) return [];
  const chosen = spillback.considered.find((it) => it.isChosen);
  const [worst] = spillback.links;
  return [
    `Queues do not fit their links. Of ${spillback.considered.length} plans weighed with spill-back "${chosen?.name}" has the least delay and stops: ${spillback.considered.map((it) => `${it.name} ${fixed(it.delayVehHPerH, 1)}`).join(", ")} veh·h/h.`,
    ...(worst === undefined
      ? []
      : [
          `Link ${worst.linkId} has no room ${fixed(100 * worst.blockedRatio, 0)} % of the time; that costs ${fixed(worst.blockedVehHPerH, 1)} veh·h/h upstream.`,
        ]),
  ];
}

/** The longest cycle that does not fit says why shorter ones are out. */
function listCycleReasons({ explanation }: RouteSolved): string[] {
  const last = explanation.cycles.filter((it) => it.outcome === "infeasible").at(-1);
  return last?.reason === undefined ? [] : [`No cycle up to ${last.cycleS} s: ${last.reason}.`];
}

function writeResults(corridor: Corridor, options: SolveOptions, answer: RouteSolved): void {
  const { index } = corridor;
  if (options.out !== undefined) {
    writePlan(options.out, corridor, { idSuffix: String(answer.cycleS), timingPlans: answer.timingPlans });
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

function parseBand(text: string): RouteRequest["band"] {
  const [kind, values = ""] = text.split("=");
  const [first = Number.NaN, second = Number.NaN] = values.split(",").map(Number);
  if (values === "" && (kind === "equal" || kind === "sum" || kind === "atLeastRunning")) return { kind };
  if (kind === "ratio" && first > 0 && Number.isFinite(first)) return { kind, inboundPerOutbound: first };
  if (kind === "floor" && [first, second].every((it) => it >= 0 && Number.isFinite(it))) {
    const weights = { outbound: 1, inbound: 1 };
    return { kind: "weighted", weights, floorsS: { outbound: first, inbound: second } };
  }
  throw new InvalidArgumentError("wanted equal, atLeastRunning, sum, ratio=R or floor=OUT_S,IN_S");
}
