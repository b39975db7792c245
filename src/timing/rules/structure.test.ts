import { expect, it } from "vitest";
import { judgeSample, samplePlanWith, sampleWith } from "../judge-sample.test-support.ts";
import { buildSamplePlan, withSplits } from "../sample-plan.test-support.ts";

const splitsOfA = buildSamplePlan().timingPlans[0]?.splits ?? [];
const fine = () => sampleWith(({ controller }) => ({ controller: { ...controller, resolutionS: 0.1 } }));

it("rule 16: one tenth too little in one ring is blocked", () => {
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 2: 27.9 }) });
  expect(judgeSample({ network: fine(), plan })).toContain("BLOCK 16 A 39 38.9");
});

it("rule 16: rings that are equal but do not fill the cycle are blocked", () => {
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 2: 28.1, 6: 27.1 }) });
  expect(judgeSample({ network: fine(), plan })).toContain("BLOCK 16 A 80 80.1");
});

it("rule 16: equal ring sums with a skewed barrier are blocked", () => {
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 2: 29, 3: 10 }) });
  expect(judgeSample({ plan })).toContain("BLOCK 16 A 40 39");
});

it("rule 16: a time that is no whole tenth is blocked", () => {
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 2: 27.95, 1: 11.05 }) });
  expect(judgeSample({ plan })).toEqual(["BLOCK 16 A whole tenths 11.05", "BLOCK 16 A whole tenths 27.95"]);
  expect(judgeSample({ plan: samplePlanWith({ cycleS: Number.NaN }) })).toContain(
    "BLOCK 16 A whole tenths NaN",
  );
});

const EMPTY = { protectedMovements: [], permittedMovements: [], crossings: [] };

it("rule 16: a split that takes no time is blocked", () => {
  expect(judgeSample({ plan: samplePlanWith({ splits: withSplits(splitsOfA, { 1: 0 }) }) })).toEqual([
    "BLOCK 16 A 0.1 0",
  ]);
});

it("rule 16: a ring without a split between two barriers rests in red", () => {
  // Phase 3 to 8 of ring 2 left out: the side street runs in ring 1 alone, phase 4 serving both directions.
  const network = sampleWith(({ phases, movements, crossings, conflicts }) => {
    const gone = ["SBL", "NBT", "NBR", "pedE"];
    const kept = <T extends { readonly id: string }>(list: readonly T[]) =>
      list.filter((it) => !gone.includes(it.id));
    return {
      movements: kept(movements),
      crossings: kept(crossings),
      conflicts: conflicts.filter((pair) => !pair.some((id) => gone.includes(id))),
      phases: phases.map((it) => (it.number < 7 ? it : { ...it, ...EMPTY })),
    };
  });
  const plan = samplePlanWith({ splits: splitsOfA.filter((it) => it.phase < 7) });
  expect(judgeSample({ network, plan })).toEqual([]);
});

it("rule 16: a ring with fewer barrier groups rests in red for the rest", () => {
  const network = sampleWith(() => ({
    sequences: [
      {
        id: "short",
        rings: [
          [
            [1, 2],
            [3, 4],
          ],
          [[5, 6]],
        ],
      },
    ],
  }));
  const plan = samplePlanWith({ sequenceId: "short", splits: splitsOfA.filter((it) => it.phase < 7) });
  const sums = judgeSample({ network, plan }).filter((it) => it.includes(" 16 "));
  expect(sums).toEqual([]);
});

it("rule 18: the cycle lies within what controller and profile allow", () => {
  const limits = (cycleMinS: number, cycleMaxS: number) =>
    sampleWith(({ controller }) => ({ controller: { ...controller, cycleMinS, cycleMaxS } }));
  expect(judgeSample({ network: limits(80, 80) })).toEqual([]);
  expect(judgeSample({ network: limits(81, 180) })).toEqual(["BLOCK 18 A 81 80"]);
  expect(judgeSample({ network: limits(40, 79) })).toEqual(["BLOCK 18 A 79 80"]);
});

it("rule 18: a cycle above 120 s needs a reason", () => {
  const long = (extraS: number) =>
    samplePlanWith({
      cycleS: 80 + extraS,
      splits: withSplits(splitsOfA, { 2: 28 + extraS, 6: 27 + extraS }),
    });
  const only18 = (extraS: number) => judgeSample({ plan: long(extraS) }).filter((it) => it.includes(" 18 "));
  expect(only18(40)).toEqual([]);
  expect(only18(41)).toEqual(["WARN 18 A 120 121"]);
  expect(only18(101)).toEqual(["BLOCK 18 A 180 181"]);
});

it("rule 20: the offset lies in [0, cycle)", () => {
  expect(judgeSample({ plan: samplePlanWith({ offsetS: 79 }) })).toEqual([]);
  expect(judgeSample({ plan: samplePlanWith({ offsetS: 80 }) })).toEqual(["BLOCK 20 A [0, 80) 80"]);
  expect(judgeSample({ plan: samplePlanWith({ offsetS: -1 }) })).toEqual(["BLOCK 20 A [0, 80) -1"]);
});

it("rule 20: what the controller is told lies on its resolution", () => {
  const plan = samplePlanWith({
    offsetS: 10.5,
    splits: withSplits(splitsOfA, { 1: 11.5, 2: 27.5 }),
  });
  expect(judgeSample({ plan })).toEqual(["BLOCK 20 A 1 10.5", "BLOCK 20 A 1 11.5", "BLOCK 20 A 1 27.5"]);
  expect(judgeSample({ network: fine(), plan })).toEqual([]);
});

it("rule 20: the phase that the offset refers to runs", () => {
  const plan = samplePlanWith({ offsetReference: { phase: 9, point: "beginGreen" } });
  expect(judgeSample({ plan })).toEqual(["BLOCK 20 A 1 2 3 4 5 6 7 8 9"]);
});

it("rule 21: the sequence is one that the controller allows", () => {
  expect(judgeSample({ plan: samplePlanWith({ sequenceId: "lag-lag" }) })).toEqual([]);
  expect(judgeSample({ plan: samplePlanWith({ sequenceId: "split" }) })).toEqual([
    "BLOCK 21 A lead-lead lead-lag lag-lead lag-lag split",
  ]);
});

it("rule 21: a foreign or repeated phase is blocked", () => {
  const more = (phase: number) => samplePlanWith({ splits: [...splitsOfA, { phase, splitS: 10 }] });
  expect(judgeSample({ plan: more(9) })).toEqual(["BLOCK 21 A 1 2 3 4 5 6 7 8 9"]);
  expect(judgeSample({ plan: more(4) })).toEqual(["BLOCK 21 A 1 2 3 4 5 6 7 8 4"]);
});
