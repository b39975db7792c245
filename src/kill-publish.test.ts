/**
 * Show 6, the half of publishing: the service is killed at random instants around a publish, while real controllers on
 * real sockets go on. What was acknowledged is there after the restart, the corridor runs one plan, and no controller
 * ever shows what its lamps may not show.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createScaledClock } from "./clock.ts";
import { PlanRecordSchema } from "./control/records.schema.ts";
import type { ReferenceController } from "./controllers/reference/controller.ts";
import { startController } from "./controllers/reference/run-controller.ts";
import { readPlanState } from "./controllers/reference/state-file.ts";
import { known } from "./errors.ts";
import { ControllerViewSchema } from "./http/controller-routes.ts";
import { buildSampleNetwork } from "./network/sample-network.test-support.ts";
import { createSeededRandom } from "./network/seeded-random.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.test-support.ts";
import type { IndicationChange } from "./timing/indications.ts";
import { judgeLamps } from "./timing/lamp-judge.test-support.ts";
import type { TimingPlan } from "./timing/plan.schema.ts";
import { buildSamplePlan } from "./timing/sample-plan.test-support.ts";

const ROUNDS = process.env["GREENWAVE_FULL"] === "1" ? 20 : 3;
const SPEED = 25;
const LEASE_S = 600;
/** From the request to the latest kill, ms: the plan runs about half as long after the publish. */
const LATEST_KILL_MS = 800;
const GIVEN_UP_MS = 30_000;

const network = buildSampleNetwork();
const { timingPlans } = buildSamplePlan();

interface Device {
  readonly id: string;
  readonly controller: ReferenceController;
  readonly statePath: string;
  readonly lamps: IndicationChange[];
}

let folder: string;
let environment: Record<string, string>;
let clock: ReturnType<typeof createScaledClock>;
let service: ServiceProcess;
let devices: Device[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-kill-publish-"));
  mkdirSync(path.join(folder, "states"));
  const scale = {
    simulatedAnchorMs: Date.UTC(2026, 10, 22),
    realAnchorMs: Date.now(),
    speedFactor: SPEED,
  };
  clock = createScaledClock(scale);
  environment = {
    TEST_CLOCK: JSON.stringify(scale),
    GREENWAVE_LEASE_S: String(LEASE_S),
    GREENWAVE_PUBLISH_LEAD_S: "10",
  };
  service = await startServiceProcess(folder, environment);
  environment["GREENWAVE_PORT"] = new URL(service.address).port;
  devices = await Promise.all(timingPlans.map(startDevice));
});
afterEach(() => {
  for (const { controller } of devices) controller.stop();
  service.child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function startDevice(timingPlan: TimingPlan): Promise<Device> {
  const id = timingPlan.intersectionId;
  const issued = await ask("POST", `/controllers/${id}/tokens`);
  const lamps: IndicationChange[] = [];
  const statePath = path.join(folder, "states", id);
  const controller = startController({
    id,
    network,
    fallbackPlan: { ...timingPlan, offsetS: 5 },
    url: service.address,
    token: String(issued["token"]),
    centreKeyPem: String(issued["signingKeyPem"]),
    statePath,
    clock,
    stallMs: Number.POSITIVE_INFINITY,
    backOff: { waitMinMs: 1000, randomRangeMs: 1000, repeatTimes: 1 },
    onIndications: (changes) => lamps.push(...changes),
  });
  return { id, controller, statePath, lamps };
}

/** Rejects when the service is gone, or when it refuses. */
async function ask(method: "GET" | "POST", address: string, body?: object): Promise<Record<string, unknown>> {
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

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const givenUpMs = Date.now() + GIVEN_UP_MS;
  while (!(await isSo())) {
    if (Date.now() > givenUpMs) throw new Error(`never: ${what}`);
    await wait(25);
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const listControllers = async () =>
  ControllerViewSchema.array().parse((await ask("GET", "/controllers"))["controllers"]);
const getPlan = async (id: string) => PlanRecordSchema.parse(await ask("GET", `/plans/${id}`));

/** A plan like the sample's, its offsets moved so that every round has another. */
async function createPlan(round: number): Promise<string> {
  const id = `round-${round}`;
  const moved = timingPlans.map((it) => ({ ...it, offsetS: (it.offsetS + 7 * (round + 1)) % it.cycleS }));
  await ask("POST", "/plans", { id, name: id, timingPlans: moved, fallback: "local" });
  expect((await ask("POST", `/plans/${id}/validate`))["state"]).toBe("validated");
  return id;
}

/** Publishes and kills; answers whether the publish was acknowledged. */
async function publishAndKill(id: string, killAfterMs: number): Promise<boolean> {
  const published = ask("POST", `/plans/${id}/publish`).then(
    (it) => it["kind"] === "committed",
    () => false,
  );
  await wait(killAfterMs);
  service.child.kill("SIGKILL");
  return published;
}

/** The plan of the state files: what each controller is bound to, `undefined` for none. */
const boundTo = ({ statePath }: Device) => {
  const { running, committed } = readPlanState(statePath);
  return { running, committed };
};

/** Waits until every controller is in the service's hands and runs `planId`; none: its own plan. */
async function settleOn(planId: string | undefined): Promise<void> {
  await until(`all on ${planId ?? "their own plans"}`, async () => {
    const states = (await listControllers()).map((it) => it.state);
    const ids = devices.map((it) => boundTo(it)).map((it) => it.running?.planId);
    const isPending = devices.some((it) => boundTo(it).committed !== null);
    const wanted = planId === undefined ? "ready" : "inControl";
    return !isPending && states.every((it) => it === wanted) && ids.every((it) => it === planId);
  });
  if (planId !== undefined) {
    await until(`${planId} is active`, async () => (await getPlan(planId)).state === "active");
  }
}

function expectSafeLamps(): void {
  const breaches = devices.flatMap(({ id, lamps }) =>
    judgeLamps({
      intersection: known(
        network.intersections.find((it) => it.id === id),
        id,
      ),
      changes: lamps,
      endDs: known(lamps.at(-1), `lamps of ${id}`).atDs,
    }),
  );
  expect(breaches).toEqual([]);
}

test(
  `plans and controllers come through kill -9 at ${ROUNDS} random instants around a publish`,
  async () => {
    const random = createSeededRandom(20261122);
    let current: string | undefined;
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await settleOn(current);
      const id = await createPlan(round);
      const isAcknowledged = await publishAndKill(id, LATEST_KILL_MS * random.uniform() ** 2);
      service = await startServiceProcess(folder, environment);
      const restartedAtMs = clock.nowMs();

      const { state } = await getPlan(id);
      if (isAcknowledged) {
        acknowledged.push(id);
        expect(["published", "active"]).toContain(state);
      }
      expect(["validated", "published", "active"]).toContain(state);
      if (state !== "validated") current = id;
      await settleOn(current);
      if (current !== undefined) {
        // Of a plan that was on its way when the service died: from its publish.
        const leaseMs = restartedAtMs + LEASE_S * 1000 - 100_000;
        await until("leases are renewed", async () =>
          devices.every((it) => (boundTo(it).running?.validUntilMs ?? 0) >= leaseMs),
        );
      }
      expectSafeLamps();
    }
    const states = await Promise.all(acknowledged.map(async (it) => (await getPlan(it)).state));
    expect(states).toEqual(acknowledged.map((it) => (it === current ? "active" : "superseded")));
  },
  ROUNDS * 20_000,
);
