import { expect, test } from "vitest";
import { cycleZeroDs, positionInCycleDs } from "./time-zero.ts";

const ds = (iso: string): number => Date.parse(iso) / 100;
const daily = (at: string, timeZone: string) => ({ timeZero: { type: "localDaily", at }, timeZone }) as const;

test("from the epoch, the position never restarts", () => {
  const base = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;
  expect(cycleZeroDs(base, ds("2026-11-22T00:00:00Z"))).toBe(0);
  const dayEndDs = ds("2026-11-22T00:00:00Z");
  const before = positionInCycleDs(base, { atDs: dayEndDs - 1, cycleDs: 1400 });
  expect(positionInCycleDs(base, { atDs: dayEndDs, cycleDs: 1400 })).toBe((before + 1) % 1400);
});

test("with a daily sync, the position jumps by what the cycle leaves of a day", () => {
  const base = daily("03:00", "America/Chicago");
  const syncDs = ds("2026-06-10T08:00:00Z");
  expect(cycleZeroDs(base, syncDs)).toBe(syncDs);
  expect(cycleZeroDs(base, syncDs - 1)).toBe(syncDs - 864_000);
  expect(positionInCycleDs(base, { atDs: syncDs - 1, cycleDs: 1400 })).toBe(199);
  expect(positionInCycleDs(base, { atDs: syncDs, cycleDs: 1400 })).toBe(0);
});

test.each([
  ["standard time", "03:00", "America/Chicago", "2026-01-15T12:00:00Z", "2026-01-15T09:00:00Z"],
  ["daylight saving", "03:00", "America/Chicago", "2026-07-15T12:00:00Z", "2026-07-15T08:00:00Z"],
  [
    "the day of the spring change",
    "03:00",
    "America/Chicago",
    "2026-03-08T12:00:00Z",
    "2026-03-08T08:00:00Z",
  ],
  [
    "a time that the change skips",
    "02:30",
    "America/Chicago",
    "2026-03-08T12:00:00Z",
    "2026-03-08T08:30:00Z",
  ],
  [
    "a time that comes twice: the first",
    "01:30",
    "America/Chicago",
    "2026-11-01T12:00:00Z",
    "2026-11-01T06:30:00Z",
  ],
  [
    "between the two: still the first",
    "01:30",
    "America/Chicago",
    "2026-11-01T07:00:00Z",
    "2026-11-01T06:30:00Z",
  ],
  ["a zone without changes", "00:00", "Asia/Shanghai", "2026-11-22T15:59:59Z", "2026-11-21T16:00:00Z"],
  ["a local day ahead of UTC", "00:00", "Asia/Shanghai", "2026-11-22T16:00:00Z", "2026-11-22T16:00:00Z"],
  ["a half-hour zone", "12:00", "Asia/Kolkata", "2026-11-22T06:29:00Z", "2026-11-21T06:30:00Z"],
])("the last sync is found in %s", (_case, at, timeZone, now, expected) => {
  expect(cycleZeroDs(daily(at, timeZone), ds(now))).toBe(ds(expected));
});
