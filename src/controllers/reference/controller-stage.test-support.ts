/** A reference controller connected to a test centre, on a clock that the test moves; and the orders that it gets. */
import { afterEach, expect } from "vitest";
import { createManualClock, type ManualClock } from "../../clock.ts";
import { known } from "../../errors.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import type { IndicationChange } from "../../timing/indications.ts";
import { judgeLamps } from "../../timing/lamp-judge.test-support.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import type { PrepareOrder } from "../commit-record.schema.ts";
import { hashPlanContent } from "../signing.ts";
import { type ControllerNote, ReferenceController } from "./controller.ts";
import { NO_PLANS, type PlanState } from "./state-file.ts";
import { startTestCentre, type TestCentre } from "./test-centre.test-support.ts";

export const START_MS = 1_790_000_000_000;
export const network = buildSampleNetwork();
export const intersection = known(network.intersections[0], "intersection A");
export const fallbackPlan = known(buildSamplePlan().timingPlans[0], "plan of A");

export interface Stage {
  readonly centre: TestCentre;
  readonly clock: ManualClock;
  readonly controller: ReferenceController;
  readonly lamps: IndicationChange[];
  readonly notes: ControllerNote[];
  saved: PlanState;
}

export const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A controller connected to a test centre, on a clock that the test moves. */
export async function setStage(
  over: {
    centre?: TestCentre;
    clock?: ManualClock;
    state?: PlanState;
    save?: (state: PlanState) => void;
  } = {},
): Promise<Stage> {
  const centre = over.centre ?? (await startTestCentre());
  const clock = over.clock ?? createManualClock(START_MS);
  const lamps: IndicationChange[] = [];
  const notes: ControllerNote[] = [];
  const registered = centre.registers.length;
  const controller = new ReferenceController({
    id: "A",
    network,
    fallback: { name: "local", plan: fallbackPlan },
    url: centre.url,
    token: "secret",
    centreKey: centre.publicKey,
    clock,
    backOff: { waitMinMs: 1000, randomRangeMs: 0, repeatTimes: 0 },
    random: () => 0,
    stallMs: 10_000,
    countPeriodS: 60,
    countGraceS: 5,
    state: over.state ?? NO_PLANS,
    save: (state) => {
      over.save?.(state);
      stage.saved = state;
    },
    onIndications: (changes) => lamps.push(...changes),
    onNote: (note) => notes.push(note),
  });
  const stage: Stage = { centre, clock, controller, lamps, notes, saved: NO_PLANS };
  cleanups.push(
    () => centre.stop(),
    () => controller.stop(),
  );
  await until(() => centre.registers.length > registered);
  await until(() => notes.some((it) => it.kind === "registered"));
  return stage;
}

export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 3000) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets the clock go on in small steps, with room for the socket in between. */
export async function goOn({ clock }: Pick<Stage, "clock">, seconds: number): Promise<void> {
  const endMs = clock.nowMs() + seconds * 1000;
  while (clock.nowMs() < endMs) {
    clock.advanceTo(Math.min(endMs, clock.nowMs() + 2000));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export function order(change: Partial<PrepareOrder> & { plan?: Partial<TimingPlan> } = {}): PrepareOrder {
  const { plan, ...over } = change;
  const timingPlan = { ...fallbackPlan, splits: [...fallbackPlan.splits], offsetS: 30, ...plan };
  const content = {
    timingPlan: { ...timingPlan, splits: [...timingPlan.splits] },
    timeZero: network.timeZero,
    timeZone: network.timeZone,
    fallback: "local",
  };
  return {
    txId: "tx-1",
    planId: "plan-1",
    revision: 8,
    hash: hashPlanContent(content),
    ...content,
    activateAtMs: START_MS + 60_000,
    validUntilMs: START_MS + 3_600_000,
    transition: { method: "shortWay", maxChangeRatio: 0.2, maxCycles: 5 },
    ...over,
  };
}

export const commit = { txId: "tx-1" };

/** Publishes the order and waits until the controller runs it. */
export async function publish(stage: Stage, it = order()): Promise<void> {
  expect(await stage.centre.ask("plan.prepare", it)).toHaveProperty("result");
  expect(await stage.centre.ask("plan.commit", { txId: it.txId })).toHaveProperty("result");
  await goOn(stage, (it.activateAtMs - stage.clock.nowMs()) / 1000 + 120);
  await until(() => stage.centre.items.some((item) => item.type === "planActive" && item.txId === it.txId));
}

/** Shared and own time are the same here unless the clock was set. */
export const breachesOf = ({ lamps, clock }: Stage) =>
  judgeLamps({ intersection, changes: lamps, endDs: Math.ceil(clock.nowMs() / 100) });
