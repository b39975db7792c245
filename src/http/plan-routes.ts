/** Coordination plans and the steps of their lives. */
import { z } from "zod";
import type { PlanAction, PlanDraft } from "../control/plan-gate.ts";
import type { PlanLifeCycle } from "../control/plan-life-cycle.ts";
import {
  PlanEventSchema,
  type PlanRecord,
  PlanRecordSchema,
  PlanStateSchema,
} from "../control/records.schema.ts";
import type { Store } from "../control/store.ts";
import { CoordinationPlanSchema } from "../timing/plan.schema.ts";
import { type Api, LimitSchema, NetworkParamsSchema, PROBLEMS, principalOf } from "./api.ts";

const PlanParamsSchema = NetworkParamsSchema.extend({ planId: z.string().min(1).max(64) });
/** The same schema, for values that nobody may change. */
const PlanAnswerSchema: z.ZodType<PlanRecord> = PlanRecordSchema;

const PlanDraftSchema: z.ZodType<PlanDraft> = CoordinationPlanSchema.pick({
  id: true,
  name: true,
  timingPlans: true,
  fallback: true,
}).meta({ id: "PlanDraft", description: "A plan to be; revision and lease are the service's to give" });

const PublishAnswerSchema = z
  .strictObject({
    kind: z.enum(["committed", "aborted", "alreadyPublished"]).meta({
      description: "committed: every controller is bound to run it. aborted: nothing changed on any of them",
    }),
    record: PlanAnswerSchema,
    reason: z.string().optional().meta({ description: "Why it was aborted" }),
    members: z
      .array(
        z.strictObject({
          controllerId: z.string(),
          status: z.string(),
          message: z.string().optional(),
          isPlanRejected: z
            .boolean()
            .optional()
            .meta({ description: "It refused the plan itself, which is rejected now" }),
        }),
      )
      .readonly()
      .meta({ description: "What became of it at each controller" }),
  })
  .meta({ id: "PublishAnswer" });

const steps = ["plans"];

export interface PlanDeps {
  readonly plans: PlanLifeCycle;
  readonly store: Store;
}

export function registerPlanRoutes(api: Api, deps: PlanDeps): void {
  registerPlanReads(api, deps);
  registerPlanJudgements(api, deps);
  registerPublication(api, deps);
}

const actionOf = (request: {
  readonly params: z.infer<typeof PlanParamsSchema>;
  readonly principal: Parameters<typeof principalOf>[0]["principal"];
}): PlanAction => ({ ...request.params, actorId: request.principal?.id ?? "" });

function registerPlanReads(api: Api, { plans, store }: PlanDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/plans",
    config: { access: "anyRole" },
    schema: {
      summary: "List a network's plans, newest first",
      tags: steps,
      params: NetworkParamsSchema,
      querystring: z.strictObject({
        state: PlanStateSchema.optional(),
        before: z
          .string()
          .min(1)
          .max(64)
          .optional()
          .meta({ description: "Only what is older than this plan: the last one of the page before" }),
        limit: LimitSchema,
      }),
      response: { 200: z.strictObject({ plans: z.array(PlanAnswerSchema) }), ...PROBLEMS },
    },
    handler: async ({ params: { networkId }, query: { state, before, limit } }) => ({
      plans: await store.listPlans({
        networkId,
        limit,
        ...(state === undefined ? {} : { state }),
        ...(before === undefined ? {} : { before }),
      }),
    }),
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId/plans/:planId",
    config: { access: "anyRole" },
    schema: {
      summary: "Get a plan with its findings",
      tags: steps,
      params: PlanParamsSchema,
      response: { 200: PlanAnswerSchema, ...PROBLEMS },
    },
    handler: ({ params }) => plans.get(params.networkId, params.planId),
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId/plans/:planId/events",
    config: { access: "anyRole" },
    schema: {
      summary: "The steps of a plan's life, oldest first",
      tags: steps,
      params: PlanParamsSchema,
      response: { 200: z.strictObject({ events: z.array(PlanEventSchema) }), ...PROBLEMS },
    },
    handler: async ({ params }) => {
      await plans.get(params.networkId, params.planId);
      return { events: await store.listPlanEvents(params) };
    },
  });
}

function registerPlanJudgements(api: Api, { plans }: PlanDeps): void {
  api.route({
    method: "POST",
    url: "/networks/:networkId/plans",
    config: { access: ["engineer"] },
    schema: {
      summary: "Create a draft",
      tags: steps,
      params: NetworkParamsSchema,
      body: PlanDraftSchema,
      response: { 201: PlanAnswerSchema, ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const { networkId } = request.params;
      const record = await plans.createDraft(networkId, request.body, principalOf(request).id);
      return reply.code(201).send(record);
    },
  });
  api.route({
    method: "POST",
    url: "/networks/:networkId/plans/:planId/validate",
    config: { access: ["engineer", "approver"] },
    schema: {
      summary: "Ask the safety gate: validated, a draft that waits for approval, or rejected",
      tags: steps,
      params: PlanParamsSchema,
      response: { 200: PlanAnswerSchema, ...PROBLEMS },
    },
    handler: (request) => plans.validate(actionOf(request)),
  });
  api.route({
    method: "POST",
    url: "/networks/:networkId/plans/:planId/approve",
    config: { access: ["approver"] },
    schema: {
      summary: "Give a standing approval for each warning that waits, and ask the gate again",
      tags: steps,
      params: PlanParamsSchema,
      body: z.strictObject({
        reason: z.string().min(1).max(1000),
        expiresAtMs: z.int().positive().meta({ description: "Epoch ms" }),
      }),
      response: { 200: PlanAnswerSchema, ...PROBLEMS },
    },
    handler: (request) => plans.approve(actionOf(request), request.body),
  });
}

function registerPublication(api: Api, { plans }: PlanDeps): void {
  api.route({
    method: "POST",
    url: "/networks/:networkId/plans/:planId/publish",
    config: { access: ["engineer"] },
    schema: {
      summary: "Publish to all controllers of the plan or to none; again is the same answer",
      tags: steps,
      params: PlanParamsSchema,
      response: { 200: PublishAnswerSchema, ...PROBLEMS },
    },
    handler: (request) => plans.publish(actionOf(request)),
  });
  api.route({
    method: "POST",
    url: "/networks/:networkId/plans/:planId/rollback",
    config: { access: ["engineer", "eventOperator"] },
    schema: {
      summary: "Publish again what ran before this plan",
      tags: steps,
      params: PlanParamsSchema,
      body: z.strictObject({ reason: z.string().min(1).max(1000) }),
      response: { 200: PublishAnswerSchema, ...PROBLEMS },
    },
    handler: (request) => plans.rollBack(actionOf(request), request.body.reason),
  });
}
