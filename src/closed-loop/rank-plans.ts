/**
 * Does the traffic model order plans as SUMO does? Random valid plans around solved ones, each with the model's delay and
 * SUMO's, and Spearman's rank correlation of the two.
 *
 * The model knows what the loops count while the solved plans run: drivers of SUMO choose their ways by what it is like on
 * the road, so counts under other plans are those of another demand. Its period is that of the demand.
 * Chance limits what any model can reach: between seeds of SUMO the order differs, too.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { createSeededRandom } from "../network/seeded-random.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { evaluatePlan } from "../traffic/evaluate-plan.ts";
import type { StreetRun } from "./instruments.ts";
import type { OpenStreet } from "./open-street.ts";
import { demandHoursOf, learnFromCounts, toProgramFile } from "./plan-from-counts.ts";
import { drawPlans } from "./random-plans.ts";
import { inFolder, runPrograms } from "./run-programs.ts";

export interface RankedPlan {
  /** s per vehicle, on average over the signals that it meets in the model. */
  readonly modelDelayS: number;
  /** s per demanded vehicle, one per seed. */
  readonly sumoDelaysS: readonly number[];
  readonly cycleS: number;
}

export interface PlanRanking {
  readonly plans: readonly RankedPlan[];
  /** Spearman's, −1…1, of the model and the mean over the seeds. */
  readonly correlation: number;
  /** The same of the first seed and the second; absent with one seed. */
  readonly seedCorrelation?: number;
}

export async function rankPlans(
  street: OpenStreet,
  around: readonly TimingPlan[],
  of: {
    readonly count: number;
    /** Of the first run of every plan, of the plans, and of the run that is counted. */
    readonly seed: number;
    /** Of SUMO per plan, on the seeds that follow. */
    readonly runs: number;
    readonly say: (line: string) => void;
  },
): Promise<PlanRanking> {
  const { seed, say } = of;
  const random = createSeededRandom(seed);
  const learned = learnFromCounts(street, await runPlans(street, around, seed), around);
  const periodH = demandHoursOf(street);
  const plans: RankedPlan[] = [];
  while (plans.length < of.count) {
    const timingPlans = drawPlans(street.index, around, random);
    const sumoDelaysS: number[] = [];
    for (let run = 0; run < of.runs; run++) {
      sumoDelaysS.push((await runPlans(street, timingPlans, seed + run)).measures.delayS);
    }
    const modelDelayS = evaluatePlan({ ...learned, timingPlans, routeIds: [], periodH }).meanDelayS;
    const cycleS = Math.max(...timingPlans.map((it) => it.cycleS));
    plans.push({ modelDelayS, sumoDelaysS, cycleS });
    const inSumo = sumoDelaysS.map((it) => it.toFixed(1)).join(", ");
    say(`plan ${plans.length}: cycle ${cycleS} s, model ${modelDelayS.toFixed(1)} s, SUMO ${inSumo} s`);
  }
  return { plans, ...correlate(plans) };
}

function runPlans(street: OpenStreet, timingPlans: readonly TimingPlan[], seed: number): Promise<StreetRun> {
  return inFolder(async (folder) => {
    const programFile = path.join(folder, "plans.add.xml");
    await writeFile(programFile, toProgramFile(street, timingPlans));
    return runPrograms(street, { programFiles: [programFile], seed });
  });
}

function correlate(plans: readonly RankedPlan[]): Omit<PlanRanking, "plans"> {
  const ofSeed = (at: number): number[] => plans.flatMap((it) => it.sumoDelaysS[at] ?? []);
  const means = plans.map(({ sumoDelaysS: own }) => own.reduce((sum, it) => sum + it, 0) / own.length);
  const correlation = rankCorrelation(
    plans.map((it) => it.modelDelayS),
    means,
  );
  const [first, second] = [ofSeed(0), ofSeed(1)];
  return second.length === 0
    ? { correlation }
    : { correlation, seedCorrelation: rankCorrelation(first, second) };
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
