/** What-if: plans for routes and networks under given or measured flows. Nothing is stored and nothing is published. */
import type { FastifyReply } from "fastify";
import type { z } from "zod";
import type { AskSolver, Questions } from "../control/ask-solver.ts";
import type { EstimateNetworkFlows } from "../control/estimate-network-flows.ts";
import type { WrittenAnswer } from "../control/solve-worker.ts";
import type { MovementFlow } from "../demand/demand.schema.ts";
import { type Api, NetworkParamsSchema, PROBLEMS } from "./api.ts";
import { DEFAULT_WINDOW_MS } from "./flow-routes.ts";
import type { Metrics } from "./metrics.ts";
import {
  ExplainAnswerSchema,
  FrontAnswerSchema,
  NetworkSolveAnswerSchema,
  PlanBandsAnswerSchema,
  RobustAnswerSchema,
  SolveAnswerSchema,
} from "./solve-answer.schema.ts";
import {
  ExplainRequestSchema,
  FrontRequestSchema,
  NetworkSolveRequestSchema,
  PlanBandsRequestSchema,
  RobustRequestSchema,
  SolveRequestSchema,
} from "./solve-request.schema.ts";

const MAX_SOLVE_BYTES = 16 * 1024 * 1024;

interface SolveDeps {
  readonly askSolver: AskSolver;
  readonly estimateFlows: EstimateNetworkFlows;
  readonly nowMs: () => number;
  readonly metrics: Metrics;
}

export function registerSolveRoutes(api: Api, deps: SolveDeps): void {
  /** Flows that are not given come from the counts. */
  const withFlows = async <T extends { readonly flows?: MovementFlow[] }>(asked: T, networkId: string) => {
    const toMs = deps.nowMs();
    const window = { fromMs: toMs - DEFAULT_WINDOW_MS, toMs };
    return { ...asked, flows: asked.flows ?? (await deps.estimateFlows(networkId, window)) };
  };
  registerQuestion(api, deps, {
    name: "solveRoute",
    path: "solve",
    summary: "Solve a route: cycle, splits, sequences and offsets, with what they do",
    body: SolveRequestSchema,
    answer: SolveAnswerSchema,
    complete: withFlows,
  });
  registerQuestion(api, deps, {
    name: "solveFront",
    path: "front",
    summary: "The trade between a route's bands and everybody's delay: a plan at every step",
    body: FrontRequestSchema,
    answer: FrontAnswerSchema,
    complete: withFlows,
  });
  registerQuestion(api, deps, {
    name: "solveRobust",
    path: "robust",
    summary: "One plan for several demands: least mean, least worst, or least tail",
    body: RobustRequestSchema,
    answer: RobustAnswerSchema,
    complete: (asked) => Promise.resolve(asked),
  });
  registerQuestion(api, deps, {
    name: "solveNetwork",
    path: "optimize",
    summary: "Plans for a whole network: cycles by sub-area, splits, sequences and offsets together",
    body: NetworkSolveRequestSchema,
    answer: NetworkSolveAnswerSchema,
    complete: withFlows,
  });
  registerQuestion(api, deps, {
    name: "solvePlanBands",
    path: "bands",
    summary: "New offsets for a plan's own cycle and splits: bands by link, by stream, or of several routes",
    body: PlanBandsRequestSchema,
    answer: PlanBandsAnswerSchema,
    complete: withFlows,
  });
  registerQuestion(api, deps, {
    name: "explainPlan",
    path: "explain",
    summary: "Why a plan is as it is: what holds splits, cycle and bands, and what a second more would give",
    body: ExplainRequestSchema,
    answer: ExplainAnswerSchema,
    complete: withFlows,
  });
}

interface Question<K extends keyof Questions, Body extends z.ZodType> {
  readonly name: K;
  readonly path: string;
  readonly summary: string;
  readonly body: Body;
  readonly answer: z.ZodType;
  /** Fills in what was not asked for. */
  readonly complete: (asked: z.output<Body>, networkId: string) => Promise<Questions[K]>;
}

function registerQuestion<K extends keyof Questions, Body extends z.ZodType>(
  api: Api,
  deps: SolveDeps,
  question: Question<K, Body>,
): void {
  api.route({
    method: "POST",
    url: `/networks/:networkId/${question.path}`,
    bodyLimit: MAX_SOLVE_BYTES,
    config: { access: ["engineer", "eventOperator"] },
    schema: {
      summary: question.summary,
      tags: ["solve"],
      params: NetworkParamsSchema,
      body: question.body,
      response: { 200: question.answer, ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const { networkId } = request.params;
      const stop = deps.metrics.solveDuration.startTimer();
      let outcome: WrittenAnswer["kind"] | "failed" = "failed";
      try {
        const asked = await question.complete(request.body as z.output<Body>, networkId);
        const answer = await deps.askSolver(question.name, networkId, asked, goneOf(reply));
        outcome = answer.kind;
        // A worker has written it in the declared shape: sent as it is.
        return reply
          .type("application/json; charset=utf-8")
          .serializer((text: string) => text)
          .send(answer.text as never);
      } finally {
        stop();
        deps.metrics.solves.inc({ outcome });
      }
    },
  });
}

/** Fires when the client has gone before its answer. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
