import { type Command, Option } from "commander";
import { createHighsEngine } from "../solver/lp/highs.ts";
import type { BandFloor } from "../solver/network/network-request.ts";
import type { PlanBandsSolved, PlanBandsWish } from "../solver/plan-bands/plan-bands-request.ts";
import { solvePlanBands } from "../solver/plan-bands/solve-plan-bands.ts";
import { collectFloor } from "./band-floors.ts";
import { CORRIDOR_HELP, type Corridor, checkRoutes, chooseRoute, readCorridor } from "./corridor-files.ts";
import { describeNoPlan, fixed } from "./describe-measures.ts";
import { parseNumber } from "./parse-number.ts";
import { writePlan } from "./plan-files.ts";
import { EXIT, formatTable, note, print, printJson } from "./terminal.ts";

interface BandsOptions {
  readonly of: "links" | "streams" | "steady" | "routes";
  readonly route?: string;
  readonly routes?: readonly string[];
  readonly plan?: string;
  readonly demand?: string;
  readonly sequences: "choose" | "keep";
  readonly halves: "equal" | "free";
  readonly power: number;
  readonly least: number;
  readonly demandFrom: number;
  readonly speedChange: number;
  readonly floor?: readonly BandFloor[];
  readonly out?: string;
  readonly json?: boolean;
}

/** `greenwave bands`: other green waves than one band from end to end, for the plan's own cycle and splits. */
export function addBands(program: Command, exit: (code: number) => void): void {
  program
    .command("bands")
    .description(
      "new offsets for a plan's own cycle and splits: bands by link, by stream, or of several routes",
    )
    .argument("<corridor>", CORRIDOR_HELP)
    .addOption(
      new Option(
        "--of <what>",
        "links: one band per link (MULTIBAND, AM-BAND); streams: those that turn in or out; steady: one band whose speed changes little (MAXBAND); routes: several that share signals",
      )
        .choices(["links", "streams", "steady", "routes"])
        .default("links"),
    )
    .option("--route <id>", "for links, streams and steady (default: the only one)")
    .option("--routes <ids>", "for routes, separated by commas (default: all)", (it) => it.split(","))
    .option("--plan <file>", "plan whose cycle and splits stay (default: plan.json beside the network)")
    .option("--demand <file>", "flow per movement, veh/h (default: demand.json beside the network)")
    .addOption(
      new Option("--sequences <how>", "choose lead and lag, or keep the plan's")
        .choices(["choose", "keep"])
        .default("choose"),
    )
    .addOption(
      new Option("--halves <how>", "links: the same band before and after the center line, or free")
        .choices(["equal", "free"])
        .default("free"),
    )
    .option("--power <p>", "links: weight (flow ÷ saturation flow)^p", parseNumber({ from: 0 }), 1)
    .option("--least <seconds>", "streams: a narrower band is dropped, s", parseNumber({ from: 0 }), 4)
    .option("--demand-from <veh/h>", "streams: those with less get no band", parseNumber({ from: 0 }), 50)
    .option(
      "--speed-change <m/s>",
      "steady: the most that the band's speed changes from link to link",
      parseNumber({ from: 0.01, to: 45 }),
      1,
    )
    .option(
      "--floor <route=out,in>",
      "routes: least bands of a protected one, s; repeat it for each",
      collectFloor,
    )
    .option("--out <file>", "write the plan (JSON)")
    .option("--json", "print a machine-readable result")
    .action(async (where: string, options: BandsOptions) => {
      const corridor = readCorridor(where, options);
      const engine = await createHighsEngine();
      const startedAt = performance.now();
      const answer = solvePlanBands(
        {
          index: corridor.index,
          flows: corridor.demand.flows,
          running: corridor.plan.timingPlans,
          sequences: options.sequences,
          wish: toWish(corridor, options),
          seed: 1,
        },
        engine,
      );
      const tookMs = performance.now() - startedAt;
      if (options.json) printJson(answer);
      else if (answer.kind === "infeasible") {
        print(describeNoPlan(answer.reasons));
      } else print(describeBands(answer));
      if (answer.kind === "solved") {
        note(`solved in ${fixed(tookMs, 0)} ms`);
        if (options.out !== undefined) {
          writePlan(options.out, corridor, { idSuffix: options.of, timingPlans: answer.timingPlans });
        }
      }
      exit(answer.kind === "solved" ? EXIT.ok : EXIT.negative);
    });
}

function toWish({ index }: Corridor, options: BandsOptions): PlanBandsWish {
  if (options.of === "routes") {
    checkRoutes(index, [...(options.routes ?? []), ...(options.floor ?? []).map((it) => it.routeId)]);
    return {
      kind: "routes",
      floors: options.floor ?? [],
      ...(options.routes === undefined ? {} : { routeIds: options.routes }),
    };
  }
  const routeId = chooseRoute(index, options.route).id;
  if (options.of === "steady") return { kind: "steady", routeId, speedChangeMps: options.speedChange };
  return options.of === "links"
    ? { kind: "links", routeId, halves: options.halves, weightPower: options.power }
    : { kind: "streams", routeId, leastBandS: options.least, leastDemandVph: options.demandFrom };
}

function describeBands({
  bands,
  value,
  bound,
  gap,
  notes,
  measures,
  runningMeasures,
  cycleS,
}: PlanBandsSolved) {
  return [
    formatTable(
      [`band (cycle ${fixed(cycleS, 0)} s)`, "direction", "weight", "width, s"],
      bands.map((it) => [it.name, it.direction, fixed(it.weight, 2), fixed(it.bandwidthS, 1)]),
    ),
    "",
    `Weighted sum ${fixed(value, 1)} s, proven bound ${fixed(bound, 1)} s, gap ${fixed(100 * gap, 1)} %.`,
    `Delay ${fixed(measures.totalDelayVehHPerH, 1)} veh·h/h, before ${fixed(runningMeasures.totalDelayVehHPerH, 1)}.`,
    ...notes.map((it) => `  - ${it}`),
  ].join("\n");
}
