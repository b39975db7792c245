import { expect, test } from "vitest";
import { createManualClock, createScaledClock, systemClock } from "./clock.ts";

test("a manual clock runs what falls due in order of time, each at its own instant", () => {
  const clock = createManualClock(1000);
  const ran: string[] = [];
  clock.at(1300, () => ran.push(`at ${clock.nowMs()}`));
  clock.after(200, () => {
    ran.push(`after ${clock.nowMs()}`);
    clock.after(50, () => ran.push(`then ${clock.nowMs()}`));
  });
  const cancel = clock.at(1100, () => ran.push("never"));
  cancel();
  clock.advanceTo(1299);
  expect(ran).toEqual(["after 1200", "then 1250"]);
  clock.advanceTo(2000);
  expect(ran).toEqual(["after 1200", "then 1250", "at 1300"]);
});

test("setting a manual clock moves what waits for the epoch, not what waits for a time to pass", () => {
  const clock = createManualClock(0);
  const ran: string[] = [];
  clock.at(1000, () => ran.push("at"));
  clock.after(1000, () => ran.push("after"));
  clock.step(-500);
  clock.advanceTo(500);
  expect(ran).toEqual(["after"]);
  expect(clock.monotonicMs()).toBe(1000);
  clock.advanceTo(1000);
  expect(ran).toEqual(["after", "at"]);
});

test("a scaled clock runs faster than the wall clock and waits shorter", async () => {
  const startMs = Date.now();
  const clock = createScaledClock({ simulatedAnchorMs: 5000, realAnchorMs: startMs, speedFactor: 100 });
  await new Promise<void>((resolve) => clock.after(3000, resolve));
  const realMs = Date.now() - startMs;
  expect(realMs).toBeGreaterThanOrEqual(29);
  expect(realMs).toBeLessThan(1500);
  expect(clock.nowMs()).toBeGreaterThanOrEqual(5000 + 2900);
});

test("the system clock runs what is already due at the next turn, and nothing that was cancelled", async () => {
  let ran = 0;
  const cancel = systemClock.at(systemClock.nowMs() - 1, () => {
    ran += 10;
  });
  cancel();
  await new Promise<void>((resolve) => systemClock.at(0, resolve));
  await new Promise<void>((resolve) => systemClock.after(1, resolve));
  expect(ran).toBe(0);
});
