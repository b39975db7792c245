/**
 * Forecasts of 15 and 30 min against what came, beside the last value and the mean of the same weekdays: all of them made
 * at the same moment from the same past, judged on the same pairs of detector and slot.
 */

import type { DetectorWatch } from "../src/demand/detector-watch.ts";
import { forecastCounts } from "../src/demand/forecast-counts.ts";
import { type CountTable, roll, SLOT_MS } from "./count-table.ts";

const MS_PER_WEEK = 7 * 86_400_000;

export interface ForecastErrors {
  readonly aheadMin: number;
  readonly pairs: number;
  /** Mean absolute errors, veh. */
  readonly forecastVeh: number;
  readonly lastValueVeh: number;
  readonly weekdayMeanVeh: number;
  /** Of the forecast to the better of the two. */
  readonly ratio: number;
  /** By confidence of the forecast: its error relative to the counts. */
  readonly byConfidence: readonly {
    readonly from: number;
    readonly pairs: number;
    readonly relative: number;
  }[];
}

interface Sums {
  pairs: number;
  forecast: number;
  last: number;
  weekday: number;
  readonly bands: Map<number, { pairs: number; error: number; count: number }>;
}

/** Rolls the watch forward from `fromMs`; answers it with the errors. */
export function judgeForecasts(
  watch: DetectorWatch,
  table: CountTable,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): { readonly watch: DetectorWatch; readonly errors: readonly ForecastErrors[] } {
  const counted = new Map(
    [...table.slots].map(([startMs, counts]) => [
      startMs,
      new Map(counts.map((it) => [it.detectorId, it.countVeh])),
    ]),
  );
  const sums = new Map<number, Sums>();
  const judge = (now: DetectorWatch, lastMs: number): void => {
    for (const { detectorId, startAtMs, countVeh, confidence } of forecastCounts(now)) {
      const actual = counted.get(startAtMs)?.get(detectorId);
      const last = counted.get(lastMs)?.get(detectorId);
      const weeks: number[] = [];
      for (let week = 1; week < 60; week += 1) {
        const before = counted.get(startAtMs - week * MS_PER_WEEK)?.get(detectorId);
        if (before !== undefined) weeks.push(before);
      }
      if (actual === undefined || last === undefined || weeks.length === 0 || startAtMs >= toMs) continue;
      const ahead = (startAtMs - lastMs) / 60_000;
      const own = sums.get(ahead) ?? { pairs: 0, forecast: 0, last: 0, weekday: 0, bands: new Map() };
      sums.set(ahead, own);
      own.pairs += 1;
      own.forecast += Math.abs(actual - countVeh);
      own.last += Math.abs(actual - last);
      own.weekday += Math.abs(actual - weeks.reduce((sum, it) => sum + it, 0) / weeks.length);
      const from = Math.floor(confidence * 5) / 5;
      const band = own.bands.get(from) ?? { pairs: 0, error: 0, count: 0 };
      own.bands.set(from, band);
      band.pairs += 1;
      band.error += Math.abs(actual - countVeh);
      band.count += actual;
    }
  };
  // The first forecast of the week is made when its first slot begins.
  judge(watch, fromMs - SLOT_MS);
  const rolled = roll(watch, table, { fromMs, toMs, afterSlot: judge });
  return { watch: rolled, errors: [...sums].sort(([a], [b]) => a - b).map(([at, it]) => toErrors(at, it)) };
}

function toErrors(aheadMin: number, { pairs, forecast, last, weekday, bands }: Sums): ForecastErrors {
  return {
    aheadMin,
    pairs,
    forecastVeh: forecast / pairs,
    lastValueVeh: last / pairs,
    weekdayMeanVeh: weekday / pairs,
    ratio: forecast / Math.min(last, weekday),
    byConfidence: [...bands]
      .sort(([a], [b]) => a - b)
      .map(([from, it]) => ({ from, pairs: it.pairs, relative: it.error / it.count })),
  };
}
