/**
 * On and off in turn: which days, or which hours of days, something new is switched on, so that what it does can be told
 * from what the days do.
 *
 * Blocks of the same weekday and hour are paired over successive weeks, and a coin says which of the two is on: every
 * weekday and every hour has as many blocks on as off, and nobody chose them (a matched-pair design of R. A. Fisher;
 * for switch-backs I. Bojinov, D. Simchi-Levi, J. Zhao, Management Science 69, 2023).
 */
import type { SeededRandom } from "../network/seeded-random.ts";
import { addDays, reachMs, weekdayOf } from "./local-day.ts";

export interface SwitchBlock {
  /** Blocks of one pair share it; one of them is on. */
  readonly pair: number;
  readonly isOn: boolean;
  readonly date: string;
  /** Epoch ms, [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
}

export type SwitchbackDesign =
  | { readonly kind: "designed"; readonly blocks: readonly SwitchBlock[] }
  | { readonly kind: "tooShort"; readonly reason: string };

/** Fewer pairs say too little: the interval of a mean of five is half as wide again as that of many. */
export const LEAST_PAIRS = 6;
const WEEK_DAYS = 7;

/** From `fromDate` on for whole fortnights. `blockHours` divides 24; 24 alternates by days. Blocks by time. */
export function designSwitchback(of: {
  readonly timeZone: string;
  readonly fromDate: string;
  readonly weeks: number;
  readonly blockHours: 1 | 2 | 3 | 4 | 6 | 8 | 12 | 24;
  readonly skippedDates: ReadonlySet<string>;
  readonly random: SeededRandom;
}): SwitchbackDesign {
  const { timeZone, blockHours, skippedDates } = of;
  const blocks: SwitchBlock[] = [];
  let pair = 0;
  for (let week = 0; week + 1 < of.weeks; week += 2) {
    for (let day = 0; day < WEEK_DAYS; day++) {
      const dates = [week, week + 1].map((it) => addDays(of.fromDate, it * WEEK_DAYS + day));
      if (dates.some((it) => skippedDates.has(it))) continue;
      for (let hour = 0; hour < 24; hour += blockHours) {
        const onFirst = of.random.uniform() < 0.5;
        for (const [position, date] of dates.entries()) {
          const isOn = onFirst === (position === 0);
          blocks.push({ pair, isOn, date, ...spanOf({ timeZone, date, hour, blockHours }) });
        }
        pair += 1;
      }
    }
  }
  if (pair >= LEAST_PAIRS) return { kind: "designed", blocks: blocks.sort((a, b) => a.fromMs - b.fromMs) };
  const first = `${of.weeks} weeks from ${weekdayOf(of.fromDate)} ${of.fromDate}`;
  return {
    kind: "tooShort",
    reason: `${first} hold ${pair} pairs of blocks; at least ${LEAST_PAIRS} are needed.`,
  };
}

function spanOf(of: { timeZone: string; date: string; hour: number; blockHours: number }) {
  const at = (hour: number) =>
    hour === 24
      ? reachMs(of.timeZone, addDays(of.date, 1), "00:00")
      : reachMs(of.timeZone, of.date, `${String(hour).padStart(2, "0")}:00`);
  return { fromMs: at(of.hour), toMs: at(of.hour + of.blockHours) };
}
