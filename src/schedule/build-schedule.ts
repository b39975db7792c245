/** A schedule from the days that were divided into stretches: one day type per class of weekdays. */
import { known } from "../errors.ts";
import { QUARTERS } from "./day-profiles.ts";
import { WEEKDAYS } from "./local-day.ts";
import type { DayType, Schedule, Weekday } from "./schedule.schema.ts";
import type { DayCosts, Stretch } from "./segment-day.ts";

export interface DividedDay {
  readonly weekdays: readonly Weekday[];
  readonly day: DayCosts;
  readonly stretches: readonly Stretch[];
  /** The identity of each plan, by position. */
  readonly planIdOf: (plan: number) => string;
  /** Of all entering traffic, by quarter hour, veh/h. */
  readonly flowsVph: readonly number[];
}

/** Weekdays that no day stands for get the first one. */
export function buildSchedule(
  of: Pick<Schedule, "networkId" | "name" | "timeZone">,
  days: readonly DividedDay[],
): Schedule {
  const dayTypes = days.map((it): DayType => {
    const id = idOfWeekdays(it.weekdays);
    return { id, name: nameOfWeekdays(it.weekdays), entries: it.stretches.map((_, at) => toEntry(it, at)) };
  });
  const typeOf = (weekday: Weekday): string => {
    const own = days.find((it) => it.weekdays.includes(weekday));
    return idOfWeekdays(known(own ?? days[0], "a day").weekdays);
  };
  const weekdays = Object.fromEntries(WEEKDAYS.map((it) => [it, typeOf(it)])) as Record<Weekday, string>;
  return { version: 1, ...of, dayTypes, weekdays, specialDays: [] };
}

/** What runs from then on, and what it saves against the plan before it. */
function toEntry({ day, stretches, planIdOf, flowsVph }: DividedDay, at: number): DayType["entries"][number] {
  const { plan, from, to } = known(stretches[at], "stretch");
  const before = known(stretches.at(at - 1), "stretch before").plan;
  const costOf = (it: number): number =>
    known(day.costs[it], "costs of a plan")
      .subarray(from, to)
      .reduce((sum, cost) => sum + cost, 0);
  const meanVph = flowsVph.slice(from, to).reduce((sum, it) => sum + it, 0) / (to - from);
  const saves =
    before === plan
      ? "goes on from the evening before"
      : `saves ${(costOf(before) - costOf(plan)).toFixed(1)} veh·h against going on with ${planIdOf(before)}`;
  const why = `until ${timeOf(to)} ${Math.round(meanVph)} veh/h enter on average; ${saves}`;
  return { at: timeOf(from), planId: planIdOf(plan), why };
}

/** HH:MM at the begin of a quarter hour. */
export function timeOf(quarter: number): string {
  const minutes = (quarter * 24 * 60) / QUARTERS;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** For example mon-tue-wed. */
export const idOfWeekdays = (weekdays: readonly Weekday[]): string =>
  weekdays.map((it) => it.slice(0, 3)).join("-");

export const nameOfWeekdays = (weekdays: readonly Weekday[]): string =>
  weekdays.map((it) => `${it.charAt(0).toUpperCase()}${it.slice(1)}`).join(", ");
