import { afterAll, beforeAll, expect, test } from "vitest";
import { RoleSchema } from "../control/records.schema.ts";
import { WeekdaySchema } from "../schedule/schedule.schema.ts";
import { buildSamplePlan } from "../timing/sample-plan.test-support.ts";
import { openSampleApp, START_MS, type TestApp } from "./open-test-app.test-support.ts";

const NETWORK = "/api/v1/networks/sample";
const SCHEDULE = `${NETWORK}/schedule`;

let it: TestApp;
beforeAll(async () => {
  it = await openSampleApp();
  const { timingPlans } = buildSamplePlan();
  for (const id of ["night", "day"]) {
    const body = { id, name: id, timingPlans, fallback: "local" };
    await it.send({ as: "engineer", method: "POST", url: `${NETWORK}/plans`, body });
  }
});
afterAll(() => it.close());

const buildSchedule = (planId = "day") => ({
  version: 1,
  networkId: "sample",
  name: "Every day",
  timeZone: "America/Chicago",
  dayTypes: [
    {
      id: "all",
      name: "All days",
      entries: [
        { at: "00:00", planId: "night", why: "quiet" },
        { at: "06:30", planId, why: "busy" },
      ],
    },
  ],
  weekdays: Object.fromEntries(WeekdaySchema.options.map((day) => [day, "all"])),
  specialDays: [],
});
const put = (body: object, as: "engineer" | "approver" = "engineer") =>
  it.send({ as, method: "PUT", url: SCHEDULE, body });
const get = (url: string) => it.send({ as: "detectorFeed", method: "GET", url });

test("before one is set there is no schedule", async () => {
  expect((await get(SCHEDULE)).statusCode).toBe(404);
  expect((await get(`${SCHEDULE}/changes`)).statusCode).toBe(404);
});

test("a schedule is kept with who set it, and the audit has its hash", async () => {
  const answer = await put(buildSchedule());
  expect([answer.statusCode, answer.json().findings]).toEqual([200, []]);
  expect((await get(SCHEDULE)).json()).toEqual(answer.json().record);
  expect(answer.json().record).toMatchObject({ schedule: buildSchedule(), changedAtMs: START_MS });
  const audit = (await it.send({ as: "admin", method: "GET", url: "/api/v1/audit?limit=1" })).json();
  expect(audit.entries[0]).toMatchObject({
    action: "schedule.put",
    subject: "schedule/sample",
    beforeHash: null,
    afterHash: answer.json().record.hash,
  });
});

test("the changes of the next 24 h are listed with their reasons", async () => {
  await put(buildSchedule());
  expect((await get(`${SCHEDULE}/changes`)).json()).toEqual({
    planId: "night",
    why: "All days: quiet",
    changes: [
      expect.objectContaining({ local: "2026-11-22T06:30-06:00", fromPlanId: "night", toPlanId: "day" }),
      expect.objectContaining({ local: "2026-11-23T00:00-06:00", fromPlanId: "day", toPlanId: "night" }),
    ],
  });
  const window = `from=${START_MS}&to=${START_MS + 40 * 86_400_000}`;
  expect((await get(`${SCHEDULE}/changes?${window}`)).statusCode).toBe(400);
});

test("a schedule that names a plan, network or zone that is not there is refused with its paths", async () => {
  const unknown = await put(buildSchedule("peak"));
  expect([unknown.statusCode, unknown.json().faults]).toEqual([
    400,
    [{ path: "dayTypes.0.entries.1.planId", message: "There is no plan peak." }],
  ]);
  const wrong = await put({ ...buildSchedule(), networkId: "other", timeZone: "Europe/Berlin" });
  expect(wrong.json().faults.map((fault: { path: string }) => fault.path)).toEqual(["networkId", "timeZone"]);
  const odd = await put({ ...buildSchedule(), color: "red" });
  expect([odd.statusCode, odd.json().faults[0].path]).toEqual([400, "color"]);
});

test("only engineers set it; every role reads it", async () => {
  expect((await put(buildSchedule(), "approver")).statusCode).toBe(403);
  for (const as of RoleSchema.options) {
    expect((await it.send({ as, method: "GET", url: SCHEDULE })).statusCode).toBe(200);
  }
});
