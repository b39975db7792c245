/**
 * The demand of a street from its detectors: forecasts against the two plain ones, faults put in and found, days of missing
 * legs, lanes of Berlin, and what the watch costs. Real counts when they lie beside the project, else made-up ones. The
 * same data gives the same figures on every machine, so a bar that is missed fails the benchmark; only speed does not.
 */
import { formatTable } from "../src/commands/terminal.ts";
import { known } from "../src/errors.ts";
import { createWatchOf, loadCountTable, roll } from "./count-table.ts";
import { type DirtyDay, studyDirtyDays, studyHidden } from "./demand-dirty.ts";
import { type FaultStudy, studyDrift, studyFaults } from "./demand-faults.ts";
import { type ForecastErrors, judgeForecasts } from "./demand-forecast.ts";
import { hasLanes, studyDeadLanes, studyLongSeries } from "./demand-lanes.ts";
import { measureDemandSpeed } from "./demand-speed.ts";
import type { Goal, Part } from "./part.ts";
import { describeSpread } from "./summarize.ts";

/** Two weeks and a day are learned, the week after them is judged. */
const LEARNED_DAYS = 15;
const JUDGED_DAYS = 7;
const SEED = 1;

export const demand: Part = ({ isShort, print }) => {
  const goals: Goal[] = [];
  const atLeast = isShort ? 40 : 300;
  const table = loadCountTable();
  const dayMs = (day: number): number => known(table.dayStartsMs[day], "day");
  print(`${table.name}: ${table.detectors.length} detectors, slots of 15 min`);
  const learned = roll(createWatchOf(table), table, { fromMs: dayMs(0), toMs: dayMs(LEARNED_DAYS) });
  const week = { fromMs: dayMs(LEARNED_DAYS), toMs: dayMs(LEARNED_DAYS + JUDGED_DAYS) };

  const { watch, errors } = judgeForecasts(learned, table, week);
  print(formatTable(FORECAST_HEADINGS, errors.map(forecastRow)));
  for (const it of errors) {
    goals.push(
      atMost(`forecast ${it.aheadMin} min ahead ÷ better of last value and weekday mean`, it.ratio, 0.9),
    );
  }

  const faults = studyFaults(learned, table, { ...week, atLeast, seed: SEED });
  print("faults of 2–6 h between 06 and 22 h; an alarm is an unbroken run of slots called faulty");
  printFaults(faults, print);
  for (const it of faults.scores) goals.push(atLeastOf(`${it.kind}: recall`, it.recall, 0.95));
  goals.push(atLeastOf("faults: precision of alarms", faults.precision, 0.9));

  const drifts = [0, 3, 7].map((rampDays) => {
    const study = studyDrift(learned, table, { ...week, atLeast, rampDays, seed: SEED });
    print(
      `drift to +30 %, ${rampDays === 0 ? "at once" : `evenly over ${rampDays} days`}, watched for 7 days`,
    );
    printFaults(study, print);
    return { rampDays, ...study };
  });
  for (const { rampDays, scores } of drifts.slice(0, 2)) {
    goals.push(atLeastOf(`drift within ${rampDays} days: recall`, known(scores[0], "score").recall, 0.8));
  }

  const hidden = studyHidden(learned, table, { ...week, hidden: 8, seed: SEED });
  print(
    `${hidden.hidden} sound detectors hidden for a week: error of what stands in ${percent(hidden.imputedRelative)} of the counts, of days ${percent(hidden.dayRelative)}`,
  );
  const lastDay = table.dayStartsMs.length - 1;
  const dirty = studyDirtyDays(watch, table, { from: LEARNED_DAYS + JUDGED_DAYS, to: lastDay });
  if (dirty.length > 0) {
    print(formatTable(DIRTY_HEADINGS, dirty.map(dirtyRow)));
    goals.push(...judgeDirty(dirty));
  }

  const lanes = hasLanes() ? { dead: studyDeadLanes(), long: studyLongSeries() } : undefined;
  if (lanes !== undefined) {
    const { dead, long } = lanes;
    print(
      `Berlin, ${dead.lanes} lanes: ${dead.found} of ${dead.listed} dead ones found, ${dead.besides.length} others called faulty in more than a tenth of their hours`,
    );
    print(
      `Berlin, ${long.hours} hours of ${long.stations} cross-sections: error an hour ahead ${percent(long.workingDayRelative)} on working days, ${percent(long.afterChangeRelative)} in weeks after clock changes, ${percent(long.holidayRelative)} on holidays (${percent(long.holidayRelativeUntold)} when not told of them)`,
    );
    goals.push(atLeastOf("dead lanes found", dead.found / dead.listed, 1));
  }

  const wrong = goals
    .filter((it) => !it.isReached)
    .map((it) => `${it.name}: ${it.actual}, wanted ${it.wanted}`);
  const speed = measureDemandSpeed(isShort ? 30 : 300);
  print(`${speed.detectors} detectors, a minute of counts: ${describeSpread(speed.minute)}`);
  print(`  that ends a slot of 5 min: ${describeSpread(speed.slotEnd)}`);
  print(`  health and forecast of six slots: ${describeSpread(speed.forecast)}`);
  return Promise.resolve({
    figures: { data: table.name, errors, faults, drifts, hidden, dirty, lanes, speed },
    goals,
    wrong,
  });
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const atMost = (name: string, value: number, most: number): Goal => ({
  name,
  wanted: `≤ ${most}`,
  actual: value.toFixed(3),
  isReached: value <= most,
});

const atLeastOf = (name: string, value: number, least: number): Goal => ({
  name,
  wanted: `≥ ${least}`,
  actual: value.toFixed(3),
  isReached: value >= least,
});

const FORECAST_HEADINGS = ["ahead, min", "pairs", "forecast, veh", "last value", "weekday mean", "ratio"];
const forecastRow = (it: ForecastErrors): string[] => [
  String(it.aheadMin),
  String(it.pairs),
  it.forecastVeh.toFixed(2),
  it.lastValueVeh.toFixed(2),
  it.weekdayMeanVeh.toFixed(2),
  it.ratio.toFixed(3),
];

const DIRTY_HEADINGS = [
  "day",
  "slots",
  "missing",
  "counted ÷ usual",
  "made whole ÷ usual",
  "confidence",
  "of imputed",
];
const dirtyRow = (it: DirtyDay): string[] => [
  String(it.day),
  String(it.slots),
  percent(it.missing),
  (it.countedVeh / it.usualVeh).toFixed(3),
  (it.wholeVeh / it.usualVeh).toFixed(3),
  it.measuredConfidence.toFixed(2),
  it.imputedConfidence.toFixed(2),
];

/** No phantom fall of demand, and what stands in is trusted less, and less every day. */
function judgeDirty(dirty: readonly DirtyDay[]): Goal[] {
  const least = Math.min(...dirty.map((it) => it.wholeVeh / it.usualVeh));
  const unsure = Math.max(...dirty.map((it) => it.imputedConfidence / it.measuredConfidence));
  return [
    atLeastOf("days of missing legs: demand made whole ÷ usual, least", least, 0.95),
    atMost("days of missing legs: confidence of imputed ÷ measured, most", unsure, 0.8),
  ];
}

function printFaults(study: FaultStudy, print: (line: string) => void): void {
  for (const it of study.scores) {
    print(
      `  ${it.kind}: ${it.found} of ${it.injected} found, recall ${it.recall.toFixed(3)}, after ${it.medianDelayMin} min (median)`,
    );
  }
  print(
    `  ${study.alarms} alarms, ${study.falseAlarms} false (${study.falseDrifts} of them drift), precision ${study.precision.toFixed(3)}; by slot recall ${study.slots.recall.toFixed(3)}, precision ${study.slots.precision.toFixed(3)}; ${study.detectorWeeks.toFixed(0)} detector-weeks`,
  );
}
