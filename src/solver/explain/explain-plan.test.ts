/** What an explanation claims about one second more or less is what the evaluator says of the changed plan. */
import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { evaluatePlan } from "../../traffic/evaluate-plan.ts";
import { type ExplainRequest, explainPlan } from "./explain-plan.ts";

const network = buildSampleNetwork();
const { timingPlans } = buildSamplePlan();
const flows = network.intersections.flatMap(({ id: intersectionId, movements }, place) =>
  movements.map(({ id: movementId, turn }) => ({
    intersectionId,
    movementId,
    flowVph: turn === "through" ? 300 + 60 * place : 50,
  })),
);
const request: ExplainRequest = {
  index: buildNetworkIndex(network),
  timingPlans,
  flows,
  routeId: "main",
  targetDegreeOfSaturation: 0.9,
};
const delayOf = (plans: typeof timingPlans): number =>
  evaluatePlan({ ...request, timingPlans: plans }).totalDelayVehHPerH;

test("a second more or less changes the delay of the whole street by what is claimed", () => {
  const before = delayOf(timingPlans);
  let compared = 0;
  for (const { intersectionId, splits } of explainPlan(request).intersections) {
    const plan = known(
      timingPlans.find((it) => it.intersectionId === intersectionId),
      "plan",
    );
    for (const { oneMore, oneLess } of splits.phases) {
      for (const exchange of [oneMore, oneLess]) {
        if (exchange === undefined) continue;
        const changed = plan.splits.map((it) => ({
          ...it,
          splitS: it.splitS + (exchange.changes.find((change) => change.phase === it.phase)?.byS ?? 0),
        }));
        const after = delayOf(timingPlans.map((it) => (it === plan ? { ...it, splits: changed } : it)));
        // The claim stops at the intersections next door; the rest of the street feels little.
        expect(Math.abs(after - before - exchange.delayVehHPerH)).toBeLessThan(
          0.02 * Math.abs(after - before) + 0.01,
        );
        compared += 1;
      }
    }
  }
  expect(compared).toBeGreaterThan(10);
});

test("the most saturated intersection comes first, and the cycle's need is that of the critical one", () => {
  const { intersections, cycle, sentences } = explainPlan(request);
  const reserves = intersections.map((it) => it.splits.reserve);
  expect(reserves).toEqual([...reserves].sort((a, b) => a - b));
  expect(cycle?.cycleS).toBe(timingPlans[0]?.cycleS);
  expect(sentences[0]).toContain(`${cycle?.intersections[0]?.intersectionId} is the critical intersection`);
});

test("plans on different cycles, one of them blocked by the gate, are explained without a common one", () => {
  const [first, ...rest] = timingPlans;
  const mixed = [{ ...known(first, "plan"), cycleS: 2 * known(first, "plan").cycleS }, ...rest];
  const { routeId: _routeId, ...withoutRoute } = request;
  const explanation = explainPlan({ ...withoutRoute, timingPlans: mixed });
  expect(explanation.cycle).toBeUndefined();
  expect(explanation.bandLimits).toEqual([]);
  const blocked = explanation.intersections.find((it) => it.intersectionId === first?.intersectionId);
  expect(blocked?.sentences[0]).toMatch(/^The safety gate blocks this plan, rule \d+: /);
  expect(explanation.intersections).toHaveLength(timingPlans.length);
});

test("where the bands are limited, it is told how much a second more of green would widen them", () => {
  const { bandLimits } = explainPlan(request);
  const told = bandLimits.filter((it) => it.startsWith("One second more"));
  expect(told.length).toBeGreaterThan(0);
  for (const it of told)
    expect(it).toMatch(/at its (start|end), would make every band \d\.\d s wider|would widen no band/);
});
