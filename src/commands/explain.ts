import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { explainPlan, type PlanExplanation } from "../solver/explain/explain-plan.ts";
import { CORRIDOR_HELP, chooseRoute, readCorridor } from "./corridor-files.ts";
import { parseNumber } from "./parse-number.ts";
import { EXIT, print, printJson } from "./terminal.ts";

interface ExplainOptions {
  readonly route?: string;
  readonly plan?: string;
  readonly demand?: string;
  readonly target: number;
  readonly at?: string;
  readonly json?: boolean;
}

/** How many intersections are told of when none is named: the most saturated ones. */
const TOLD = 3;

/** `greenwave explain`: why a plan is as it is, and what a second more would change. */
export function addExplain(program: Command, exit: (code: number) => void): void {
  program
    .command("explain")
    .description(
      "say what holds each split, the cycle and the bands of a plan, and what a second more would give",
    )
    .argument("<corridor>", CORRIDOR_HELP)
    .option("--route <id>", "route whose bands are explained (default: the only one; of several, none)")
    .option("--plan <file>", "plan to explain (default: plan.json beside the network)")
    .option("--demand <file>", "flow per movement, veh/h (default: demand.json beside the network)")
    .option(
      "--target <ratio>",
      "degree of saturation that no phase should exceed, 0…1",
      parseNumber({ above: 0, to: 1 }),
      0.9,
    )
    .option("--at <intersection>", `only this one (default: the ${TOLD} most saturated)`)
    .option("--json", "print everything, machine-readable")
    .action((where: string, options: ExplainOptions) => {
      const { index, plan, demand } = readCorridor(where, options);
      if (options.at !== undefined && !index.intersections.has(options.at)) {
        throw new AppError("invalidInput", `no intersection ${options.at}`);
      }
      const explanation = explainPlan({
        index,
        timingPlans: plan.timingPlans,
        flows: demand.flows,
        ...(options.route === undefined && index.routes.size !== 1
          ? {}
          : { routeId: chooseRoute(index, options.route).id }),
        targetDegreeOfSaturation: options.target,
      });
      if (options.json) printJson(explanation);
      else {
        print(`${index.network.name}, ${plan.name}, ${demand.name}`);
        print(describe(explanation, options.at));
      }
      exit(EXIT.ok);
    });
}

function describe({ sentences, intersections }: PlanExplanation, at: string | undefined): string {
  const told =
    at === undefined ? intersections.slice(0, TOLD) : intersections.filter((it) => it.intersectionId === at);
  const lines = (items: readonly string[]) => items.map((it) => `  - ${it}`);
  const rest = intersections.length - told.length;
  return [
    ...lines(sentences),
    ...told.flatMap((it) => [`${it.intersectionId}:`, ...lines(it.sentences)]),
    ...(at === undefined && rest > 0 ? [`${rest} more with --at <intersection> or --json.`] : []),
  ].join("\n");
}
