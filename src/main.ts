/**
 * The service as a whole: store, workers, networks, counts, plans, controllers and the HTTP face on one port, wired in
 * this order and closed in the other. What a restart finds in the store it takes up: networks, tokens, decisions to
 * publish that not every controller has carried out, leases.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { pino } from "pino";
import { type Clock, systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { type ControllerSide, connectControllers } from "./connect-controllers.ts";
import { createSolver } from "./control/ask-solver.ts";
import { compiledUrl } from "./control/compiled-url.ts";
import { createFlowEstimate } from "./control/estimate-network-flows.ts";
import { createCountIngest } from "./control/ingest-counts.ts";
import { ControlLoop } from "./control/loop/control-loop.ts";
import { createNetworkMeasures } from "./control/network-measures.ts";
import { createNetworkRegistry, type NetworkRegistry } from "./control/network-registry.ts";
import { PlanLifeCycle } from "./control/plan-life-cycle.ts";
import type { SolveTasks } from "./control/solve-worker.ts";
import { createWorkerPool } from "./control/worker-pool.ts";
import { AppError, messageOf } from "./errors.ts";
import { buildApp } from "./http/app.ts";
import { openTokenBook, type TokenBook } from "./http/auth.ts";
import { type CountStream, createCountStream, refuse } from "./http/count-stream.ts";
import { createMetrics } from "./http/metrics.ts";
import { openStore } from "./store/open-store.ts";
import { openSigningKey } from "./store/signing-key.ts";

/** Requests under way get this long before their connections are cut, ms. */
const CLOSE_LIMIT_MS = 10_000;
const IDLE_SWEEP_MS = 50;
const STARTING = "the service is starting";
/** Who acts when the operator's own configuration asks for something. */
const OPERATOR = "operator";

export interface RunningService {
  /** For example http://127.0.0.1:8080 */
  readonly address: string;
  readonly tokens: TokenBook;
  readonly networks: NetworkRegistry;
  readonly loop: ControlLoop;
  /** Tasks, records and questions to controllers that are under way; a clock moved by hand stands still while any is. */
  workUnderWay(): number;
  /** For the very first start: an administrator's token, shown once. `conflict` when there is one already. */
  issueFirstAdminToken(): Promise<string>;
  /** Finishes what is under way, within a limit, then stops. Calling it again waits for the same end. */
  close(): Promise<void>;
}

export interface ServiceDeps {
  readonly clock?: Clock;
  readonly logger?: FastifyBaseLogger;
  /** Factor on every wait for a controller's answer; above 1 where `clock` is faster than the machine. Default 1. */
  readonly patience?: number;
}

/** Starts the service; rejects, with everything closed again, when a part of it cannot start. */
export async function startService(
  config: Config,
  {
    clock = systemClock,
    logger = pino({ level: config.logLevel }, pino.destination(2)),
    patience = 1,
  }: ServiceDeps = {},
): Promise<RunningService> {
  /** What has to be closed, last first. */
  const closers: (() => Promise<unknown>)[] = [];
  const obstacles = new Set([STARTING]);
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await start({ config, clock, logger, patience, closers, obstacles }, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface Wiring {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  readonly patience: number;
  readonly closers: (() => Promise<unknown>)[];
  /** Why the service cannot work at the moment. */
  readonly obstacles: Set<string>;
}

async function start(wiring: Wiring, closeAll: () => Promise<void>): Promise<RunningService> {
  const { config, clock, logger, patience, closers, obstacles } = wiring;
  const nowMs = () => clock.nowMs();
  const core = await openCore(wiring, nowMs);
  const { store, tokens, networks, counts, pool, metrics } = core;
  const controllers: ControllerSide = connectControllers({
    clock,
    ...core,
    plans: () => plans,
    privateKeyPem: await openSigningKey(config.data),
    leaseS: config.leaseS,
    publishLeadS: config.publishLeadS,
    patience,
    logger,
  });
  const { publisher, signingKeyPem, listControllers } = controllers;
  const plans: PlanLifeCycle = new PlanLifeCycle({
    store,
    networks,
    publisher,
    nowMs,
    leaseS: config.leaseS,
    onPublished: ({ kind }) => metrics.publishes.inc({ outcome: kind }),
  });
  const loop = new ControlLoop({
    ...core,
    clock,
    plans,
    listControllers,
    publishLeadS: config.publishLeadS,
    logger,
  });
  metrics.watch({ poolWaiting: pool.waiting, poolRunning: pool.running, listControllers });
  const app = await buildApp({
    ...core,
    plans,
    loop,
    listControllers,
    signingKeyPem,
    nowMs,
    listObstacles: () => [...obstacles],
    logger,
  });
  closers.push(() => closeApp(app));
  const stream = createCountStream({
    tokens,
    counts,
    hasNetwork: (id) => networks.list().some((it) => it.network.id === id),
  });
  dispatchUpgrades(app, stream, controllers);
  closers.push(() => Promise.all([stream.close(), controllers.close()]));
  await controllers.start();
  await loop.start();
  closers.push(() => loop.close());
  const address = await app.listen({ host: config.host, port: config.port }).catch((cause: unknown) => {
    throw new AppError("unavailable", `cannot listen: ${messageOf(cause)}`, { cause });
  });
  obstacles.delete(STARTING);

  let closing: Promise<void> | undefined;
  return {
    address,
    tokens,
    networks,
    loop,
    workUnderWay: () =>
      loop.underWay + pool.waiting() + pool.running() + store.waiting() + controllers.server.unanswered,
    async issueFirstAdminToken() {
      const known = await tokens.list();
      if (known.some((it) => it.role === "admin" && it.revokedAtMs === undefined)) {
        throw new AppError("conflict", "there is an administrator's token already");
      }
      return (await tokens.issue({ principalId: "admin", role: "admin", actorId: OPERATOR })).token;
    },
    close() {
      obstacles.add("the service is shutting down");
      closing ??= closeAll();
      return closing;
    },
  };
}

/** What everything else works on: store, workers, tokens, counts and networks. */
async function openCore({ config, logger, closers, obstacles }: Wiring, nowMs: () => number) {
  const metrics = createMetrics();
  const store = await openStore({
    folder: config.data,
    queueLimit: config.storeQueueLimit,
    onLost(reason) {
      obstacles.add(reason);
      logger.fatal({ reason }, "the store is lost; only a restart helps");
    },
  });
  closers.push(() => store.close());
  const pool = createWorkerPool<SolveTasks>({
    entry: compiledUrl("./control/solve-worker.ts", import.meta.url),
    size: config.workers,
    queueLimit: config.taskQueueLimit,
    taskLimitMs: config.taskLimitS * 1000,
    onLost: (reason) => logger.error({ reason }, "a worker was lost"),
  });
  closers.push(() => pool.close());
  const tokens = await openTokenBook({ store, nowMs, adminTokenSha256: config.adminTokenSha256 });
  const counts = createCountIngest({
    store,
    nowMs,
    lateAfterS: config.lateAfterS,
    onAnswer: (answer) => metrics.observeIngest(answer),
  });
  const networks = createNetworkRegistry({ store, pool, counts, nowMs });
  await networks.load();
  for (const file of config.networks) await loadNetworkFile(networks, file);
  const estimateFlows = createFlowEstimate({ store, networks, pool });
  const askSolver = createSolver({ store, networks, pool });
  const measures = createNetworkMeasures({ store, networks });
  return { metrics, store, pool, tokens, counts, networks, estimateFlows, askSolver, measures };
}

async function loadNetworkFile(networks: NetworkRegistry, file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new AppError("invalidInput", `cannot read the network file ${file}`, { cause });
  });
  const outcome = await networks.put({ text, actorId: OPERATOR });
  if (outcome.kind === "stored") return;
  throw new AppError("invalidInput", `${path.basename(file)} is no network`, { faults: outcome.faults });
}

/** Sockets share the HTTP server's port; an address that is nobody's gets an answer and no socket. */
function dispatchUpgrades(app: FastifyInstance, stream: CountStream, controllers: ControllerSide): void {
  app.server.on("upgrade", (request, socket, head) => {
    const isTaken =
      stream.handleUpgrade(request, socket, head) || controllers.server.handleUpgrade(request, socket, head);
    if (!isTaken) refuse(socket, 404);
  });
}

/** Takes no new connection, lets requests under way end, and cuts those that do not. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const limit = setTimeout(() => app.server.closeAllConnections(), CLOSE_LIMIT_MS);
  // A connection that falls idle after its last answer would be waited for until its keep-alive ends.
  const sweep = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS);
  await app.close();
  clearTimeout(limit);
  clearInterval(sweep);
}
