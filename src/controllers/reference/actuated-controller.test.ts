import { expect, test } from "vitest";
import type { Actuation } from "../../timing/plan.schema.ts";
import {
  breachesOf,
  fallbackPlan,
  goOn,
  order,
  publish,
  START_MS,
  setStage,
  until,
} from "./controller-stage.test-support.ts";

import { NO_PLANS } from "./state-file.ts";

const actuation: Actuation = {
  mode: "free",
  forceOff: "fixed",
  phases: fallbackPlan.splits.map(({ phase }) => ({ phase, passageS: 2, recall: "none", maxGreenS: 20 })),
};

test("an actuated plan answers detectors, and the centre hears how greens end", async () => {
  const stage = await setStage();
  const { controller, clock, centre } = stage;
  await publish(stage, order({ plan: { actuation } }));
  for (let vehicles = 0; vehicles < 5; vehicles++) {
    controller.detect({ detectorId: "stop.A.N.left", isOccupied: true, atMs: clock.nowMs() });
    await goOn(stage, 30);
    controller.detect({ detectorId: "stop.A.N.left", isOccupied: false, atMs: clock.nowMs() });
    await goOn(stage, 10);
  }
  await until(() => centre.items.some((it) => it.type === "termination" && it.phase === 7));
  expect(centre.items.some((it) => it.type === "termination" && it.reason === "gapOut")).toBe(true);
  expect(breachesOf(stage)).toEqual([]);
});

test("a detector that is stuck is reported once", async () => {
  const stage = await setStage();
  const { controller, clock, centre } = stage;
  controller.detect({ detectorId: "stop.A.N.left", isOccupied: true, atMs: clock.nowMs() });
  for (let minutes = 0; minutes < 8; minutes++) {
    controller.detect({ detectorId: "stop.A.S.left", isOccupied: true, atMs: clock.nowMs() });
    controller.detect({ detectorId: "stop.A.S.left", isOccupied: false, atMs: clock.nowMs() });
    await goOn(stage, 60);
  }
  await until(() => centre.items.some((it) => it.type === "fault"));
  const faults = centre.items.filter((it) => it.type === "fault");
  expect(faults).toMatchObject([
    { fault: "detector", detail: expect.stringContaining("stop.A.N.left is stuck") },
  ]);
});

const CALLED = "stop.A.N.left";

test("edges and buttons of strangers, and instants that cannot be right, reach neither lamps nor centre", async () => {
  const stage = await setStage();
  const { controller, clock, centre } = stage;
  controller.detect({ detectorId: "stop.B.N.left", isOccupied: true, atMs: clock.nowMs() });
  controller.press({ crossingId: "nowhere" });
  for (const atMs of [Number.NaN, -1, 8.64e15, clock.nowMs() - 7_200_000, clock.nowMs() - 0.5]) {
    controller.detect({ detectorId: CALLED, isOccupied: true, atMs });
  }
  await goOn(stage, 2);
  await until(() => centre.items.some((it) => it.type === "detectorChange"));
  const told = centre.items.filter((it) => it.type === "detectorChange" || it.type === "buttonPress");
  expect(told).toHaveLength(5);
  for (const it of told) expect(it).toMatchObject({ detectorId: CALLED, atMs: START_MS });
});

test("a clock that is set makes no detector silent or heard, and no count of part of a period", async () => {
  for (const byMs of [-3_600_000, 3_600_000]) {
    const stage = await setStage();
    const { controller, clock, centre } = stage;
    const pass = () => {
      controller.count({ detectorId: "stop.A.S.left", atMs: clock.nowMs() });
      controller.detect({ detectorId: "stop.A.S.left", isOccupied: true, atMs: clock.nowMs() });
      controller.detect({ detectorId: "stop.A.S.left", isOccupied: false, atMs: clock.nowMs() });
    };
    controller.detect({ detectorId: CALLED, isOccupied: true, atMs: clock.nowMs() });
    await goOn(stage, 90);
    clock.step(byMs);
    for (let seconds = 0; seconds < 400; seconds += 5) {
      pass();
      await goOn(stage, 5);
    }
    await until(() => centre.items.some((it) => it.type === "fault" && it.fault === "detector"));
    const counts = centre.items.flatMap((it) =>
      it.type === "count" && it.detectorId === "stop.A.S.left" && it.startAtMs > START_MS + 90_000 + byMs
        ? [it.countVeh]
        : [],
    );
    expect(counts.length).toBeGreaterThan(3);
    expect(new Set(counts)).toEqual(new Set([12]));
  }
});

test("after a restart a kept plan that no longer fits the intersection is not run", async () => {
  const running = order({ plan: { actuation } });
  const spoiled = { ...running, timingPlan: { ...running.timingPlan, offsetS: 7 } };
  const short = order({ plan: { splits: fallbackPlan.splits.map((it) => ({ ...it, splitS: 5 })) } });
  const strange = order({ plan: { sequenceId: "none" } });
  for (const kept of [spoiled, short, strange]) {
    for (const state of [
      { ...NO_PLANS, running: kept },
      { ...NO_PLANS, committed: kept },
    ]) {
      const stage = await setStage({ state });
      await goOn(stage, 200);
      expect(stage.controller.runningPlanHash).toBeNull();
      expect(stage.notes).toContainEqual({ kind: "failed", detail: expect.stringContaining("does not fit") });
      expect(breachesOf(stage)).toEqual([]);
    }
  }
  const stage = await setStage({ state: { ...NO_PLANS, running } });
  await goOn(stage, 200);
  expect(stage.controller.runningPlanHash).toBe(running.hash);
  expect(breachesOf(stage)).toEqual([]);
});
