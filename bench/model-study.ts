/**
 * The delay model against the second-by-second street on random arterials: total delay of all vehicles that come to a
 * stop line in the period, the waiting after it included, over the same period from the same initial queues.
 */
import { formatTable } from "../src/commands/terminal.ts";
import {
  type Comparison,
  compareWithModel,
  PERIOD_S,
} from "../src/simulation/compare-with-model.test-support.ts";
import type { Goal, Part, PartReport } from "./part.ts";

/** Half of the arterials each; `bar` is the difference of total delay that is wanted at most. */
const LOADS = [
  { title: "undersaturated, 0.4–0.9", from: 0.4, to: 0.9, bar: 0.05 },
  { title: "saturated, 0.95–1.1", from: 0.95, to: 1.1, bar: 0.1 },
] as const;
const FIRST_SEED = 1000;

export const modelStudy: Part = async ({ isShort, print }) => {
  const count = isShort ? 3 : 30;
  const seeds = isShort ? 3 : 12;
  const goals: Goal[] = [];
  const figures: Record<string, unknown>[] = [];
  for (const load of LOADS) {
    const rows = Array.from({ length: count }, (_, i) =>
      compareWithModel({ seed: FIRST_SEED + i, load, seeds }),
    );
    const summary = summarizeErrors(rows, load.bar);
    print(`${load.title}: ${count} arterials, ${seeds} seeds, ${PERIOD_S} s`);
    print(formatTable(HEADINGS, [...rows].sort(byError).map(rowOf)));
    print(
      `  error of total delay: mean ${percent(summary.mean)}, mean absolute ${percent(summary.meanAbsolute)}, worst ${percent(summary.worst)}; ${summary.within} of ${count} within ${percent(load.bar)}`,
    );
    figures.push({ load: load.title, ...summary, rows });
    goals.push({
      name: `model against street, ${load.title}`,
      wanted: `every arterial within ${percent(load.bar)}`,
      actual: `${summary.within} of ${count}, worst ${percent(summary.worst)}`,
      isReached: summary.within === count,
    });
  }
  const report: PartReport = { figures: { loads: figures }, goals, wrong: [] };
  return report;
};

const HEADINGS = ["arterial", "signals", "x", "initial queue", "model, veh·h", "street, veh·h", "±", "error"];
const byError = (a: Comparison, b: Comparison): number => b.error - a.error;
const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`;
const rowOf = (it: Comparison): string[] => [
  String(it.seed),
  String(it.signals),
  it.degreeOfSaturation.toFixed(2),
  String(it.initialQueueVeh),
  it.modelVehH.toFixed(2),
  it.streetVehH.toFixed(2),
  percent(it.streetNoise),
  percent(it.error),
];

function summarizeErrors(rows: readonly Comparison[], bar: number) {
  const errors = rows.map((it) => it.error);
  return {
    mean: meanOf(errors),
    meanAbsolute: meanOf(errors.map(Math.abs)),
    worst: errors.reduce((worst, it) => (Math.abs(it) > Math.abs(worst) ? it : worst), 0),
    within: errors.filter((it) => Math.abs(it) <= bar).length,
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0) / values.length;
