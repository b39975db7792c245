/** From a vehicle over a detector of a real controller, over its socket and the store, to the measures of its signal. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LoopWorld, openLoopWorld } from "./loop-world.test-support.ts";
import type { ArrivalBin, DiagramPoint } from "./measures/arrivals-on-green.ts";
import { listSignalDetectors } from "./measures/network-detectors.ts";
import { buildNetworkIndex } from "./network/find.ts";

let world: LoopWorld;
beforeEach(async () => {
  world = await openLoopWorld();
});
afterEach(() => world.close());

test("what a controller's detectors see is measured against the lamps that it showed", async () => {
  const index = buildNetworkIndex(world.network);
  const [intersection] = world.network.intersections;
  const controller = world.controllers[0];
  const detector =
    intersection && listSignalDetectors(index, intersection).find((it) => it.uses.includes("advance"));
  if (intersection === undefined || controller === undefined || detector === undefined) {
    throw new Error("the sample street has no intersection with a controller and an advance detector");
  }
  await world.run(4);
  const fromMs = world.clock.nowMs();
  for (let minute = 0; minute < 6; minute++) {
    for (const isOccupied of [true, false]) {
      controller.detect({ detectorId: detector.detectorId, isOccupied, atMs: world.clock.nowMs() });
    }
    await world.run(1);
  }
  const toMs = world.clock.nowMs();
  const address = `/intersections/${intersection.id}`;
  const measured = await world.ask(
    "GET",
    `${address}/measures?fromMs=${fromMs - 240_000}&toMs=${toMs}&binMin=60`,
  );
  const [phase] = detector.phases;
  const arrivals = (measured["arrivals"] as ArrivalBin[]).filter((it) => it.phase === phase);
  expect(arrivals.reduce((sum, it) => sum + it.arrivals, 0)).toBe(6);
  const { points } = await world.ask("GET", `${address}/diagram?fromMs=${fromMs - 240_000}&toMs=${toMs}`);
  const dots = (points as DiagramPoint[]).filter((it) => it.phase === phase);
  expect(dots).toHaveLength(6);
  expect(dots.filter((it) => it.state === "green")).toHaveLength(
    arrivals.reduce((sum, it) => sum + it.onGreen, 0),
  );
  // Every dot lies within its cycle, whose lamps follow each other.
  for (const { inCycleS, yellowS = 0, redS = 0, cycleS = Number.POSITIVE_INFINITY } of dots) {
    expect(inCycleS).toBeLessThan(cycleS);
    if (cycleS < Number.POSITIVE_INFINITY)
      expect([0 < yellowS, yellowS < redS, redS < cycleS]).toEqual([true, true, true]);
  }
});
