/** The whole app over a store in a folder of its own, with a token for every role and a clock that stands still. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { createManualClock, type ManualClock } from "../clock.ts";
import { createSolver } from "../control/ask-solver.ts";
import { compiledUrl } from "../control/compiled-url.ts";
import { createFlowEstimate } from "../control/estimate-network-flows.ts";
import { createCountIngest } from "../control/ingest-counts.ts";
import { ControlLoop } from "../control/loop/control-loop.ts";
import { createNetworkMeasures } from "../control/network-measures.ts";
import { createNetworkRegistry } from "../control/network-registry.ts";
import { type MemberReport, PlanLifeCycle, type PlanPublisher } from "../control/plan-life-cycle.ts";
import { type Role, RoleSchema } from "../control/records.schema.ts";
import type { SolveTasks } from "../control/solve-worker.ts";
import type { Store } from "../control/store.ts";
import { createWorkerPool } from "../control/worker-pool.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { openStore } from "../store/open-store.ts";
import type { ValidatedPlan } from "../timing/validate-plan.ts";
import { buildApp } from "./app.ts";
import { openTokenBook } from "./auth.ts";
import type { ControllerView } from "./controller-routes.ts";
import { createMetrics } from "./metrics.ts";

export const START_MS = Date.UTC(2026, 10, 22, 8);

export interface TestRequest {
  /** Absent: without a token. */
  readonly as?: Role;
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  readonly url: string;
  /** Sent as JSON unless it is text. */
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Controllers that do as the test says: all prepare and run the plan at once unless `refusal` is set. */
class FakeLink implements PlanPublisher {
  plans: PlanLifeCycle | undefined;
  refusal: MemberReport | undefined;
  /** What was committed, in order. */
  readonly committed: ValidatedPlan[] = [];

  async publish({ txId, plan }: Parameters<PlanPublisher["publish"]>[0]) {
    if (this.refusal !== undefined) {
      return { kind: "aborted", reason: "notPrepared", members: [this.refusal] } as const;
    }
    await this.plans?.recordDecision(txId, "{}");
    this.committed.push(plan);
    await this.plans?.settle(txId);
    const members = plan.timingPlans.map((it) => ({ controllerId: it.intersectionId, status: "committed" }));
    return { kind: "committed", members } as const;
  }
}

const viewOf = (controllerId: string, networkId: string): ControllerView => ({
  controllerId,
  networkId,
  state: "offline",
  runningPlanHash: null,
  clockOffsetMs: null,
  lastHeardAtMs: null,
});

export interface TestApp {
  readonly app: FastifyInstance;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly link: FakeLink;
  readonly obstacles: string[];
  send(request: TestRequest): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

/** With the sample network in it, as `sample`. */
export async function openSampleApp(): Promise<TestApp> {
  const app = await openTestApp();
  const url = "/api/v1/networks/sample";
  await app.send({ as: "engineer", method: "PUT", url, body: buildSampleNetwork() });
  return app;
}

export async function openTestApp(): Promise<TestApp> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-app-"));
  const store = await openStore({ folder });
  const clock = createManualClock(START_MS);
  const { nowMs } = clock;
  const pool = createWorkerPool<SolveTasks>({
    entry: compiledUrl("../control/solve-worker.ts", import.meta.url),
    size: 1,
    queueLimit: 2,
    taskLimitMs: 20_000,
  });
  const tokens = await openTokenBook({ store, nowMs });
  const tokenByRole = new Map<Role, string>();
  for (const role of RoleSchema.options) {
    const { token } = await tokens.issue({ principalId: `${role}-1`, role, actorId: "test" });
    tokenByRole.set(role, token);
  }
  const counts = createCountIngest({ store, nowMs, lateAfterS: 900 });
  const networks = createNetworkRegistry({ store, pool, counts, nowMs });
  const obstacles: string[] = [];
  const link = new FakeLink();
  const plans = new PlanLifeCycle({ store, networks, publisher: link, nowMs, leaseS: 600 });
  link.plans = plans;
  const listControllers = () => [...tokens.listControllers()].map(([id, networkId]) => viewOf(id, networkId));
  const loop = new ControlLoop({
    clock,
    store,
    networks,
    plans,
    pool,
    listControllers,
    publishLeadS: 15,
    logger: pino({ level: "silent" }),
  });
  const app = await buildApp({
    store,
    tokens,
    networks,
    counts,
    plans,
    estimateFlows: createFlowEstimate({ store, networks, pool }),
    askSolver: createSolver({ store, networks, pool }),
    loop,
    measures: createNetworkMeasures({ store, networks }),
    listControllers,
    signingKeyPem: "PEM",
    nowMs,
    metrics: createMetrics(),
    listObstacles: () => obstacles,
  });
  return {
    app,
    clock,
    store,
    link,
    obstacles,
    send: ({ as, method, url, body, headers = {} }) =>
      app.inject({
        method,
        url,
        headers: {
          ...(as === undefined ? {} : { authorization: `Bearer ${tokenByRole.get(as)}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: body }),
      }),
    async close() {
      await app.close();
      await loop.close();
      await pool.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
