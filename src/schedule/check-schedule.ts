/**
 * Conflicts, gaps and other findings on a schedule. BLOCK: it names what is not there or contradicts itself. WARN: it can
 * run, and its author should know.
 *
 * Changes are judged on a plain week and on the first date of every special day, without changes of the clocks: at least
 * 30 min in one plan (Signal Timing Manual, 2nd edition, p. 7-33), at most 16 changes a day.
 */
import { listRepeated } from "../network/list-repeated.ts";
import { listChanges, occursOn } from "./due-entry.ts";
import { addDays, WEEKDAYS } from "./local-day.ts";
import type { Schedule, ScheduleFinding, SpecialDay } from "./schedule.schema.ts";

export const LEAST_IN_PLAN_MIN = 30;
export const MOST_CHANGES_A_DAY = 16;

const MS_PER_DAY = 86_400_000;
/** A Monday, for weeks without a name. */
const PLAIN_MONDAY = "2001-01-01";

/** `planIds`: the plans that there are; absent: not known here. */
export function checkSchedule(of: {
  readonly schedule: Schedule;
  readonly network: { readonly id: string; readonly timeZone: string };
  readonly planIds?: ReadonlySet<string>;
}): ScheduleFinding[] {
  const { schedule } = of;
  const blocking = [...checkNetwork(of), ...checkDayTypes(of), ...checkSpecialDays(schedule)];
  if (blocking.some((it) => it.severity === "BLOCK")) return blocking;
  return [...blocking, ...checkGaps(schedule), ...checkRates(schedule)];
}

const block = (kind: ScheduleFinding["kind"], path: string, sentence: string): ScheduleFinding => ({
  severity: "BLOCK",
  kind,
  path,
  sentence,
});
const warn = (kind: ScheduleFinding["kind"], path: string, sentence: string): ScheduleFinding => ({
  severity: "WARN",
  kind,
  path,
  sentence,
});

function checkNetwork({ schedule, network }: Parameters<typeof checkSchedule>[0]): ScheduleFinding[] {
  const { networkId, timeZone, validFrom, validTo } = schedule;
  const findings: ScheduleFinding[] = [];
  if (networkId !== network.id)
    findings.push(block("reference", "networkId", `The schedule is for ${networkId}, not ${network.id}.`));
  if (timeZone !== network.timeZone)
    findings.push(
      block("reference", "timeZone", `The network lies in ${network.timeZone}, not in ${timeZone}.`),
    );
  if (validFrom !== undefined && validTo !== undefined && validFrom > validTo)
    findings.push(block("validity", "validTo", `The schedule ends on ${validTo}, before it begins.`));
  return findings;
}

function checkDayTypes({ schedule, planIds }: Parameters<typeof checkSchedule>[0]): ScheduleFinding[] {
  const { dayTypes, weekdays, specialDays } = schedule;
  const known = new Set(dayTypes.map((it) => it.id));
  const used = new Set([...Object.values(weekdays), ...specialDays.map((it) => it.dayTypeId)]);
  return [
    ...listRepeated(dayTypes.map((it) => it.id)).map(({ at, value }) =>
      block("conflict", `dayTypes.${at}.id`, `${value} is the id of an earlier day type too.`),
    ),
    ...WEEKDAYS.filter((it) => !known.has(weekdays[it])).map((it) =>
      block("reference", `weekdays.${it}`, `There is no day type ${weekdays[it]}.`),
    ),
    ...specialDays.flatMap(({ dayTypeId }, at) =>
      known.has(dayTypeId)
        ? []
        : [block("reference", `specialDays.${at}.dayTypeId`, `There is no day type ${dayTypeId}.`)],
    ),
    ...dayTypes.flatMap(({ id, entries }, at) => [
      ...(used.has(id) ? [] : [warn("gap", `dayTypes.${at}`, `No day is of the type ${id}.`)]),
      ...entries.flatMap((entry, position) => {
        const path = `dayTypes.${at}.entries.${position}`;
        const before = entries[position - 1];
        const isLate = before === undefined || before.at < entry.at;
        const stands = before?.at === entry.at ? "begins at the same time as" : "stands after";
        return [
          ...(isLate
            ? []
            : [block("conflict", `${path}.at`, `The entry at ${entry.at} ${stands} that at ${before.at}.`)]),
          ...(planIds === undefined || planIds.has(entry.planId)
            ? []
            : [block("reference", `${path}.planId`, `There is no plan ${entry.planId}.`)]),
        ];
      }),
    ]),
  ];
}

function checkSpecialDays({ specialDays, validFrom, validTo }: Schedule): ScheduleFinding[] {
  return [
    ...listRepeated(specialDays.map((it) => it.id)).map(({ at, value }) =>
      block("conflict", `specialDays.${at}.id`, `${value} is the id of an earlier special day too.`),
    ),
    ...specialDays.flatMap((special, at) => {
      const path = `specialDays.${at}`;
      const { id, from, to } = special;
      if (from > to) return [block("validity", `${path}.to`, `${id} ends on ${to}, before it begins.`)];
      if (firstDateOf(special) === undefined)
        return [warn("gap", `${path}.weekdays`, `None of these weekdays lies between ${from} and ${to}.`)];
      const isOutside =
        (validFrom !== undefined && to < validFrom) || (validTo !== undefined && from > validTo);
      return isOutside ? [warn("validity", path, `${id} lies outside the schedule's validity.`)] : [];
    }),
    ...listRivals(specialDays),
  ];
}

/** Special days of one priority that share a date: the first one rules. */
const listRivals = (specialDays: readonly SpecialDay[]): ScheduleFinding[] =>
  specialDays.flatMap((special, at) => {
    const rival = specialDays.slice(0, at).find((it) => {
      const [, from = ""] = [it.from, special.from].sort();
      const [to = ""] = [it.to, special.to].sort();
      const shared = { ...special, from, to };
      return it.priority === special.priority && firstDateOf(shared, it) !== undefined;
    });
    return rival === undefined
      ? []
      : [
          warn(
            "conflict",
            `specialDays.${at}.priority`,
            `${special.id} and ${rival.id} share dates and the priority ${special.priority}: ${rival.id}, listed first, rules there.`,
          ),
        ];
  });

/** The first date of a special day, on which another one occurs too; a week shows all weekdays. */
function firstDateOf(special: SpecialDay, other: SpecialDay = special): string | undefined {
  for (let days = 0; days < 7; days++) {
    const date = addDays(special.from, days);
    if (date > special.to) return undefined;
    if (occursOn(special, date) && occursOn(other, date)) return date;
  }
  return undefined;
}

/** A weekday must say what runs from its begin on; a special day that ends must have begun. */
function checkGaps({ dayTypes, weekdays, specialDays }: Schedule): ScheduleFinding[] {
  const firstOf = (id: string) => dayTypes.find((it) => it.id === id)?.entries[0]?.at ?? "24:00";
  return [
    ...dayTypes.flatMap(({ id, entries }, at) => {
      const first = entries[0]?.at ?? "24:00";
      const isGap = first > "00:00" && WEEKDAYS.some((it) => weekdays[it] === id);
      return isGap
        ? [warn("gap", `dayTypes.${at}.entries.0.at`, `Nothing is scheduled from 00:00 to ${first}.`)]
        : [];
    }),
    ...specialDays.flatMap(({ id, dayTypeId, until }, at) =>
      until !== undefined && until <= firstOf(dayTypeId)
        ? [warn("gap", `specialDays.${at}.until`, `${id} ends before its first entry: it never rules.`)]
        : [],
    ),
  ];
}

function checkRates(schedule: Schedule): ScheduleFinding[] {
  const plain: Schedule = { ...schedule, timeZone: "UTC", validFrom: undefined, validTo: undefined };
  const week = Array.from({ length: 7 }, (_, days) => addDays(PLAIN_MONDAY, days)).map((date, day) => ({
    schedule: { ...plain, specialDays: [] },
    date,
    path: `weekdays.${WEEKDAYS[(day + 1) % 7]}`,
  }));
  const specials = schedule.specialDays.flatMap((special, at) => {
    const date = firstDateOf(special);
    return date === undefined ? [] : [{ schedule: plain, date, path: `specialDays.${at}` }];
  });
  return [...week, ...specials].flatMap((it) => checkDay(it.schedule, it.date, it.path));
}

function checkDay(schedule: Schedule, date: string, path: string): ScheduleFinding[] {
  const startMs = Date.parse(date);
  const changes = listChanges(schedule, startMs, startMs + MS_PER_DAY);
  const short = changes.flatMap(({ atMs, toPlanId }, at) => {
    const next = changes[at + 1];
    return next !== undefined && next.atMs - atMs < LEAST_IN_PLAN_MIN * 60_000
      ? [`${toPlanId} from ${new Date(atMs).toISOString().slice(11, 16)}`]
      : [];
  });
  return [
    ...(short.length === 0
      ? []
      : [warn("rate", path, `Less than ${LEAST_IN_PLAN_MIN} min in one plan: ${short.join(", ")}.`)]),
    ...(changes.length <= MOST_CHANGES_A_DAY
      ? []
      : [warn("rate", path, `${changes.length} changes in a day, more than ${MOST_CHANGES_A_DAY}.`)]),
  ];
}
