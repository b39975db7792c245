/** The network solver as a whole: any network is answered, and the plans of an answer are what it claims. */
import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import type { Network } from "../../network/network.schema.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { validatePlan } from "../../timing/validate-plan.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "../../traffic/arterial.test-support.ts";
import { buildFlowProfiles, moveOffset, settle } from "../../traffic/cyclic-flow-profile.ts";
import { evaluatePlan, groupFlows } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork } from "../../traffic/flow-network.ts";
import { compareMeasures } from "../../traffic/forward/compare-measures.ts";
import { remeasurePlan } from "../../traffic/forward/remeasure-plan.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { NetworkAnswer, NetworkRequest, NetworkSolved } from "./network-request.ts";
import { buildSmallCity } from "./small-city.test-support.ts";
import { solveNetwork } from "./solve-network.ts";

/** What a stop is worth beside delay, s. */
const STOP_WORTH_S = 10;
const CITIES = process.env["GREENWAVE_FULL"] === "1" ? 60 : 4;

const solved = (answer: NetworkAnswer): NetworkSolved =>
  answer.kind === "solved" ? answer : expect.fail(answer.reasons.join(" "));

const toIndex = (it: Pick<PlanMeasures, "totalDelayVehHPerH" | "totalStopsVph">): number =>
  it.totalDelayVehHPerH + (it.totalStopsVph * STOP_WORTH_S) / 3600;

const QUESTION = {
  cycle: { minS: 60, maxS: 150, stepS: 5 },
  splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
  sequences: "choose",
  floors: [],
  seed: 1,
  starts: 1,
} as const;

function askCity(seed: number, overrides: Partial<NetworkRequest> = {}) {
  const city = buildSmallCity(seed);
  const request: NetworkRequest = {
    ...QUESTION,
    index: buildNetworkIndex(city.network),
    flows: city.demand.flows,
    running: city.plan.timingPlans,
    ...overrides,
  };
  return { ...city, request };
}

/** Signals A0, A1, … in a row, at these distances. */
function askArterial(
  spacingsM: readonly number[],
  plans: readonly TimingPlan[],
  overrides: Partial<NetworkRequest> = {},
): NetworkRequest & { readonly network: Network } {
  const network = buildArterial(spacingsM);
  return {
    ...QUESTION,
    network,
    index: buildNetworkIndex(network),
    flows: network.intersections.flatMap((_, i) => buildArterialFlows(i)),
    running: plans,
    ...overrides,
  };
}

test("no network gets worse, every plan passes the gate, and another evaluator measures the same", () => {
  for (let seed = 1; seed <= CITIES; seed++) {
    const { request, network, plan } = askCity(seed);
    const { timingPlans, measures, index, runningIndex } = solved(solveNetwork(request));
    expect(index).toBeLessThanOrEqual(runningIndex);
    expect(toIndex(measures)).toBeLessThanOrEqual(index + 1e-6);
    const { findings } = validatePlan({
      network,
      plan: { ...plan, revision: plan.revision + 1, timingPlans },
      nowMs: Date.UTC(2026, 0, 1),
    });
    expect(findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
    expect(compareMeasures(measures, remeasurePlan({ ...request, timingPlans }))).toEqual([]);
  }
});

test("cycles at which somebody waits longer than the gate allows are answered without them, or with the reason", () => {
  for (const minS of [150, 180]) {
    const { request, network, plan } = askCity(1, { cycle: { minS, maxS: 200, stepS: 10 } });
    const answer = solveNetwork(request);
    const reasons = answer.kind === "infeasible" ? answer.reasons : [];
    expect(reasons.every((it) => /waits .* for green/.test(it))).toBe(true);
    const { timingPlans } = answer.kind === "solved" ? answer : plan;
    const { findings } = validatePlan({
      network,
      plan: { ...plan, revision: plan.revision + 1, timingPlans },
      nowMs: Date.UTC(2026, 0, 1),
    });
    expect(findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
  }
});

test("what was found once is not made worse by being asked for again", () => {
  const { request } = askCity(5);
  const { timingPlans, index } = solved(solveNetwork(request));
  const again = solved(solveNetwork({ ...request, running: timingPlans }));
  expect(again.index).toBeLessThanOrEqual(index + 1e-6);
});

test("the same seed and limits give the same answer to the byte", () => {
  const { request } = askCity(6, { starts: 3, workLimit: 40_000 });
  expect(JSON.stringify(solveNetwork(request))).toBe(JSON.stringify(solveNetwork({ ...request })));
});

test("a stopped solve answers the best so far, never worse than what runs, and more work never hurts", () => {
  const { request } = askCity(7, { starts: 4 });
  const free = solved(solveNetwork(request));
  expect(free.work.isStopped).toBe(false);
  for (const workLimit of [0, 1000, free.work.groupsServed / 2]) {
    const stopped = solved(solveNetwork({ ...request, workLimit }));
    expect(stopped.work.isStopped).toBe(true);
    expect(stopped.index).toBeLessThanOrEqual(stopped.runningIndex);
    expect(free.index).toBeLessThanOrEqual(stopped.index + 1e-6);
  }
});

test("on three signals no other offsets are better", () => {
  for (const spacingsM of [
    [180, 320],
    [450, 260],
    [600, 140],
  ]) {
    const running = [0, 1, 2].map((i) => buildArterialPlan(i, { cycleS: 60, offsetS: 0, sideSplitS: 20 }));
    const request = askArterial(spacingsM, running, {
      cycle: "keep",
      splits: "keep",
      sequences: "keep",
      starts: 40,
    });
    const answer = solved(solveNetwork(request));
    const flowNetwork = buildFlowNetwork({
      index: request.index,
      flows: groupFlows(request.flows),
      intersectionIds: running.map((it) => it.intersectionId),
    });
    const profiles = buildFlowProfiles(flowNetwork, running);
    let least = Number.POSITIVE_INFINITY;
    for (let oneS = 0; oneS < 60; oneS++) {
      moveOffset(profiles, 1, oneS);
      for (let otherS = 0; otherS < 60; otherS++) {
        moveOffset(profiles, 2, otherS);
        settle(profiles);
        const { delayVehHPerH, stopsVph } = profiles.totals;
        least = Math.min(least, delayVehHPerH + (stopsVph * STOP_WORTH_S) / 3600);
      }
    }
    expect(toIndex(answer.measures)).toBeCloseTo(least, 6);
    expect(answer.timingPlans.map((it) => it.splits)).toEqual(running.map((it) => it.splits));
  }
});

const HEAVY = { EBT: 1500, WBT: 1300, NBT: 420, SBT: 400, EBL: 190, WBL: 180 };
const LIGHT = { EBT: 500, WBT: 450, NBT: 330, SBT: 320, EBL: 30, WBL: 30, NBL: 0, SBL: 0 };

test("a light signal between heavy ones gets half their cycle, and is told what that saves", () => {
  const running = [0, 1, 2].map((i) => buildArterialPlan(i, { cycleS: 120, offsetS: 0 }));
  const request = askArterial([900, 900], running, {
    cycle: { minS: 120, maxS: 120, stepS: 1 },
    flows: [HEAVY, LIGHT, HEAVY].flatMap((flows, i) => buildArterialFlows(i, flows)),
  });
  const answer = solved(solveNetwork(request));
  expect(answer.timingPlans.map((it) => it.cycleS)).toEqual([120, 60, 120]);
  const area = known(
    answer.subAreas.find((it) => it.halfCycleIds.length > 0),
    "area with half cycle",
  );
  expect(area.halfCycleIds).toEqual(["A1"]);
  expect(area.halfCycleGain).toBeGreaterThan(0);
  expect(area.cycleS).toBe(120);
});

test("areas are cut where no platoon arrives, and the boundary costs what platoons across it save", () => {
  const running = [0, 1, 2, 3].map((i) => buildArterialPlan(i, { cycleS: 90, offsetS: 0 }));
  const request = askArterial([200, 900, 250], running);
  const answer = solved(solveNetwork(request));
  expect(answer.subAreas.map((it) => it.intersectionIds)).toEqual([
    ["A0", "A1"],
    ["A2", "A3"],
  ]);
  for (const { intersectionIds, boundaryCost, critical } of answer.subAreas) {
    const isIn = (it: { readonly intersectionId: string }): boolean =>
      intersectionIds.includes(it.intersectionId);
    const alone = evaluatePlan({
      index: request.index,
      timingPlans: answer.timingPlans.filter(isIn),
      flows: request.flows.filter(isIn),
    });
    const own = answer.measures.movements.filter(isIn);
    const together = {
      totalDelayVehHPerH: own.reduce((sum, it) => sum + (it.flowVph * it.delayS) / 3600, 0),
      totalStopsVph: own.reduce((sum, it) => sum + it.flowVph * it.stopRatio, 0),
    };
    expect(boundaryCost).toBeCloseTo(toIndex(alone) - toIndex(together), 9);
    expect(critical.degreeOfSaturation).toBeCloseTo(Math.max(...own.map((it) => it.degreeOfSaturation)), 12);
  }
});

test("areas that no route joins choose cycles of their own", () => {
  const running = [0, 1, 2, 3].map((i) => buildArterialPlan(i, { cycleS: 100, offsetS: 0 }));
  const request = askArterial([200, 2000, 250], running, {
    flows: [HEAVY, HEAVY, LIGHT, LIGHT].flatMap((flows, i) => buildArterialFlows(i, flows)),
  });
  const index = buildNetworkIndex({ ...request.network, routes: [] });
  const { subAreas } = solved(solveNetwork({ ...request, index }));
  const [heavy, light] = subAreas.map((it) => it.cycleS);
  expect(subAreas).toHaveLength(2);
  expect(known(light, "cycle")).toBeLessThan(known(heavy, "cycle"));
});

test("a protected route keeps the floors of its bands", () => {
  const running = [0, 1, 2, 3].map((i) => buildArterialPlan(i, { cycleS: 90, offsetS: 20 * i }));
  const request = askArterial([300, 200, 350], running);
  const bandsOf = ({ measures }: NetworkSolved): number[] =>
    known(measures.routes[0], "route").directions.map((it) => it.bandwidthS);
  const floorsS = { outbound: 14, inbound: 14 };
  const answer = solved(solveNetwork({ ...request, floors: [{ routeId: "main", floorsS }] }));
  expect(Math.min(...bandsOf(answer))).toBeGreaterThanOrEqual(14 - 1e-6);
  const beyond = { outbound: 80, inbound: 80 };
  const none = solveNetwork({ ...request, floors: [{ routeId: "main", floorsS: beyond }] });
  expect(none.kind).toBe("infeasible");
});

test("intersections that were not asked for run on as they do", () => {
  const running = [0, 1, 2].map((i) => buildArterialPlan(i, { cycleS: 90, offsetS: 10 * i }));
  const request = askArterial([300, 200], running, { cycle: "keep", intersectionIds: ["A1"] });
  const { timingPlans } = solved(solveNetwork(request));
  expect(timingPlans[0]).toEqual(running[0]);
  expect(timingPlans[2]).toEqual(running[2]);
});

test("what is missing is said", () => {
  const running = [0, 1].map((i) => buildArterialPlan(i, { cycleS: 90, offsetS: 0 }));
  const request = askArterial([300, 200], running, { intersectionIds: ["A0", "A2", "B"] });
  expect(solveNetwork({ ...request, flows: [] })).toEqual({
    kind: "infeasible",
    reasons: [
      "There is no intersection B.",
      "No plan of today is given for A2, B.",
      "No flow at all is given for A0, A2, B.",
    ],
  });
});
