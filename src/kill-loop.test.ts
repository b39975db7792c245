/**
 * The service is killed at random instants while its loop publishes, with real controllers on real sockets: after every
 * restart no decision is half made, every controller is bound to what the service says that it runs, and the loop goes on.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createScaledClock } from "./clock.ts";
import type { LoopDecision } from "./control/loop/loop.schema.ts";
import type { PlanRecord } from "./control/records.schema.ts";
import type { ReferenceController } from "./controllers/reference/controller.ts";
import { startController } from "./controllers/reference/run-controller.ts";
import { readPlanState } from "./controllers/reference/state-file.ts";
import { countMinute } from "./loop-world.test-support.ts";
import { buildSampleNetwork } from "./network/sample-network.test-support.ts";
import { createSeededRandom } from "./network/seeded-random.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.test-support.ts";
import { buildSamplePlan } from "./timing/sample-plan.test-support.ts";

const ROUNDS = process.env["GREENWAVE_FULL"] === "1" ? 20 : 3;
const SPEED = 25;
const MINUTE_MS = 60_000;
/** From the restart to the latest kill, ms: some ticks. */
const LATEST_KILL_MS = 1500;
const GIVEN_UP_MS = 30_000;

const network = buildSampleNetwork();
const { timingPlans } = buildSamplePlan();

let folder: string;
let environment: Record<string, string>;
let clock: ReturnType<typeof createScaledClock>;
let service: ServiceProcess;
let controllers: ReferenceController[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-kill-loop-"));
  mkdirSync(path.join(folder, "states"));
  const scale = {
    simulatedAnchorMs: Date.UTC(2026, 10, 22),
    realAnchorMs: Date.now(),
    speedFactor: SPEED,
  };
  clock = createScaledClock(scale);
  environment = { TEST_CLOCK: JSON.stringify(scale), GREENWAVE_PUBLISH_LEAD_S: "10" };
  service = await startServiceProcess(folder, environment);
  environment["GREENWAVE_PORT"] = new URL(service.address).port;
  controllers = await Promise.all(timingPlans.map((it) => startDevice(it.intersectionId)));
});
afterEach(() => {
  for (const controller of controllers) controller.stop();
  service.child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function startDevice(id: string): Promise<ReferenceController> {
  const issued = await ask("POST", `/controllers/${id}/tokens`);
  const [fallbackPlan] = timingPlans.filter((it) => it.intersectionId === id);
  if (fallbackPlan === undefined) throw new Error(`no plan of ${id}`);
  return startController({
    id,
    network,
    fallbackPlan: { ...fallbackPlan, offsetS: 5 },
    url: service.address,
    token: String(issued["token"]),
    centreKeyPem: String(issued["signingKeyPem"]),
    statePath: statePathOf(id),
    clock,
    stallMs: Number.POSITIVE_INFINITY,
    backOff: { waitMinMs: 1000, randomRangeMs: 1000, repeatTimes: 1 },
  });
}

const statePathOf = (id: string): string => path.join(folder, "states", id);

async function ask(method: "GET" | "POST" | "PUT", address: string, body?: object) {
  const response = await fetch(`${service.address}/api/v1/networks/sample${address}`, {
    method,
    headers: {
      authorization: `Bearer ${service.tokens["admin"]}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const givenUpMs = Date.now() + GIVEN_UP_MS;
  while (!(await isSo())) {
    if (Date.now() > givenUpMs) throw new Error(`never: ${what}`);
    await wait(25);
  }
}

const listDecisions = async (): Promise<LoopDecision[]> =>
  (await ask("GET", "/loop/decisions?limit=1000"))["decisions"] as LoopDecision[];
const listPlans = async (state: string): Promise<PlanRecord[]> =>
  (await ask("GET", `/plans?state=${state}&limit=1000`))["plans"] as PlanRecord[];

const areAll = async (state: string): Promise<boolean> =>
  ((await ask("GET", "/controllers"))["controllers"] as { state: string }[]).every(
    (it) => it.state === state,
  );

/** The last six minutes of one demand or the other: the plans of one do not suit the other. */
async function tellCounts(round: number): Promise<void> {
  const [main, side] = round % 2 === 0 ? [250, 600] : [700, 150];
  const lastMs = Math.floor(clock.nowMs() / MINUTE_MS) * MINUTE_MS;
  for (let ago = 6; ago >= 1; ago--) {
    const counts = countMinute(network, lastMs - ago * MINUTE_MS, (_, id) =>
      id.endsWith("T") ? (/^[EW]/.test(id) ? main : side) : 60,
    );
    await ask("POST", "/counts", { counts });
  }
}

test(
  `the loop comes through kill -9 at ${ROUNDS} random instants with nothing half applied`,
  async () => {
    await until("all are there", () => areAll("ready"));
    await ask("POST", "/plans", { id: "first", name: "First", timingPlans, fallback: "local" });
    await ask("POST", "/plans/first/validate");
    await ask("POST", "/plans/first/publish");
    await until("the first plan runs", async () => (await listPlans("active")).length === 1);
    await ask("PUT", "/loop", { mode: "on", tickS: 10, windowS: 360, planChangesPerDay: 0 });
    const random = createSeededRandom(20261122);
    for (let round = 0; round < ROUNDS; round++) {
      await tellCounts(round);
      await wait(LATEST_KILL_MS * random.uniform());
      service.child.kill("SIGKILL");
      service = await startServiceProcess(folder, environment);
      const [newest] = await listDecisions();
      await until("the loop goes on", async () => (await listDecisions())[0]?.sequence !== newest?.sequence);
    }
    await ask("PUT", "/loop", { mode: "off" });
    // One that was without the service for long enough has gone to its own plan, and is told again.
    await until("all are in control", () => areAll("inControl"));
    await until("nothing is on its way", async () => (await listPlans("published")).length === 0);
    const decisions = await listDecisions();
    expect(decisions.filter((it) => it.outcome === "publishing")).toEqual([]);
    expect(decisions.filter((it) => it.outcome === "published").length).toBeGreaterThan(0);
    expect(decisions.filter((it) => it.outcome === "failed")).toEqual([]);
    const known = new Set(
      (await listPlans("superseded")).concat(await listPlans("active")).map((it) => it.plan.id),
    );
    for (const { outcome, planId = "" } of decisions) expect(known.has(planId)).toBe(outcome === "published");
    const runs = (await ask("GET", "/loop/outlook"))["runs"] as {
      planId: string;
      intersectionIds: string[];
    }[];
    for (const { planId, intersectionIds } of runs) {
      for (const id of intersectionIds) expect(readPlanState(statePathOf(id)).running?.planId).toBe(planId);
    }
  },
  ROUNDS * 30_000,
);
