import { expect, it } from "vitest";
import type { Crossing } from "../../network/network.schema.ts";
import { withCrossing } from "../../network/sample-network.test-support.ts";
import { judgeSample, samplePlanWith, sampleWith } from "../judge-sample.test-support.ts";
import { buildSamplePlan, withSplits } from "../sample-plan.test-support.ts";

const splitsOfA = buildSamplePlan().timingPlans[0]?.splits ?? [];
/** Crossing of the side street beside phase 2: 11 m, 10.4 s of clearance. */
const crossing = (change: Partial<Crossing>) =>
  sampleWith(({ crossings }) => ({ crossings: withCrossing(crossings, "pedS", change) }));
/** The same wait with any walk, so that rule 14 stays silent. */
const rule = (id: number, found: readonly string[]) => found.filter((it) => it.includes(` ${id} A`));

it("rule 9: walk is at least 7 s, and never below 4 s", () => {
  const walk = (walkS: number) => rule(9, judgeSample({ network: crossing({ walkS }) }));
  expect(walk(7)).toEqual([]);
  expect(walk(6.9)).toEqual(["WARN 9 A 7 6.9"]);
  expect(walk(4)).toEqual(["WARN 9 A 7 4"]);
  expect(walk(3.9)).toEqual(["BLOCK 9 A 4 3.9"]);
});

it("rule 10: clearance covers the crossing at the profile's speed", () => {
  // 11 m / 1.0668 m/s = 10.31 s, rounded up.
  expect(judgeSample({ network: crossing({ clearanceS: 10.4 }) })).toEqual([]);
  expect(judgeSample({ network: crossing({ clearanceS: 10.3 }) })).toEqual(["BLOCK 10 A 10.4 10.3"]);
});

it("rule 10: a configured speed may be slower than the profile's, never faster", () => {
  expect(judgeSample({ network: crossing({ clearanceSpeedMps: 0.9 }) })).toEqual(["BLOCK 10 A 12.3 10.4"]);
  expect(judgeSample({ network: crossing({ clearanceSpeedMps: 1.5, clearanceS: 9 }) })).toContain(
    "BLOCK 10 A 10.4 9",
  );
});

it("rule 10: China walks at 1.0 m/s", () => {
  const network = { ...crossing({ clearanceS: 10.9 }), jurisdiction: "china-gb" as const };
  expect(rule(10, judgeSample({ network }))).toContain("BLOCK 10 A 11 10.9");
});

it("rules 9, 10, 11, 14: a bicycle crossing is judged by its clearance alone", () => {
  // 11 m / 4.3 m/s = 2.56 s.
  const bicycle = (clearanceS: number) => crossing({ mode: "bicycle", walkS: 3, clearanceS });
  expect(judgeSample({ network: bicycle(2.6) })).toEqual([]);
  expect(judgeSample({ network: bicycle(2.5) })).toEqual(["BLOCK 10 A 2.6 2.5"]);
});

it("rule 11: walk and clearance cover a slow walker from behind the kerb", () => {
  // (15 + 1.8) / 0.91 = 18.46 s over the main street, whose clearance alone is 14.1 s.
  const walk = (walkS: number) =>
    rule(
      11,
      judgeSample({
        network: sampleWith(({ crossings }) => ({ crossings: withCrossing(crossings, "pedW", { walkS }) })),
      }),
    );
  expect(walk(4.4)).toEqual([]);
  expect(walk(4.3)).toEqual(["WARN 11 A 18.5 18.4"]);
});

it("rule 17: a crossing on recall fits its split", () => {
  // 10 + 10.4 + 3.8 + 1.5 = 25.7 s.
  const split = (splitS: number, network = crossing({})) =>
    judgeSample({
      network,
      plan: samplePlanWith({ splits: withSplits(splitsOfA, { 1: 39 - splitS, 2: splitS }) }),
    });
  expect(split(26)).toEqual([]);
  expect(split(25)).toEqual(["BLOCK 17 A 25.7 25"]);
});

it("rule 17: minimum green, yellow and red clearance fit the split", () => {
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 1: 9, 2: 30 }) });
  expect(judgeSample({ plan })).toEqual(["BLOCK 7 A 5 4.5", "BLOCK 17 A 9.5 9"]);
});

it("rule 13: an actuated crossing that does not fit is a warning that tells the cost", () => {
  const network = crossing({ service: "actuated" });
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 1: 19, 2: 20 }) });
  expect(judgeSample({ network })).toEqual([]);
  expect(judgeSample({ network, plan })).toEqual(["WARN 13 A 25.7 20"]);
});

it("rule 14: nobody waits longer than 70 s, or 90 s at a crossing in two stages", () => {
  // Cycle 80 s less 10 s of walk: 70 s.
  expect(judgeSample({ network: crossing({ walkS: 9.9 }) })).toEqual(["WARN 14 A 70 70.1"]);
  expect(judgeSample({ network: crossing({ walkS: 9.9, stagedWith: "pedN" }) })).toEqual([]);
});
