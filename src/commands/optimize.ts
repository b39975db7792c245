import type { Command } from "commander";
import type { BandFloor, NetworkSolved, SubArea } from "../solver/network/network-request.ts";
import { solveNetwork } from "../solver/network/solve-network.ts";
import { collectFloor } from "./band-floors.ts";
import { CORRIDOR_HELP, checkRoutes, readCorridor } from "./corridor-files.ts";
import { commonCycleS, describeMeasures, describeNoPlan, fixed } from "./describe-measures.ts";
import { parseWhole } from "./parse-number.ts";
import { writePlan } from "./plan-files.ts";
import { addTimingOptions, type TimingOptions, toSplits } from "./route-options.ts";
import { EXIT, formatTable, note, print, printJson } from "./terminal.ts";

interface OptimizeOptions extends TimingOptions {
  readonly floor?: readonly BandFloor[];
  readonly seed: number;
  readonly starts: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** How many sub-areas are shown: the largest ones. */
const SHOWN_AREAS = 12;

/** `greenwave optimize`: plans for all intersections of a network together. */
export function addOptimize(program: Command, exit: (code: number) => void): void {
  addTimingOptions(
    program
      .command("optimize")
      .description("solve cycles, splits, sequences and offsets of a whole network together")
      .argument("<network>", CORRIDOR_HELP),
  )
    .option("--floor <route=out,in>", "least bands of a protected route, s; repeat it for each", collectFloor)
    .option(
      "--starts <count>",
      "rounds of perturbation and repair after the first descent",
      parseWhole({ from: 0 }),
      1,
    )
    .option("--seed <number>", "another seed, another perturbation", parseWhole({ from: 0 }), 1)
    .option("--out <file>", "write the plan (JSON)")
    .option("--json", "print a machine-readable result")
    .action((where: string, options: OptimizeOptions) => {
      const corridor = readCorridor(where, options);
      const { floor: floors = [] } = options;
      checkRoutes(
        corridor.index,
        floors.map((it) => it.routeId),
      );
      const startedAt = performance.now();
      const answer = solveNetwork({
        index: corridor.index,
        flows: corridor.demand.flows,
        running: corridor.plan.timingPlans,
        cycle: options.cycle,
        splits: toSplits(options),
        sequences: options.sequences,
        floors,
        seed: options.seed,
        starts: options.starts,
      });
      const tookMs = performance.now() - startedAt;
      if (options.json) printJson(answer);
      else if (answer.kind === "infeasible") {
        print(describeNoPlan(answer.reasons));
      } else {
        print(`${corridor.index.network.name}, ${answer.timingPlans.length} intersections`);
        print(describeNetwork(answer, commonCycleS(corridor.plan.timingPlans)));
      }
      if (answer.kind === "solved") {
        note(`solved in ${fixed(tookMs, 0)} ms`);
        if (options.out !== undefined) {
          writePlan(options.out, corridor, { idSuffix: "network", timingPlans: answer.timingPlans });
        }
      }
      exit(answer.kind === "solved" ? EXIT.ok : EXIT.negative);
    });
}

function describeNetwork(answer: NetworkSolved, todayS: number | undefined): string {
  const { measures, runningMeasures, subAreas, notes } = answer;
  const areas = [...subAreas].sort((a, b) => b.intersectionIds.length - a.intersectionIds.length);
  const rest = areas.length - SHOWN_AREAS;
  return [
    describeMeasures([
      {
        name: "today",
        measures: { ...runningMeasures, routes: [] },
        ...(todayS === undefined ? {} : { cycleS: todayS }),
      },
      { name: "solved", measures: { ...measures, routes: [] } },
    ]),
    "",
    formatTable(
      ["sub-area", "signals", "cycle, s", "half cycle", "boundary cost, veh·h/h", "critical", "x"],
      areas.slice(0, SHOWN_AREAS).map(toRow),
    ),
    ...(rest > 0 ? [`${rest} smaller ones with --json.`] : []),
    ...notes.map((it) => `  - ${it}`),
  ].join("\n");
}

const toRow = ({ intersectionIds, cycleS, halfCycleIds, boundaryCost, critical }: SubArea): string[] => [
  intersectionIds[0] ?? "",
  String(intersectionIds.length),
  fixed(cycleS, 0),
  String(halfCycleIds.length),
  fixed(boundaryCost, 2),
  `${critical.intersectionId} ${critical.movementId}`,
  fixed(critical.degreeOfSaturation, 2),
];
