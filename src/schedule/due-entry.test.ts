import fc from "fast-check";
import { expect, test } from "vitest";
import { findDueEntry, listChanges } from "./due-entry.ts";
import { type Schedule, type ScheduleEntry, ScheduleSchema, WeekdaySchema } from "./schedule.schema.ts";

const entry = (at: string, planId: string): ScheduleEntry => ({ at, planId, why: `${planId} is best` });
const everyDay = (id: string) =>
  Object.fromEntries(WeekdaySchema.options.map((it) => [it, id])) as Schedule["weekdays"];

const schedule = (change: Partial<Schedule> = {}): Schedule => ({
  version: 1,
  networkId: "canal",
  name: "Canal Street",
  timeZone: "America/Chicago",
  dayTypes: [
    { id: "work", name: "Monday to Friday", entries: [entry("00:00", "night"), entry("06:30", "am")] },
    { id: "free", name: "Weekend", entries: [entry("00:00", "night"), entry("09:00", "shop")] },
    { id: "game", name: "Game", entries: [entry("16:00", "inbound"), entry("21:30", "egress")] },
  ],
  weekdays: { ...everyDay("work"), saturday: "free", sunday: "free" },
  specialDays: [],
  ...change,
});

const dueAt = (of: Schedule, iso: string): string => {
  const due = findDueEntry(of, Date.parse(iso));
  return due.kind === "due" ? `${due.planId}, ${due.why}` : due.why;
};

test("an entry runs from its time on until the next one, in the zone's local time", () => {
  expect(dueAt(schedule(), "2026-11-23T06:29:59-06:00")).toBe("night, Monday to Friday: night is best");
  expect(dueAt(schedule(), "2026-11-23T06:30:00-06:00")).toBe("am, Monday to Friday: am is best");
  expect(dueAt(schedule(), "2026-11-22T23:59:00-06:00")).toBe("shop, Weekend: shop is best");
});

test("a special day rules from its first entry until its end, by priority", () => {
  const event = { kind: "event", from: "2026-11-25", to: "2026-11-26", until: "23:00" } as const;
  const of = schedule({
    specialDays: [
      {
        id: "thanks",
        name: "Thanksgiving",
        kind: "holiday",
        from: "2026-11-26",
        to: "2026-11-26",
        dayTypeId: "free",
        priority: 50,
      },
      { ...event, id: "game", name: "Bowl", dayTypeId: "game", priority: 80 },
    ],
  });
  expect(dueAt(of, "2026-11-25T15:59:00-06:00")).toBe("am, Monday to Friday: am is best");
  expect(dueAt(of, "2026-11-25T16:00:00-06:00")).toBe("inbound, Bowl: inbound is best");
  expect(dueAt(of, "2026-11-26T10:00:00-06:00")).toBe("shop, Thanksgiving: shop is best");
  expect(dueAt(of, "2026-11-26T22:00:00-06:00")).toBe("egress, Bowl: egress is best");
  expect(dueAt(of, "2026-11-26T23:00:00-06:00")).toBe("shop, Thanksgiving: shop is best");
});

test("of two special days of one priority the one listed first rules; weekdays narrow the dates", () => {
  const season = { kind: "season", from: "2026-11-23", to: "2026-11-29", priority: 5 } as const;
  const of = schedule({
    specialDays: [
      { ...season, id: "a", name: "A", dayTypeId: "game", weekdays: ["tuesday"] },
      { ...season, id: "b", name: "B", dayTypeId: "free" },
    ],
  });
  expect(dueAt(of, "2026-11-24T17:00:00-06:00")).toBe("inbound, A: inbound is best");
  expect(dueAt(of, "2026-11-25T17:00:00-06:00")).toBe("shop, B: shop is best");
});

test("outside its validity nothing is due, and the reason is said", () => {
  const of = schedule({ validFrom: "2026-11-23", validTo: "2026-11-24" });
  expect(dueAt(of, "2026-11-22T23:59:00-06:00")).toBe("The schedule is valid from 2026-11-23 on.");
  expect(dueAt(of, "2026-11-25T00:00:00-06:00")).toBe("The schedule was valid until 2026-11-24.");
  expect(listChanges(of, Date.parse("2026-11-22T12:00-06:00"), Date.parse("2026-11-26T12:00-06:00"))).toEqual(
    [
      expect.objectContaining({ local: "2026-11-23T00:00-06:00", fromPlanId: null, toPlanId: "night" }),
      expect.objectContaining({ local: "2026-11-23T06:30-06:00", toPlanId: "am" }),
      expect.objectContaining({ local: "2026-11-24T00:00-06:00", toPlanId: "night" }),
      expect.objectContaining({ local: "2026-11-24T06:30-06:00", toPlanId: "am" }),
      expect.objectContaining({ local: "2026-11-25T00:00-06:00", fromPlanId: "am", toPlanId: null }),
    ],
  );
});

const byClock = schedule({
  dayTypes: [
    {
      id: "clock",
      name: "Clock",
      entries: [
        entry("00:00", "p0"),
        entry("01:30", "p1"),
        entry("02:30", "p2"),
        entry("02:45", "p3"),
        entry("03:30", "p4"),
      ],
    },
  ],
  weekdays: everyDay("clock"),
});
const changesOf = (of: Schedule, from: string, to: string) =>
  listChanges(of, Date.parse(from), Date.parse(to)).map((it) => `${it.local} ${it.toPlanId}`);

test("times that the spring change skips come at the change, the last of them stays", () => {
  expect(changesOf(byClock, "2026-03-08T00:00-06:00", "2026-03-08T12:00-05:00")).toEqual([
    "2026-03-08T00:00-06:00 p0",
    "2026-03-08T01:30-06:00 p1",
    "2026-03-08T03:00-05:00 p3",
    "2026-03-08T03:30-05:00 p4",
  ]);
  expect(dueAt(byClock, "2026-03-08T03:10:00-05:00")).toBe(
    "p3, Clock: p3 is best (02:45 does not exist on 2026-03-08; from 03:00 on)",
  );
});

test("a time that comes twice in autumn counts once, the first time", () => {
  expect(changesOf(byClock, "2026-11-01T00:00-05:00", "2026-11-01T12:00-06:00")).toEqual([
    "2026-11-01T00:00-05:00 p0",
    "2026-11-01T01:30-05:00 p1",
    "2026-11-01T02:30-06:00 p2",
    "2026-11-01T02:45-06:00 p3",
    "2026-11-01T03:30-06:00 p4",
  ]);
  expect(dueAt(byClock, "2026-11-01T01:00:00-06:00")).toContain("p1");
});

test("a schedule without a weekday or with an unknown key, zone or date is refused with its path", () => {
  const { sunday: _, ...six } = everyDay("clock");
  const bad = {
    ...byClock,
    weekdays: six,
    timeZone: "Mars/Olympus",
    color: "red",
    validFrom: "2026-02-30",
  };
  const parsed = ScheduleSchema.safeParse(bad);
  expect(parsed.error?.issues.map((it) => it.path.join("."))).toEqual([
    "timeZone",
    "validFrom",
    "weekdays.sunday",
    "",
  ]);
});

const times = fc
  .uniqueArray(fc.integer({ min: 0, max: 1439 }), { minLength: 1, maxLength: 6 })
  .map((it) => it.sort((a, b) => a - b));
const zones = fc.constantFrom(
  "America/Chicago",
  "Australia/Melbourne",
  "Europe/Berlin",
  "Asia/Shanghai",
  "Australia/Lord_Howe",
);

test("the listed changes are all there are: between them the due plan never changes", () => {
  const check = fc.property(times, zones, fc.integer({ min: 0, max: 365 }), (minutes, timeZone, days) => {
    const at = (minute: number) => new Date(minute * 60_000).toISOString().slice(11, 16);
    const entries = minutes.map((it, position) => entry(at(it), `p${position}`));
    const of = schedule({
      timeZone,
      dayTypes: [{ id: "d", name: "D", entries }],
      weekdays: everyDay("d"),
    });
    const fromMs = Date.parse("2026-01-01T00:00Z") + days * 86_400_000;
    const toMs = fromMs + 2 * 86_400_000;
    const idAt = (atMs: number) => {
      const due = findDueEntry(of, atMs);
      return due.kind === "due" ? due.planId : null;
    };
    const changes = new Map(listChanges(of, fromMs, toMs).map((it) => [it.atMs, it.toPlanId]));
    let before = idAt(fromMs - 1);
    for (let atMs = fromMs; atMs < toMs; atMs += 15 * 60_000) {
      // Changes fall on whole minutes; look at each quarter hour and at the changes in it.
      for (const [changeMs, planId] of changes) {
        if (changeMs > atMs - 15 * 60_000 && changeMs <= atMs) before = planId;
      }
      expect(idAt(atMs)).toBe(before);
    }
  });
  fc.assert(check, { seed: 20261122, numRuns: process.env["GREENWAVE_FULL"] === "1" ? 300 : 15 });
});
