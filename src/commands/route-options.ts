/** What `solve`, `front` and `robust` ask of a route alike. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { AppError } from "../errors.ts";
import type { Route } from "../network/network.schema.ts";
import type { RouteRequest } from "../solver/route/route-request.ts";
import { CORRIDOR_HELP, type Corridor, chooseRoute } from "./corridor-files.ts";
import { parseNumber } from "./parse-number.ts";

/** What may be changed, in which range. */
export interface TimingOptions {
  readonly plan?: string;
  readonly demand?: string;
  readonly cycle: RouteRequest["cycle"];
  readonly splits: "solve" | "keep";
  readonly target: number;
  readonly slack: "leastDelay" | "coordinated" | "equal" | "throughput";
  readonly sequences: "choose" | "keep";
}

export interface RouteOptions extends TimingOptions {
  readonly route?: string;
  readonly group?: readonly string[];
}

const DEFAULT_CYCLES = { minS: 60, maxS: 120, stepS: 1 };

export function addRouteOptions(command: Command): Command {
  command
    .argument("<corridor>", CORRIDOR_HELP)
    .option("--route <id>", "route to coordinate (default: the only one)");
  return addTimingOptions(command).option(
    "--group <ids>",
    "intersections that get the plan, separated by commas (default: all of the route)",
    (it) => it.split(","),
  );
}

export function addTimingOptions(command: Command): Command {
  return command
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
    .option(
      "--target <ratio>",
      "degree of saturation that no phase should exceed, 0…1",
      parseNumber({ above: 0, to: 1 }),
      0.9,
    )
    .addOption(
      new Option(
        "--slack <policy>",
        "where green that no phase needs goes; throughput: queues fit their storage first",
      )
        .choices(["leastDelay", "coordinated", "equal", "throughput"])
        .default("leastDelay"),
    )
    .addOption(
      new Option("--sequences <how>", "choose lead and lag, or keep today's")
        .choices(["choose", "keep"])
        .default("choose"),
    );
}

/** What a route is asked when no option is given. */
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

export function toRequest(corridor: Corridor, options: RouteOptions): RouteRequest {
  const route = chooseRoute(corridor.index, options.route);
  const stops = new Set(route.outbound.stops.map((it) => it.intersectionId));
  const strangers = options.group?.filter((it) => !stops.has(it)) ?? [];
  if (strangers.length > 0) {
    throw new AppError("invalidInput", `route ${route.id} does not pass ${strangers.join(", ")}`);
  }
  return {
    ...buildDefaultRequest(corridor, route),
    cycle: options.cycle,
    splits: toSplits(options),
    sequences: options.sequences,
    ...(options.group === undefined ? {} : { groupIds: options.group }),
  };
}

export const toSplits = ({ splits, target, slack }: TimingOptions): RouteRequest["splits"] =>
  splits === "keep" ? "keep" : { targetDegreeOfSaturation: target, slack };

function parseCycle(text: string): RouteRequest["cycle"] {
  if (text === "keep") return "keep";
  const [minS, maxS, stepS = 1] = text.split(":").map(Number);
  const isRange = minS !== undefined && maxS !== undefined && minS > 0 && maxS >= minS && stepS > 0;
  if (isRange) return { minS, maxS, stepS };
  throw new InvalidArgumentError("wanted MIN:MAX or MIN:MAX:STEP in seconds, or keep");
}
