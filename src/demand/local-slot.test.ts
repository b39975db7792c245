import { expect, test } from "vitest";
import { findLocalSlot } from "./local-slot.ts";

const MELBOURNE = { timeZone: "Australia/Melbourne", slotS: 900, holidays: new Set(["2006-11-07"]) };
const at = (text: string): ReturnType<typeof findLocalSlot> => findLocalSlot(MELBOURNE, Date.parse(text));

test("a slot is counted from local midnight", () => {
  expect(at("2006-10-15T14:00Z")).toMatchObject({ slot: 0, weekday: 1, dayClass: 0 });
  expect(at("2006-10-15T13:45Z")).toMatchObject({ slot: 95, weekday: 0, dayClass: 2 });
});

test("the hour that the clocks skip has no slots, and the day goes on at its wall-clock time", () => {
  // 29 October 2006, 02:00 → 03:00.
  expect(at("2006-10-28T15:45Z")).toMatchObject({ slot: 7, weekday: 0 });
  expect(at("2006-10-28T16:00Z")).toMatchObject({ slot: 12, weekday: 0 });
});

test("a holiday is a Sunday", () => {
  expect(at("2006-11-06T22:00Z")).toMatchObject({ slot: 36, weekday: 0, dayClass: 2 });
});
