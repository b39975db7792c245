import { expect, test } from "vitest";
import type { Actuation } from "../../timing/plan.schema.ts";
import {
  breachesOf,
  fallbackPlan,
  goOn,
  order,
  publish,
  setStage,
  until,
} from "./controller-stage.test-support.ts";

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
