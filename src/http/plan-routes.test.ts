import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RoleSchema } from "../control/records.schema.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildSamplePlan, withSplits } from "../timing/sample-plan.test-support.ts";
import { openSampleApp, type TestApp, type TestRequest } from "./open-test-app.test-support.ts";

const PLANS = "/api/v1/networks/sample/plans";
const sample = buildSamplePlan();

let it: TestApp;
beforeAll(async () => {
  it = await openSampleApp();
});
beforeEach(() => {
  it.link.refusal = undefined;
});
afterAll(() => it.close());

const draft = (id: string, timingPlans: readonly TimingPlan[] = sample.timingPlans) => ({
  id,
  name: `Plan ${id}`,
  timingPlans,
  fallback: "local",
});
const create = (id: string, timingPlans?: readonly TimingPlan[]) =>
  it.send({ as: "engineer", method: "POST", url: PLANS, body: draft(id, timingPlans) });
const act = (id: string, action: string, more: Partial<TestRequest> = {}) =>
  it.send({ as: "engineer", method: "POST", url: `${PLANS}/${id}/${action}`, ...more });
const stateOf = async (id: string): Promise<string> =>
  (await it.send({ as: "engineer", method: "GET", url: `${PLANS}/${id}` })).json().state;

/** Offsets moved by `byS`: another plan, as sound as the sample. */
const shifted = (byS: number): TimingPlan[] =>
  sample.timingPlans.map((plan) => ({ ...plan, offsetS: (plan.offsetS + byS) % plan.cycleS }));
/** A phase too short for its clearances: a BLOCK. */
const unsafe = sample.timingPlans.map((plan) =>
  plan.intersectionId === "A" ? { ...plan, splits: withSplits(plan.splits, { 1: 4, 2: 35 }) } : plan,
);

async function publishNew(id: string, timingPlans?: readonly TimingPlan[]) {
  await create(id, timingPlans);
  await act(id, "validate");
  return act(id, "publish");
}

test("a plan goes from draft to active, and its life is on record", async () => {
  const created = await create("first");
  expect([created.statusCode, created.json().state, created.json().verdict]).toEqual([
    201,
    "draft",
    "notJudged",
  ]);
  expect((await act("first", "validate")).json()).toMatchObject({ state: "validated", verdict: "validated" });
  const published = await act("first", "publish");
  expect(published.json()).toMatchObject({
    kind: "committed",
    record: { state: "active" },
    members: ["A", "B", "C"].map((controllerId) => ({ controllerId, status: "committed" })),
  });
  const events = await it.send({ as: "controller", method: "GET", url: `${PLANS}/first/events` });
  expect(events.json().events.map((event: { state: string }) => event.state)).toEqual([
    "draft",
    "validated",
    "validated",
    "published",
    "active",
  ]);
});

test("publishing again, or twice at once, publishes once", async () => {
  const before = it.link.committed.length;
  await create("twice", shifted(5));
  await act("twice", "validate");
  const answers = await Promise.all([act("twice", "publish"), act("twice", "publish")]);
  expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200]);
  expect((await act("twice", "publish")).json().kind).toBe("alreadyPublished");
  expect(it.link.committed.length).toBe(before + 1);
});

test("the newest plan supersedes the one before it, with a higher revision each time", async () => {
  await publishNew("older", shifted(10));
  await publishNew("newer", shifted(20));
  expect([await stateOf("older"), await stateOf("newer")]).toEqual(["superseded", "active"]);
  const revisions = it.link.committed.map((plan) => plan.revision);
  expect([...revisions].sort((a, b) => a - b)).toEqual(revisions);
  expect(new Set(revisions).size).toBe(revisions.length);
});

test("a plan that the safety gate blocks is rejected, with its findings, and cannot be published", async () => {
  await create("unsafe", unsafe);
  const judged = (await act("unsafe", "validate")).json();
  expect([judged.state, judged.verdict]).toEqual(["rejected", "blocked"]);
  expect(judged.findings.some((finding: { severity: string }) => finding.severity === "BLOCK")).toBe(true);
  const before = it.link.committed.length;
  const refused = await act("unsafe", "publish");
  expect([refused.statusCode, refused.json().code]).toEqual([409, "conflict"]);
  expect(it.link.committed.length).toBe(before);
});

test("a draft cannot be published before it is validated", async () => {
  await create("hasty");
  const refused = await act("hasty", "publish");
  expect([refused.statusCode, refused.json().detail]).toEqual([
    409,
    "plan hasty is draft; only validated can be published",
  ]);
});

test("a warning waits for an approver, whose word then stands for later plans", async () => {
  const network = buildSampleNetwork();
  const wide = {
    ...network,
    id: "wide",
    intersections: network.intersections.map((intersection) => ({
      ...intersection,
      crossings: intersection.crossings.map((crossing) => ({ ...crossing, walkS: 5 })),
    })),
  };
  await it.send({ as: "engineer", method: "PUT", url: "/api/v1/networks/wide", body: wide });
  const url = "/api/v1/networks/wide/plans";
  const post = (path: string, body?: object, as: "engineer" | "approver" = "engineer") =>
    it.send({ as, method: "POST", url: `${url}${path}`, ...(body === undefined ? {} : { body }) });
  await post("", draft("short-walk"));
  const waiting = (await post("/short-walk/validate")).json();
  expect([waiting.state, waiting.verdict]).toEqual(["draft", "needsApproval"]);
  expect((await post("/short-walk/publish")).statusCode).toBe(409);
  const outlook = await it.send({
    as: "approver",
    method: "GET",
    url: "/api/v1/networks/wide/loop/outlook",
  });
  expect(outlook.json().waiting).toMatchObject([{ planId: "short-walk", by: "engineer-1" }]);
  expect(outlook.json().waiting[0].findings[0]).toContain("A");
  const word = {
    reason: "few people walk here, count of 2026-05-04",
    expiresAtMs: it.clock.nowMs() + 3_600_000,
  };
  const approved = (await post("/short-walk/approve", word, "approver")).json();
  expect([approved.state, approved.verdict]).toEqual(["validated", "validated"]);
  expect((await post("/short-walk/publish")).json().kind).toBe("committed");
  const list = await it.send({ as: "engineer", method: "GET", url: "/api/v1/networks/wide/approvals" });
  const [first] = list.json().approvals;
  expect(first.approval).toMatchObject({ approver: "approver-1", reason: word.reason });
  await post("", draft("short-walk-2", shifted(7)));
  expect((await post("/short-walk-2/validate")).json().state).toBe("validated");
  it.clock.advanceTo(it.clock.nowMs() + 3_600_001);
  await post("", draft("short-walk-3", shifted(9)));
  expect((await post("/short-walk-3/validate")).json().verdict).toBe("needsApproval");
  const revoke = {
    as: "approver",
    method: "DELETE",
    url: `/api/v1/networks/wide/approvals/${first.approval.id}`,
  } as const;
  expect([(await it.send(revoke)).statusCode, (await it.send(revoke)).statusCode]).toEqual([204, 404]);
});

test("a standing approval is given under the approver's own name", async () => {
  const body = {
    ruleId: 9,
    intersectionId: "A",
    limit: 7,
    unit: "s",
    tolerated: 5,
    reason: "few people",
    expiresAtMs: it.clock.nowMs() + 1000,
  };
  const url = "/api/v1/networks/sample/approvals";
  const given = await it.send({ as: "approver", method: "POST", url, body });
  expect([given.statusCode, given.json().approver]).toEqual([201, "approver-1"]);
  const forged = await it.send({ as: "approver", method: "POST", url, body: { ...body, approver: "ann" } });
  expect(forged.json().faults).toMatchObject([{ path: "approver", message: "unknown key" }]);
});

test("when controllers do not prepare, nothing is published and the plan may be tried again", async () => {
  it.link.refusal = { controllerId: "B", status: "offline" };
  const aborted = await publishNew("later", shifted(30));
  expect(aborted.json()).toMatchObject({
    kind: "aborted",
    reason: "notPrepared",
    record: { state: "validated" },
    members: [{ controllerId: "B", status: "offline" }],
  });
  it.link.refusal = undefined;
  expect((await act("later", "publish")).json().kind).toBe("committed");
});

test("a plan that a controller refuses is rejected", async () => {
  it.link.refusal = {
    controllerId: "B",
    status: "refused",
    message: "minimum green of phase 3",
    isPlanRejected: true,
  };
  await publishNew("refused", shifted(35));
  expect(await stateOf("refused")).toBe("rejected");
  const events = await it.send({ as: "engineer", method: "GET", url: `${PLANS}/refused/events` });
  expect(events.json().events.at(-1).reason).toContain("minimum green of phase 3");
});

test("a rollback publishes what ran before, under a new revision", async () => {
  await publishNew("good", shifted(40));
  await publishNew("bad", shifted(50));
  const answer = await act("bad", "rollback", { as: "eventOperator", body: { reason: "queues at B" } });
  expect(answer.json()).toMatchObject({ kind: "committed", record: { state: "active" } });
  expect(await stateOf("bad")).toBe("rolledBack");
  const last = it.link.committed.at(-1);
  expect(last?.timingPlans).toEqual(shifted(40));
  expect(last?.revision).toBeGreaterThan(it.link.committed.at(-2)?.revision ?? 0);
});

test("a rollback without anything to go back to is refused", async () => {
  await it.send({
    as: "engineer",
    method: "PUT",
    url: "/api/v1/networks/alone",
    body: { ...buildSampleNetwork(), id: "alone" },
  });
  const url = "/api/v1/networks/alone/plans";
  const post = (path: string, body: object = {}) =>
    it.send({ as: "engineer", method: "POST", url: url + path, body });
  await post("", draft("only"));
  await it.send({ as: "engineer", method: "POST", url: `${url}/only/validate` });
  await it.send({ as: "engineer", method: "POST", url: `${url}/only/publish` });
  const refused = await post("/only/rollback", { reason: "queues" });
  expect([refused.statusCode, refused.json().detail]).toEqual([
    409,
    "nothing to go back to: no earlier plan at A, B, C",
  ]);
});

test("a plan's identity is used once, and an unknown plan is not found", async () => {
  await create("unique");
  expect((await create("unique")).statusCode).toBe(409);
  for (const action of ["validate", "publish"]) expect((await act("nothing", action)).statusCode).toBe(404);
  expect((await it.send({ as: "engineer", method: "GET", url: `${PLANS}/nothing` })).statusCode).toBe(404);
  expect((await it.send({ as: "engineer", method: "GET", url: `${PLANS}/nothing/events` })).statusCode).toBe(
    404,
  );
});

test("whatever a draft holds, the gate judges it and nothing fails inside", async () => {
  const phase = fc.integer({ min: 1, max: 10 });
  const timingPlan = fc.record({
    intersectionId: fc.constantFrom("A", "B", "C", "Z"),
    cycleS: fc.constantFrom(10, 60, 80, 300),
    sequenceId: fc.constantFrom("lead-lead", "stages", "none"),
    splits: fc.array(fc.record({ phase, splitS: fc.integer({ min: 0, max: 80 }) }), {
      minLength: 1,
      maxLength: 9,
    }),
    offsetS: fc.integer({ min: 0, max: 100 }),
    offsetReference: fc.record({ phase, point: fc.constantFrom("beginGreen", "beginYellow", "beginRed") }),
  });
  const spoiled = fc
    .tuple(
      fc.integer({ min: 0, max: 2 }),
      timingPlan,
      fc.subarray(["cycleS", "sequenceId", "splits", "offsetReference"]),
    )
    .map(([at, other, keys]) =>
      sample.timingPlans.map((plan, index) =>
        index === at
          ? { ...plan, ...Object.fromEntries(Object.entries(other).filter(([key]) => keys.includes(key))) }
          : plan,
      ),
    );
  let next = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(spoiled, fc.array(timingPlan, { minLength: 1, maxLength: 4 })),
      async (plans) => {
        const id = `fuzz-${next++}`;
        const body = { ...draft(id), timingPlans: plans };
        expect((await it.send({ as: "engineer", method: "POST", url: PLANS, body })).statusCode).toBe(201);
        const judged = await act(id, "validate");
        expect([judged.statusCode, judged.json().detail]).toEqual([200, undefined]);
      },
    ),
    { seed: 3, numRuns: 60 },
  );
});

test("a draft with faults is refused with all of them", async () => {
  const [first] = sample.timingPlans;
  const refused = await it.send({
    as: "engineer",
    method: "POST",
    url: PLANS,
    body: { ...draft(""), revision: 9, timingPlans: [{ ...first, cycleS: 80.05, offsetS: -1 }] },
  });
  expect(refused.statusCode).toBe(400);
  const paths = refused.json().faults.map((fault: { path: string }) => fault.path);
  expect(paths.sort()).toEqual(["id", "revision", "timingPlans.0.cycleS", "timingPlans.0.offsetS"]);
});

test.each([
  ["POST", "", ["engineer"]],
  ["POST", "/x/validate", ["engineer", "approver"]],
  ["POST", "/x/approve", ["approver"]],
  ["POST", "/x/publish", ["engineer"]],
  ["POST", "/x/rollback", ["engineer", "eventOperator"]],
] as const)("%s plans%s is open to its roles only", async (method, path, roles) => {
  for (const role of RoleSchema.options) {
    const { statusCode } = await it.send({ as: role, method, url: PLANS + path });
    const isAllowed = role === "admin" || (roles as readonly string[]).includes(role);
    expect([role, statusCode === 403]).toEqual([role, !isAllowed]);
  }
  expect((await it.send({ method, url: PLANS + path })).statusCode).toBe(401);
});

test("plans are listed newest first and by state", async () => {
  const list = async (query: string) =>
    (await it.send({ as: "engineer", method: "GET", url: `${PLANS}?${query}` })).json().plans;
  expect(await list("limit=2")).toHaveLength(2);
  const rejected: { state: string }[] = await list("state=rejected");
  expect(new Set(rejected.map((record) => record.state))).toEqual(new Set(["rejected"]));
});

test("a controller's token is for its own network's intersection, and comes with the service's public key", async () => {
  const url = "/api/v1/networks/sample/controllers";
  const issue = (path: string) =>
    it.send({ as: "engineer", method: "POST", url: `/api/v1/networks/${path}/tokens` });
  const issued = await issue("sample/controllers/A");
  expect([issued.statusCode, issued.json().signingKeyPem]).toEqual([201, "PEM"]);
  expect((await issue("sample/controllers/Z")).statusCode).toBe(404);
  expect((await issue("wide/controllers/A")).json().detail).toBe("controller A belongs to network sample");
  const list = await it.send({ as: "engineer", method: "GET", url });
  expect(list.json().controllers).toMatchObject([
    { controllerId: "A", networkId: "sample", state: "offline" },
  ]);
  expect((await it.send({ as: "engineer", method: "GET", url: `${url}/A` })).statusCode).toBe(200);
  expect((await it.send({ as: "engineer", method: "GET", url: `${url}/B` })).statusCode).toBe(404);
});
