/** Tokens of people and programs, issued and revoked by an administrator. A token is shown once. */
import { z } from "zod";
import { RoleSchema, TokenRecordSchema } from "../control/records.schema.ts";
import { type Api, PROBLEMS, principalOf } from "./api.ts";
import type { TokenBook } from "./auth.ts";

export const IssuedTokenSchema = z
  .strictObject({
    tokenId: z.string(),
    token: z.string().meta({ description: "Shown once; the service keeps its SHA-256 only" }),
  })
  .meta({ id: "IssuedToken" });

const TokenViewSchema = TokenRecordSchema.omit({ sha256: true }).meta({ id: "Token" });

const TokenParamsSchema = z.strictObject({ tokenId: z.string().min(1).max(32) });

export function registerTokenRoutes(api: Api, { tokens }: { readonly tokens: TokenBook }): void {
  api.route({
    method: "GET",
    url: "/tokens",
    config: { access: ["admin"] },
    schema: {
      summary: "List tokens, without their secrets",
      tags: ["tokens"],
      response: { 200: z.strictObject({ tokens: z.array(TokenViewSchema) }), ...PROBLEMS },
    },
    handler: async () => ({ tokens: (await tokens.list()).map(({ sha256: _, ...view }) => view) }),
  });
  api.route({
    method: "POST",
    url: "/tokens",
    config: { access: ["admin"] },
    schema: {
      summary: "Issue a token",
      tags: ["tokens"],
      body: z.strictObject({
        principalId: z
          .string()
          .min(1)
          .max(64)
          .regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]*$/),
        role: RoleSchema.exclude(["controller"]).meta({
          description: "A controller's token: POST /controllers/{controllerId}/tokens",
        }),
      }),
      response: { 201: IssuedTokenSchema, ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const issued = await tokens.issue({ ...request.body, actorId: principalOf(request).id });
      return reply.code(201).header("cache-control", "no-store").send(issued);
    },
  });
  api.route({
    method: "DELETE",
    url: "/tokens/:tokenId",
    config: { access: ["admin"] },
    schema: {
      summary: "Revoke a token; it is worthless from the next request on",
      tags: ["tokens"],
      params: TokenParamsSchema,
      response: { 204: z.null(), ...PROBLEMS },
    },
    handler: async (request, reply) => {
      await tokens.revoke({ tokenId: request.params.tokenId, actorId: principalOf(request).id });
      return reply.code(204).send(null);
    },
  });
}
