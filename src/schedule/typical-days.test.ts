import { expect, test } from "vitest";
import type { Count } from "../demand/count.schema.ts";
import { createSeededRandom } from "../network/seeded-random.ts";
import { buildDayProfiles, QUARTERS } from "./day-profiles.ts";
import { addDays, WEEKDAYS, weekdayOf } from "./local-day.ts";
import { findTypicalDays } from "./typical-days.ts";

const build = (counts: readonly Count[], timeZone: string) =>
  buildDayProfiles({ counts, detectorIds: ["a"], timeZone });
const count = (iso: string, durationS: number, countVeh: number): Count => ({
  detectorId: "a",
  startAtMs: Date.parse(iso),
  durationS,
  countVeh,
});

test("counts fall into local quarter hours, long ones are divided, unknown detectors are left out", () => {
  const [day, next] = build(
    [
      count("2026-06-01T06:00:00+02:00", 300, 10),
      count("2026-06-01T06:05:00+02:00", 300, 20),
      count("2026-06-01T07:00:00+02:00", 3600, 400),
      count("2026-06-01T23:45:00+02:00", 1800, 60),
      { ...count("2026-06-01T09:00:00+02:00", 300, 10), detectorId: "b" },
    ],
    "Europe/Berlin",
  );
  expect([day?.date, next?.date]).toEqual(["2026-06-01", "2026-06-02"]);
  expect(day?.flowsVph[24]).toBe(180);
  expect([...(day?.flowsVph.slice(28, 33) ?? [])]).toEqual([400, 400, 400, 400, Number.NaN]);
  expect([day?.flowsVph[95], next?.flowsVph[0]]).toEqual([120, 120]);
  expect(day?.flowsVph[36]).toBeNaN();
});

test("on the day of a spring change an hour has no flow; in autumn two hours make one mean", () => {
  const hours = (from: string, of: (hour: number) => number) =>
    Array.from({ length: 25 }, (_, hour) => ({
      ...count(from, 3600, of(hour)),
      startAtMs: Date.parse(from) + hour * 3_600_000,
    }));
  const [spring] = build(
    hours("2026-03-29T00:00:00+01:00", (hour) => hour),
    "Europe/Berlin",
  );
  expect([4, 8, 11, 12].map((it) => spring?.flowsVph[it])).toEqual([1, Number.NaN, Number.NaN, 2]);
  const [autumn] = build(
    hours("2026-10-25T00:00:00+02:00", (hour) => hour),
    "Europe/Berlin",
  );
  expect([4, 8, 12, 95].map((it) => autumn?.flowsVph[it])).toEqual([1, 2.5, 4, 24]);
});

/** Four weeks of two detectors: noise per day and per quarter hour on a shape per weekday. */
function buildWeeks(shapeOf: (weekday: string, date: string) => number, seed: number) {
  const random = createSeededRandom(seed);
  return Array.from({ length: 28 }, (_, number) => {
    const date = addDays("2026-09-07", number);
    const level = shapeOf(weekdayOf(date), date) * (1 + random.normal(0, 0.03));
    const flowsVph = Float64Array.from({ length: 2 * QUARTERS }, (_, cell) => {
      const hour = (cell % QUARTERS) / 4;
      const peak = Math.exp(-((hour - (cell < QUARTERS ? 8 : 17)) ** 2) / 4);
      return Math.max(0, 100 + 900 * peak * level + random.normal(0, 30));
    });
    return { date, flowsVph };
  });
}
const LEVELS: Readonly<Record<string, number>> = { friday: 1.25, saturday: 0.6, sunday: 0.35 };

test("weekdays that are alike are found: Monday to Thursday, Friday, Saturday, Sunday", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const { days, leftOut } = findTypicalDays(buildWeeks((it) => LEVELS[it] ?? 1, seed));
    expect(days.map((it) => it.weekdays.join(" "))).toEqual([
      "monday tuesday wednesday thursday",
      "friday",
      "saturday",
      "sunday",
    ]);
    expect(days.map((it) => it.dates.length)).toEqual([16, 4, 4, 4]);
    expect(leftOut).toEqual([]);
  }
});

test("days without any difference are one class; classes that are given are kept", () => {
  const [monday] = buildWeeks(() => 1, 6);
  const same = buildWeeks(() => 1, 6).map((it) => ({ ...it, flowsVph: monday?.flowsVph ?? it.flowsVph }));
  expect(findTypicalDays(same).days.map((it) => it.weekdays.length)).toEqual([7]);
  const weeks = buildWeeks(() => 1, 6);
  expect(findTypicalDays(weeks).days.map((it) => it.weekdays.length)).toEqual([7]);
  const given = findTypicalDays(weeks, [["saturday"], ["monday", "friday"]]);
  expect(given.days.map((it) => [it.weekdays, it.dates.length])).toEqual([
    [["saturday"], 4],
    [["monday", "friday"], 8],
  ]);
});

test("a holiday and a day that was hardly counted are left out, with the reason", () => {
  const weeks = buildWeeks((it, date) => (date === "2026-09-15" ? 0.35 : (LEVELS[it] ?? 1)), 7).map((it) =>
    it.date === "2026-09-24"
      ? { ...it, flowsVph: it.flowsVph.map((flow, at) => (at < 130 ? Number.NaN : flow)) }
      : it,
  );
  const { days, leftOut } = findTypicalDays(weeks);
  expect(leftOut.map((it) => it.date)).toEqual(["2026-09-15", "2026-09-24"]);
  expect(leftOut[0]?.reason).toMatch(
    /^unlike other days of its kind: .* times the usual difference, -\d+ % traffic$/,
  );
  expect(leftOut[1]?.reason).toMatch(/^only 3\d % of what other days have was counted$/);
  expect(days[0]?.dates.length).toBe(14);
});

test("a dead detector leaves the others' means as they are", () => {
  const weeks = buildWeeks((it) => LEVELS[it] ?? 1, 8);
  const dead = weeks.map((it, day) =>
    day >= 21 ? { ...it, flowsVph: it.flowsVph.map((flow, at) => (at < QUARTERS ? Number.NaN : flow)) } : it,
  );
  const [whole] = findTypicalDays(weeks.slice(0, 21)).days;
  const [part] = findTypicalDays(dead).days;
  expect([...(part?.flowsVph.slice(0, QUARTERS) ?? [])]).toEqual([
    ...(whole?.flowsVph.slice(0, QUARTERS) ?? []),
  ]);
});

test("one week says nothing of chance: the usual classes", () => {
  const { days } = findTypicalDays(buildWeeks((it) => LEVELS[it] ?? 1, 9).slice(0, 7));
  expect(days.map((it) => it.weekdays.length)).toEqual([4, 1, 1, 1]);
  expect(days.flatMap((it) => it.weekdays).length).toBe(WEEKDAYS.length);
});
