/**
 * SR 95: eight different cycles today. The best common cycle with today's split ratios, and a free solve; with node 39,
 * whose volumes are four times what its lanes can pass, and with the corridor cut off there.
 */
import { fixed } from "../src/commands/describe-measures.ts";
import {
  gateOrStop,
  importCorridor,
  measurePlan,
  type PlanResult,
  type StudyCorridor,
  solveOrStop,
  withoutIntersection,
} from "./study-corridor.ts";
import type { StudyOptions, StudyResult } from "./study-grand-avenue.ts";
import { checkLessDelay, describePlans, describeSaturation, toJson } from "./study-table.ts";

const IMPLAUSIBLE = "39";
const CYCLE = { minS: 45, maxS: 120, stepS: 1 } as const;

export function studySr95({ file, seeds, say }: StudyOptions): StudyResult {
  const whole = importCorridor(file, "sr-95");
  const cut = withoutIntersection(whole, IMPLAUSIBLE);
  const withIt = solveAndMeasure(whole, seeds, say);
  const without = solveAndMeasure(cut, seeds, say);
  const remaining = withIt.map(({ name, model }) => {
    const here = model.movements.filter((it) => it.intersectionId === IMPLAUSIBLE);
    const delayVehHPerH = here.reduce((sum, it) => sum + it.flowVph * it.delayS, 0) / 3600;
    return `${name} ${fixed(model.totalDelayVehHPerH - delayVehHPerH, 1)}`;
  });
  return {
    text: [
      "SR 95, 8 signals, eight different cycles today and so no band; flows: the imported volumes",
      "",
      `With node ${IMPLAUSIBLE} (7,732 veh/h through on two lanes: its queue fills the street upstream, and the street's totals are those of a jam):`,
      describePlans(whole, withIt, [groupOf(whole)]),
      `Model's delay without the movements of node ${IMPLAUSIBLE}, veh·h per h: ${remaining.join(", ")}`,
      "",
      `Without node ${IMPLAUSIBLE} (the corridor cut off there, solved again):`,
      describePlans(cut, without, [groupOf(cut)]),
      ...without.slice(0, 1).map(describeSaturation),
    ].join("\n"),
    checks: [withIt, without].flatMap(([today, , free], at) =>
      today === undefined || free === undefined
        ? []
        : checkLessDelay(today, free).map((it) => ({
            ...it,
            title: `SR 95 ${at === 0 ? "with" : "without"} node ${IMPLAUSIBLE}, ${it.title}`,
          })),
    ),
    json: { withIt: toJson(withIt), without: toJson(without) },
  };
}

function solveAndMeasure(
  corridor: StudyCorridor,
  seeds: readonly number[],
  say: StudyOptions["say"],
): PlanResult[] {
  const { flows, today, index } = corridor;
  const wish = { flows, cycle: CYCLE, band: { kind: "equal" }, aim: "delay" } as const;
  const common = solveOrStop(corridor, { ...wish, splits: "keep", sequences: "keep" });
  const free = solveOrStop(corridor, {
    ...wish,
    splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
    sequences: "choose",
  });
  say(`${index.network.id}: common cycle ${common.cycleS} s, free solve ${free.cycleS} s; measuring`);
  return [
    { name: "today", timingPlans: today.timingPlans },
    { name: "common cycle", timingPlans: gateOrStop(corridor, "common-cycle", common).plan.timingPlans },
    { name: "free solve", timingPlans: gateOrStop(corridor, "free-solve", free).plan.timingPlans },
  ].map((it) => measurePlan(corridor, { ...it, seeds }));
}

const groupOf = ({ today }: StudyCorridor) => ({
  title: `all ${today.timingPlans.length}`,
  groupIds: today.timingPlans.map((it) => it.intersectionId),
});
