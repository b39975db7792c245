import { expect, test } from "vitest";
import { checkSchedule } from "./check-schedule.ts";
import type { Schedule, ScheduleEntry, SpecialDay } from "./schedule.schema.ts";

const entry = (at: string, planId: string): ScheduleEntry => ({ at, planId, why: "because" });
const special = (id: string, change: Partial<SpecialDay> = {}): SpecialDay => ({
  id,
  name: id,
  kind: "event",
  from: "2026-12-24",
  to: "2026-12-26",
  dayTypeId: "day",
  priority: 1,
  ...change,
});
const schedule = (change: Partial<Schedule> = {}): Schedule => ({
  version: 1,
  networkId: "n",
  name: "N",
  timeZone: "Europe/Berlin",
  dayTypes: [{ id: "day", name: "Day", entries: [entry("00:00", "a"), entry("07:00", "b")] }],
  weekdays: {
    sunday: "day",
    monday: "day",
    tuesday: "day",
    wednesday: "day",
    thursday: "day",
    friday: "day",
    saturday: "day",
  },
  specialDays: [],
  ...change,
});

const network = { id: "n", timeZone: "Europe/Berlin" };
const check = (change: Partial<Schedule>, expected: readonly string[]) => {
  const findings = checkSchedule({ schedule: schedule(change), network, planIds: new Set(["a", "b", "c"]) });
  expect(findings.map((it) => `${it.severity} ${it.kind} ${it.path}`)).toEqual(expected);
};

test("a whole schedule has no findings", () => {
  check({}, []);
});

test("what is not there blocks: network, zone, day type, plan", () => {
  check({ networkId: "m", timeZone: "UTC" }, ["BLOCK reference networkId", "BLOCK reference timeZone"]);
  check(
    { weekdays: { ...schedule().weekdays, friday: "x" }, specialDays: [special("s", { dayTypeId: "y" })] },
    ["BLOCK reference weekdays.friday", "BLOCK reference specialDays.0.dayTypeId"],
  );
  check({ dayTypes: [{ id: "day", name: "Day", entries: [entry("00:00", "z")] }] }, [
    "BLOCK reference dayTypes.0.entries.0.planId",
  ]);
});

test("two entries at one time, and entries out of order, block", () => {
  check(
    {
      dayTypes: [
        {
          id: "day",
          name: "Day",
          entries: [entry("00:00", "a"), entry("07:00", "b"), entry("07:00", "c"), entry("06:00", "a")],
        },
      ],
    },
    ["BLOCK conflict dayTypes.0.entries.2.at", "BLOCK conflict dayTypes.0.entries.3.at"],
  );
});

test("special days: rivals of one priority, dates that never come, an end before the begin", () => {
  check({ specialDays: [special("s"), special("t", { from: "2026-12-26", to: "2026-12-31" })] }, [
    "WARN conflict specialDays.1.priority",
  ]);
  check({ specialDays: [special("s"), special("t", { weekdays: ["monday"] })] }, [
    "WARN gap specialDays.1.weekdays",
  ]);
  check({ specialDays: [special("s"), special("t", { priority: 2 })] }, []);
  check({ specialDays: [special("s", { to: "2026-12-01" })] }, ["BLOCK validity specialDays.0.to"]);
  check({ validTo: "2026-12-01", specialDays: [special("s")] }, ["WARN validity specialDays.0"]);
});

test("gaps: a weekday that does not begin at midnight, an unused day type, an event that never rules", () => {
  const late = { id: "day", name: "Day", entries: [entry("05:00", "a")] };
  const other = { id: "other", name: "Other", entries: [entry("08:00", "a")] };
  check({ dayTypes: [late, other] }, ["WARN gap dayTypes.1", "WARN gap dayTypes.0.entries.0.at"]);
  check({ specialDays: [special("s", { until: "00:00" })] }, ["WARN gap specialDays.0.until"]);
});

test("less than half an hour in a plan and more than 16 changes a day are warned about", () => {
  const entries = [entry("00:00", "a"), entry("07:00", "b"), entry("07:20", "c")];
  const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
  check(
    { dayTypes: [{ id: "day", name: "Day", entries }] },
    weekdays.map((it) => `WARN rate weekdays.${it}`),
  );
  const hourly = Array.from({ length: 18 }, (_, hour) =>
    entry(`${String(hour).padStart(2, "0")}:00`, hour % 2 === 0 ? "a" : "b"),
  );
  check(
    { dayTypes: [{ id: "day", name: "Day", entries: hourly }] },
    weekdays.map((it) => `WARN rate weekdays.${it}`),
  );
});
