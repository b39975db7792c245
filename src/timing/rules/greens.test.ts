import { expect, it } from "vitest";
import { withCrossing, withPhase } from "../../network/sample-network.test-support.ts";
import { judgeSample, samplePlanWith, sampleWith } from "../judge-sample.test-support.ts";
import { buildSamplePlan, withSplits } from "../sample-plan.test-support.ts";

const splitsOfA = buildSamplePlan().timingPlans[0]?.splits ?? [];
/** Phase 1 with this minimum green and this split (4.5 s of it yellow and red), the rest to phase 2. */
const first = (minGreenS: number, splitS: number) => ({
  network: sampleWith(({ phases }) => ({ phases: withPhase(phases, 1, { minGreenS }) })),
  plan: samplePlanWith({ splits: withSplits(splitsOfA, { 1: splitS, 2: 39 - splitS }) }),
});

it("rule 7: a green below the configured minimum is blocked", () => {
  expect(judgeSample(first(6.5, 11))).toEqual([]);
  expect(judgeSample(first(6.6, 11))).toEqual(["BLOCK 7 A 6.6 6.5", "BLOCK 17 A 11.1 11"]);
});

it("rule 7: a green below what drivers expect is a warning", () => {
  expect(judgeSample(first(4, 10))).toEqual([]);
  expect(judgeSample(first(4, 9))).toEqual(["WARN 7 A 5 4.5"]);
});

it("rule 7: coordinated through phases are expected to have 7 s", () => {
  const short = (splitS: number) =>
    judgeSample({
      network: sampleWith(({ phases, crossings }) => ({
        crossings: withCrossing(crossings, "pedS", { service: "actuated" }),
        phases: withPhase(phases, 2, { minGreenS: 5 }),
      })),
      plan: samplePlanWith({ splits: withSplits(splitsOfA, { 1: 39 - splitS, 2: splitS }) }),
    }).filter((it) => it.includes(" 7 A"));
  expect(short(13)).toEqual([]);
  expect(short(12)).toEqual(["WARN 7 A 7 6.7"]);
});

it("rule 8: without a stop-line detector an actuated minimum green clears the queue before the advance detector", () => {
  const network = (setbackM: number, type: "advance" | "stopLine" = "advance") => {
    const sample = sampleWith(({ phases }) => ({
      phases: withPhase(phases, 8, { recall: "none", minGreenS: 15 }),
    }));
    const others = sample.detectors.filter((it) => it.linkId !== "in.A.S");
    const own = { id: "d", linkId: "in.A.S", lanes: [1], setbackM, type };
    return { ...sample, detectors: [...others, own] };
  };
  // 6 vehicles of 7.6 m: 3 + 2 · 6 = 15 s.
  expect(judgeSample({ network: network(45.6) })).toEqual([]);
  expect(judgeSample({ network: network(45.7) })).toEqual(["WARN 8 A 17 15"]);
  // A counting detector far upstream times no queue; one at the stop line sees its end.
  expect(judgeSample({ network: network(60) })).toEqual([]);
  expect(judgeSample({ network: network(0, "stopLine") })).toEqual([]);
});

it("rule 8: an approach without any detector is not judged", () => {
  const sample = sampleWith(({ phases }) => ({ phases: withPhase(phases, 8, { recall: "none" }) }));
  expect(judgeSample({ network: { ...sample, detectors: [] } })).toEqual([]);
});

it("rule 25: a stream that the plan leaves out is blocked, and reported of a running plan", () => {
  const rest = splitsOfA.filter((it) => it.phase !== 1);
  const plan = samplePlanWith({ splits: withSplits(rest, { 2: 39 }) });
  expect(judgeSample({ plan })).toEqual(["BLOCK 25 A once in every cycle never"]);
  expect(judgeSample({ plan, origin: "imported" })).toEqual(["WARN 25 A once in every cycle never"]);
});

it("rule 25: a movement that no signal controls is not judged", () => {
  const network = sampleWith(({ phases }) => ({ phases: withPhase(phases, 2, { permittedMovements: [] }) }));
  expect(judgeSample({ network })).toEqual([]);
});

it("rule 25: nobody waits for green longer than 150 s", () => {
  // Phases 3 and 7 are green for 11 − 5 = 6 s: red for 150 s in a cycle of 156 s.
  const red = (cycleS: number) =>
    judgeSample({
      network: sampleWith(({ controller }) => ({ controller: { ...controller, resolutionS: 0.1 } })),
      plan: samplePlanWith({
        cycleS,
        splits: withSplits(splitsOfA, { 2: cycleS - 52, 6: cycleS - 53 }),
      }),
    }).filter((it) => it.includes(" 25 "));
  expect(red(156)).toEqual([]);
  expect(red(156.1)).toEqual(["BLOCK 25 A 150 150.1", "BLOCK 25 A 150 150.1"]);
});

it("rule 25: a signal that is left as it runs is reported and not refused", () => {
  const rest = splitsOfA.filter((it) => it.phase !== 1);
  const plan = samplePlanWith({ splits: withSplits(rest, { 2: 39 }) });
  const other = samplePlanWith({ splits: withSplits(rest, { 2: 39 }), offsetS: 1 });
  const found = "25 A once in every cycle never";
  expect(judgeSample({ plan, running: { ...plan, revision: 6 } })).toEqual([`WARN ${found}`]);
  expect(judgeSample({ plan, running: { ...other, revision: 6 } })).toEqual([`BLOCK ${found}`]);
});
