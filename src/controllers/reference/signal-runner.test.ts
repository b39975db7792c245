import { expect, test } from "vitest";
import { createManualClock } from "../../clock.ts";
import { known } from "../../errors.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import type { IndicationChange } from "../../timing/indications.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { startSignal } from "../../timing/signal.ts";
import { SignalRunner } from "./signal-runner.ts";

const intersection = known(buildSampleNetwork().intersections[0], "intersection A");
const plan = known(buildSamplePlan().timingPlans[0], "plan of A");

/** A clock whose timers may fire late, as in a process that sleeps. */
function startRunner() {
  const manual = createManualClock(1_790_000_000_037);
  let sleepMs = 0;
  let pauseMs = 0;
  const clock = {
    ...manual,
    after: (delayMs: number, action: () => void) => manual.after(delayMs + sleepMs, action),
    /** A process that is put aside before it has read the epoch. */
    nowMs: () => {
      if (pauseMs > 0) manual.advanceTo(manual.nowMs() + pauseMs);
      return manual.nowMs();
    },
  };
  const lamps: IndicationChange[] = [];
  const steps: number[] = [];
  const runner = new SignalRunner({
    clock,
    stallMs: 1000,
    startAt: (atDs) =>
      startSignal({
        intersection,
        detectors: [],
        plan,
        timeBase: { timeZero: { type: "epoch" }, timeZone: "UTC" },
        atDs,
      }),
    onChanges: (changes) => lamps.push(...changes),
    onTerminations: () => {},
    onAdvanced: () => {},
    onStep: (byMs) => steps.push(byMs),
  });
  const sleep = (ms: number) => {
    sleepMs = ms;
  };
  const pauseAtReading = (ms: number) => {
    pauseMs = ms;
  };
  return { manual, runner, lamps, steps, sleep, pauseAtReading };
}

test("lamps change on the tenths of the shared clock", () => {
  const { manual, lamps } = startRunner();
  manual.advanceTo(1_790_000_000_037 + 30_000);
  expect(known(lamps[0], "first change").atDs).toBe(17_900_000_061);
});

test("a process that slept goes on where it stopped: no interval was shown too briefly", () => {
  const { manual, runner, lamps, steps, sleep } = startRunner();
  manual.advanceTo(manual.nowMs() + 7000);
  sleep(25_000);
  manual.advanceTo(manual.nowMs() + 28_000);
  sleep(0);
  manual.advanceTo(manual.nowMs() + 100_000);
  runner.stop();
  expect(steps.every((it) => it > 1000)).toBe(true);
  expect(steps.length).toBeGreaterThan(0);
  const yellows = lamps.filter((it) => it.type === "phase" && it.phase === 1).slice(0, 4);
  const [green, yellow, clearance] = yellows.map((it) => it.atDs);
  expect(yellows.map((it) => it.indication)).toEqual(["green", "yellow", "redClearance", "red"]);
  expect(known(yellow, "yellow") - known(green, "green")).toBeGreaterThanOrEqual(65);
  expect(known(clearance, "red clearance") - known(yellow, "yellow")).toBeGreaterThanOrEqual(30);
});

test("a pause between the readings of the two clocks is no step of the clock", () => {
  const { manual, runner, steps, pauseAtReading } = startRunner();
  manual.advanceTo(manual.nowMs() + 7000);
  pauseAtReading(300);
  manual.advanceTo(manual.nowMs() + 40_000);
  pauseAtReading(0);
  manual.advanceTo(manual.nowMs() + 40_000);
  runner.stop();
  expect(steps).toEqual([]);
});
