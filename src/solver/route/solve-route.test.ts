/** The route solver as a whole: any question is answered, and every plan of an answer is what it claims to be. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { MovementFlow } from "../../demand/demand.schema.ts";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import type { Network } from "../../network/network.schema.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { buildSites } from "../../timing/site.ts";
import { validateTimingPlan } from "../../timing/validate-timing-plan.ts";
import { evaluatePlan } from "../../traffic/evaluate-plan.ts";
import { evaluateWithSpillback } from "../../traffic/forward/evaluate-with-spillback.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { RouteAnswer, RouteRequest, RouteSolved } from "./route-request.ts";
import { solveRoute } from "./solve-route.ts";

/** What a stop is worth beside delay, s. */
const STOP_WORTH_S = 10;
const SECONDS_PER_HOUR = 3600;
const RUNS = process.env["GREENWAVE_FULL"] === "1" ? 500 : 24;

const network = buildSampleNetwork();
const { timingPlans } = buildSamplePlan();
const flowsOf = (flowVph: number): MovementFlow[] =>
  network.intersections.flatMap(({ id: intersectionId, movements }) =>
    movements.map(({ id: movementId }) => ({ intersectionId, movementId, flowVph, confidence: 1 })),
  );

const ask = (overrides: Partial<RouteRequest> = {}): RouteRequest => ({
  index: buildNetworkIndex(network),
  routeId: "main",
  flows: flowsOf(150),
  running: timingPlans,
  cycle: { minS: 60, maxS: 100, stepS: 10 },
  splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
  sequences: "choose",
  band: { kind: "equal" },
  aim: "delay",
  ...overrides,
});

const solved = (answer: RouteAnswer): RouteSolved =>
  answer.kind === "solved" ? answer : expect.fail(answer.reasons.join(" "));

const withRoute = (change: (route: Network["routes"][number]) => object) =>
  buildNetworkIndex({ ...network, routes: network.routes.map((it) => ({ ...it, ...change(it) })) });

/** Ring sums, barriers and minimums of a plan, from the network file alone; empty: all kept. */
function listBreaches(plan: TimingPlan): string[] {
  const intersection = known(
    network.intersections.find((it) => it.id === plan.intersectionId),
    plan.intersectionId,
  );
  const sequence = known(
    intersection.sequences.find((it) => it.id === plan.sequenceId),
    plan.sequenceId,
  );
  const splitOf = (phase: number): number =>
    plan.splits.find((it) => it.phase === phase)?.splitS ?? Number.NaN;
  const breaches: string[] = [];
  const sums = sequence.rings.map((ring) =>
    ring.map((group) => group.reduce((sum, it) => sum + splitOf(it), 0)),
  );
  for (const ring of sums) {
    if (ring.reduce((sum, it) => sum + it, 0) !== plan.cycleS) breaches.push("a ring is not the cycle");
    if (JSON.stringify(ring) !== JSON.stringify(sums[0])) breaches.push("a barrier is not crossed together");
  }
  for (const phase of intersection.phases) {
    const leastS = phase.minGreenS + phase.yellowS + phase.redClearanceS;
    if (!(splitOf(phase.number) >= leastS))
      breaches.push(`phase ${phase.number} is shorter than ${leastS} s`);
    if (!Number.isInteger(splitOf(phase.number)))
      breaches.push(`phase ${phase.number} is not in whole seconds`);
  }
  if (!(plan.offsetS >= 0 && plan.offsetS < plan.cycleS)) breaches.push("the offset is outside the cycle");
  return breaches.map((it) => `${plan.intersectionId}: ${it}`);
}

const variants = fc.record({
  flowsVph: fc.array(fc.integer({ min: 0, max: 450 }), { minLength: 8, maxLength: 8 }),
  offsetsS: fc.array(fc.integer({ min: 0, max: 79 }), { minLength: 3, maxLength: 3 }),
  cycle: fc.constantFrom<RouteRequest["cycle"]>("keep", { minS: 70, maxS: 90, stepS: 10 }),
  splits: fc.constantFrom<RouteRequest["splits"]>(
    "keep",
    { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
    { targetDegreeOfSaturation: 0.8, slack: "coordinated" },
    { targetDegreeOfSaturation: 0.9, slack: "equal" },
  ),
  sequences: fc.constantFrom<RouteRequest["sequences"]>("keep", "choose"),
  band: fc.constantFrom<RouteRequest["band"]>(
    { kind: "equal" },
    { kind: "atLeastRunning" },
    { kind: "sum" },
    { kind: "ratio", inboundPerOutbound: 2 },
  ),
  aim: fc.constantFrom<RouteRequest["aim"]>("delay", "band"),
});

const bandsOf = (it: PlanMeasures): number[] =>
  it.routes.flatMap((route) => route.directions.map((way) => way.bandwidthS));

type Variant = typeof variants extends fc.Arbitrary<infer T> ? T : never;

/** Flows and offsets repeat over the movements and signals. */
function askVariant({ flowsVph, offsetsS, ...rest }: Variant): RouteRequest {
  const flows = flowsOf(0).map((it, at) => ({ ...it, flowVph: flowsVph[at % flowsVph.length] ?? 0 }));
  const running = timingPlans.map((it, at) => ({ ...it, offsetS: offsetsS[at] ?? 0 }));
  return ask({ ...rest, flows, running });
}

test("every plan of an answer keeps ring sums, barriers, minimums and whole seconds", () => {
  let answered = 0;
  fc.assert(
    fc.property(variants, (variant) => {
      const answer = solveRoute(askVariant(variant));
      if (answer.kind === "infeasible") {
        expect(answer.reasons).not.toEqual([]);
        return;
      }
      answered += 1;
      expect(answer.timingPlans.flatMap(listBreaches)).toEqual([]);
    }),
    { seed: 11, numRuns: RUNS },
  );
  expect(answered).toBeGreaterThan(RUNS / 2);
});

test("bands that are to be at least those of today are, also when another cycle would have less delay", () => {
  fc.assert(
    fc.property(variants, (variant) => {
      const answer = solveRoute(askVariant({ ...variant, band: { kind: "atLeastRunning" } }));
      if (answer.kind === "infeasible") return;
      const [before, after] = [bandsOf(answer.runningMeasures), bandsOf(answer.measures)];
      for (const [way, bandwidthS] of before.entries()) {
        expect(after[way]).toBeGreaterThanOrEqual(bandwidthS - 0.11);
      }
    }),
    { seed: 12, numRuns: RUNS },
  );
});

test("with splits solved anew, delay and stops are never more than today's", () => {
  const splits: RouteRequest["splits"] = { targetDegreeOfSaturation: 0.9, slack: "leastDelay" };
  const costOf = (it: PlanMeasures) =>
    it.totalDelayVehHPerH + (it.totalStopsVph * STOP_WORTH_S) / SECONDS_PER_HOUR;
  fc.assert(
    fc.property(variants, (variant) => {
      const answer = solveRoute(askVariant({ ...variant, splits, band: { kind: "equal" }, aim: "delay" }));
      if (answer.kind === "infeasible") return;
      if (answer.spillback !== undefined) return; // judged with spill-back, below
      expect(costOf(answer.measures)).toBeLessThanOrEqual(costOf(answer.runningMeasures) + 1e-9);
    }),
    { seed: 13, numRuns: RUNS },
  );
});

test("the same question gets the same answer, byte for byte", () => {
  fc.assert(
    fc.property(variants, (variant) => {
      const [first, second] = [solveRoute(askVariant(variant)), solveRoute(askVariant(variant))];
      expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    }),
    { seed: 14, numRuns: RUNS / 4 },
  );
});

test("bands that may be slower are never narrower, and are measured as they are claimed", () => {
  const slower = withRoute((route) => ({
    outbound: { ...route.outbound, leastProgressionSpeedMps: 9 },
    ...(route.inbound && { inbound: { ...route.inbound, leastProgressionSpeedMps: 9 } }),
  }));
  const widthOf = (index: RouteRequest["index"]): number =>
    Math.min(...bandsOf(solved(solveRoute(ask({ index, aim: "band" }))).measures));
  expect(widthOf(slower)).toBeGreaterThanOrEqual(widthOf(buildNetworkIndex(network)) - 1e-6);
});

test("when everybody's offset moves by the same, no measure changes", () => {
  fc.assert(
    fc.property(variants, fc.integer({ min: 1, max: 79 }), (variant, byS) => {
      const { running, ...request } = askVariant(variant);
      const moved = running.map((it) => ({ ...it, offsetS: (it.offsetS + byS) % it.cycleS }));
      const measure = (timingPlans: readonly TimingPlan[]) =>
        evaluatePlan({ index: request.index, flows: request.flows, timingPlans });
      const [before, after] = [measure(running), measure(moved)];
      expect(after.totalDelayVehHPerH).toBeCloseTo(before.totalDelayVehHPerH, 6);
      expect(after.totalStopsVph).toBeCloseTo(before.totalStopsVph, 6);
      for (const [way, bandwidthS] of bandsOf(before).entries()) {
        expect(bandsOf(after)[way]).toBeCloseTo(bandwidthS, 6);
      }
    }),
    { seed: 15, numRuns: RUNS },
  );
});

test("flows of zero get a plan, and flows beyond all capacity get one too or a reason", () => {
  const empty = solved(solveRoute(ask({ flows: flowsOf(0) })));
  expect(empty.timingPlans.flatMap(listBreaches)).toEqual([]);
  expect(empty.measures.totalDelayVehHPerH).toBe(0);
  for (const flowVph of [7732, 20_000]) {
    const full = solved(solveRoute(ask({ flows: flowsOf(flowVph) })));
    expect(full.timingPlans.flatMap(listBreaches)).toEqual([]);
    expect(Number.isFinite(full.measures.totalDelayVehHPerH)).toBe(true);
  }
});

test("one signal alone, a street in one direction and a group within the route are solved", () => {
  const first = withRoute(({ outbound, inbound }) => ({
    outbound: { ...outbound, stops: outbound.stops.slice(0, 1) },
    inbound: inbound && { ...inbound, stops: inbound.stops.slice(-1) },
  }));
  const single = solved(solveRoute(ask({ index: first })));
  expect(single.timingPlans.map((it) => it.intersectionId)).toEqual(["A", "B", "C"]);
  const oneWay = withRoute(({ outbound }) => ({ outbound, inbound: undefined }));
  expect(solved(solveRoute(ask({ index: oneWay }))).bandwidthS).toMatchObject({ inbound: 0 });
  const group = solved(solveRoute(ask({ groupIds: ["A", "B"] })));
  expect(group.timingPlans[2]).toEqual(timingPlans[2]);
  for (const { timingPlans: plans } of [single, group]) expect(plans.flatMap(listBreaches)).toEqual([]);
});

test("what cannot be solved is answered with its reason", () => {
  const reasonsOf = (overrides: Partial<RouteRequest>): string => {
    const answer = solveRoute(ask(overrides));
    return answer.kind === "infeasible" ? answer.reasons.join(" ") : expect.fail("solved");
  };
  expect(reasonsOf({ flows: [] })).toBe("No flow at all is given for A, B, C.");
  expect(reasonsOf({ flows: flowsOf(100).filter((it) => it.intersectionId !== "B") })).toMatch(
    /given for B\./,
  );
  expect(reasonsOf({ running: timingPlans.slice(1) })).toBe("No plan of today is given for A.");
  expect(reasonsOf({ groupIds: [] })).toBe("The group is empty.");
  expect(reasonsOf({ groupIds: ["A", "Z"] })).toBe("Route main does not pass Z.");
  expect(reasonsOf({ cycle: { minS: 10, maxS: 20, stepS: 1 } })).not.toBe("");
  expect(reasonsOf({ cycle: { minS: 1000, maxS: 1001, stepS: 1 } })).not.toBe("");
  expect(reasonsOf({ cycle: { minS: 90, maxS: 60, stepS: 1 } })).not.toBe("");
  const odd = timingPlans.map((it) => ({ ...it, cycleS: it.cycleS + 0.5 }));
  expect(reasonsOf({ running: odd, cycle: "keep" })).toMatch(/no multiple of 1 s/);
  const [first, ...rest] = timingPlans;
  const other = { ...known(first, "plan of A"), cycleS: 90 };
  expect(reasonsOf({ running: [other, ...rest], cycle: "keep" })).not.toBe("");
});

test("a cycle so long that the gate blocks it because somebody waits too long is no answer", () => {
  const sites = buildSites(network);
  for (const splits of ["keep", { targetDegreeOfSaturation: 0.9, slack: "coordinated" }] as const) {
    const answer = solveRoute(ask({ splits, cycle: { minS: 150, maxS: 180, stepS: 10 } }));
    const plans = answer.kind === "solved" ? answer.timingPlans : [];
    const findings = plans.flatMap((timingPlan) =>
      validateTimingPlan({ site: known(sites.get(timingPlan.intersectionId), "site"), timingPlan }),
    );
    expect(findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
    const trials = answer.kind === "solved" ? answer.explanation.cycles : [];
    expect(trials.at(-1)?.reason ?? "").toMatch(/waits .* for green/);
  }
});

test("a solve that is stopped by its limit of work says so and replays", () => {
  const request = ask({ workLimit: 3 });
  const answer = solved(solveRoute(request));
  expect(answer.work.isStopped).toBe(true);
  expect(answer.timingPlans.flatMap(listBreaches)).toEqual([]);
  expect(solveRoute(request)).toEqual(answer);
});

test("when today's bands are what is asked for, delay and stops are never more than today's", () => {
  const costOf = (it: PlanMeasures) =>
    it.totalDelayVehHPerH + (it.totalStopsVph * STOP_WORTH_S) / SECONDS_PER_HOUR;
  fc.assert(
    fc.property(variants, (variant) => {
      const answer = solveRoute(askVariant({ ...variant, band: { kind: "atLeastRunning" }, aim: "delay" }));
      if (answer.kind === "infeasible") return;
      if (answer.spillback !== undefined) return; // judged with spill-back, below
      expect(costOf(answer.measures)).toBeLessThanOrEqual(costOf(answer.runningMeasures) + 1e-9);
    }),
    { seed: 16, numRuns: RUNS, endOnFailure: true },
  );
});

test("where queues do not fit their links, no plan that was weighed has less delay with spill-back, today's included", () => {
  const short = buildNetworkIndex({
    ...network,
    links: network.links.map((it) => ({ ...it, lengthM: Math.min(it.lengthM, 90) })),
  });
  let told = 0;
  for (const flowVph of [250, 350, 450]) {
    const answer = solved(solveRoute(ask({ index: short, flows: flowsOf(flowVph) })));
    if (answer.spillback === undefined) continue;
    told += 1;
    const { considered } = answer.spillback;
    const chosen = known(
      considered.find((it) => it.isChosen),
      "chosen plan",
    );
    const again = evaluateWithSpillback({
      index: short,
      flows: flowsOf(flowVph),
      timingPlans: answer.timingPlans,
    });
    expect(again.totalDelayVehHPerH).toBeCloseTo(chosen.delayVehHPerH, 9);
    expect(considered.map((it) => it.name)).toContain("queues fit their links");
    expect(answer.timingPlans.flatMap(listBreaches)).toEqual([]);
  }
  expect(told).toBeGreaterThan(0);
});
