import { expect, test } from "vitest";
import { buildSampleNetwork, withIntersection } from "../network/sample-network.test-support.ts";
import type { TimingPlan } from "./plan.schema.ts";
import { predictTransition } from "./predict-transition.ts";
import { buildSamplePlan } from "./sample-plan.test-support.ts";
import {
  advance,
  DEFAULT_TRANSITION,
  isInStep,
  requestPlan,
  type Sequencer,
  startSequencer,
  stepClock,
  withdrawPlan,
} from "./sequencer.ts";

const EPOCH = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;
const [fourLegs, , tee] = buildSampleNetwork().intersections;
const [plan] = buildSamplePlan().timingPlans;
if (fourLegs === undefined || tee === undefined || plan === undefined)
  throw new Error("sample is incomplete");

/**
 * The plan's offset 0 is the green of phase 2; phase 1 leads it by its split of 11 s, so the cycle of 80 s begins at
 * 69 s. All red lasts 6 s, so starting at 63 s the first cycle is in step.
 */
const START_DS = 630;
const CYCLE_START_DS = 690;
const start = (): Sequencer =>
  startSequencer({ intersection: fourLegs, plan, timeBase: EPOCH, atDs: START_DS });
const inFirstCycle = (): Sequencer => advance(start(), CYCLE_START_DS).sequencer;

const withOffset = (offsetS: number): TimingPlan => ({ ...plan, offsetS });
const now = (method: "shortWay" | "addOnly" | "dwell", offsetS: number) => ({
  plan: withOffset(offsetS),
  timeBase: EPOCH,
  activateAtDs: 0,
  transition: { method, maxChangeRatio: 0.2 },
});

test("the intervals of a cycle follow each other as the plan's splits say", () => {
  const { changes } = advance(start(), CYCLE_START_DS + 400);
  const of = (lamp: string) =>
    changes
      .filter(
        (it) =>
          (it.type === "phase" ? `phase ${it.phase}` : it.type === "crossing" && it.crossingId) === lamp,
      )
      .map((it) => `${(it.atDs - CYCLE_START_DS) / 10} ${it.indication}`);
  expect(of("phase 1")).toEqual(["0 green", "6.5 yellow", "9.5 redClearance", "11 red"]);
  expect(of("phase 2")).toEqual(["11 green", "33.7 yellow", "37.5 redClearance", "39 red"]);
  expect(of("phase 5")).toEqual(["0 green", "7.5 yellow", "10.5 redClearance", "12 red"]);
  expect(of("pedS")).toEqual(["11 walk", "21 clearance", "31.4 dontWalk"]);
});

test("a later offset within the limit takes one longer cycle", () => {
  expect(predictTransition(inFirstCycle(), now("shortWay", 8))).toEqual({
    kind: "reached",
    cycles: 1,
    durationS: 88,
    largestChangeRatio: 0.1,
    activeAtDs: CYCLE_START_DS + 800,
    inStepAtDs: CYCLE_START_DS + 800 + 880,
  });
});

test("an earlier offset is reached by shortening as far as minimum greens and crossings give way", () => {
  // Between barriers the rings can give 3.8 s (1.5 + 2.3 and 2.5 + 1.3) and 1.6 s: 5.4 s a cycle, so two cycles of 76 s.
  expect(predictTransition(inFirstCycle(), now("shortWay", 72))).toMatchObject({
    kind: "reached",
    cycles: 2,
    durationS: 152,
    largestChangeRatio: 0.05,
  });
});

test("addOnly goes the long way round instead of shortening", () => {
  // 72 s in steps of at most 16 s: five cycles of 94.4 s.
  expect(predictTransition(inFirstCycle(), now("addOnly", 72))).toMatchObject({
    kind: "reached",
    cycles: 5,
    durationS: 472,
    largestChangeRatio: 0.18,
  });
});

test("dwell gives all of the extra time to the coordinated phases", () => {
  const requested = requestPlan(inFirstCycle(), now("dwell", 8));
  const { changes } = advance(requested, CYCLE_START_DS + 800 + 879);
  const yellows = changes.filter((it) => it.type === "phase" && it.indication === "yellow");
  const second = yellows
    .slice(8)
    .map((it) => [it.type === "phase" && it.phase, (it.atDs - CYCLE_START_DS - 800) / 10]);
  expect(second).toEqual([
    [1, 6.5],
    [5, 7.5],
    [2, 41.7],
    [6, 41.7],
    [3, 53],
    [7, 53],
    [4, 82.7],
    [8, 82.7],
  ]);
});

test("a step of the clock is corrected like any other offset error", () => {
  let state = stepClock(inFirstCycle(), 80);
  expect(isInStep(state)).toBe(false);
  // The running cycle is not touched; the two after it have 76 s each.
  state = advance(state, CYCLE_START_DS + 800 + 760 + 759).sequencer;
  expect(isInStep(state)).toBe(false);
  state = advance(state, CYCLE_START_DS + 800 + 760 + 760).sequencer;
  expect(isInStep(state)).toBe(true);
});

test("a daily sync is an ordinary transition: 140 s does not divide a day", () => {
  const timeBase = { timeZero: { type: "localDaily", at: "03:00" }, timeZone: "America/Chicago" } as const;
  const longer = plan.splits.map((it) => ({
    ...it,
    splitS: it.splitS + ([2, 4, 6, 8].includes(it.phase) ? 30 : 0),
  }));
  const syncDs = Date.parse("2026-06-10T08:00:00Z") / 100;
  const slow = { ...plan, cycleS: 140, splits: longer, offsetS: 50 };
  const started = startSequencer({ intersection: fourLegs, plan: slow, timeBase, atDs: syncDs - 15_000 });
  const { changes } = advance(started, syncDs + 15_000);
  const greens = changes
    .filter((it) => it.type === "phase" && it.phase === 2 && it.indication === "green")
    .map((it) => it.atDs - syncDs)
    .filter((it) => it > -6000);
  const cycles = greens.slice(1).map((it, index) => it - (greens[index] ?? 0));
  // The day ends 20 s into a cycle: the one cycle that crosses the sync is that much longer, spread over its greens.
  const changed = cycles.map((it) => it - 1400).filter((it) => it !== 0);
  expect(changed.reduce((sum, it) => sum + it, 0)).toBe(200);
  expect(changed.length).toBeLessThanOrEqual(2);
  expect(greens.filter((it) => it > 1600).every((it) => it % 1400 === 500)).toBe(true);
});

test("a plan waits for its activation instant, and may be withdrawn until then", () => {
  const request = {
    plan: withOffset(8),
    timeBase: EPOCH,
    activateAtDs: CYCLE_START_DS + 801,
    transition: DEFAULT_TRANSITION,
  };
  const requested = requestPlan(inFirstCycle(), request);
  const offsetAt = (state: Sequencer, atDs: number) =>
    advance(state, atDs).sequencer.current?.ringPlan.plan.offsetS;
  expect(offsetAt(requested, CYCLE_START_DS + 1599)).toBe(0);
  expect(offsetAt(requested, CYCLE_START_DS + 1600)).toBe(8);
  expect(offsetAt(withdrawPlan(requested), CYCLE_START_DS + 5000)).toBe(0);
});

test("a plan that asks for less than a minimum is refused before anything changes", () => {
  const short = plan.splits.map((it) => ({
    ...it,
    splitS: it.phase === 2 ? 20 : it.phase === 1 ? 19 : it.splitS,
  }));
  const request = {
    plan: { ...plan, splits: short },
    timeBase: EPOCH,
    activateAtDs: 0,
    transition: DEFAULT_TRANSITION,
  };
  expect(() => requestPlan(inFirstCycle(), request)).toThrow(/green of phase 2/);
});

test("a conflict on its way to the lamps turns everything red and is never left again", () => {
  const network = withIntersection(buildSampleNetwork(), "C", (it) => ({
    conflicts: [...it.conflicts, ["EBT", "WBT"] as const],
  }));
  const broken = network.intersections[2];
  const plans = buildSamplePlan().timingPlans;
  if (broken === undefined || plans[2] === undefined) throw new Error("sample is incomplete");
  const started = startSequencer({ intersection: broken, plan: plans[2], timeBase: EPOCH, atDs: 0 });
  const { sequencer, changes } = advance(started, 10_000);
  expect(sequencer.fault).toEqual({ between: ["EBT", "WBT"], atDs: 60 });
  expect(changes).toEqual([]);
  expect(
    predictTransition(started, {
      plan: plans[2],
      timeBase: EPOCH,
      activateAtDs: 0,
      transition: DEFAULT_TRANSITION,
    }),
  ).toEqual({
    kind: "fault",
    atDs: 60,
  });
});
