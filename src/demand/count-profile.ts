/**
 * The usual count of every detector by slot of the day: the mean of its days of one class, and on top of that what sets
 * this weekday apart, believed as far as there are weeks of it (an empirical Bayes shrinkage, n ÷ (n + τ)). With two or
 * three weeks of counts a weekday alone is mostly noise: its mean has 1.5 times the variance of one count.
 *
 * Both means are smoothed over neighboring slots, the weekday's more widely. τ and the widths were chosen on the second
 * of three weeks of SCATS counts (profile of the first week alone), not on the weeks that are reported.
 *
 * Columns are kept per slot, so that learning one slot copies two columns and leaves all else as it was.
 */
import { DAY_CLASSES, type LocalSlot, WEEKDAYS } from "./local-slot.ts";

/** Means are over at most so many days: older ones fade. */
const MOST_DAYS = 20;
/** τ: weeks of a weekday that weigh as much as its class. */
const WEEKDAY_SHRINKAGE = 2;
/** Weight of the next slot on either side; that of the one after is its square. */
const CLASS_SMOOTHING = 0.35;
const WEEKDAY_SMOOTHING = 0.8;

/** What days of another class are worth: a Saturday says little about a Monday. */
const OTHER_CLASS_DAYS = 0.1;

/** Mean count and number of days behind it, by detector. */
interface MeanColumn {
  readonly meanVeh: Float32Array;
  readonly days: Float32Array;
}

export interface CountProfile {
  readonly slots: number;
  readonly detectors: number;
  /** By slot and day class; absent before the first such day. */
  readonly classes: readonly (MeanColumn | undefined)[];
  /** By slot and weekday. */
  readonly weekdays: readonly (MeanColumn | undefined)[];
}

/** What is usual in one slot, by detector. */
export interface UsualCounts {
  readonly meanVeh: Float64Array;
  /** Days of this class behind it; OTHER_CLASS_DAYS where only others are known; 0: nothing is, and the mean is 0. */
  readonly days: Float64Array;
}

export const createCountProfile = (slots: number, detectors: number): CountProfile => ({
  slots,
  detectors,
  classes: new Array<undefined>(slots * DAY_CLASSES).fill(undefined),
  weekdays: new Array<undefined>(slots * WEEKDAYS).fill(undefined),
});

/** The profile with one more slot of counts; NaN is no count. */
export function learnCounts(profile: CountProfile, at: LocalSlot, countVeh: Float64Array): CountProfile {
  const classAt = at.slot * DAY_CLASSES + at.dayClass;
  const weekdayAt = at.slot * WEEKDAYS + at.weekday;
  return {
    ...profile,
    classes: profile.classes.with(classAt, addToMean(profile.classes[classAt], countVeh)),
    weekdays: profile.weekdays.with(weekdayAt, addToMean(profile.weekdays[weekdayAt], countVeh)),
  };
}

export function findUsualCounts(profile: CountProfile, at: LocalSlot): UsualCounts {
  const usual = {
    meanVeh: new Float64Array(profile.detectors),
    days: new Float64Array(profile.detectors),
  };
  addClass(usual, { profile, slot: at.slot, dayClass: at.dayClass, isOwn: true });
  for (const dayClass of OTHER_CLASSES[at.dayClass] ?? []) {
    if (usual.days.includes(0)) addClass(usual, { profile, slot: at.slot, dayClass, isOwn: false });
  }
  addWeekday(usual.meanVeh, profile, at);
  return usual;
}

/** Days that stand in for others, the nearest in kind first. */
const OTHER_CLASSES: readonly (readonly number[])[] = [
  [1, 2],
  [2, 0],
  [1, 0],
];

const wrap = (slot: number, slots: number): number => (slot + slots) % slots;
const classColumn = ({ classes, slots }: CountProfile, slot: number, dayClass: number) =>
  classes[wrap(slot, slots) * DAY_CLASSES + dayClass];
const weekdayColumn = ({ weekdays, slots }: CountProfile, slot: number, weekday: number) =>
  weekdays[wrap(slot, slots) * WEEKDAYS + weekday];

function addToMean(column: MeanColumn | undefined, countVeh: Float64Array): MeanColumn {
  const meanVeh = column?.meanVeh.slice() ?? new Float32Array(countVeh.length);
  const days = column?.days.slice() ?? new Float32Array(countVeh.length);
  for (let i = 0; i < countVeh.length; i += 1) {
    const count = countVeh[i] ?? Number.NaN;
    if (Number.isNaN(count)) continue;
    const seen = Math.min(MOST_DAYS, (days[i] ?? 0) + 1);
    days[i] = seen;
    meanVeh[i] = (meanVeh[i] ?? 0) + (count - (meanVeh[i] ?? 0)) / seen;
  }
  return { meanVeh, days };
}

/** The smoothed mean of a class, for detectors that have one and none so far. */
function addClass(
  usual: UsualCounts,
  of: {
    readonly profile: CountProfile;
    readonly slot: number;
    readonly dayClass: number;
    readonly isOwn: boolean;
  },
): void {
  const center = classColumn(of.profile, of.slot, of.dayClass);
  if (center === undefined) return;
  const sums = new Float64Array(usual.meanVeh.length);
  const weights = new Float64Array(usual.meanVeh.length);
  for (let shift = -2; shift <= 2; shift += 1) {
    const column = classColumn(of.profile, of.slot + shift, of.dayClass);
    if (column === undefined) continue;
    const weight = CLASS_SMOOTHING ** Math.abs(shift);
    for (let i = 0; i < sums.length; i += 1) {
      if ((column.days[i] ?? 0) === 0) continue;
      sums[i] = (sums[i] ?? 0) + weight * (column.meanVeh[i] ?? 0);
      weights[i] = (weights[i] ?? 0) + weight;
    }
  }
  for (let i = 0; i < sums.length; i += 1) {
    const days = center.days[i] ?? 0;
    if (days === 0 || (usual.days[i] ?? 0) > 0) continue;
    usual.meanVeh[i] = (sums[i] ?? 0) / (weights[i] ?? 1);
    usual.days[i] = of.isOwn ? days : OTHER_CLASS_DAYS;
  }
}

/** Adds the smoothed difference of this weekday from its class, shrunk by the weeks behind it. */
function addWeekday(meanVeh: Float64Array, profile: CountProfile, at: LocalSlot): void {
  const sums = new Float64Array(meanVeh.length);
  const weights = new Float64Array(meanVeh.length);
  for (let shift = -2; shift <= 2; shift += 1) {
    const own = weekdayColumn(profile, at.slot + shift, at.weekday);
    const all = classColumn(profile, at.slot + shift, at.dayClass);
    if (own === undefined || all === undefined) continue;
    const weight = WEEKDAY_SMOOTHING ** Math.abs(shift);
    for (let i = 0; i < meanVeh.length; i += 1) {
      const weeks = own.days[i] ?? 0;
      if (weeks === 0) continue;
      const trust = weeks / (weeks + WEEKDAY_SHRINKAGE);
      sums[i] = (sums[i] ?? 0) + weight * trust * ((own.meanVeh[i] ?? 0) - (all.meanVeh[i] ?? 0));
      weights[i] = (weights[i] ?? 0) + weight;
    }
  }
  for (let i = 0; i < meanVeh.length; i += 1) {
    if ((weights[i] ?? 0) > 0)
      meanVeh[i] = Math.max(0, (meanVeh[i] ?? 0) + (sums[i] ?? 0) / (weights[i] ?? 1));
  }
}
