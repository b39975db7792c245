/** The loop from end to end: counts in, a plan on real controllers out, on a clock that the test moves. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FlowsAt, type LoopWorld, openLoopWorld } from "./loop-world.test-support.ts";

let world: LoopWorld;

beforeEach(async () => {
  world = await openLoopWorld();
});
afterEach(() => world.close());

/** Through traffic of the main street and of the side streets, and turns, veh/h. */
const flows =
  (main: number, side: number): FlowsAt =>
  () =>
  (_, movementId) =>
    /T$/.test(movementId) ? (/^[EW]/.test(movementId) ? main : side) : 60;

const outcomes = async (): Promise<string[]> => (await world.listDecisions()).map((it) => it.outcome);

test("a demand that changes leads to a plan that is published and runs, and decisions say why", async () => {
  await world.ask("PUT", "/loop", { mode: "on", windowS: 300 });
  const before = world.controllers.map((it) => it.runningPlanHash);
  await world.run(12, flows(300, 600));
  const published = (await world.listDecisions()).filter((it) => it.outcome === "published");
  expect(published.length).toBeGreaterThan(0);
  for (const { worth, reason } of published) {
    expect(worth?.gainVehH).toBeGreaterThan(worth?.transitionVehH ?? Number.POSITIVE_INFINITY);
    expect(reason).toMatch(/saves .* the transition costs/);
  }
  expect(world.controllers.map((it) => it.runningPlanHash)).not.toEqual(before);
  const { planId = "" } = published[0] ?? {};
  expect(await world.ask("GET", `/plans/${planId}`)).toMatchObject({ createdBy: "loop" });
});
