/** What-if: a plan for a route under given or measured flows. Nothing is stored and nothing is published. */
import type { EstimateNetworkFlows } from "../control/estimate-network-flows.ts";
import type { SolveNetworkRoute } from "../control/solve-network-route.ts";
import type { RouteAnswer } from "../solver/route/route-request.ts";
import { type Api, NetworkParamsSchema, PROBLEMS } from "./api.ts";
import { DEFAULT_WINDOW_MS } from "./flow-routes.ts";
import type { Metrics } from "./metrics.ts";
import { SolveAnswerSchema, SolveRequestSchema } from "./solve.schema.ts";

const MAX_SOLVE_BYTES = 16 * 1024 * 1024;

export function registerSolveRoutes(
  api: Api,
  deps: {
    readonly solveRoute: SolveNetworkRoute;
    readonly estimateFlows: EstimateNetworkFlows;
    readonly nowMs: () => number;
    readonly metrics: Metrics;
  },
): void {
  api.route({
    method: "POST",
    url: "/networks/:networkId/solve",
    bodyLimit: MAX_SOLVE_BYTES,
    config: { access: ["engineer", "eventOperator"] },
    schema: {
      summary: "Solve a route: cycle, splits, sequences and offsets, with what they do",
      tags: ["solve"],
      params: NetworkParamsSchema,
      body: SolveRequestSchema,
      response: { 200: SolveAnswerSchema, ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const { networkId } = request.params;
      const { flows: given, groupIds, running, ...question } = request.body;
      const stop = deps.metrics.solveDuration.startTimer();
      let outcome: RouteAnswer["kind"] | "failed" = "failed";
      try {
        const toMs = deps.nowMs();
        const window = { fromMs: toMs - DEFAULT_WINDOW_MS, toMs };
        const answer = await deps.solveRoute(networkId, {
          ...question,
          flows: given ?? (await deps.estimateFlows(networkId, window)),
          ...(groupIds === undefined ? {} : { groupIds }),
          ...(running === undefined ? {} : { running }),
        });
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
