/**
 * The HTTP face of the service: a map of everything that it answers. Below /api/v1 every route needs a token; health,
 * metrics and documentation are open.
 */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { AskSolver } from "../control/ask-solver.ts";
import type { EstimateNetworkFlows } from "../control/estimate-network-flows.ts";
import type { CountIngest } from "../control/ingest-counts.ts";
import type { ControlLoop } from "../control/loop/control-loop.ts";
import type { NetworkMeasures } from "../control/network-measures.ts";
import type { NetworkRegistry } from "../control/network-registry.ts";
import type { PlanLifeCycle } from "../control/plan-life-cycle.ts";
import type { Store } from "../control/store.ts";
import type { Api } from "./api.ts";
import { registerApprovalRoutes } from "./approval-routes.ts";
import { registerAuditRoutes } from "./audit-routes.ts";
import { registerAuth, type TokenBook } from "./auth.ts";
import { type ControllerView, registerControllerRoutes } from "./controller-routes.ts";
import { registerCountRoutes } from "./count-routes.ts";
import { registerFlowRoutes } from "./flow-routes.ts";
import { registerHealthRoutes } from "./health-routes.ts";
import { registerLoopRoutes } from "./loop-routes.ts";
import { registerMeasureRoutes } from "./measure-routes.ts";
import type { Metrics } from "./metrics.ts";
import { registerNetworkRoutes } from "./network-routes.ts";
import { registerPlanRoutes } from "./plan-routes.ts";
import { answerProblem, registerProblems } from "./problem.ts";
import { registerScheduleRoutes } from "./schedule-routes.ts";
import { registerSolveRoutes } from "./solve-routes.ts";
import { registerTokenRoutes } from "./token-routes.ts";

export interface AppDeps {
  readonly store: Store;
  readonly tokens: TokenBook;
  readonly networks: NetworkRegistry;
  readonly counts: CountIngest;
  readonly estimateFlows: EstimateNetworkFlows;
  readonly askSolver: AskSolver;
  readonly plans: PlanLifeCycle;
  readonly loop: ControlLoop;
  readonly measures: NetworkMeasures;
  readonly listControllers: () => ControllerView[];
  /** Public half of the key that signs what the service asks of controllers, PEM. */
  readonly signingKeyPem: string;
  readonly nowMs: () => number;
  readonly metrics: Metrics;
  /** Why the service cannot work at the moment; empty when it can. */
  readonly listObstacles: () => string[];
  /** Absent: silent. */
  readonly logger?: FastifyBaseLogger;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Everything but the socket; `inject` works on it, `listen` opens it. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    ...(deps.logger === undefined ? { logger: false } : { loggerInstance: deps.logger }),
    // One line per request at the end, below; the default has two.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 30_000,
    // Of silence, also while a solve waits or works: as long as a task may last at most (config.ts).
    connectionTimeout: 3_600_000,
    keepAliveTimeout: 72_000,
    return503OnClosing: true,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 100 },
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  registerProblems(app);
  registerRequestLog(app, deps.metrics);
  await registerDocumentation(app);
  registerHealthRoutes(app.withTypeProvider<ZodTypeProvider>(), deps);
  await app.register(
    (scope, _options, done) => {
      registerApi(scope.withTypeProvider<ZodTypeProvider>(), deps);
      done();
    },
    { prefix: "/api/v1" },
  );
  return app;
}

function registerApi(api: Api, deps: AppDeps): void {
  registerAuth(api, deps.tokens);
  // Scopes of their own, for the content types that only they read.
  inScope(api, (scope) => registerNetworkRoutes(scope, deps));
  inScope(api, (scope) => registerCountRoutes(scope, deps));
  registerFlowRoutes(api, deps);
  registerSolveRoutes(api, deps);
  registerPlanRoutes(api, deps);
  registerScheduleRoutes(api, deps);
  registerLoopRoutes(api, deps);
  registerMeasureRoutes(api, deps);
  registerApprovalRoutes(api, deps);
  registerControllerRoutes(api, deps);
  registerTokenRoutes(api, deps);
  registerAuditRoutes(api, deps);
}

function inScope(api: Api, register: (scope: Api) => void): void {
  api.register((scope: Api, _options, done) => {
    register(scope);
    done();
  });
}

function registerRequestLog(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onResponse", (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? "unknown";
    const status = reply.statusCode;
    metrics.requestDuration.observe({ method, route, status }, reply.elapsedTime / 1000);
    request.log.info(
      {
        method,
        route,
        status,
        durationMs: Math.round(reply.elapsedTime),
        principal: request.principal?.id,
      },
      "request",
    );
    done();
  });
}

async function registerDocumentation(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "greenwave",
        version: "v1",
        description:
          "Detector counts in, green waves out, plans on controllers. Quantities are SI; units stand at the end of names.",
      },
      components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: "/docs" });
}
