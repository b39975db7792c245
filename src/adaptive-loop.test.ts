/** The loop from end to end: counts in, a plan on real controllers out, on a clock that the test moves. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Override } from "./control/loop/loop.schema.ts";
import type { Count } from "./demand/count.schema.ts";
import { type FlowsAt, type LoopWorld, openLoopWorld } from "./loop-world.test-support.ts";
import { createSeededRandom } from "./network/seeded-random.ts";
import type { TimingPlan } from "./timing/plan.schema.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";

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
  // The detectors of this street tell no occupancy.
  expect(published[0]?.reason).toContain("The guard cannot watch");
  for (const { worth, reason } of published) {
    expect(worth?.gainVehH).toBeGreaterThan(worth?.transitionVehH ?? Number.POSITIVE_INFINITY);
    expect(reason).toMatch(/saves .* the transition costs/);
  }
  expect(world.controllers.map((it) => it.runningPlanHash)).not.toEqual(before);
  const { planId = "" } = published[0] ?? {};
  expect(await world.ask("GET", `/plans/${planId}`)).toMatchObject({ createdBy: "loop" });
});

test.skipIf(!isFull)("noise in the counts does not move the street once it has settled", async () => {
  await world.ask("PUT", "/loop", { mode: "on" });
  const random = createSeededRandom(7);
  const noisy: FlowsAt = (atMs) => (id, movementId) =>
    flows(500, 300)(atMs)(id, movementId) + 60 * Math.round((random.uniform() - 0.5) * 6);
  await world.run(18, noisy);
  const settledAtMs = world.clock.nowMs();
  await world.run(15, noisy);
  const later = (await world.listDecisions()).filter((it) => it.atMs > settledAtMs);
  expect(later.length).toBe(15);
  expect(later.filter((it) => it.outcome === "published").length).toBeLessThanOrEqual(2);
});

test("without counts, and with half of them, nothing changes", async () => {
  await world.ask("PUT", "/loop", { mode: "on" });
  await world.run(3);
  await world.run(3, flows(300, 600), (count) => (/^stop|^adv/.test(count.detectorId) ? undefined : count));
  expect(new Set(await outcomes())).toEqual(new Set(["lowConfidence"]));
});

test("what would be done is recorded and not published in propose mode", async () => {
  await world.ask("PUT", "/loop", { mode: "propose", windowS: 300 });
  await world.run(8, flows(300, 600));
  const proposed = (await world.listDecisions()).filter((it) => it.outcome === "proposed");
  expect(proposed.length).toBeGreaterThan(0);
  expect(proposed.at(-1)?.proposal?.length).toBe(proposed.at(-1)?.intersectionIds.length);
  expect((await world.ask("GET", "/plans"))["plans"]).toHaveLength(1);
});

const putOverride = async (wanted: object): Promise<Override> =>
  (await world.ask("POST", "/overrides", { reason: "works", ...wanted })) as never;

test("a hold keeps what runs, survives a restart, and ends by itself", async () => {
  await world.ask("PUT", "/loop", { mode: "on", windowS: 300 });
  const expiresAtMs = world.clock.nowMs() + 12 * 60_000;
  const wanted = { id: "h1", kind: "hold", expiresAtMs };
  expect(await putOverride(wanted)).toMatchObject({ state: "inForce", personId: "ann" });
  expect(await putOverride(wanted)).toMatchObject({ state: "inForce" });
  await expect(putOverride({ ...wanted, reason: "another" })).rejects.toThrow("conflict");
  await world.run(5, flows(300, 600));
  await world.restart();
  await world.run(4, flows(300, 600));
  expect(new Set(await outcomes())).toEqual(new Set(["held"]));
  await world.run(9, flows(300, 600));
  const { overrides } = await world.ask("GET", "/overrides");
  expect(overrides).toMatchObject([{ id: "h1", state: "ended", endedBy: "clock" }]);
  expect(await outcomes()).toContain("published");
  const { entries } = await world.askRoot("/audit?limit=1000");
  const actions = (entries as { action: string }[]).map((it) => it.action);
  expect(actions.filter((it) => it.startsWith("override."))).toEqual(["override.end", "override.hold"]);
});

test("a forced plan runs where it is forced until it is taken back, and what ran before comes back", async () => {
  const { timingPlans } = (await world.ask("GET", "/plans/first"))["plan"] as { timingPlans: TimingPlan[] };
  const moved = timingPlans.map((it) => ({ ...it, offsetS: (it.offsetS + 20) % it.cycleS }));
  await world.ask("POST", "/plans", { id: "event", name: "Event", timingPlans: moved, fallback: "local" });
  const runningOffsets = async (): Promise<number[]> => {
    const { running } = await world.ask("GET", "/loop");
    return (running as TimingPlan[]).map((it) => it.offsetS);
  };
  const before = timingPlans.map((it) => it.offsetS);
  const expiresAtMs = world.clock.nowMs() + 3_600_000;
  await putOverride({ id: "f1", kind: "force", planId: "event", expiresAtMs });
  await world.run(5);
  expect(await runningOffsets()).toEqual(moved.map((it) => it.offsetS));
  await world.ask("DELETE", "/overrides/f1");
  await world.ask("DELETE", "/overrides/f1");
  await world.run(5);
  expect(await runningOffsets()).toEqual(before);
  expect((await world.ask("GET", "/overrides"))["overrides"]).toMatchObject([
    { state: "ended", endedBy: "ann" },
  ]);
});

test("a change that does worse than predicted is rolled back as a whole, and is left alone for a while", async () => {
  await world.ask("PUT", "/loop", { mode: "on", windowS: 300 });
  let isBad = false;
  const occupied = (count: Count): Count => ({ ...count, occupancy: isBad ? 0.6 : 0.1 });
  await world.run(8, flows(300, 600), occupied);
  isBad = true;
  await world.run(20, flows(300, 600), occupied);
  const decisions = await world.listDecisions();
  const back = decisions.find((it) => it.outcome === "rolledBack");
  expect(back?.guardRatio).toBeGreaterThan(1.25);
  const first = decisions.find((it) => it.outcome === "published");
  expect(back?.intersectionIds).toEqual(expect.arrayContaining([...(first?.intersectionIds ?? ["none"])]));
  const later = decisions.filter((it) => it.sequence > (back?.sequence ?? 0));
  const touched = later.filter((it) => it.outcome === "published").flatMap((it) => it.intersectionIds);
  expect(touched.filter((it) => back?.intersectionIds.includes(it))).toEqual([]);
});

test("the plan that the schedule wants runs from its time on, also where nothing adapts", async () => {
  const { timingPlans } = (await world.ask("GET", "/plans/first"))["plan"] as { timingPlans: TimingPlan[] };
  const moved = timingPlans.map((it) => ({ ...it, offsetS: (it.offsetS + 20) % it.cycleS }));
  await world.ask("POST", "/plans", { id: "day", name: "Day", timingPlans: moved, fallback: "local" });
  const soonMs = world.clock.nowMs() + 4 * 60_000;
  const at = new Date(soonMs).toLocaleTimeString("en-GB", {
    timeZone: world.network.timeZone,
    hour: "2-digit",
    minute: "2-digit",
  });
  const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
  await world.ask("PUT", "/schedule", {
    version: 1,
    networkId: "sample",
    name: "Every day",
    timeZone: world.network.timeZone,
    dayTypes: [
      {
        id: "all",
        name: "All days",
        entries: [
          { at: "00:00", planId: "first", why: "Light traffic" },
          { at, planId: "day", why: "Traffic by day" },
        ],
      },
    ],
    weekdays: Object.fromEntries(weekdays.map((it) => [it, "all"])),
  });
  await world.ask("PUT", "/loop", { mode: "schedule" });
  const outlook = await world.ask("GET", "/loop/outlook");
  expect(outlook["next"]).toMatchObject([{ atMs: soonMs, what: expect.stringContaining("plan day") }, {}]);
  await world.run(7, flows(300, 600));
  const published = (await world.listDecisions()).filter((it) => it.outcome === "published");
  expect(published.map((it) => [it.change, it.atMs])).toEqual([
    ["schedule", expect.any(Number)],
    ["schedule", soonMs],
  ]);
  const { running } = await world.ask("GET", "/loop");
  expect((running as TimingPlan[]).map((it) => it.offsetS)).toEqual(moved.map((it) => it.offsetS));
});

test.skipIf(!isFull)("an intersection is set free where it runs by calls, and comes back", async () => {
  const { timingPlans } = (await world.ask("GET", "/plans/first"))["plan"] as { timingPlans: TimingPlan[] };
  const expiresAtMs = world.clock.nowMs() + 5 * 60_000;
  await expect(putOverride({ id: "no", kind: "free", intersectionIds: ["A"], expiresAtMs })).rejects.toThrow(
    "no actuated plan",
  );
  const actuated = timingPlans.map((it) => ({
    ...it,
    actuation: {
      mode: "coordinated",
      forceOff: "fixed",
      phases: it.splits.map(({ phase }) => ({ phase, passageS: 3, recall: "none" })),
    },
  }));
  await world.ask("POST", "/plans", { id: "calls", name: "Calls", timingPlans: actuated, fallback: "local" });
  await world.ask("POST", "/plans/calls/validate");
  await world.ask("POST", "/plans/calls/publish");
  await world.run(4);
  const modes = async (): Promise<unknown[]> => {
    const { running } = await world.ask("GET", "/loop");
    return (running as TimingPlan[]).map((it) => it.actuation?.mode);
  };
  expect(await modes()).toEqual(["coordinated", "coordinated", "coordinated"]);
  const untilMs = world.clock.nowMs() + 5 * 60_000;
  await putOverride({ id: "free", kind: "free", intersectionIds: ["B"], expiresAtMs: untilMs });
  await world.run(4);
  expect(await modes()).toEqual(["coordinated", "free", "coordinated"]);
  await world.run(6);
  expect(await modes()).toEqual(["coordinated", "coordinated", "coordinated"]);
});

test.skipIf(!isFull)("an evaluation switches the loop off, and a fixed plan runs meanwhile", async () => {
  const evaluate = { fromDate: "2026-09-21", weeks: 2, blockHours: 2 };
  await expect(world.ask("PUT", "/loop", { mode: "on", evaluate })).rejects.toThrow("offPlanId");
  await world.ask("PUT", "/loop", {
    mode: "on",
    windowS: 300,
    evaluate: { ...evaluate, offPlanId: "first" },
  });
  const { isOn, nextSwitchAtMs, effect } = await world.ask("GET", "/loop/evaluation");
  expect([isOn, effect]).toMatchObject([true, { kind: "notEnough" }]);
  const outlook = await world.ask("GET", "/loop/outlook");
  expect(outlook["next"]).toContainEqual({
    atMs: nextSwitchAtMs,
    what: "The evaluation switches the loop off.",
  });
  await world.run(12, flows(300, 600));
  const minutes = Math.ceil((Number(nextSwitchAtMs) - world.clock.nowMs()) / 60_000);
  await world.run(minutes);
  await world.run(6, flows(300, 600));
  const decisions = await world.listDecisions();
  const off = decisions.filter((it) => it.atMs >= Number(nextSwitchAtMs));
  expect(decisions.some((it) => it.outcome === "published" && it.evaluation === "on")).toBe(true);
  expect(off.map((it) => it.evaluation)).toEqual(off.map(() => "off"));
  expect(off.filter((it) => it.outcome === "published").map((it) => it.change)).toEqual(["schedule"]);
  const { timingPlans } = (await world.ask("GET", "/plans/first"))["plan"] as { timingPlans: TimingPlan[] };
  const { running } = await world.ask("GET", "/loop");
  expect((running as TimingPlan[]).map((it) => it.offsetS)).toEqual(timingPlans.map((it) => it.offsetS));
});
