/**
 * Typical days from weeks of counts: which weekdays are alike, the mean day of each class, and the days that were left
 * out because they are like no other.
 *
 * Days are compared hour by hour and detector by detector. S is the mean square by which days differ from the mean of
 * their weekday (with n − 1). Two classes of n and m days whose means differ by no more than chance differ by S (1/n + 1/m)
 * in the mean square; starting from the seven weekdays the two most alike are joined while they differ by less than
 * ALIKE times that (agglomerative clustering by centroids: J. H. Ward, JASA 58, 1963, with the noise as the scale).
 * A day is left out when most of it was not counted, or when its distance from the median day of its weekday is more than
 * UNUSUAL times the median of such distances.
 *
 * Limits: days of one class are taken for independent; with one day per weekday nothing is known of chance, and the
 * classes are those that are usual (Monday to Thursday, Friday, Saturday, Sunday).
 */
import { known } from "../errors.ts";
import { type DayProfile, QUARTERS } from "./day-profiles.ts";
import { weekdayOf } from "./local-day.ts";
import type { Weekday } from "./schedule.schema.ts";

const ALIKE = 2.5;
const UNUSUAL = 3;
/** Days differ at least so much, part of the mean flow: below it no plan would differ. */
const LEAST_SPREAD = 0.01;
/** Of the cells that most days have. */
const LEAST_COUNTED = 0.5;
const HOURS = 24;
const QUARTERS_PER_HOUR = QUARTERS / HOURS;

/** Monday first, as people list them. */
const WEEK: readonly Weekday[] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];
const USUAL_CLASSES: readonly (readonly Weekday[])[] = [
  ["monday", "tuesday", "wednesday", "thursday"],
  ["friday"],
  ["saturday"],
  ["sunday"],
];

export interface TypicalDay {
  readonly weekdays: readonly Weekday[];
  readonly dates: readonly string[];
  /** [detector · 96 + quarter], veh/h; NaN: never counted. */
  readonly flowsVph: Float64Array;
}

export interface TypicalDays {
  readonly days: readonly TypicalDay[];
  readonly leftOut: readonly { readonly date: string; readonly reason: string }[];
}

/** `classes`: the weekdays that are to be alike; absent: found. Weekdays without a usable day are in no class. */
export function findTypicalDays(
  profiles: readonly DayProfile[],
  classes?: readonly (readonly Weekday[])[],
): TypicalDays {
  const days = profiles.map((it): Day => ({ ...it, weekday: weekdayOf(it.date), hoursVph: toHours(it) }));
  const { usable, leftOut } = sift(days);
  return {
    days: (classes ?? findClasses(usable)).flatMap((weekdays): TypicalDay[] => {
      const own = usable.filter((it) => weekdays.includes(it.weekday));
      if (own.length === 0) return [];
      return [
        {
          weekdays: weekdays.filter((it) => own.some((day) => day.weekday === it)),
          dates: own.map((it) => it.date),
          flowsVph: meanOf(own.map((it) => it.flowsVph)),
        },
      ];
    }),
    leftOut,
  };
}

interface Day extends DayProfile {
  readonly weekday: Weekday;
  /** [detector · 24 + hour], veh/h. */
  readonly hoursVph: Float64Array;
}

function toHours({ flowsVph }: DayProfile): Float64Array {
  return Float64Array.from({ length: flowsVph.length / QUARTERS_PER_HOUR }, (_, hour) => {
    const first = hour * QUARTERS_PER_HOUR;
    return meanOfCounted(flowsVph.subarray(first, first + QUARTERS_PER_HOUR));
  });
}

/** Parts days that can be used from those that cannot. */
function sift(days: readonly Day[]): { usable: Day[]; leftOut: { date: string; reason: string }[] } {
  const counted = days.map((it) => countCounted(it.hoursVph));
  const most = medianOf(counted);
  const leftOut: { date: string; reason: string }[] = [];
  const whole = days.filter(({ date }, at) => {
    const share = known(counted[at], "counted") / most;
    if (share >= LEAST_COUNTED) return true;
    leftOut.push({ date, reason: `only ${Math.round(100 * share)} % of what other days have was counted` });
    return false;
  });
  const medians = new Map(
    WEEK.map((it) => [it, medianDay(whole.filter((day) => day.weekday === it).map((day) => day.hoursVph))]),
  );
  const distances = whole.map((it) =>
    Math.sqrt(meanSquare(it.hoursVph, known(medians.get(it.weekday), "median day"))),
  );
  const limit = UNUSUAL * medianOf(distances.filter((it) => it > 0));
  const usable = whole.filter(({ date, weekday, hoursVph }, at) => {
    const distance = known(distances[at], "distance");
    if (!(distance > limit)) return true;
    const usual = meanOfCounted(known(medians.get(weekday), "median day"));
    const share = Math.round((100 * (meanOfCounted(hoursVph) - usual)) / usual);
    leftOut.push({
      date,
      reason: `unlike other days of its kind: ${(distance / limit) * UNUSUAL < 10 ? ((distance / limit) * UNUSUAL).toFixed(1) : "over 10"} times the usual difference, ${share < 0 ? "" : "+"}${share} % traffic`,
    });
    return false;
  });
  return { usable, leftOut: leftOut.sort((a, b) => (a.date < b.date ? -1 : 1)) };
}

interface Cluster {
  readonly weekdays: readonly Weekday[];
  readonly days: readonly Day[];
  readonly mean: Float64Array;
}

function findClasses(days: readonly Day[]): readonly (readonly Weekday[])[] {
  const clusterOf = (weekdays: readonly Weekday[]): Cluster => {
    const own = days.filter((it) => weekdays.includes(it.weekday));
    return { weekdays, days: own, mean: meanOf(own.map((it) => it.hoursVph)) };
  };
  let clusters = WEEK.filter((it) => days.some((day) => day.weekday === it)).map((it) => clusterOf([it]));
  const chance = chanceOf(clusters);
  if (chance === undefined) return USUAL_CLASSES;
  for (;;) {
    let least = ALIKE;
    let pair: readonly [Cluster, Cluster] | undefined;
    for (const [at, one] of clusters.entries()) {
      for (const other of clusters.slice(at + 1)) {
        const byChance = chance * (1 / one.days.length + 1 / other.days.length);
        const ratio = meanSquare(one.mean, other.mean) / byChance;
        if (ratio < least) {
          least = ratio;
          pair = [one, other];
        }
      }
    }
    if (pair === undefined) return clusters.map((it) => it.weekdays);
    const [one, other] = pair;
    const joined = clusterOf(WEEK.filter((it) => one.weekdays.includes(it) || other.weekdays.includes(it)));
    clusters = clusters.flatMap((it) => (it === one ? [joined] : it === other ? [] : [it]));
  }
}

/** S, or `undefined` when no weekday has two days. */
function chanceOf(clusters: readonly Cluster[]): number | undefined {
  let squares = 0;
  let freedom = 0;
  for (const { days, mean } of clusters) {
    for (const day of days) squares += meanSquare(day.hoursVph, mean);
    freedom += days.length - 1;
  }
  if (freedom === 0) return undefined;
  const usualVph = meanOfCounted(clusters.map((it) => meanOfCounted(it.mean)));
  return Math.max(squares / freedom, (LEAST_SPREAD * usualVph) ** 2);
}

/** Over the cells that both have; 0 when there are none. */
function meanSquare(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  let cells = 0;
  for (let at = 0; at < one.length; at++) {
    const difference = (one[at] as number) - (other[at] as number);
    if (Number.isNaN(difference)) continue;
    sum += difference * difference;
    cells += 1;
  }
  return cells === 0 ? 0 : sum / cells;
}

const meanOf = (days: readonly Float64Array[]): Float64Array => byCell(days, meanOfCounted);
const medianDay = (days: readonly Float64Array[]): Float64Array => byCell(days, medianOf);

const byCell = (days: readonly Float64Array[], of: (values: readonly number[]) => number): Float64Array =>
  Float64Array.from({ length: days[0]?.length ?? 0 }, (_, cell) =>
    of(days.map((it) => it[cell] ?? Number.NaN).filter((it) => !Number.isNaN(it))),
  );

const countCounted = (values: Float64Array): number =>
  values.reduce((sum, it) => sum + (Number.isNaN(it) ? 0 : 1), 0);

function meanOfCounted(values: ArrayLike<number>): number {
  let sum = 0;
  let counted = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    counted += 1;
  }
  return sum / counted;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
