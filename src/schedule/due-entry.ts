/**
 * What a schedule says for an instant: the plan that is due, and why; and the changes to come.
 *
 * Of the day types that lie over a date – special days by priority, then the weekday's – the uppermost rules that has
 * an entry by then and has not ended. Of two special days of one priority the one that is listed first lies above.
 */

import { addDays, formatLocal, localDateOf, reachMs, weekdayOf } from "./local-day.ts";
import type { DayType, Schedule, ScheduleChange, ScheduleEntry, SpecialDay } from "./schedule.schema.ts";

export type DueEntry =
  | {
      readonly kind: "due";
      readonly planId: string;
      /** Why this plan now: the day, and the entry's own word. */
      readonly why: string;
      readonly entry: ScheduleEntry;
      readonly dayTypeId: string;
      /** `null`: the weekday rules. */
      readonly specialDayId: string | null;
    }
  | { readonly kind: "none"; readonly why: string };

/** The entry that is due at an instant (epoch ms). Day types that the schedule does not have count as empty. */
export function findDueEntry(schedule: Schedule, atMs: number): DueEntry {
  const { timeZone, validFrom, validTo } = schedule;
  const date = localDateOf(timeZone, atMs);
  if (validFrom !== undefined && date < validFrom)
    return { kind: "none", why: `The schedule is valid from ${validFrom} on.` };
  if (validTo !== undefined && date > validTo)
    return { kind: "none", why: `The schedule was valid until ${validTo}.` };
  for (const { dayType, special } of listLayers(schedule, date)) {
    if (special?.until !== undefined && atMs >= reachMs(timeZone, date, special.until)) continue;
    const entry = dayType.entries.findLast(({ at }) => reachMs(timeZone, date, at) <= atMs);
    if (entry === undefined) continue;
    return {
      kind: "due",
      planId: entry.planId,
      why: `${special?.name ?? dayType.name}: ${entry.why}${describeShift(timeZone, date, entry.at)}`,
      entry,
      dayTypeId: dayType.id,
      specialDayId: special?.id ?? null,
    };
  }
  return { kind: "none", why: `No entry of ${date} has begun.` };
}

/** Changes of plan in [fromMs, toMs), in order. */
export function listChanges(schedule: Schedule, fromMs: number, toMs: number): ScheduleChange[] {
  const changes: ScheduleChange[] = [];
  let before = planIdOf(findDueEntry(schedule, fromMs - 1));
  for (const atMs of listInstants(schedule, fromMs, toMs)) {
    const due = findDueEntry(schedule, atMs);
    const planId = planIdOf(due);
    if (planId === before) continue;
    changes.push({
      atMs,
      local: formatLocal(schedule.timeZone, atMs),
      fromPlanId: before,
      toPlanId: planId,
      why: due.why,
      dayTypeId: due.kind === "due" ? due.dayTypeId : null,
      specialDayId: due.kind === "due" ? due.specialDayId : null,
    });
    before = planId;
  }
  return changes;
}

const planIdOf = (due: DueEntry): string | null => (due.kind === "due" ? due.planId : null);

/** When something may change: begins of days, entries, and ends of special days. */
function listInstants(schedule: Schedule, fromMs: number, toMs: number): number[] {
  const { timeZone } = schedule;
  const instants = new Set<number>([fromMs]);
  const lastDate = localDateOf(timeZone, toMs);
  for (let date = localDateOf(timeZone, fromMs); date <= lastDate; date = addDays(date, 1)) {
    instants.add(reachMs(timeZone, date, "00:00"));
    for (const { dayType, special } of listLayers(schedule, date)) {
      for (const { at } of dayType.entries) instants.add(reachMs(timeZone, date, at));
      if (special?.until !== undefined) instants.add(reachMs(timeZone, date, special.until));
    }
  }
  return [...instants].filter((it) => it >= fromMs && it < toMs).sort((a, b) => a - b);
}

interface Layer {
  readonly dayType: DayType;
  /** Absent: the weekday's. */
  readonly special?: SpecialDay;
}

/** The day types that lie over a date, the uppermost first. */
function listLayers({ dayTypes, weekdays, specialDays }: Schedule, date: string): Layer[] {
  const weekday = weekdayOf(date);
  const specials = specialDays
    .filter((it) => occursOn(it, date))
    .sort((a, b) => b.priority - a.priority)
    .map((special) => ({ id: special.dayTypeId, special }));
  return [...specials, { id: weekdays[weekday] }].flatMap(({ id, ...layer }): Layer[] => {
    const dayType = dayTypes.find((it) => it.id === id);
    return dayType === undefined ? [] : [{ dayType, ...layer }];
  });
}

export const occursOn = ({ from, to, weekdays }: SpecialDay, date: string): boolean =>
  from <= date && date <= to && (weekdays?.includes(weekdayOf(date)) ?? true);

/** On a day on which the clocks skip the entry's time. */
function describeShift(timeZone: string, date: string, at: string): string {
  const reached = formatLocal(timeZone, reachMs(timeZone, date, at)).slice(11, 16);
  return reached === at ? "" : ` (${at} does not exist on ${date}; from ${reached} on)`;
}
