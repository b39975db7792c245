/** Controllers: who is there, in which state, and the tokens that let them in. */
import { z } from "zod";
import type { NetworkRegistry } from "../control/network-registry.ts";
import { AppError } from "../errors.ts";
import { type Api, NetworkParamsSchema, PROBLEMS, principalOf } from "./api.ts";
import type { TokenBook } from "./auth.ts";
import { IssuedTokenSchema } from "./token-routes.ts";

export const ControllerViewSchema = z
  .strictObject({
    controllerId: z.string().meta({ description: "Its intersection's identity" }),
    networkId: z.string(),
    state: z.string().meta({ description: "Of the hand-over; offline: it has no session" }),
    runningPlanHash: z
      .string()
      .nullable()
      .meta({ description: "null: it runs its own fallback plan, or was never heard" }),
    clockOffsetMs: z.number().nullable().meta({ description: "Controller clock − service clock, ms" }),
    lastHeardAtMs: z.int().nullable().meta({ description: "Epoch ms; null: never" }),
  })
  .meta({ id: "Controller", description: "A controller as the service last heard it" });

export type ControllerView = Readonly<z.infer<typeof ControllerViewSchema>>;

export interface ControllerDeps {
  readonly networks: NetworkRegistry;
  readonly tokens: TokenBook;
  /** Every controller that has a token, there or not. */
  readonly listControllers: () => ControllerView[];
  /** Public half of the key that signs what the service asks of controllers, PEM. */
  readonly signingKeyPem: string;
}

const ControllerParamsSchema = NetworkParamsSchema.extend({ controllerId: z.string().min(1).max(64) });

export function registerControllerRoutes(api: Api, deps: ControllerDeps): void {
  const { networks, tokens, listControllers } = deps;
  const listOf = (networkId: string) => {
    networks.get(networkId);
    return listControllers().filter((it) => it.networkId === networkId);
  };
  api.route({
    method: "GET",
    url: "/networks/:networkId/controllers",
    config: { access: "anyRole" },
    schema: {
      summary: "List the controllers of a network",
      tags: ["controllers"],
      params: NetworkParamsSchema,
      response: { 200: z.strictObject({ controllers: z.array(ControllerViewSchema) }), ...PROBLEMS },
    },
    handler: ({ params }) => ({ controllers: listOf(params.networkId) }),
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId/controllers/:controllerId",
    config: { access: "anyRole" },
    schema: {
      summary: "Get a controller",
      tags: ["controllers"],
      params: ControllerParamsSchema,
      response: { 200: ControllerViewSchema, ...PROBLEMS },
    },
    handler: ({ params: { networkId, controllerId } }) => {
      const found = listOf(networkId).find((it) => it.controllerId === controllerId);
      if (found !== undefined) return found;
      throw new AppError("notFound", `network ${networkId} has no controller ${controllerId}`);
    },
  });
  api.route({
    method: "POST",
    url: "/networks/:networkId/controllers/:controllerId/tokens",
    config: { access: ["engineer"] },
    schema: {
      summary: "Issue a controller's token, with the key by which it knows the service",
      tags: ["controllers"],
      params: ControllerParamsSchema,
      response: { 201: IssuedTokenSchema.extend({ signingKeyPem: z.string() }), ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const { networkId, controllerId } = request.params;
      const { network } = networks.get(networkId);
      if (network.intersections.every((it) => it.id !== controllerId)) {
        throw new AppError("notFound", `network ${networkId} has no intersection ${controllerId}`);
      }
      const issued = await tokens.issue({
        principalId: controllerId,
        role: "controller",
        networkId,
        actorId: principalOf(request).id,
      });
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ ...issued, signingKeyPem: deps.signingKeyPem });
    },
  });
}
