import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { type DemoResult, runDemo } from "../demo/run-demo.ts";
import type { StreetMeasures } from "../simulation/simulate-plan.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { evaluatePlan } from "../traffic/evaluate-plan.ts";
import type { PlanMeasures } from "../traffic/measures.ts";
import { kmhFromMps } from "../units.ts";
import { type Corridor, chooseRoute, readCorridor } from "./corridor-files.ts";
import { fixed } from "./describe-measures.ts";
import { parseNumber } from "./parse-number.ts";
import { untilInterrupted } from "./serve.ts";
import { EXIT, formatTable, note, print } from "./terminal.ts";

interface DemoCommandOptions {
  readonly once?: boolean;
  readonly speed: number;
  readonly seed: number;
  readonly minutes: number;
  readonly corridor: string;
  readonly route?: string;
}

const CANAL_STREET = fileURLToPath(new URL("../../../networks/canal-street", import.meta.url));

/** `greenwave demo`: the main job end to end, on a street that is simulated and a service that is real. */
export function addDemo(program: Command, exit: (code: number) => void): void {
  program
    .command("demo")
    .description(
      "watch the whole job: counts in, plan solved, gated, published, run; before and after compared",
    )
    .option("--once", "exit when done, with status 1 if any controller does not run the published plan")
    .option("--speed <factor>", "how many times as fast as real time", parseNumber({ from: 1, to: 1000 }), 40)
    .option("--seed <number>", "of the street's vehicles", Number, 1)
    .option(
      "--minutes <number>",
      "simulated minutes measured before and after",
      parseNumber({ from: 1, to: 1000 }),
      12,
    )
    .option("--corridor <folder>", "network folder", CANAL_STREET)
    .option("--route <id>", "route to coordinate (default: the only one)")
    .action(async (options: DemoCommandOptions) => {
      const corridor = readCorridor(options.corridor, {});
      const route = chooseRoute(corridor.index, options.route);
      const startedAt = performance.now();
      const result = await runDemo({
        index: corridor.index,
        demand: corridor.demand,
        today: corridor.plan,
        routeId: route.id,
        speedFactor: options.speed,
        seed: options.seed,
        periodS: options.minutes * 60,
        say: (line) => note(`${fixed((performance.now() - startedAt) / 1000, 1).padStart(6)} s  ${line}`),
      });
      print(describeResult(corridor, route.id, result));
      if (options.once !== true) {
        note("done; Ctrl-C ends (--once ends by itself)");
        await untilInterrupted();
      }
      exit(result.strays.length === 0 ? EXIT.ok : EXIT.negative);
    });
}

function describeResult({ index, plan, demand }: Corridor, routeId: string, result: DemoResult): string {
  const measure = (timingPlans: readonly TimingPlan[]): PlanMeasures =>
    evaluatePlan({ index, timingPlans, flows: demand.flows, routeIds: [routeId] });
  const bands = { before: measure(plan.timingPlans), after: measure(result.published) };
  const rows = [
    ["all vehicles: delay, s per signal", ...both(result, (it) => fixed(it.meanDelayS, 1))],
    ["all vehicles: stops per signal", ...both(result, (it) => fixed(it.meanStopRatio, 2))],
    ["delay, veh·h per h", ...both(result, (it) => fixed(it.totalDelayVehHPerH, 1))],
  ];
  for (const direction of ["outbound", "inbound"] as const) {
    const tripOf = (it: StreetMeasures) =>
      it.routes
        .find((route) => route.routeId === routeId)
        ?.directions.find((way) => way.direction === direction);
    const bandOf = (it: PlanMeasures): number =>
      it.routes[0]?.directions.find((way) => way.direction === direction)?.bandwidthS ?? 0;
    rows.push(
      [`${direction}: band, s`, fixed(bandOf(bands.before), 1), fixed(bandOf(bands.after), 1)],
      [`${direction}: delay, s per trip`, ...both(result, (it) => fixed(tripOf(it)?.delayS ?? 0, 0))],
      [`${direction}: stops per trip`, ...both(result, (it) => fixed(tripOf(it)?.stopsPerTrip ?? 0, 1))],
      [`${direction}: speed, km/h`, ...both(result, (it) => fixed(kmhFromMps(tripOf(it)?.speedMps ?? 0), 1))],
    );
  }
  return [
    "",
    `${index.network.name}: before and after, as the simulated street shows (bands: from the plans)`,
    formatTable(["", "before", "after"], rows),
    "",
    result.strays.length === 0
      ? `All ${result.published.length} controllers run the published plan.`
      : `Not all controllers run the published plan:\n${result.strays.map((it) => `  - ${it}`).join("\n")}`,
  ].join("\n");
}

const both = (result: DemoResult, value: (it: StreetMeasures) => string): [string, string] => [
  value(result.before),
  value(result.after),
];
