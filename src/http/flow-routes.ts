/** Flows per movement, estimated from the counts of a window. */
import { z } from "zod";
import type { EstimateNetworkFlows } from "../control/estimate-network-flows.ts";
import { MovementFlowSchema } from "../demand/demand.schema.ts";
import { type Api, NetworkParamsSchema, PROBLEMS } from "./api.ts";

/** Absent bounds: the last quarter of an hour. */
export const DEFAULT_WINDOW_MS = 900_000;
/** Rubbish from a detector may make a flow that no demand file would be allowed. */
const EstimatedFlowSchema = MovementFlowSchema.extend({ flowVph: z.number().min(0) }).meta({
  id: "EstimatedFlow",
});
const atMs = z.coerce.number().int().min(0);

export function registerFlowRoutes(
  api: Api,
  deps: { readonly estimateFlows: EstimateNetworkFlows; readonly nowMs: () => number },
): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/flows",
    config: { access: "anyRole" },
    schema: {
      summary: "Estimate the flow of every movement from counts",
      tags: ["counts"],
      params: NetworkParamsSchema,
      querystring: z.strictObject({
        fromMs: atMs.optional().meta({ description: "Epoch ms; default: 900 s before toMs" }),
        toMs: atMs.optional().meta({ description: "Epoch ms; default: now" }),
      }),
      response: {
        200: z.strictObject({ fromMs: z.int(), toMs: z.int(), flows: z.array(EstimatedFlowSchema) }),
        ...PROBLEMS,
      },
    },
    handler: async ({ params, query }) => {
      const toMs = query.toMs ?? deps.nowMs();
      const fromMs = query.fromMs ?? toMs - DEFAULT_WINDOW_MS;
      return { fromMs, toMs, flows: await deps.estimateFlows(params.networkId, { fromMs, toMs }) };
    },
  });
}
