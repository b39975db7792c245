/**
 * Days as a schedule counts them: local dates of a zone, 23 to 25 hours long where the clocks change.
 *
 * A time of a day is reached at the first instant of that day at which the clocks show it or a later time. So a time that
 * a change of the clocks skips is reached at the change, with all others that it skips, in their order; a time that comes
 * twice is reached once, and the second hour goes on with what the first one ended with.
 */
import { known } from "../errors.ts";
import { listInstantsOfLocalMs, zoneOffsetMs } from "../timing/time-zero.ts";
import { type Weekday, WeekdaySchema } from "./schedule.schema.ts";

const MS_PER_DAY = 86_400_000;

/** YYYY-MM-DD at an instant. */
export const localDateOf = (timeZone: string, atMs: number): string =>
  new Date(atMs + zoneOffsetMs(timeZone, atMs)).toISOString().slice(0, 10);

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * MS_PER_DAY).toISOString().slice(0, 10);

/** The seven, from Sunday on. */
export const WEEKDAYS: readonly Weekday[] = WeekdaySchema.options;

export const weekdayOf = (date: string): Weekday =>
  known(WEEKDAYS[new Date(date).getUTCDay()], `weekday of ${date}`);

/** The instant at which a time HH:MM of a date is reached, epoch ms. */
export function reachMs(timeZone: string, date: string, time: string): number {
  const localMs = Date.parse(`${date}T${time}:00Z`);
  const [first] = listInstantsOfLocalMs(timeZone, localMs);
  if (first !== undefined) return first;
  let beforeMs = localMs - zoneOffsetMs(timeZone, localMs + MS_PER_DAY);
  let reachedMs = localMs - zoneOffsetMs(timeZone, localMs - MS_PER_DAY);
  while (reachedMs - beforeMs > 1) {
    const middleMs = Math.floor((beforeMs + reachedMs) / 2);
    if (middleMs + zoneOffsetMs(timeZone, middleMs) >= localMs) reachedMs = middleMs;
    else beforeMs = middleMs;
  }
  return reachedMs;
}

/** An instant as people there write it, with the offset from UTC that tells the two hours of a change apart. */
export function formatLocal(timeZone: string, atMs: number): string {
  const offsetMs = zoneOffsetMs(timeZone, atMs);
  const offset = new Date(Math.abs(offsetMs)).toISOString().slice(11, 16);
  return `${new Date(atMs + offsetMs).toISOString().slice(0, 16)}${offsetMs < 0 ? "-" : "+"}${offset}`;
}
