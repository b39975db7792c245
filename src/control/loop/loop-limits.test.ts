/** What the loop leaves alone: limits a day, people's fresh plans, and what somebody did meanwhile. */
import { expect, test } from "vitest";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { isLookDue } from "./advance-state.ts";
import { findOvertaking } from "./find-overtaking.ts";
import { freezeSnapshot } from "./freeze-snapshot.ts";
import { LOOP_ACTOR, LoopSettingsSchema, NEW_LOOP, type Override } from "./loop.schema.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = 100 * HOUR_MS;
const settings = LoopSettingsSchema.parse({ mode: "on", planChangesPerDay: 3 });
const running = buildSamplePlan();
const network = buildSampleNetwork();
const ids = network.intersections.map((it) => it.id);

const isDueAfter = (...hoursAgo: readonly number[]): boolean =>
  isLookDue({ ...NEW_LOOP, planChangesAtMs: hoursAgo.map((it) => NOW_MS - it * HOUR_MS) }, settings, NOW_MS);

test("no more plan changes in 24 h than the limit, and none before the last has stayed", () => {
  expect(isDueAfter()).toBe(true);
  expect(isDueAfter(20, 10)).toBe(true);
  expect(isDueAfter(20, 10, 5)).toBe(false);
  expect(isDueAfter(24, 10, 5)).toBe(true);
  expect(isDueAfter(0.49)).toBe(false);
  expect(isDueAfter(0.5)).toBe(true);
});

async function listHeld(by: string, agoS: number): Promise<string[]> {
  const record = { plan: running, createdBy: by, changedAtMs: NOW_MS - agoS * 1000 };
  const deps = {
    clock: { nowMs: () => NOW_MS },
    networks: { get: () => ({ network, version: { hash: "h" } }) },
    store: {
      findRunningPlan: async () => running,
      listPlans: async ({ state }: { state: string }) => (state === "active" ? [record] : []),
    },
    listControllers: () => ids.map((controllerId) => ({ controllerId, state: "inControl" })),
  };
  const counts = { readWindow: async () => ({ columns: undefined, detectors: [] }) };
  const keeper = { keepUp: async () => {}, findLevels: () => undefined };
  const snapshot = await freezeSnapshot(
    deps as never,
    {
      networkId: network.id,
      settings,
      settingsSetAtMs: 0,
      state: NEW_LOOP,
      overrides: [],
      counts,
      keeper,
    } as never,
  );
  return [...snapshot.held.keys()];
}

test("what a person has published is left alone for its time, what the loop has published is not", async () => {
  expect(await listHeld("ann", settings.personStayS - 1)).toEqual(ids);
  expect(await listHeld("ann", settings.personStayS)).toEqual([]);
  expect(await listHeld(LOOP_ACTOR, 1)).toEqual([]);
});

function findCame(of: {
  readonly now?: typeof running;
  readonly published?: readonly (typeof running)[];
  readonly overrides?: readonly Partial<Override>[];
}): Promise<string | undefined> {
  const { now = running, published = [], overrides = [] } = of;
  const store = {
    findRunningPlan: async () => now,
    listPlans: async () => published.map((plan) => ({ plan })),
  };
  return findOvertaking(store as never, {
    networkId: network.id,
    running,
    intersectionIds: ["A"],
    overrides: overrides as never,
  });
}

test("a plan or a word of a person that came since the snapshot overtakes the tick, elsewhere it does not", async () => {
  expect(await findCame({})).toBeUndefined();
  const newer = { ...running, id: "newer", revision: running.revision + 1 };
  expect(await findCame({ now: newer })).toBe("Plan newer came first.");
  expect(await findCame({ published: [newer] })).toBe("Plan newer came first.");
  const elsewhere = running.timingPlans.filter((it) => it.intersectionId !== "A");
  expect(await findCame({ published: [{ ...newer, timingPlans: elsewhere }] })).toBeUndefined();
  const hold = { id: "h", kind: "hold", personId: "ann" } as const;
  expect(await findCame({ overrides: [hold] })).toBe("hold h of ann came first.");
  expect(await findCame({ overrides: [{ ...hold, intersectionIds: ["B"] }] })).toBeUndefined();
});
