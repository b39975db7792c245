import { expect, test } from "vitest";
import { createCountProfile, findUsualCounts, learnCounts } from "./count-profile.ts";

const SLOTS = 24;
const MONDAY = { weekday: 1, dayClass: 0 };
const TUESDAY = { weekday: 2, dayClass: 0 };
const SUNDAY = { weekday: 0, dayClass: 2 };

/** Days in order; every slot of a day has this count. */
function learnDays(days: readonly { readonly kind: typeof MONDAY; readonly countVeh: number }[]) {
  let profile = createCountProfile(SLOTS, 1);
  for (const [day, { kind, countVeh }] of days.entries()) {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      profile = learnCounts(profile, { day, slot, ...kind }, Float64Array.of(countVeh));
    }
  }
  return profile;
}

const usualOf = (profile: ReturnType<typeof learnDays>, kind: typeof MONDAY) => {
  const usual = findUsualCounts(profile, { day: 99, slot: 12, ...kind });
  return { meanVeh: usual.meanVeh[0], days: usual.days[0] };
};

test("a weekday is believed as far as there are weeks of it", () => {
  // Class mean (100 + 100 + 130 + 130) ÷ 4 = 115; Tuesdays are 15 above it, two weeks of them count 2 ÷ (2 + 2).
  const profile = learnDays([
    { kind: MONDAY, countVeh: 100 },
    { kind: TUESDAY, countVeh: 130 },
    { kind: MONDAY, countVeh: 100 },
    { kind: TUESDAY, countVeh: 130 },
  ]);
  expect(usualOf(profile, TUESDAY).meanVeh).toBeCloseTo(122.5, 5);
  expect(usualOf(profile, MONDAY).meanVeh).toBeCloseTo(107.5, 5);
  expect(usualOf(profile, MONDAY).days).toBe(4);
});

test("days of another class stand in for less than a day", () => {
  const usual = usualOf(learnDays([{ kind: SUNDAY, countVeh: 40 }]), MONDAY);
  expect(usual.meanVeh).toBeCloseTo(40, 5);
  expect(usual.days).toBeLessThan(1);
});

test("nothing learned is nothing known", () => {
  expect(usualOf(createCountProfile(SLOTS, 1), MONDAY)).toEqual({ meanVeh: 0, days: 0 });
});

test("learning leaves the profile that was given as it was", () => {
  const before = learnDays([{ kind: MONDAY, countVeh: 100 }]);
  learnCounts(before, { day: 7, slot: 12, ...MONDAY }, Float64Array.of(900));
  expect(usualOf(before, MONDAY).meanVeh).toBeCloseTo(100, 5);
});

test("a missing count changes nothing", () => {
  const before = learnDays([{ kind: MONDAY, countVeh: 100 }]);
  const after = learnCounts(before, { day: 7, slot: 12, ...MONDAY }, Float64Array.of(Number.NaN));
  expect(usualOf(after, MONDAY)).toEqual(usualOf(before, MONDAY));
});
