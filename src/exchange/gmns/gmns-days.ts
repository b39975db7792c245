/**
 * When which plan of a GMNS data set runs, as a schedule.
 *
 * `time_day` is XXXXXXXX_HHMM_HHMM: Sunday to Saturday and holiday as digits, then begin and end (a colon between hours
 * and minutes is read too). A plan without a time runs whenever no other one does.
 */
import type { Fault } from "../../errors.ts";
import { idOfWeekdays, nameOfWeekdays } from "../../schedule/build-schedule.ts";
import { WEEKDAYS } from "../../schedule/local-day.ts";
import type { DayType, Schedule, Weekday } from "../../schedule/schedule.schema.ts";
import type { Note } from "../import-report.ts";
import type { GmnsRow, GmnsTables } from "./gmns-tables.ts";

export interface TimeSet {
  readonly weekdays: readonly Weekday[];
  /** Minutes of the day; an end at or before the start lies on the next day. */
  readonly startMin: number;
  readonly endMin: number;
}

const TIME_DAY = /^([01]{8,9})_(\d{2}):?(\d{2})_(\d{2}):?(\d{2})$/;
const DAY_MIN = 24 * 60;

/** When a timing plan runs; undefined: whenever no other one does. */
export function readTimeSet(
  plan: GmnsRow,
  { tables, note, faults }: { readonly tables: GmnsTables; readonly note: Note; readonly faults: Fault[] },
): TimeSet | undefined {
  const set = tables("time_set_definitions").get(plan.text("timeday_id") ?? "");
  const text = set === undefined ? plan.text("time_day") : toTimeDay(set);
  if (text === undefined) return undefined;
  const place = set === undefined ? plan.place("time_day") : set.place("start_time");
  const match = TIME_DAY.exec(text);
  const [startMin = DAY_MIN, endMin = -1] =
    match === null
      ? []
      : [Number(match[2]) * 60 + Number(match[3]), Number(match[4]) * 60 + Number(match[5])];
  if (match === null || startMin >= DAY_MIN || endMin < 0 || endMin > DAY_MIN) {
    faults.push({ path: place, message: `${text} is no XXXXXXXX_HHMM_HHMM` });
    return undefined;
  }
  const days = match[1] ?? "";
  if (days.length > 8) {
    const sentence = `${text} has ${days.length} days where 8 belong: the first seven are taken as Sunday to Saturday.`;
    note({ severity: "repair", where: place, sentence });
  }
  if (days.charAt(7) === "1") {
    const sentence = `Plan ${plan.id} runs on holidays too: their dates are not in the tables, add them to the schedule.`;
    note({ severity: "omitted", where: place, sentence });
  }
  return { weekdays: WEEKDAYS.filter((_, at) => days.charAt(at) === "1"), startMin, endMin };
}

function toTimeDay(set: GmnsRow): string {
  const isOn = (day: string): boolean => /^(1|true|t|yes)$/i.test(set.text(day) ?? "");
  const digits = [...WEEKDAYS, "holiday"].map((it) => (isOn(it) ? "1" : "0")).join("");
  return `${digits}_${set.text("start_time")?.slice(0, 5)}_${set.text("end_time")?.slice(0, 5)}`;
}

/** A plan with its time; `times` undefined: whenever no other one runs. */
export interface TimedPlan {
  readonly planId: string;
  readonly name: string;
  readonly times: TimeSet | undefined;
}

/** Every day from midnight on; days that are alike share a day type. */
export function buildGmnsSchedule(
  of: Pick<Schedule, "networkId" | "name" | "timeZone">,
  plans: readonly TimedPlan[],
  note: Note,
): Schedule {
  const alike = new Map<string, { weekdays: Weekday[]; entries: DayType["entries"] }>();
  for (const weekday of WEEKDAYS) {
    const entries = listEntries(plans, weekday, note);
    const key = JSON.stringify(entries);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { weekdays: [weekday], entries });
    else known.weekdays.push(weekday);
  }
  const groups = [...alike.values()];
  const typeOf = (weekday: Weekday): string =>
    idOfWeekdays(groups.find((it) => it.weekdays.includes(weekday))?.weekdays ?? []);
  return {
    version: 1,
    ...of,
    dayTypes: groups.map((it) => ({
      id: idOfWeekdays(it.weekdays),
      name: nameOfWeekdays(it.weekdays),
      entries: it.entries,
    })),
    weekdays: Object.fromEntries(WEEKDAYS.map((it) => [it, typeOf(it)])) as Record<Weekday, string>,
    specialDays: [],
  };
}

function listEntries(plans: readonly TimedPlan[], weekday: Weekday, note: Note): DayType["entries"] {
  const spans = plans.flatMap((plan) => listSpans(plan, weekday));
  const base = plans.find((it) => it.times === undefined);
  const edges = [...new Set([0, ...spans.flatMap((it) => [it.startMin, it.endMin])])].sort((a, b) => a - b);
  const entries: { at: string; planId: string; why: string }[] = [];
  for (const atMin of edges.filter((it) => it < DAY_MIN)) {
    const due = spans
      .filter((it) => it.startMin <= atMin && atMin < it.endMin)
      .sort((a, b) => b.startMin - a.startMin);
    if (due.length > 1) {
      const names = due.map((it) => it.plan.planId).join(" and ");
      note({
        severity: "warning",
        where: "signal_timing_plan.csv, column time_day",
        sentence: `On ${weekday} at ${timeOf(atMin)} ${names} are due: the one that began last is taken.`,
      });
    }
    const plan = due[0]?.plan ?? base;
    const fallback = plan ?? plans[0];
    if (plan === undefined && fallback !== undefined) {
      note({
        severity: "assumption",
        where: "signal_timing_plan.csv, column time_day",
        sentence: `No plan is due on ${weekday} from ${timeOf(atMin)}: ${fallback.planId} is taken.`,
      });
    }
    if (fallback === undefined || entries.at(-1)?.planId === fallback.planId) continue;
    const why = plan?.times === undefined ? "no other plan is due" : fallback.name;
    entries.push({ at: timeOf(atMin), planId: fallback.planId, why });
  }
  return entries;
}

function listSpans(
  plan: TimedPlan,
  weekday: Weekday,
): { plan: TimedPlan; startMin: number; endMin: number }[] {
  const { times } = plan;
  if (times === undefined) return [];
  const before = WEEKDAYS[(WEEKDAYS.indexOf(weekday) + 6) % 7];
  const crosses = times.endMin <= times.startMin;
  const isOn = (day: Weekday | undefined): boolean => day !== undefined && times.weekdays.includes(day);
  return [
    ...(isOn(weekday) ? [{ plan, startMin: times.startMin, endMin: crosses ? DAY_MIN : times.endMin }] : []),
    ...(crosses && times.endMin > 0 && isOn(before) ? [{ plan, startMin: 0, endMin: times.endMin }] : []),
  ];
}

function timeOf(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
