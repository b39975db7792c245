import { afterEach, beforeEach, expect, test } from "vitest";
import { openSampleApp, START_MS, type TestApp } from "./open-test-app.test-support.ts";

const LOOP = "/api/v1/networks/sample/loop";
const OVERRIDES = "/api/v1/networks/sample/overrides";
const hold = { id: "h", kind: "hold", expiresAtMs: START_MS + 60_000, reason: "works" };

let app: TestApp;

beforeEach(async () => {
  app = await openSampleApp();
});
afterEach(() => app.close());

test("the loop is off until an engineer sets it, within its limits", async () => {
  const before = await app.send({ as: "detectorFeed", method: "GET", url: LOOP });
  expect(before.json()).toMatchObject({ settings: { mode: "off" }, nextTickAtMs: null, decisions: [] });
  const put = (as: "engineer" | "eventOperator", body: object) =>
    app.send({ as, method: "PUT", url: LOOP, body });
  expect((await put("eventOperator", { mode: "on" })).statusCode).toBe(403);
  const set = await put("engineer", { mode: "on", tickS: 30 });
  expect(set.json()).toMatchObject({ settings: { mode: "on", tickS: 30 }, nextTickAtMs: START_MS + 30_000 });
  for (const body of [
    { mode: "on", leastConfidence: 0.5 },
    { mode: "on", splitStepS: 6 },
    { mode: "on", planStayS: 600 },
    { mode: "on", planChangesPerDay: 17 },
    { mode: "on", cycleMinS: 120, cycleMaxS: 90 },
    { mode: "on", surprise: 1 },
  ]) {
    expect((await put("engineer", body)).statusCode, JSON.stringify(body)).toBe(400);
  }
});

test("a tick without any plan says so, and is stored", async () => {
  await app.send({ as: "engineer", method: "PUT", url: LOOP, body: { mode: "on" } });
  app.clock.advanceTo(START_MS + 60_000);
  await expect
    .poll(async () => (await app.send({ as: "approver", method: "GET", url: `${LOOP}/decisions` })).json())
    .toMatchObject({ decisions: [{ outcome: "held", reason: "No plan runs yet: publish the first one." }] });
});

test("overrides are given by those who may, once, and end by themselves", async () => {
  const post = (as: "engineer" | "eventOperator" | "approver", body: object) =>
    app.send({ as, method: "POST", url: OVERRIDES, body });
  expect((await post("approver", hold)).statusCode).toBe(403);
  const given = await post("eventOperator", hold);
  expect(given.json()).toMatchObject({ id: "h", personId: "eventOperator-1", state: "inForce" });
  expect((await post("engineer", hold)).json()).toEqual(given.json());
  expect((await post("engineer", { ...hold, reason: "other" })).statusCode).toBe(409);
  app.clock.advanceTo(START_MS + 61_000);
  await expect
    .poll(async () => (await app.send({ as: "engineer", method: "GET", url: OVERRIDES })).json())
    .toMatchObject({ overrides: [{ id: "h", state: "ended", endedBy: "clock" }] });
});

test("an override that is sent twice at once is one, and of two that differ one is refused", async () => {
  const post = (body: object) => app.send({ as: "engineer", method: "POST", url: OVERRIDES, body });
  const same = await Promise.all([hold, hold, hold].map(post));
  expect(same.map((it) => [it.statusCode, it.json().id])).toEqual([200, 200, 200].map((it) => [it, "h"]));
  const different = await Promise.all(["one", "other"].map((reason) => post({ ...hold, id: "d", reason })));
  expect(different.map((it) => it.statusCode)).toEqual([200, 409]);
});

test("overrides that fit nothing are refused", async () => {
  for (const [body, status] of [
    [{ ...hold, intersectionIds: ["Z"] }, 400],
    [{ ...hold, kind: "force", planId: "none" }, 400],
    [{ ...hold, kind: "force" }, 400],
    [{ ...hold, planId: "none" }, 400],
    [{ ...hold, expiresAtMs: START_MS }, 400],
    [{ ...hold, kind: "free" }, 409],
  ] as const) {
    const answer = await app.send({ as: "engineer", method: "POST", url: OVERRIDES, body });
    expect(answer.statusCode, JSON.stringify(body)).toBe(status);
  }
});

test("everybody may see what is known of detectors, and whether the loop helps", async () => {
  const get = async (url: string) => (await app.send({ as: "detectorFeed", method: "GET", url })).json();
  await expect
    .poll(() => get("/api/v1/networks/sample/detectors"))
    .toEqual({ untilMs: START_MS, isComplete: true, health: [], counts: [], forecast: [] });
  expect(await get(`${LOOP}/evaluation`)).toMatchObject({ evaluate: null, isOn: null, blocks: 0 });
  const evaluate = { fromDate: "2026-11-22", weeks: 2, blockHours: 24 };
  const put = (body: object) => app.send({ as: "engineer", method: "PUT", url: LOOP, body });
  const refused = await put({ mode: "propose", evaluate: { ...evaluate, fromDate: "2026-11-01" } });
  expect(refused.json().faults.map((it: { path: string }) => it.path)).toEqual([
    "evaluate",
    "evaluate.fromDate",
    "evaluate.offPlanId",
  ]);
});

test("an override that never was cannot be ended", async () => {
  const answer = await app.send({ as: "engineer", method: "DELETE", url: `${OVERRIDES}/none` });
  expect(answer.statusCode).toBe(404);
  const unknown = await app.send({ as: "engineer", method: "GET", url: "/api/v1/networks/none/loop" });
  expect(unknown.statusCode).toBe(404);
});
