import { expect, it } from "vitest";
import { withMovement, withPhase } from "../../network/sample-network.test-support.ts";
import { IMPORTED, judgeSample, samplePlanWith, sampleWith } from "../judge-sample.test-support.ts";
import { TimingPlanSchema } from "../plan.schema.ts";
import { buildSamplePlan, withSplits } from "../sample-plan.test-support.ts";

const splitsOfA = buildSamplePlan().timingPlans[0]?.splits ?? [];
const yellow = (yellowS: number) =>
  sampleWith(({ phases }) => ({ phases: withPhase(phases, 2, { yellowS }) }));

it("rule 1: a plan cannot state a yellow", () => {
  const [timingPlan] = buildSamplePlan().timingPlans;
  const splits = [{ phase: 1, splitS: 11, yellowS: 2 }];
  expect(TimingPlanSchema.safeParse(timingPlan).success).toBe(true);
  expect(TimingPlanSchema.safeParse({ ...timingPlan, splits }).success).toBe(false);
});

it("rule 1: a split that cannot hold the configured yellow and red clearance is blocked", () => {
  // Phase 1: 3.0 + 1.5 s; the other second goes to phase 2, so that rings stay equal.
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 1: 4, 2: 35 }) });
  expect(judgeSample({ plan })).toContain("BLOCK 1 A 4.5 4");
});

it("rule 1: a controller that reports other fixed times than configured is blocked", () => {
  const report = { intersectionId: "A", phase: 2, yellowS: 3.8, redClearanceS: 1.5 };
  expect(judgeSample({ reported: [report] })).toEqual([]);
  expect(judgeSample({ reported: [{ ...report, yellowS: 3.7 }] })).toEqual(["BLOCK 1 A 3.8 3.7"]);
  expect(judgeSample({ reported: [{ ...report, redClearanceS: 1 }] })).toEqual(["BLOCK 1 A 1.5 1"]);
  expect(judgeSample({ reported: [{ ...report, phase: 9 }] })).toEqual(["BLOCK 1 A 1 2 3 4 5 6 7 8 9"]);
  expect(judgeSample({ reported: [{ ...report, intersectionId: "elsewhere" }] })).toEqual([]);
});

it("rule 2: yellow lies within 3 to 6 s", () => {
  const left = (yellowS: number) =>
    sampleWith(({ phases }) => ({ phases: withPhase(phases, 1, { yellowS, redClearanceS: 1.2 }) }));
  expect(judgeSample({ network: left(3) })).toEqual([]);
  expect(judgeSample({ network: left(2.9) })).toEqual(["BLOCK 2 A 3 2.9"]);
  expect(judgeSample({ network: left(6) }).filter((it) => it.includes(" 2 A"))).toEqual([]);
  expect(judgeSample({ network: left(6.1) })).toContain("BLOCK 2 A 6 6.1");
});

it("rule 3: yellow covers reaction and braking, and one tenth less only warns", () => {
  // 30 mph + 7 mph = 16.5405 m/s; 1 + 16.5405 / 6.1 = 3.712 s, rounded up to 3.8 s.
  expect(judgeSample({ network: yellow(3.8) })).toEqual([]);
  expect(judgeSample({ network: yellow(3.7) })).toEqual(["WARN 3 A 3.8 3.7"]);
  expect(judgeSample({ network: yellow(3.6) })).toEqual(["BLOCK 3 A 3.8 3.6"]);
});

it("rule 3: the table of NCHRP Report 812 is met exactly by 85th percentile speed", () => {
  // 25 mph 3.0, 30 3.2, 35 3.6, 40 3.9, 45 4.3, 50 4.7, 55 5.0, 60 5.4 s: existing times to the nearest tenth.
  const table = [
    [25, 3.0],
    [30, 3.2],
    [35, 3.6],
    [40, 3.9],
    [45, 4.3],
    [50, 4.7],
    [55, 5.0],
    [60, 5.4],
  ] as const;
  for (const [mph, yellowS] of table) {
    const network = sampleWith(
      ({ approaches, phases }) => ({
        approaches: approaches.map((it) => (it.id === "EB" ? { ...it, speed85Mps: mph * 0.44704 } : it)),
        phases: withPhase(phases, 2, { yellowS, redClearanceS: 2.2 }),
      }),
      IMPORTED,
    );
    expect(judgeSample({ network }).filter((it) => it.startsWith("WARN 3"))).toEqual([]);
  }
});

it("rule 3: uphill needs less, downhill more", () => {
  const graded = (gradeRatio: number, yellowS: number) =>
    sampleWith(({ approaches, phases }) => ({
      approaches: approaches.map((it) => (it.id === "EB" ? { ...it, gradeRatio } : it)),
      phases: withPhase(phases, 2, { yellowS }),
    }));
  // 1 + 16.5405 / (6.1 + 2 · 9.80665 · 0.05) = 3.336 s and with −0.05 4.231 s; the left turn there 3.184 s.
  expect(judgeSample({ network: graded(0.05, 3.4) })).toEqual([]);
  expect(judgeSample({ network: graded(0.05, 3.2) })).toEqual(["BLOCK 3 A 3.4 3.2"]);
  expect(judgeSample({ network: graded(-0.05, 3.8) })).toEqual(["BLOCK 3 A 4.3 3.8", "BLOCK 3 A 3.2 3"]);
});

it("rules 2, 3, 4: imported configuration that breaches them is a warning and inherited", () => {
  const imported = (change: { yellowS: number; redClearanceS?: number }) =>
    sampleWith(({ phases }) => ({ phases: withPhase(phases, 2, change) }), IMPORTED);
  expect(judgeSample({ network: imported({ yellowS: 3.7 }) })).toEqual([]);
  expect(judgeSample({ network: imported({ yellowS: 3.5 }) })).toEqual(["WARN 3 A 3.71 3.5 inherited"]);
  expect(judgeSample({ network: imported({ yellowS: 2.9 }) })).toEqual([
    "WARN 2 A 3 2.9 inherited",
    "WARN 3 A 3.71 2.9 inherited",
  ]);
  expect(judgeSample({ network: imported({ yellowS: 3.8, redClearanceS: 0.3 }) })).toEqual([
    "WARN 4 A 0.46 0.3 inherited",
  ]);
});

it("rule 4: red clearance lets the last vehicle leave, less its start-up", () => {
  // (18 + 6.1) / 16.5405 − 1 = 0.457 s.
  const red = (redClearanceS: number) =>
    sampleWith(({ phases }) => ({ phases: withPhase(phases, 2, { redClearanceS }) }));
  expect(judgeSample({ network: red(0.5) })).toEqual([]);
  expect(judgeSample({ network: red(0.3) })).toEqual(["WARN 4 A 0.46 0.3"]);
  const unknownWidth = sampleWith(({ approaches, phases }) => ({
    approaches: approaches.map(({ clearanceDistanceM: _, ...it }) => it),
    phases: withPhase(phases, 2, { redClearanceS: 0 }),
  }));
  expect(judgeSample({ network: unknownWidth })).toEqual([]);
});

it("rule 4: red clearance is at most 6 s", () => {
  const red = (redClearanceS: number) =>
    sampleWith(({ phases }) => ({ phases: withPhase(phases, 2, { redClearanceS, minGreenS: 10 }) }));
  expect(judgeSample({ network: red(6.1) })).toContain("BLOCK 4 A 6 6.1");
  expect(judgeSample({ network: red(6) }).filter((it) => it.startsWith("BLOCK 4"))).toEqual([]);
});

it("rule 4: yellow and red clearance hold the configured intergreen to what may follow directly", () => {
  const intergreen = (intergreenS: number, to: string) =>
    sampleWith(() => ({ intergreens: [{ from: "EBT", to, intergreenS }] }));
  expect(judgeSample({ network: intergreen(5.3, "NBL") })).toEqual([]);
  // 2 → 3 directly: rule 4 on the configuration and rule 5 on this plan.
  expect(judgeSample({ network: intergreen(5.4, "NBL") })).toEqual([
    "BLOCK 4 A 1.6 1.5",
    "BLOCK 5 A 5.4 5.3",
  ]);
  // 2 → 4 never directly: the phase between them is intergreen enough.
  expect(judgeSample({ network: intergreen(9, "SBT") })).toEqual([]);
});

it("rule 3: the profile of Germany asks for yellow by the speed limit", () => {
  const german = (yellowS: number, speedLimitMps: number) => {
    const network = sampleWith(
      ({ phases }) => ({ phases: withPhase(withPhase(phases, 2, { yellowS }), 5, { yellowS: 5 }) }),
      { jurisdiction: "de-rilsa" },
    );
    const links = network.links.map((it) => (it.id === "in.A.W" ? { ...it, speedLimitMps } : it));
    return judgeSample({ network: { ...network, links } }).filter((it) => it.includes(" 3 A"));
  };
  expect(german(3, 50 / 3.6)).toEqual([]);
  expect(german(3, 60 / 3.6)).toEqual(["BLOCK 3 A 4 3"]);
  expect(german(4, 60 / 3.6)).toEqual([]);
  expect(german(4.9, 70 / 3.6)).toEqual(["WARN 3 A 5 4.9"]);
});

it("rule 3: a phase that serves only crossings asks for no yellow", () => {
  const network = sampleWith(({ phases, movements }) => ({
    movements: withMovement(movements, "EBT", {}),
    phases: withPhase(phases, 2, { protectedMovements: [], permittedMovements: [], yellowS: 3 }),
  }));
  expect(judgeSample({ network }).filter((it) => it.includes(" 3 A"))).toEqual([]);
});
