/**
 * Days on which legs are missing or die and the clocks change: what the watch takes for the demand of the whole street
 * beside what was counted, and its confidence. The usual total of a weekday is the mean of its earlier complete days.
 */
import { imputeCounts } from "../src/demand/assess-detectors.ts";
import { ADAPT_CONFIDENCE } from "../src/demand/confidence.ts";
import type { DetectorWatch } from "../src/demand/detector-watch.ts";
import { known } from "../src/errors.ts";
import { createSeededRandom } from "../src/network/seeded-random.ts";
import { type CountTable, roll, SLOT_MS } from "./count-table.ts";

export interface DirtyDay {
  /** From 1. */
  readonly day: number;
  readonly slots: number;
  /** Share of detectors and slots without a count. */
  readonly missing: number;
  readonly countedVeh: number;
  /** Counted, with what was imputed. */
  readonly wholeVeh: number;
  readonly usualVeh: number;
  /** Mean confidence of what was measured and of what stands in; NaN where there is none. */
  readonly measuredConfidence: number;
  readonly imputedConfidence: number;
  /** Of what stands in, the share on which nothing may adapt. */
  readonly imputedTooUnsure: number;
}

/** The watch goes through days `from`…`to` − 1 of the table, numbered from 0. */
export function studyDirtyDays(
  watch: DetectorWatch,
  table: CountTable,
  { from, to }: { readonly from: number; readonly to: number },
): DirtyDay[] {
  const slotsOf = (day: number): number[] => {
    const fromMs = known(table.dayStartsMs[day], "day");
    const toMs = known(table.dayStartsMs[day + 1], "day");
    return Array.from({ length: (toMs - fromMs) / SLOT_MS }, (_, at) => fromMs + at * SLOT_MS);
  };
  const countedOf = (day: number): readonly number[] =>
    slotsOf(day).flatMap((it) => (table.slots.get(it) ?? []).map((count) => count.countVeh));
  const sum = (values: readonly number[]): number => values.reduce((total, it) => total + it, 0);
  const mean = (values: readonly number[]): number => sum(values) / values.length;
  let now = watch;
  return Array.from({ length: to - from }, (_, at) => {
    const day = from + at;
    const slots = slotsOf(day);
    const measured: number[] = [];
    const imputed: number[] = [];
    let wholeVeh = 0;
    now = roll(now, table, {
      fromMs: known(slots[0], "slot"),
      toMs: known(table.dayStartsMs[day + 1], "day"),
      afterSlot: (after) => {
        for (const { basis, confidence, countVeh } of imputeCounts(after)) {
          (basis === "measured" ? measured : imputed).push(confidence);
          wholeVeh += countVeh;
        }
      },
    });
    const counted = countedOf(day);
    const complete = [1, 2, 3, 4]
      .map((week) => day - 7 * week)
      .filter((it) => it >= 0 && countedOf(it).length === slotsOf(it).length * table.detectors.length);
    return {
      day: day + 1,
      slots: slots.length,
      missing: 1 - counted.length / (slots.length * table.detectors.length),
      countedVeh: sum(counted),
      wholeVeh,
      usualVeh: mean(complete.map((it) => sum(countedOf(it)))),
      measuredConfidence: mean(measured),
      imputedConfidence: mean(imputed),
      imputedTooUnsure: imputed.filter((it) => it < ADAPT_CONFIDENCE).length / imputed.length,
    };
  });
}

export interface HiddenDetectors {
  readonly hidden: number;
  /** Mean absolute error of what stands in for them ÷ mean count. */
  readonly imputedRelative: number;
  /** The same of the day's total. */
  readonly dayRelative: number;
}

/** Sound detectors are hidden from the watch for some days; what it puts in their place is held against their counts. */
export function studyHidden(
  watch: DetectorWatch,
  table: CountTable,
  of: { readonly fromMs: number; readonly toMs: number; readonly hidden: number; readonly seed: number },
): HiddenDetectors {
  const random = createSeededRandom(of.seed);
  const order = table.detectors.map((it) => ({ id: it.detectorId, key: random.uniform() }));
  const hidden = new Set(
    order
      .sort((a, b) => a.key - b.key)
      .slice(0, of.hidden)
      .map((it) => it.id),
  );
  const slots = new Map(
    [...table.slots].map(([startMs, counts]) => [startMs, counts.filter((it) => !hidden.has(it.detectorId))]),
  );
  let errorVeh = 0;
  let totalVeh = 0;
  const days = new Map<string, { imputed: number; counted: number }>();
  roll(
    watch,
    { ...table, slots },
    {
      ...of,
      afterSlot: (now, startMs) => {
        const counted = new Map(table.slots.get(startMs)?.map((it) => [it.detectorId, it.countVeh]));
        for (const { detectorId, countVeh } of imputeCounts(now)) {
          const actual = counted.get(detectorId);
          if (!hidden.has(detectorId) || actual === undefined) continue;
          errorVeh += Math.abs(countVeh - actual);
          totalVeh += actual;
          const key = `${detectorId} ${table.dayStartsMs.findLastIndex((it) => it <= startMs)}`;
          const day = days.get(key) ?? { imputed: 0, counted: 0 };
          days.set(key, { imputed: day.imputed + countVeh, counted: day.counted + actual });
        }
      },
    },
  );
  const dayError = [...days.values()].reduce((sum, it) => sum + Math.abs(it.imputed - it.counted), 0);
  return { hidden: hidden.size, imputedRelative: errorVeh / totalVeh, dayRelative: dayError / totalVeh };
}
