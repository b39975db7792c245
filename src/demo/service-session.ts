/** What an engineer and an approver do with the service over HTTP: network in, controllers' access, plan to the street. */
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { RunningService } from "../main.ts";
import type { Network } from "../network/network.schema.ts";
import type { CoordinationPlan } from "../timing/plan.schema.ts";
import type { ControllerAccess } from "./controller-fleet.ts";
import { createServiceClient, type ServiceClient } from "./service-client.ts";

export interface ServiceSession {
  readonly engineer: ServiceClient;
  readonly approver: ServiceClient;
  readonly access: ReadonlyMap<string, ControllerAccess>;
  /** Path of the network's resources. */
  readonly base: string;
}

/** Real time between two looks at the service, ms. */
const POLL_MS = 100;
const CONNECT_LIMIT_MS = 60_000;
const PUBLISH_ATTEMPTS = 5;
/** An approval given in a demonstration ends with its day, ms. */
const APPROVAL_MS = 86_400_000;

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

export async function openSession(service: RunningService, network: Network): Promise<ServiceSession> {
  const clientFor = async (role: "engineer" | "approver"): Promise<ServiceClient> => {
    const { token } = await service.tokens.issue({ principalId: `demo-${role}`, role, actorId: "demo" });
    return createServiceClient(service.address, token);
  };
  const engineer = await clientFor("engineer");
  const base = `/api/v1/networks/${network.id}`;
  await engineer.call("PUT", base, z.unknown(), network);
  const access = new Map<string, ControllerAccess>();
  const Issued = z.looseObject({ token: z.string(), signingKeyPem: z.string() });
  for (const { id } of network.intersections) {
    access.set(id, await engineer.call("POST", `${base}/controllers/${id}/tokens`, Issued));
  }
  return { engineer, approver: await clientFor("approver"), access, base };
}

/** Waits until every controller of the session is connected. */
export async function awaitControllers(
  session: ServiceSession,
  failures: () => readonly string[],
): Promise<void> {
  const deadlineMs = Date.now() + CONNECT_LIMIT_MS;
  for (;;) {
    const controllers = await listControllers(session);
    const ready = controllers.filter((it) => it.state !== "offline").length;
    if (ready === session.access.size) return;
    if (failures().length > 0 || Date.now() > deadlineMs) {
      throw new AppError("unavailable", `only ${ready} controllers connected: ${failures().join("; ")}`);
    }
    await wait(POLL_MS);
  }
}

/** Draft, gate, approval by a second person where warnings wait, publication; answers the number of findings. */
export async function publishPlan(
  { engineer, approver, base }: ServiceSession,
  of: {
    readonly plan: Pick<CoordinationPlan, "id" | "name" | "timingPlans" | "fallback">;
    readonly nowMs: number;
    readonly say: (line: string) => void;
  },
): Promise<number> {
  const { say } = of;
  const { id, name, timingPlans, fallback } = of.plan;
  await engineer.call("POST", `${base}/plans`, PlanAnswer, { id, name, timingPlans, fallback });
  const judged = await engineer.call("POST", `${base}/plans/${id}/validate`, PlanAnswer);
  const findings = judged.findings?.length ?? 0;
  say(`safety gate: ${judged.state}, ${findings} findings`);
  if (judged.state === "draft") {
    const approved = await approver.call("POST", `${base}/plans/${id}/approve`, PlanAnswer, {
      reason: "Demonstration on a simulated street",
      expiresAtMs: of.nowMs + APPROVAL_MS,
    });
    say(`a second person approved the warnings: ${approved.state}`);
  }
  await publishValidated({ engineer, base }, id, say);
  return findings;
}

/** An aborted publication changes nothing on the street, so it is tried again: time that runs fast makes answers late. */
async function publishValidated(
  { engineer, base }: Pick<ServiceSession, "engineer" | "base">,
  planId: string,
  say: (line: string) => void,
): Promise<void> {
  let why = "";
  for (let attempt = 1; attempt <= PUBLISH_ATTEMPTS; attempt++) {
    const publish = await engineer.call("POST", `${base}/plans/${planId}/publish`, PublishAnswer);
    say(`published to ${publish.members.length} controllers: ${publish.kind}`);
    if (publish.kind === "committed") return;
    const reasons = publish.members.map((it) => `${it.controllerId} ${it.status} ${it.message ?? ""}`);
    why = `${publish.reason ?? ""} ${reasons.join("; ")}`;
  }
  throw new AppError("unavailable", `the plan was not published: ${why}`);
}

/** Waits until the plan is active everywhere; names the controllers that do not run it when the time is up. */
export async function awaitActive(
  session: ServiceSession,
  of: { readonly planId: string; readonly clock: Clock; readonly limitS: number },
): Promise<string[]> {
  const untilMs = of.clock.nowMs() + of.limitS * 1000;
  let strays: string[] = [];
  while (of.clock.nowMs() < untilMs) {
    const { state } = await session.engineer.call("GET", `${session.base}/plans/${of.planId}`, PlanAnswer);
    strays = (await listControllers(session))
      .filter((it) => it.runningPlanHash === null || it.state === "offline")
      .map((it) => `${it.controllerId} is ${it.state} and runs its own plan`);
    if (state === "active" && strays.length === 0) return [];
    await wait(POLL_MS);
  }
  return strays.length > 0 ? strays : ["the plan did not become active in time"];
}

async function listControllers({ engineer, base }: ServiceSession) {
  return (await engineer.call("GET", `${base}/controllers`, ControllersAnswer)).controllers;
}
