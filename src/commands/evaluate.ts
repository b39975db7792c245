import type { Command } from "commander";
import { simulateSeeds } from "../simulation/simulate-seeds.ts";
import { describeFinding, type PlanVerdict, validatePlan } from "../timing/validate-plan.ts";
import { evaluatePlan } from "../traffic/evaluate-plan.ts";
import type { PlanMeasures } from "../traffic/measures.ts";
import { CORRIDOR_HELP, type Corridor, chooseRoute, readCorridor } from "./corridor-files.ts";
import { commonCycleS, describeMeasures, fixed } from "./describe-measures.ts";
import { parseWhole } from "./parse-number.ts";
import { EXIT, note, print, printJson } from "./terminal.ts";

interface EvaluateOptions {
  readonly route?: string;
  readonly plan?: string;
  readonly demand?: string;
  readonly street?: number;
  readonly findings?: boolean;
  readonly json?: boolean;
}

/** The simulated street runs empty for so long before it is measured, s. */
const WARM_UP_S = 900;

/** `greenwave evaluate`: what a plan does to traffic, by the model and by the simulated street, and what the gate says. */
export function addEvaluate(program: Command, exit: (code: number) => void): void {
  program
    .command("evaluate")
    .description("measure a plan: delay, stops, bands by the traffic model; the safety gate's findings")
    .argument("<corridor>", CORRIDOR_HELP)
    .option("--route <id>", "route whose bands and trips are shown (default: the only one)")
    .option("--plan <file>", "plan to measure (default: plan.json beside the network)")
    .option("--demand <file>", "flow per movement, veh/h (default: demand.json beside the network)")
    .option(
      "--street <hours>",
      "also simulate so many hours of single vehicles, one seed each",
      parseWhole({ from: 1, to: 100 }),
    )
    .option("--findings", "list every finding of the safety gate, not only the count")
    .option("--json", "print a machine-readable result")
    .action((where: string, options: EvaluateOptions) => {
      const corridor = readCorridor(where, options);
      const route = chooseRoute(corridor.index, options.route);
      const { index, plan, demand } = corridor;
      const measures = evaluatePlan({
        index,
        timingPlans: plan.timingPlans,
        flows: demand.flows,
        routeIds: [route.id],
      });
      const verdict = judge(corridor, measures);
      const street = options.street === undefined ? undefined : simulate(corridor, options.street);
      if (options.json) printJson({ measures, street, verdict: verdict.kind, findings: verdict.findings });
      else {
        const cycleS = commonCycleS(plan.timingPlans);
        print(`${index.network.name}, ${plan.name}, ${demand.name}`);
        print(describeMeasures([{ name: "model", measures, ...(cycleS === undefined ? {} : { cycleS }) }]));
        if (street !== undefined) print(describeStreet(street));
        print(describeVerdict(verdict, options.findings === true));
      }
      exit(verdict.kind === "blocked" ? EXIT.negative : EXIT.ok);
    });
}

function judge({ index, plan }: Corridor, measures: PlanMeasures): PlanVerdict {
  const isImported = index.network.provenance.kind === "imported";
  return validatePlan({
    network: index.network,
    plan,
    origin: isImported ? "imported" : "manual",
    loads: measures.movements,
    nowMs: Date.now(),
  });
}

function simulate({ index, plan, demand }: Corridor, hours: number) {
  return simulateSeeds({
    index,
    flows: demand.flows,
    timingPlans: plan.timingPlans,
    seeds: Array.from({ length: hours }, (_, hour) => hour + 1),
    warmUpS: WARM_UP_S,
    periodS: 3600,
    countPeriodS: 300,
    epochMs: 0,
    onHour: (done) => note(`simulated hour ${done} of ${hours}`),
  });
}

function describeStreet(street: ReturnType<typeof simulate>): string {
  const { totalDelayVehHPerH, meanDelayS, meanStopRatio } = street;
  return [
    `Simulated street, ${street.seeds} hours (mean ± standard deviation):`,
    `  delay ${fixed(totalDelayVehHPerH.mean, 1)} ± ${fixed(totalDelayVehHPerH.deviation, 1)} veh·h per h`,
    `  delay ${fixed(meanDelayS.mean, 1)} ± ${fixed(meanDelayS.deviation, 1)} s per vehicle`,
    `  stops ${fixed(meanStopRatio.mean, 2)} ± ${fixed(meanStopRatio.deviation, 2)} per vehicle`,
  ].join("\n");
}

function describeVerdict(verdict: PlanVerdict, isLong: boolean): string {
  const count = (severity: string) => verdict.findings.filter((it) => it.severity === severity).length;
  const inherited = verdict.findings.filter((it) => it.inherited === true).length;
  const lines = [
    `Safety gate: ${verdict.kind}; ${count("BLOCK")} BLOCK, ${count("WARN")} WARN (${inherited} inherited from the imported configuration)`,
  ];
  const shown = verdict.findings.filter((it) => isLong || it.severity === "BLOCK");
  for (const finding of shown) lines.push(`  ${describeFinding(finding)}`);
  if (shown.length < verdict.findings.length) lines.push("  (--findings lists all)");
  return lines.join("\n");
}
