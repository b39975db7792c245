/** The service with real controllers on real sockets, twenty times as fast as the wall clock. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createScaledClock } from "./clock.ts";
import { parseConfig } from "./config.ts";
import type { ReferenceController } from "./controllers/reference/controller.ts";
import { startController } from "./controllers/reference/run-controller.ts";
import { known } from "./errors.ts";
import type { ControllerView } from "./http/controller-routes.ts";
import { type RunningService, startService } from "./main.ts";
import { buildSampleNetwork, withIntersection, withPhase } from "./network/sample-network.test-support.ts";
import { buildSamplePlan } from "./timing/sample-plan.test-support.ts";

const network = buildSampleNetwork();
const plan = buildSamplePlan();
const clock = createScaledClock({
  simulatedAnchorMs: Date.UTC(2026, 10, 22),
  realAnchorMs: Date.now(),
  speedFactor: 20,
});

let folder: string;
let service: RunningService;
let controllers: ReferenceController[];
let adminToken: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-publish-"));
  writeFileSync(path.join(folder, "network.json"), JSON.stringify(network));
  controllers = [];
  service = await start("0");
  adminToken = (await service.tokens.issue({ principalId: "root", role: "admin", actorId: "test" })).token;
});
afterEach(async () => {
  for (const controller of controllers) controller.stop();
  await service.close();
  rmSync(folder, { recursive: true });
});

function start(port: string): Promise<RunningService> {
  const networks = path.join(folder, "network.json");
  const flags = { data: path.join(folder, "data"), port, workers: "1", networks };
  const parsed = parseConfig({ environment: {}, flags });
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.faults));
  return startService(parsed.config, { clock, logger: pino({ level: "silent" }), patience: 2 });
}

async function ask(
  method: "GET" | "POST" | "PUT",
  address: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${service.address}/api/v1/networks/sample${address}`, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

async function startAll(): Promise<void> {
  for (const timingPlan of plan.timingPlans) {
    const id = timingPlan.intersectionId;
    const { token, signingKeyPem } = await ask("POST", `/controllers/${id}/tokens`);
    controllers.push(
      startController({
        id,
        network,
        fallbackPlan: { ...timingPlan, offsetS: 0 },
        url: service.address,
        token: String(token),
        centreKeyPem: String(signingKeyPem),
        clock,
        stallMs: 600_000,
        backOff: { waitMinMs: 1000, randomRangeMs: 1000, repeatTimes: 1 },
      }),
    );
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const givenUpMs = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > givenUpMs) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const listControllers = async () => (await ask("GET", "/controllers"))["controllers"] as ControllerView[];
const allAre = (state: string) =>
  until(`all controllers ${state}`, async () => (await listControllers()).every((it) => it.state === state));

test("a published plan runs on every controller, also after a restart of the service", async () => {
  await startAll();
  await allAre("ready");
  const { timingPlans } = plan;
  await ask("POST", "/plans", { id: "am", name: "Morning", timingPlans, fallback: "local" });
  expect((await ask("POST", "/plans/am/validate"))["state"]).toBe("validated");
  const published = await ask("POST", "/plans/am/publish");
  expect(published).toMatchObject({ kind: "committed" });
  await until("the plan is active", async () => (await ask("GET", "/plans/am"))["state"] === "active");
  await allAre("inControl");
  const hashes = (await listControllers()).map((it) => it.runningPlanHash);
  expect(new Set(hashes).size).toBe(3);

  const port = known(new URL(service.address).port, "port");
  await service.close();
  service = await start(port);
  await allAre("inControl");
  expect((await listControllers()).map((it) => it.runningPlanHash)).toEqual(hashes);
  expect((await ask("GET", "/plans/am"))["state"]).toBe("active");
});

test("a publish aborts when a controller is away, and the others keep their plan", async () => {
  await startAll();
  await allAre("ready");
  controllers.pop()?.stop();
  await until("one is away", async () => (await listControllers()).some((it) => it.state === "offline"));
  const { timingPlans } = plan;
  await ask("POST", "/plans", { id: "am", name: "Morning", timingPlans, fallback: "local" });
  await ask("POST", "/plans/am/validate");
  const published = await ask("POST", "/plans/am/publish");
  expect(published).toMatchObject({
    kind: "aborted",
    reason: "notPrepared",
    record: { state: "validated" },
    members: [
      { controllerId: "A", status: "aborted" },
      { controllerId: "B", status: "aborted" },
      { controllerId: "C", status: "offline" },
    ],
  });
  expect((await listControllers()).map((it) => it.state)).toEqual(["ready", "ready", "offline"]);
});

test("of two plans at once one is published; the next overtakes it; a new configuration ends in watching only", async () => {
  await startAll();
  await allAre("ready");
  for (const [id, moveS] of [
    ["one", 0],
    ["two", 10],
    ["three", 20],
  ] as const) {
    const timingPlans = plan.timingPlans.map((it) => ({ ...it, offsetS: (it.offsetS + moveS) % it.cycleS }));
    await ask("POST", "/plans", { id, name: id, timingPlans, fallback: "local" });
    await ask("POST", `/plans/${id}/validate`);
  }
  const both = await Promise.all([ask("POST", "/plans/one/publish"), ask("POST", "/plans/two/publish")]);
  expect(both.map((it) => it["kind"]).sort()).toEqual(["aborted", "committed"]);
  expect(await ask("POST", "/plans/three/publish")).toMatchObject({ kind: "committed" });
  const stateOf = async (id: string) => (await ask("GET", `/plans/${id}`))["state"];
  await until("the third is active", async () => (await stateOf("three")) === "active");
  expect([await stateOf("one"), await stateOf("two")].sort()).toEqual(["superseded", "validated"]);

  const changed = withIntersection(network, "A", ({ phases }) => ({
    phases: withPhase(phases, 2, { minGreenS: 11 }),
  }));
  await ask("PUT", "", changed);
  await until("A is only watched", async () => {
    const states = (await listControllers()).map((it) => it.state);
    return states.join() === "monitor,inControl,inControl";
  });
  await ask("POST", "/plans", { id: "four", name: "four", timingPlans: plan.timingPlans, fallback: "local" });
  expect((await ask("POST", "/plans/four/validate"))["state"]).toBe("validated");
  expect(await ask("POST", "/plans/four/publish")).toMatchObject({
    kind: "aborted",
    members: [{ status: "refused" }, { status: "aborted" }, { status: "aborted" }],
  });
});
