/**
 * Does the traffic model order plans as SUMO does? Random valid plans around solved ones, each with the model's delay and
 * SUMO's, and Spearman's rank correlation of the two.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { createSeededRandom } from "../network/seeded-random.ts";
import { evaluatePlan } from "../traffic/evaluate-plan.ts";
import type { OpenStreet } from "./open-street.ts";
import { type CountedPlans, toProgramFile } from "./plan-from-counts.ts";
import { drawPlans } from "./random-plans.ts";
import { inFolder, runPrograms } from "./run-programs.ts";

export interface RankedPlan {
  /** s per vehicle, summed over the signals that it meets in the model. */
  readonly modelDelayS: number;
  /** s per demanded vehicle. */
  readonly sumoDelayS: number;
  readonly cycleS: number;
}

export interface PlanRanking {
  readonly plans: readonly RankedPlan[];
  /** Spearman's, −1…1. */
  readonly correlation: number;
}

export function rankPlans(
  street: OpenStreet,
  solved: CountedPlans,
  of: { readonly count: number; readonly seed: number; readonly say: (line: string) => void },
): Promise<PlanRanking> {
  const random = createSeededRandom(of.seed);
  return inFolder(async (folder) => {
    const programFile = path.join(folder, "plans.add.xml");
    const plans: RankedPlan[] = [];
    while (plans.length < of.count) {
      const timingPlans = drawPlans(street.index, solved.timingPlans, random);
      await writeFile(programFile, toProgramFile(street, timingPlans));
      const { measures } = await runPrograms(street, { programFiles: [programFile], seed: of.seed });
      const model = evaluatePlan({ index: solved.index, timingPlans, flows: solved.flows, routeIds: [] });
      const ranked = {
        modelDelayS: model.meanDelayS,
        sumoDelayS: measures.delayS,
        cycleS: Math.max(...timingPlans.map((it) => it.cycleS)),
      };
      plans.push(ranked);
      of.say(
        `plan ${plans.length}: cycle ${ranked.cycleS} s, model ${ranked.modelDelayS.toFixed(1)} s, SUMO ${ranked.sumoDelayS.toFixed(1)} s`,
      );
    }
    return {
      plans,
      correlation: rankCorrelation(
        plans.map((it) => it.modelDelayS),
        plans.map((it) => it.sumoDelayS),
      ),
    };
  });
}

/** Spearman's: Pearson's correlation of the ranks, equal values sharing the mean of theirs. */
export function rankCorrelation(one: readonly number[], other: readonly number[]): number {
  const a = toRanks(one);
  const b = toRanks(other);
  const mean = (one.length + 1) / 2;
  const product = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, it, at) => sum + (it - mean) * ((y[at] ?? mean) - mean), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

const toRanks = (values: readonly number[]): number[] =>
  values.map((it) => {
    const smaller = values.filter((other) => other < it).length;
    const equal = values.filter((other) => other === it).length;
    return smaller + (equal + 1) / 2;
  });
