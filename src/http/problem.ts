/** Every refusal over HTTP in one form: RFC 9457, with a stable code and every fault. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";
import { AppError, type ErrorCode, type Fault } from "../errors.ts";
import { toFaults } from "../faults.ts";

export const ProblemSchema = z
  .strictObject({
    type: z.string().meta({ description: "urn:greenwave:problem:<code>; docs/errors.md lists them" }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: "Stable, for programs" }),
    detail: z.string().meta({ description: "For people" }),
    instance: z.string().meta({ description: "The request's id, as in the service's log" }),
    faults: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .meta({ description: "Every fault found, each with its JSON path" }),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details" });

export type ProblemCode = ErrorCode | "unsupportedMediaType" | "timedOut" | "internalError";
type Problem = z.infer<typeof ProblemSchema>;

const TITLES: Readonly<Record<ProblemCode, string>> = {
  invalidInput: "The input is not valid",
  notAuthenticated: "No valid token",
  notAuthorized: "The token's role does not allow this",
  notFound: "Not found",
  conflict: "In conflict with the present state",
  tooLarge: "Too large",
  overloaded: "Too much work at the moment",
  unavailable: "Not available at the moment",
  unsupportedMediaType: "Media type not supported",
  timedOut: "The request took too long to arrive",
  internalError: "Internal error",
};

/** What fastify itself refuses, by the status that it gives. */
const CODE_BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  404: "notFound",
  408: "timedOut",
  413: "tooLarge",
  415: "unsupportedMediaType",
};

export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request: FastifyRequest, reply) =>
    sendProblem(
      reply,
      buildProblem({
        code: "notFound",
        status: 404,
        detail: `there is no ${request.method} ${request.url.split("?")[0]}`,
        instance: request.id,
      }),
    ),
  );
}

/** Also for what fastify refuses before it has found a route. */
export function answerProblem(
  error: FastifyError | AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = toProblem(error, request.id);
  if (problem.status >= 500) request.log.error({ err: error }, problem.detail);
  else request.log.info({ code: problem.code, faults: problem.faults.length }, problem.detail);
  return sendProblem(reply, problem);
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.code === "overloaded") reply.header("retry-after", "1");
  if (problem.code === "notAuthenticated") reply.header("www-authenticate", "Bearer");
  return reply
    .code(problem.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .send(JSON.stringify(problem));
}

function toProblem(error: FastifyError | AppError, instance: string): Problem {
  if (error instanceof AppError) {
    // The message of `unavailable` may name what failed inside; the log has it.
    const detail = error.code === "unavailable" ? TITLES.unavailable : error.message;
    const { code, httpStatus: status, faults } = error;
    return buildProblem({ code, status, detail, instance, faults });
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? "request";
    const faults = toFaults(
      error.validation.map(({ keyword, instancePath, message = "", params }) => {
        return { ...params, code: keyword, path: instancePath.split("/").filter((it) => it !== ""), message };
      }),
    );
    return buildProblem({
      code: "invalidInput",
      status: 400,
      detail: `${faults.length} fault${faults.length === 1 ? "" : "s"} in the ${where}`,
      instance,
      faults,
    });
  }
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    return buildProblem({
      code: "internalError",
      status: 500,
      detail: "the service failed; its log has the reason under this instance",
      instance,
    });
  }
  return buildProblem({
    code: CODE_BY_STATUS[status] ?? "invalidInput",
    status,
    detail: error.message,
    instance,
  });
}

function buildProblem(input: {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly faults?: readonly Fault[];
}): Problem {
  const { code, status, detail, instance, faults = [] } = input;
  return {
    type: `urn:greenwave:problem:${code}`,
    title: TITLES[code],
    status,
    code,
    detail,
    instance,
    faults: [...faults],
  };
}
