/** The audit log, newest first, page by page. */
import { z } from "zod";
import { AuditEntrySchema } from "../control/records.schema.ts";
import type { Store } from "../control/store.ts";
import { type Api, LimitSchema, PROBLEMS } from "./api.ts";

export function registerAuditRoutes(api: Api, { store }: { readonly store: Pick<Store, "listAudit"> }): void {
  api.route({
    method: "GET",
    url: "/audit",
    config: { access: ["engineer", "approver"] },
    schema: {
      summary: "Who changed what",
      tags: ["audit"],
      querystring: z.strictObject({
        beforeSequence: z.coerce
          .number()
          .int()
          .min(1)
          .optional()
          .meta({ description: "For the next page: the last sequence of this one" }),
        limit: LimitSchema,
      }),
      response: { 200: z.strictObject({ entries: z.array(AuditEntrySchema) }), ...PROBLEMS },
    },
    handler: async ({ query: { beforeSequence, limit } }) => ({
      entries: await store.listAudit(beforeSequence === undefined ? { limit } : { beforeSequence, limit }),
    }),
  });
}
