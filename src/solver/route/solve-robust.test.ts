/** One plan for several demands: better on what was asked for than any plan made for one of them. */
import { expect, test } from "vitest";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { evaluatePlan } from "../../traffic/evaluate-plan.ts";
import type { Risk, RobustRequest, RobustSolved, Scenario } from "./robust-request.ts";
import { riskOf } from "./scenario-risk.ts";
import { solveRobust } from "./solve-robust.ts";

const network = buildSampleNetwork();
const { timingPlans: running } = buildSamplePlan();

function buildScenarios(count: number): Scenario[] {
  return Array.from({ length: count }, (_, seed) => {
    const random = createSeededRandom(seed);
    const eastShare = random.integer(0, 100) / 100;
    const flows = network.intersections.flatMap(({ id: intersectionId, movements }) =>
      movements.map(({ id: movementId, turn }) => ({
        intersectionId,
        movementId,
        flowVph:
          turn !== "through"
            ? random.integer(20, 120)
            : movementId.startsWith("EB")
              ? 200 + 700 * eastShare
              : movementId.startsWith("WB")
                ? 900 - 700 * eastShare
                : random.integer(100, 400),
      })),
    );
    return { name: `day ${seed}`, weight: 1 + seed, flows };
  });
}

const ask = (risk: Risk, scenarios = buildScenarios(4)): RobustRequest => ({
  index: buildNetworkIndex(network),
  routeId: "main",
  scenarios,
  risk,
  running,
  cycle: { minS: 60, maxS: 100, stepS: 5 },
  splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
  sequences: "choose",
  band: { kind: "equal" },
});

function solve(request: RobustRequest): RobustSolved {
  const answer = solveRobust(request);
  return answer.kind === "solved" ? answer : expect.fail(answer.reasons.join(" "));
}

const RISKS: readonly Risk[] = [{ kind: "expected" }, { kind: "worst" }, { kind: "tail", share: 0.3 }];

test("mean of the worst share, worked by hand: weights 1, 1, 2 with 10, 30, 20", () => {
  const scenarios = [
    { weight: 1, index: 10 },
    { weight: 1, index: 30 },
    { weight: 2, index: 20 },
  ];
  expect(riskOf({ kind: "expected" }, scenarios)).toBe(20);
  expect(riskOf({ kind: "worst" }, scenarios)).toBe(30);
  expect(riskOf({ kind: "tail", share: 0.25 }, scenarios)).toBe(30);
  expect(riskOf({ kind: "tail", share: 0.5 }, scenarios)).toBe(25);
  expect(riskOf({ kind: "tail", share: 1 }, scenarios)).toBe(20);
});

test("no candidate is better by the risk that was asked for, and exactly one is chosen", () => {
  for (const risk of RISKS) {
    const answer = solve(ask(risk));
    for (const it of answer.candidates) {
      expect(answer.risk[risk.kind]).toBeLessThanOrEqual(it.risk[risk.kind]);
    }
    expect(answer.candidates.filter((it) => it.isChosen)).toHaveLength(1);
  }
});

test("each risk is served best by the plan that was made for it", () => {
  const answers = RISKS.map((risk) => solve(ask(risk)));
  for (const [at, risk] of RISKS.entries()) {
    const own = answers[at]?.risk[risk.kind] ?? Number.NaN;
    for (const other of answers)
      if (risk.kind !== "tail") expect(own).toBeLessThanOrEqual(other.risk[risk.kind] + 1e-9);
  }
});

test("indices and regrets are those of the plans, measured again for each scenario", () => {
  const request = ask({ kind: "expected" });
  const answer = solve(request);
  let expected = 0;
  let weights = 0;
  for (const [at, { index, regret, ownBestIndex }] of answer.scenarios.entries()) {
    const scenario = request.scenarios[at];
    if (scenario === undefined) expect.fail("scenario");
    const again = evaluatePlan({ ...request, flows: scenario.flows, timingPlans: answer.timingPlans });
    const cost = again.totalDelayVehHPerH + again.totalStopsVph / 360;
    expect(cost).toBeCloseTo(index, 6);
    expect(regret).toBeGreaterThanOrEqual(0);
    expect(index - ownBestIndex).toBeCloseTo(regret, 9);
    expected += scenario.weight * cost;
    weights += scenario.weight;
  }
  expect(answer.risk.expected).toBeCloseTo(expected / weights, 6);
});

test("one scenario alone has no regret, and the same question gets the same answer", () => {
  const request = ask({ kind: "worst" }, buildScenarios(1));
  const answer = solve(request);
  expect(answer.scenarios.map((it) => it.regret)).toEqual([0]);
  expect(JSON.stringify(solve(request))).toBe(JSON.stringify(answer));
});

test("no scenario, or one without flows, is answered with the reason", () => {
  expect(solveRobust(ask({ kind: "worst" }, []))).toMatchObject({ reasons: ["No scenario is given."] });
  const empty = [{ name: "night", weight: 1, flows: [] }];
  expect(solveRobust(ask({ kind: "worst" }, empty))).toMatchObject({
    reasons: ["night: No flow at all is given for A, B, C."],
  });
});
