/** A front of plans: every point is what it says, and none is beaten in both. */
import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { buildSites } from "../../timing/site.ts";
import { validateTimingPlan } from "../../timing/validate-timing-plan.ts";
import { evaluatePlan } from "../../traffic/evaluate-plan.ts";
import { measureBand } from "../../traffic/measure-band.ts";
import type { FrontRequest, FrontSolved } from "./front-request.ts";
import { solveFront } from "./solve-front.ts";
import { solveRoute } from "./solve-route.ts";

const network = buildSampleNetwork();
const { timingPlans: running } = buildSamplePlan();

function ask(seed: number, overrides: Partial<FrontRequest> = {}): FrontRequest {
  const random = createSeededRandom(seed);
  const flows = network.intersections.flatMap(({ id: intersectionId, movements }) =>
    movements.map(({ id: movementId, turn }) => ({
      intersectionId,
      movementId,
      flowVph: turn === "through" ? random.integer(150, 600) : random.integer(20, 120),
    })),
  );
  return {
    index: buildNetworkIndex(network),
    routeId: "main",
    flows,
    running,
    cycle: { minS: 60, maxS: 100, stepS: 2 },
    splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
    sequences: "choose",
    points: 8,
    ...overrides,
  };
}

function solve(request: FrontRequest): FrontSolved {
  const answer = solveFront(request);
  return answer.kind === "solved" ? answer : expect.fail(answer.reasons.join(" "));
}

const SEEDS = [1, 2, 3, 4, 5, 6];

test("from point to point the band grows and so does the index, between least delay and the widest band", () => {
  for (const seed of SEEDS) {
    const { points } = solve(ask(seed));
    expect(points.length).toBeGreaterThan(1);
    for (const [at, point] of points.entries()) {
      const next = points[at + 1];
      if (next === undefined) continue;
      expect(next.bandRatio).toBeGreaterThan(point.bandRatio);
      expect(next.index).toBeGreaterThanOrEqual(point.index);
    }
    expect(points[0]?.givesUp).toMatchObject({ delayVehHPerH: 0, payers: [] });
    expect(points.at(-1)?.givesUp.bandRatio).toBe(0);
  }
});

test("without any traffic nothing is given up, in numbers", () => {
  const request = ask(1);
  const flows = request.flows.map((it) => ({ ...it, flowVph: 0 }));
  for (const { givesUp } of solve({ ...request, flows }).points) expect(givesUp.delayRatio).toBe(0);
});

test("the widest point is as wide as the exact solver's widest band for the cycle", () => {
  for (const seed of SEEDS) {
    const request = ask(seed);
    const widest = solveRoute({ ...request, band: { kind: "equal" }, aim: "band" });
    if (widest.kind === "infeasible") expect.fail(widest.reasons.join(" "));
    const common = Math.min(widest.bandwidthS.outbound, widest.bandwidthS.inbound) / widest.cycleS;
    expect(known(solve(request).points.at(-1), "widest").bandRatio).toBeGreaterThan(common - 0.003);
  }
});

test("bands, delay and safety of every point hold when they are measured from its plans alone", () => {
  const sites = buildSites(network);
  const route = known(network.routes[0], "route");
  for (const seed of SEEDS) {
    const request = ask(seed);
    for (const { timingPlans, bandwidthS, measures } of solve(request).points) {
      const plans = new Map(timingPlans.map((it) => [it.intersectionId, it]));
      for (const way of ["outbound", "inbound"] as const) {
        const band = measureBand({
          index: request.index,
          direction: known(route[way], way),
          timingPlans: plans,
        });
        expect(band.kind === "band" ? band.bandwidthS : 0).toBeCloseTo(bandwidthS[way], 9);
      }
      const again = evaluatePlan({ ...request, timingPlans });
      expect(again.totalDelayVehHPerH).toBeCloseTo(measures.totalDelayVehHPerH, 9);
      const blocks = timingPlans.flatMap((timingPlan) => {
        const site = known(sites.get(timingPlan.intersectionId), "site");
        return validateTimingPlan({ site, timingPlan }).filter((it) => it.severity === "BLOCK");
      });
      expect(blocks).toEqual([]);
    }
  }
});

test("a protected route's floor is kept by every point", () => {
  const free = solve(ask(7));
  const floorS = 0.6 * Math.max(...free.points.map((it) => Math.min(...Object.values(it.bandwidthS))));
  const { points } = solve(ask(7, { floorS }));
  for (const { bandwidthS } of points) {
    expect(Math.min(bandwidthS.outbound, bandwidthS.inbound)).toBeGreaterThanOrEqual(floorS - 1e-6);
  }
});

test("the same question gets the same front, also when its work is limited", () => {
  for (const request of [ask(8), ask(8, { workLimit: 300 })]) {
    expect(JSON.stringify(solve(request))).toBe(JSON.stringify(solve(request)));
  }
  expect(solve(ask(8, { workLimit: 300 })).work.isStopped).toBe(true);
});
