import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MovementFlow } from "../demand/demand.schema.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { buildSamplePlan } from "../timing/sample-plan.test-support.ts";
import { openSampleApp, START_MS, type TestApp } from "./open-test-app.test-support.ts";
import type { SolveRequest } from "./solve-request.schema.ts";

const network = buildSampleNetwork();
const { timingPlans } = buildSamplePlan();

let it: TestApp;
beforeAll(async () => {
  it = await openSampleApp();
});
afterAll(() => it.close());

const flows: MovementFlow[] = network.intersections.flatMap((intersection) =>
  intersection.movements.map((movement) => ({
    intersectionId: intersection.id,
    movementId: movement.id,
    flowVph: movement.turn === "through" ? 300 : 60,
    confidence: 1,
  })),
);
const question = {
  routeId: "main",
  cycle: { minS: 70, maxS: 90, stepS: 10 },
  splits: "keep",
  sequences: "keep",
  band: { kind: "equal" },
  aim: "delay",
  flows,
  running: timingPlans,
};
const solve = (body: object, as: "engineer" | "approver" = "engineer") =>
  it.send({ as, method: "POST", url: "/api/v1/networks/sample/solve", body });

test("a route is solved with its measures, and the answer can become a plan", async () => {
  const answer = await solve({ ...question, cycle: "keep" });
  expect([answer.statusCode, answer.json().kind]).toEqual([200, "solved"]);
  const { bandwidthS, timingPlans: solved, measures, runningMeasures } = answer.json();
  expect(bandwidthS.outbound).toBeGreaterThan(0);
  expect(measures.totalDelayVehHPerH).toBeLessThanOrEqual(runningMeasures.totalDelayVehHPerH + 1e-9);
  const draft = { id: "solved", name: "Solved", timingPlans: solved, fallback: "local" };
  const created = await it.send({
    as: "engineer",
    method: "POST",
    url: "/api/v1/networks/sample/plans",
    body: draft,
  });
  expect(created.statusCode).toBe(201);
});

test("without flows in the question they come from the counts of the last quarter of an hour", async () => {
  const counts = network.detectors.flatMap(({ id }) =>
    Array.from({ length: 15 }, (_, minute) => {
      return { detectorId: id, startAtMs: START_MS - (15 - minute) * 60_000, durationS: 60, countVeh: 5 };
    }),
  );
  const taken = await it.send({
    as: "detectorFeed",
    method: "POST",
    url: "/api/v1/networks/sample/counts",
    body: { counts },
  });
  expect(taken.json().accepted).toBe(counts.length);
  const estimate = await it.send({ as: "approver", method: "GET", url: "/api/v1/networks/sample/flows" });
  const estimated: MovementFlow[] = estimate.json().flows;
  expect(estimated).toHaveLength(flows.length);
  expect(estimated.reduce((sum, flow) => sum + flow.flowVph, 0)).toBeGreaterThan(300);
  const { flows: _, ...measured } = question;
  expect((await solve({ ...measured, cycle: "keep" })).json().kind).toBe("solved");
});

test("a window that is empty is refused", async () => {
  const answer = await it.send({
    as: "engineer",
    method: "GET",
    url: "/api/v1/networks/sample/flows?fromMs=10&toMs=10",
  });
  expect([answer.statusCode, answer.json().faults]).toMatchObject([400, [{ path: "fromMs" }]]);
});

test("what cannot be had is an answer with its reasons", async () => {
  const answer = await solve({
    ...question,
    cycle: { minS: 30, maxS: 30, stepS: 1 },
    splits: { targetDegreeOfSaturation: 0.9, slack: "equal" },
  });
  expect([answer.statusCode, answer.json().kind]).toEqual([200, "infeasible"]);
  expect(answer.json().reasons.length).toBeGreaterThan(0);
});

test("a question that does not fit the network is refused with every fault", async () => {
  const [first, ...others] = timingPlans;
  const answer = await solve({
    ...question,
    groupIds: ["A", "Z"],
    flows: [{ intersectionId: "A", movementId: "XX", flowVph: 1, confidence: 1 }],
    running: [
      { ...first, sequenceId: "none" },
      { ...others[0], offsetReference: { phase: 31, point: "beginGreen" } },
    ],
  });
  expect(answer.statusCode).toBe(400);
  const paths = answer.json().faults.map((fault: { path: string }) => fault.path);
  expect(paths.sort()).toEqual(["flows.0", "groupIds.1", "running", "running.0", "running.1"]);
  expect((await solve({ ...question, routeId: "none" })).json().faults).toMatchObject([{ path: "routeId" }]);
});

test("whatever runs today and whatever flows, the question is answered or refused", async () => {
  const spoiled = fc
    .record({
      at: fc.integer({ min: 0, max: 2 }),
      cycleS: fc.constantFrom(80, 60, 10, 300),
      splitS: fc.integer({ min: 0, max: 80 }),
      offsetS: fc.integer({ min: 0, max: 400 }),
      flowVph: fc.constantFrom(0, 1, 900, 20_000),
    })
    .map(({ at, cycleS, splitS, offsetS, flowVph }) => ({
      flows: flows.map((flow, index) => (index % 3 === at ? { ...flow, flowVph } : flow)),
      running: timingPlans.map((plan, index) =>
        index === at
          ? {
              ...plan,
              cycleS,
              offsetS,
              splits: plan.splits.map((it, of) => (of === 1 ? { ...it, splitS } : it)),
            }
          : plan,
      ),
    }));
  const variants = fc.record({
    cycle: fc.constantFrom<unknown>(
      "keep",
      { minS: 60, maxS: 80, stepS: 20 },
      { minS: 90, maxS: 60, stepS: 1 },
    ),
    splits: fc.constantFrom<unknown>("keep", { targetDegreeOfSaturation: 0.9, slack: "leastDelay" }),
    sequences: fc.constantFrom("keep", "choose"),
    band: fc.constantFrom({ kind: "equal" }, { kind: "atLeastRunning" }, { kind: "sum" }),
    aim: fc.constantFrom("delay", "band"),
  });
  await fc.assert(
    fc.asyncProperty(spoiled, variants, async (today, variant) => {
      const answer = await solve({ ...question, ...today, ...variant });
      expect([answer.statusCode, answer.statusCode === 500 ? answer.body : ""]).toEqual([
        expect.toBeOneOf([200, 400]),
        "",
      ]);
    }),
    { seed: 4, numRuns: 40 },
  );
});

test("a question with faults of form is refused with all of them", async () => {
  const wrong: Partial<Record<keyof SolveRequest, unknown>> & object = {
    ...question,
    aim: "speed",
    workLimit: 0,
    sequences: "any",
  };
  const answer = await solve({ ...wrong, colour: 1 });
  const paths = answer.json().faults.map((fault: { path: string }) => fault.path);
  expect(paths.sort()).toEqual(["aim", "colour", "sequences", "workLimit"]);
});

test("more questions than the queue holds are refused as overloaded, with a time to try again", async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => solve(question)));
  const refused = answers.filter((answer) => answer.statusCode === 503);
  expect(answers.filter((answer) => answer.statusCode === 200).length).toBe(3);
  expect(refused.length).toBe(3);
  expect([refused[0]?.json().code, refused[0]?.headers["retry-after"]]).toEqual(["overloaded", "1"]);
});

test("solving is for engineers and event operators", async () => {
  expect((await solve(question, "approver")).statusCode).toBe(403);
});

test("a front comes as plans from least delay to widest band, and a floor is kept", async () => {
  const { band: _band, aim: _aim, ...asked } = question;
  const answer = await it.send({
    as: "eventOperator",
    method: "POST",
    url: "/api/v1/networks/sample/front",
    body: { ...asked, cycle: { minS: 70, maxS: 90, stepS: 5 }, points: 4, floorS: 2 },
  });
  expect([answer.statusCode, answer.json().kind]).toEqual([200, "solved"]);
  const widths: number[] = answer.json().points.map((point: { bandRatio: number }) => point.bandRatio);
  expect(widths).toEqual([...widths].sort((a, b) => a - b));
  for (const { bandwidthS } of answer.json().points) {
    expect(Math.min(bandwidthS.outbound, bandwidthS.inbound)).toBeGreaterThanOrEqual(2 - 1e-6);
  }
});

test("one plan for several demands answers each with its regret, and says which flow is wrong", async () => {
  const { flows: _flows, aim: _aim, ...asked } = question;
  const robust = (scenarios: object[]) =>
    it.send({
      as: "engineer",
      method: "POST",
      url: "/api/v1/networks/sample/robust",
      body: { ...asked, risk: { kind: "worst" }, scenarios },
    });
  const evening = flows.map((flow) => ({ ...flow, flowVph: flow.movementId.startsWith("WB") ? 500 : 100 }));
  const answer = await robust([
    { name: "noon", weight: 1, flows },
    { name: "evening", weight: 2, flows: evening },
  ]);
  expect(answer.statusCode).toBe(200);
  expect(answer.json().scenarios.map((scenario: { name: string }) => scenario.name)).toEqual([
    "noon",
    "evening",
  ]);
  const wrong = await robust([{ name: "noon", weight: 1, flows: [{ ...flows[0], movementId: "XX" }] }]);
  expect(wrong.statusCode).toBe(400);
  expect(JSON.stringify(wrong.json())).toContain("scenarios.0.flows.0");
});

test("a network is solved as a whole, and what it names in vain is told with its path", async () => {
  const optimize = (body: object) =>
    it.send({ as: "engineer", method: "POST", url: "/api/v1/networks/sample/optimize", body });
  const asked = {
    cycle: { minS: 70, maxS: 90, stepS: 10 },
    splits: question.splits,
    sequences: "keep",
    flows,
  };
  const answer = await optimize({ ...asked, running: timingPlans });
  expect([answer.statusCode, answer.json().kind]).toEqual([200, "solved"]);
  const { measures, runningMeasures, subAreas, timingPlans: solved } = answer.json();
  const cost = (measured: { totalDelayVehHPerH: number; totalStopsVph: number }) =>
    measured.totalDelayVehHPerH + measured.totalStopsVph / 360;
  expect(cost(measures)).toBeLessThanOrEqual(cost(runningMeasures) + 1e-9);
  expect(solved).toHaveLength(timingPlans.length);
  expect(subAreas.flatMap((area: { intersectionIds: string[] }) => area.intersectionIds).sort()).toEqual(
    network.intersections.map((intersection) => intersection.id).sort(),
  );
  const wrong = await optimize({
    ...asked,
    running: timingPlans,
    intersectionIds: ["A", "Z"],
    floors: [{ routeId: "none", floorsS: { outbound: 5, inbound: 5 } }],
  });
  expect(wrong.statusCode).toBe(400);
  expect(wrong.json().faults.map((fault: { path: string }) => fault.path)).toEqual([
    "floors.0.routeId",
    "intersectionIds.1",
  ]);
});

test("figures beyond all measure are refused with their path", async () => {
  const huge = { outbound: 1e308, inbound: 1e308 };
  const answer = await it.send({
    as: "engineer",
    method: "POST",
    url: "/api/v1/networks/sample/solve",
    body: { ...question, flows, band: { kind: "weighted", weights: huge, floorsS: huge } },
  });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().faults.map((fault: { path: string }) => fault.path)).toContain(
    "band.weights.outbound",
  );
});

test("a plan of today that gives a phase two splits is refused with its path", async () => {
  const running = timingPlans.map((it) => ({ ...it, splits: [...it.splits, ...it.splits.slice(0, 1)] }));
  const answer = await it.send({
    as: "engineer",
    method: "POST",
    url: "/api/v1/networks/sample/explain",
    body: { flows, running: running.slice(0, 1) },
  });
  expect([answer.statusCode, answer.json().detail]).toEqual([400, "1 fault in the question"]);
  expect(answer.json().faults[0].path).toBe("running.0");
});

test("a plan is explained in sentences that name its intersections", async () => {
  const answer = await it.send({
    as: "eventOperator",
    method: "POST",
    url: "/api/v1/networks/sample/explain",
    body: { routeId: "main", flows, running: timingPlans },
  });
  expect([answer.statusCode, answer.json().kind]).toEqual([200, "explained"]);
  expect(answer.json().sentences.join(" ")).toMatch(/is the critical intersection/);
  expect(answer.json().intersections).toHaveLength(network.intersections.length);
});

test("bands by link, by stream and of several routes come with bound and gap", async () => {
  const bands = (wish: object) =>
    it.send({
      as: "engineer",
      method: "POST",
      url: "/api/v1/networks/sample/bands",
      body: { wish, sequences: "choose", flows, running: timingPlans },
    });
  for (const wish of [
    { kind: "links", routeId: "main" },
    { kind: "streams", routeId: "main" },
    { kind: "steady", routeId: "main" },
    { kind: "routes", floors: [{ routeId: "main", floorsS: { outbound: 1, inbound: 1 } }] },
  ]) {
    const answer = await bands(wish);
    expect([answer.statusCode, answer.json().kind]).toEqual([200, "solved"]);
    const { value, bound, gap, timingPlans: solved } = answer.json();
    expect(value).toBeLessThanOrEqual(bound + 1e-6);
    expect(gap).toBeCloseTo(bound > 0 ? Math.max(0, bound - value) / bound : 0, 9);
    expect(solved).toHaveLength(timingPlans.length);
  }
  const wrong = await bands({ kind: "routes", routeIds: ["none"] });
  expect([wrong.statusCode, wrong.json().faults[0]?.path]).toEqual([400, "wish.routeIds.0"]);
});
