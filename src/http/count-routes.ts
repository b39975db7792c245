/** Detector counts in: batches as JSON or CSV, each record answered. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { type CountIngest, IngestAnswerSchema } from "../control/ingest-counts.ts";
import { CountSchema } from "../demand/count.schema.ts";
import { AppError } from "../errors.ts";
import { type Api, documentedAs, NetworkParamsSchema, PROBLEMS } from "./api.ts";
import { parseCountsCsv } from "./parse-counts-csv.ts";

const MAX_COUNTS_PER_BATCH = 10_000;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/**
 * The records are judged one by one by the ingest, so that one wrong record does not refuse the others; here they are
 * only documented.
 */
export const CountBatchSchema = z
  .strictObject({
    counts: z
      .array(z.unknown().meta(documentedAs(CountSchema)))
      .min(1)
      .max(MAX_COUNTS_PER_BATCH),
  })
  .meta({ id: "CountBatch", description: "Detector counts, each judged on its own" });

const isCsv = (request: FastifyRequest): boolean =>
  request.headers["content-type"]?.toLowerCase().startsWith("text/csv") === true;

export function registerCountRoutes(api: Api, { counts }: { readonly counts: CountIngest }): void {
  // No search for poisoned prototypes, which takes as long as the parsing: a count is read by its own keys only.
  api.removeContentTypeParser("application/json");
  api.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)));
    } catch (cause) {
      done(new AppError("invalidInput", `the body is not JSON: ${(cause as Error).message}`, { cause }));
    }
  });
  api.addContentTypeParser("text/csv", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, { counts: parseCountsCsv(String(body)) });
    } catch (error) {
      done(error as Error);
    }
  });
  api.route({
    method: "POST",
    url: "/networks/:networkId/counts",
    bodyLimit: MAX_BATCH_BYTES,
    config: { access: ["engineer", "detectorFeed"] },
    schema: {
      summary: "Take a batch of detector counts",
      description:
        "Idempotent on (detectorId, startAtMs). The answer comes when the counts are durable and names every record that was not simply accepted. As CSV: a header line with detectorId, startAtMs, durationS, countVeh and, if wanted, occupancy.",
      tags: ["counts"],
      consumes: ["application/json", "text/csv"],
      params: NetworkParamsSchema,
      body: CountBatchSchema,
      response: { 200: IngestAnswerSchema, ...PROBLEMS },
    },
    handler: async (request) => {
      const answer = await counts.ingest(request.params.networkId, request.body.counts);
      if (!isCsv(request)) return answer;
      return { ...answer, records: answer.records.map((it) => ({ ...it, line: it.index + 2 })) };
    },
  });
}
