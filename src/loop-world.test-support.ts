/**
 * The service, real controllers on real sockets and detectors over the sample street, all on one clock that stands still
 * until the test moves it: hours of the loop in seconds.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pino } from "pino";
import { createManualClock, type ManualClock } from "./clock.ts";
import { parseConfig } from "./config.ts";
import type { LoopDecision } from "./control/loop/loop.schema.ts";
import type { ReferenceController } from "./controllers/reference/controller.ts";
import { startController } from "./controllers/reference/run-controller.ts";
import type { Count } from "./demand/count.schema.ts";
import { type RunningService, startService } from "./main.ts";
import type { Detector, Network } from "./network/network.schema.ts";
import { buildSampleNetwork } from "./network/sample-network.test-support.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "./timing/sample-plan.test-support.ts";

/** Of the clock, at once: less than any wait for an answer. */
const STEP_MS = 5_000;
const MINUTE_MS = 60_000;
/** Waits for answers are so many times longer than in earnest. */
const PATIENCE = 10;

/** What the detectors of a minute count; by intersection and movement, veh/h. */
export type FlowsAt = (atMs: number) => (intersectionId: string, movementId: string) => number;

export interface LoopWorld {
  readonly clock: ManualClock;
  readonly network: Network;
  readonly controllers: readonly ReferenceController[];
  service: RunningService;
  /** Runs on; every minute the detectors tell what they count. */
  run(minutes: number, flowsAt?: FlowsAt, change?: (count: Count) => Count | undefined): Promise<void>;
  ask(method: "GET" | "POST" | "PUT" | "DELETE", address: string, body?: object): Promise<Answer>;
  /** What is not of the network. */
  askRoot(address: string): Promise<Answer>;
  /** Oldest first. */
  listDecisions(): Promise<LoopDecision[]>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export type Answer = Readonly<Record<string, unknown>>;

/** With the sample plan published and active. */
export async function openLoopWorld(): Promise<LoopWorld> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-loop-"));
  const network = buildSampleNetwork();
  writeFileSync(path.join(folder, "network.json"), JSON.stringify(network));
  const startMs = Math.ceil(SAMPLE_NOW_MS / MINUTE_MS) * MINUTE_MS;
  const clock = createManualClock(startMs);
  const start = async (port: string): Promise<RunningService> => {
    const networks = path.join(folder, "network.json");
    const flags = { data: path.join(folder, "data"), port, workers: "1", networks };
    const parsed = parseConfig({ environment: {}, flags });
    if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.faults));
    return startService(parsed.config, { clock, logger: pino({ level: "silent" }), patience: PATIENCE });
  };
  const service = await start("0");
  const { token } = await service.tokens.issue({ principalId: "ann", role: "admin", actorId: "test" });
  const controllers: ReferenceController[] = [];
  const ask = (method: string, address: string, body?: object): Promise<Answer> =>
    send({ method, url: `${world.service.address}/api/v1/networks/sample${address}`, token, body });
  const world: LoopWorld = {
    clock,
    network,
    controllers,
    service,
    ask,
    askRoot: (address) =>
      send({ method: "GET", url: `${world.service.address}/api/v1${address}`, token, body: undefined }),
    async run(minutes, flowsAt, change = (count) => count) {
      for (let minute = 0; minute < minutes; minute++) {
        const fromMs = clock.nowMs();
        await advance(world, fromMs + MINUTE_MS - STEP_MS);
        if (flowsAt !== undefined) {
          const counts = countMinute(network, fromMs, flowsAt(fromMs)).flatMap((it) => change(it) ?? []);
          if (counts.length > 0) await ask("POST", "/counts", { counts });
        }
        await advance(world, fromMs + MINUTE_MS);
      }
    },
    async listDecisions() {
      const { decisions } = await ask("GET", "/loop/decisions?limit=1000");
      return (decisions as LoopDecision[]).reverse();
    },
    async restart() {
      const { port } = new URL(world.service.address);
      await world.service.close();
      world.service = await start(port);
      await advance(world, clock.nowMs() + MINUTE_MS);
    },
    async close() {
      for (const controller of controllers) controller.stop();
      await world.service.close();
      rmSync(folder, { recursive: true });
    },
  };
  await publishFirst(world, controllers);
  return world;
}

async function publishFirst(world: LoopWorld, controllers: ReferenceController[]): Promise<void> {
  const { timingPlans } = buildSamplePlan();
  for (const timingPlan of timingPlans) {
    const id = timingPlan.intersectionId;
    const issued = await world.ask("POST", `/controllers/${id}/tokens`);
    controllers.push(
      startController({
        id,
        network: world.network,
        fallbackPlan: { ...timingPlan, offsetS: 0 },
        url: world.service.address,
        token: String(issued["token"]),
        centreKeyPem: String(issued["signingKeyPem"]),
        clock: world.clock,
        stallMs: Number.POSITIVE_INFINITY,
        backOff: { waitMinMs: 1000, randomRangeMs: 0, repeatTimes: 0 },
      }),
    );
  }
  await until(world, "controllers are ready", async () => {
    const { controllers: views } = await world.ask("GET", "/controllers");
    return (views as { state: string }[]).every((it) => it.state === "ready");
  });
  await world.ask("POST", "/plans", { id: "first", name: "First", timingPlans, fallback: "local" });
  await world.ask("POST", "/plans/first/validate");
  await world.ask("POST", "/plans/first/publish");
  await until(
    world,
    "the first plan is active",
    async () => (await world.ask("GET", "/plans/first"))["state"] === "active",
  );
  const { clock } = world;
  await advance(world, Math.ceil(clock.nowMs() / MINUTE_MS) * MINUTE_MS);
}

async function until(world: LoopWorld, what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let step = 0; step < 200; step++) {
    if (await isSo()) return;
    await advance(world, world.clock.nowMs() + STEP_MS);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`never: ${what}`);
}

async function advance({ clock, service }: LoopWorld, toMs: number): Promise<void> {
  while (clock.nowMs() < toMs) {
    clock.advanceTo(Math.min(toMs, clock.nowMs() + STEP_MS));
    // Messages of this step arrive before the next one.
    do await new Promise((resolve) => setTimeout(resolve, 2));
    while (service.workUnderWay() > 0);
  }
}

/** What every detector counts in a minute. */
export function countMinute(
  { intersections, detectors }: Network,
  startAtMs: number,
  flowVph: (intersectionId: string, movementId: string) => number,
): Count[] {
  const countAt = ({ id: detectorId, linkId, type, movementIds }: Detector): Count => {
    let vph = 0;
    for (const { id, approaches, movements } of intersections) {
      const approachId = approaches.find((it) => it.linkId === linkId)?.id;
      for (const it of movements) {
        const isSeen =
          type === "exit"
            ? it.toLinkId === linkId
            : it.approachId === approachId && (movementIds?.includes(it.id) ?? true);
        if (isSeen) vph += flowVph(id, it.id);
      }
    }
    return { detectorId, startAtMs, durationS: 60, countVeh: Math.round(vph / 60) };
  };
  return detectors.map(countAt);
}

async function send(of: {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly body: object | undefined;
}): Promise<Answer> {
  const response = await fetch(of.url, {
    method: of.method,
    headers: {
      authorization: `Bearer ${of.token}`,
      ...(of.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(of.body === undefined ? {} : { body: JSON.stringify(of.body) }),
  });
  const text = await response.text();
  const answer: Answer = text === "" ? {} : JSON.parse(text);
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}
