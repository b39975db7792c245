/** What every route file shares: the typed instance, the refusals it declares, and who asks. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { known } from "../errors.ts";
import type { Principal } from "./auth.ts";
import { ProblemSchema } from "./problem.ts";

export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Declared by every route; spread into its responses. */
export const PROBLEMS = { "4xx": ProblemSchema, "5xx": ProblemSchema } as const;

export const NetworkParamsSchema = z.strictObject({ networkId: z.string().min(1).max(64) });

/** Newest first, at most so many. */
export const LimitSchema = z.coerce.number().int().min(1).max(1000).default(100);

/** For a body that is judged later and elsewhere: what it is in the interface's description. */
export const documentedAs = (schema: z.ZodType): { readonly $ref: string } => ({
  $ref: `#/components/schemas/${known(schema.meta()?.id, "id of a schema")}Input`,
});

export const principalOf = (request: FastifyRequest): Principal =>
  known(request.principal ?? undefined, "principal of an authenticated request");
