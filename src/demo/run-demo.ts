/**
 * The whole job on one street: counts arrive, the service estimates flows and solves, the plan passes the gate, goes to
 * the controllers together, they run it, and delay, stops, speed and bands before and after are compared.
 *
 * Real are the service, its store, its sockets and the controllers; simulated are time (faster) and the vehicles.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { createScaledClock } from "../clock.ts";
import { parseConfig } from "../config.ts";
import type { Demand } from "../demand/demand.schema.ts";
import { MovementFlowSchema } from "../demand/demand.schema.ts";
import { AppError, known } from "../errors.ts";
import { type RunningService, startService } from "../main.ts";
import type { NetworkIndex } from "../network/find.ts";
import type { StreetMeasures } from "../simulation/simulate-plan.ts";
import { type CoordinationPlan, TimingPlanSchema } from "../timing/plan.schema.ts";
import { type ControllerAccess, type ControllerFleet, startControllerFleet } from "./controller-fleet.ts";
import { type LiveStreet, startLiveStreet } from "./live-street.ts";
import { createServiceClient, type ServiceClient } from "./service-client.ts";

export interface DemoOptions {
  readonly index: NetworkIndex;
  /** What the street is asked to carry; the service never sees it. */
  readonly demand: Demand;
  /** What the controllers run before: their own plans. */
  readonly today: CoordinationPlan;
  readonly routeId: string;
  readonly speedFactor: number;
  readonly seed: number;
  /** Measured before and after, s. */
  readonly periodS: number;
  readonly say: (line: string) => void;
}

export interface DemoResult {
  readonly before: StreetMeasures;
  readonly after: StreetMeasures;
  readonly published: readonly z.infer<typeof TimingPlanSchema>[];
  readonly findings: number;
  /** Controllers that do not run the published plan, and why. */
  readonly strays: readonly string[];
  readonly flows: readonly z.infer<typeof MovementFlowSchema>[];
}

/** The street fills up before anything is measured, s. */
const WARM_UP_S = 360;
/** From the commit until every controller has come into step, at most, s: the lead and five long cycles. */
const TRANSITION_S = 900;
const POLL_MS = 100;

const PlanAnswer = z.looseObject({ state: z.string(), findings: z.array(z.unknown()).optional() });
const PublishAnswer = z.looseObject({
  kind: z.string(),
  reason: z.string().optional(),
  members: z.array(
    z.looseObject({ controllerId: z.string(), status: z.string(), message: z.string().optional() }),
  ),
});
const ControllersAnswer = z.looseObject({
  controllers: z.array(
    z.looseObject({ controllerId: z.string(), state: z.string(), runningPlanHash: z.string().nullable() }),
  ),
});
const SolveAnswer = z.looseObject({
  kind: z.string(),
  reasons: z.array(z.string()).optional(),
  timingPlans: z.array(TimingPlanSchema).optional(),
  cycleS: z.number().optional(),
});

/** A fixed instant for the demo's day, so that the same seed meets the same vehicles: 2026-09-21T21:00:00Z. */
const DEMO_START_MS = 1_790_024_400_000;

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenwave-demo-"));
  const scale = {
    simulatedAnchorMs: DEMO_START_MS,
    realAnchorMs: Date.now(),
    speedFactor: options.speedFactor,
  };
  const clock = createScaledClock(scale);
  const service = await startService(configFor(folder), { clock });
  let fleet: ControllerFleet | undefined;
  let street: LiveStreet | undefined;
  try {
    options.say(`service on ${service.address}, time runs ${options.speedFactor} times as fast`);
    const session = await openSession(service, options);
    fleet = startControllerFleet({
      network: options.index.network,
      fallbacks: options.today.timingPlans,
      url: service.address,
      access: session.access,
      scale,
    });
    await awaitControllers(session, options, () => fleet?.failures ?? []);
    options.say(`${session.access.size} controllers connected, each on its own plan`);
    street = startLiveStreet({ ...options, flows: options.demand.flows, clock, fleet });
    return await play({ options, session, fleet, street });
  } finally {
    street?.stop();
    await fleet?.stop();
    await service.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function configFor(folder: string) {
  const parsed = parseConfig({ environment: {}, flags: { data: folder, port: "0", logLevel: "error" } });
  if (parsed.kind === "ok") return parsed.config;
  throw new AppError("invalidInput", "the demo's configuration has faults", { faults: parsed.faults });
}

interface Session {
  readonly engineer: ServiceClient;
  readonly approver: ServiceClient;
  readonly access: ReadonlyMap<string, ControllerAccess>;
  readonly base: string;
}

async function openSession(service: RunningService, { index }: DemoOptions): Promise<Session> {
  const clientFor = async (role: "engineer" | "approver"): Promise<ServiceClient> => {
    const { token } = await service.tokens.issue({ principalId: `demo-${role}`, role, actorId: "demo" });
    return createServiceClient(service.address, token);
  };
  const engineer = await clientFor("engineer");
  const { network } = index;
  const base = `/api/v1/networks/${network.id}`;
  await engineer.call("PUT", base, z.unknown(), network);
  const access = new Map<string, ControllerAccess>();
  const Issued = z.looseObject({ token: z.string(), signingKeyPem: z.string() });
  for (const { id } of network.intersections) {
    access.set(id, await engineer.call("POST", `${base}/controllers/${id}/tokens`, Issued));
  }
  return { engineer, approver: await clientFor("approver"), access, base };
}

async function awaitControllers(
  session: Session,
  options: DemoOptions,
  failures: () => readonly string[],
): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  for (;;) {
    const { controllers } = await session.engineer.call(
      "GET",
      `${session.base}/controllers`,
      ControllersAnswer,
    );
    const ready = controllers.filter((it) => it.state !== "offline").length;
    if (ready === options.index.network.intersections.length) return;
    if (failures().length > 0 || Date.now() > deadlineMs) {
      throw new AppError("unavailable", `only ${ready} controllers connected: ${failures().join("; ")}`);
    }
    await wait(POLL_MS);
  }
}

async function play(of: {
  readonly options: DemoOptions;
  readonly session: Session;
  readonly fleet: ControllerFleet;
  readonly street: LiveStreet;
}): Promise<DemoResult> {
  const { options, session, street } = of;
  const { say, periodS } = options;
  await street.reach(street.nowS + WARM_UP_S);
  const startS = street.nowS;
  street.startMeasuring();
  say(`street warmed up; measuring ${periodS} s before any change`);
  await street.reach(startS + periodS);
  const before = street.measure();
  say(`before: ${describe(before)}`);

  const window = `fromMs=${Math.round(startS * 1000)}&toMs=${Math.round(street.nowS * 1000)}`;
  const { flows } = await session.engineer.call(
    "GET",
    `${session.base}/flows?${window}`,
    z.looseObject({ flows: z.array(MovementFlowSchema) }),
  );
  say(`flows of ${flows.length} movements estimated from the detectors' counts`);
  const { published, findings } = await solveAndPublish(of, flows);
  const strays = await awaitPublished(of);
  street.startMeasuring();
  const settledS = street.nowS;
  say(`measuring ${periodS} s under the new plan`);
  await street.reach(settledS + periodS);
  const after = street.measure();
  say(`after: ${describe(after)}`);
  return { before, after, published, findings, strays, flows };
}

const describe = (it: StreetMeasures): string =>
  `${it.meanDelayS.toFixed(1)} s delay and ${it.meanStopRatio.toFixed(2)} stops per vehicle and signal`;

const PLAN_ID = "demo-solved";

async function solveAndPublish(
  { options, session }: { readonly options: DemoOptions; readonly session: Session },
  flows: DemoResult["flows"],
): Promise<{ published: DemoResult["published"]; findings: number }> {
  const { say, today } = options;
  const { engineer, approver, base } = session;
  const answer = await engineer.call("POST", `${base}/solve`, SolveAnswer, {
    routeId: options.routeId,
    cycle: { minS: 60, maxS: 120, stepS: 1 },
    splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
    sequences: "choose",
    band: { kind: "equal" },
    aim: "delay",
    flows,
    running: today.timingPlans,
  });
  const timingPlans = known(
    answer.timingPlans,
    `solved plans (${answer.kind}: ${answer.reasons?.join("; ")})`,
  );
  say(`solved: cycle ${answer.cycleS} s`);
  const plan = { id: PLAN_ID, name: "Solved in the demo", timingPlans, fallback: today.fallback };
  await engineer.call("POST", `${base}/plans`, PlanAnswer, plan);
  const judged = await engineer.call("POST", `${base}/plans/${PLAN_ID}/validate`, PlanAnswer);
  const findings = judged.findings?.length ?? 0;
  say(`safety gate: ${judged.state}, ${findings} findings`);
  if (judged.state === "draft") {
    const approved = await approver.call("POST", `${base}/plans/${PLAN_ID}/approve`, PlanAnswer, {
      reason: "Demonstration on a simulated street",
      expiresAtMs: DEMO_START_MS + 86_400_000,
    });
    say(`a second person approved the warnings: ${approved.state}`);
  }
  const publish = await engineer.call("POST", `${base}/plans/${PLAN_ID}/publish`, PublishAnswer);
  say(`published to ${publish.members.length} controllers: ${publish.kind}`);
  if (publish.kind !== "committed") {
    const reasons = publish.members.map((it) => `${it.controllerId} ${it.status} ${it.message ?? ""}`);
    throw new AppError(
      "unavailable",
      `the plan was not published: ${publish.reason ?? ""} ${reasons.join("; ")}`,
    );
  }
  return { published: timingPlans, findings };
}

/** Waits until the plan is active everywhere; names the controllers that do not run it when the time is up. */
async function awaitPublished({
  session,
  street,
  options,
}: {
  readonly session: Session;
  readonly street: LiveStreet;
  readonly options: DemoOptions;
}): Promise<string[]> {
  const untilS = street.nowS + TRANSITION_S;
  let strays: string[] = [];
  while (street.nowS < untilS) {
    const { state } = await session.engineer.call("GET", `${session.base}/plans/${PLAN_ID}`, PlanAnswer);
    const { controllers } = await session.engineer.call(
      "GET",
      `${session.base}/controllers`,
      ControllersAnswer,
    );
    strays = controllers
      .filter((it) => it.runningPlanHash === null || it.state === "offline")
      .map((it) => `${it.controllerId} is ${it.state} and runs its own plan`);
    if (state === "active" && strays.length === 0) {
      options.say("every controller runs the published plan");
      const settleS = 3 * Math.max(...options.today.timingPlans.map((it) => it.cycleS));
      await street.reach(street.nowS + settleS);
      return [];
    }
    await wait(POLL_MS);
  }
  return strays.length > 0 ? strays : ["the plan did not become active in time"];
}
