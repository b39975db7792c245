import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { createSeededRandom } from "../network/seeded-random.ts";
import { signedDifferenceS } from "../timing/cycle.ts";
import { predictTransition } from "../timing/predict-transition.ts";
import { advance, DEFAULT_TRANSITION, startSequencer } from "../timing/sequencer.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "../traffic/arterial.test-support.ts";
import { evaluatePlan } from "../traffic/evaluate-plan.ts";
import { pricePlans, transitionS } from "./price-plans.ts";
import { changeCost } from "./segment-day.ts";

const SIGNALS = 3;
const RUNS = process.env["GREENWAVE_FULL"] === "1" ? 500 : 50;
const network = buildArterial([300, 400]);
const index = buildNetworkIndex(network);
const all = Array.from({ length: SIGNALS }, (_, at) => at);
const planWith = (cycleS: number, offsetS: number) =>
  all.map((at) => buildArterialPlan(at, { cycleS, offsetS: (at * offsetS) % cycleS, sideSplitS: 22 }));
const flowsAt = (share: number) =>
  all.flatMap((at) => buildArterialFlows(at).map((it) => ({ ...it, flowVph: it.flowVph * share })));
const delayOf = ({ delayVehHPerH }: { readonly delayVehHPerH: number }) => delayVehHPerH;

const plans = [planWith(60, 20), planWith(90, 25), planWith(90, 60)];
const flows = [flowsAt(0.3), flowsAt(0.9)];
const day = pricePlans({ index, flows, periodH: 0.25, priceOf: delayOf }, plans);

test("the cost of a plan over a period is what the evaluator says of it", () => {
  for (const [at, timingPlans] of plans.entries()) {
    for (const [period, of] of flows.entries()) {
      const measured = evaluatePlan({ index, timingPlans, flows: of }).totalDelayVehHPerH * 0.25;
      expect(day.costs[at]?.[period]).toBeCloseTo(measured, 9);
    }
  }
});

test("a change costs nothing to the same plan, and more in heavy than in light traffic", () => {
  for (const plan of plans.keys()) expect(changeCost(day, { from: plan, to: plan, at: 0 })).toBe(0);
  const light = changeCost(day, { from: 0, to: 1, at: 0 });
  const heavy = changeCost(day, { from: 0, to: 1, at: 1 });
  expect(light).toBeGreaterThan(0);
  expect(heavy).toBeGreaterThan(2 * light);
});

test("a transition lasts as long on average as the sequencer takes", () => {
  const random = createSeededRandom(11);
  const intersection = known(network.intersections[1], "signal");
  const timeBase = { timeZero: network.timeZero, timeZone: network.timeZone };
  const one = (cycleS: number) =>
    buildArterialPlan(1, { cycleS, offsetS: random.integer(0, cycleS - 1), sideSplitS: 22 });
  for (const [fromS, toS] of [
    [90, 90],
    [60, 90],
    [100, 70],
  ] as const) {
    let predictedS = 0;
    let estimatedS = 0;
    for (let run = 0; run < RUNS; run++) {
      const before = one(fromS);
      const after = one(toS);
      const atDs = random.integer(0, 100_000);
      const started = startSequencer({ intersection, plan: before, timeBase, atDs });
      const { sequencer } = advance(started, atDs + 12_000);
      const activateAtDs = atDs + 12_000 + random.integer(0, 900);
      const request = { plan: after, timeBase, activateAtDs, transition: DEFAULT_TRANSITION };
      const transition = predictTransition(sequencer, request);
      if (transition.kind !== "reached") throw new Error(transition.kind);
      predictedS += transition.durationS / RUNS;
      estimatedS += transitionS(before, after) / RUNS;
      if (fromS === toS && signedDifferenceS(before.offsetS, after.offsetS, toS) === 0)
        expect(transition.durationS).toBe(0);
    }
    expect(estimatedS / predictedS).toBeGreaterThan(0.8);
    expect(estimatedS / predictedS).toBeLessThan(1.25);
  }
});
