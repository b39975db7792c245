/** The adaptive loop of a network: settings, what it decided and why, and people's overrides. */
import { z } from "zod";
import type { ControlLoop, LoopView } from "../control/loop/control-loop.ts";
import {
  type DetectorReport,
  DetectorReportSchema,
  type EvaluationReport,
  EvaluationReportSchema,
  type LoopDecision,
  LoopDecisionSchema,
  type LoopSettings,
  LoopSettingsSchema,
  type NewOverride,
  NewOverrideSchema,
  OutlookSchema,
  type Override,
  OverrideSchema,
} from "../control/loop/loop.schema.ts";
import { type TimingPlan, TimingPlanSchema } from "../timing/plan.schema.ts";
import { type Api, LimitSchema, NetworkParamsSchema, PROBLEMS, principalOf } from "./api.ts";

const OverrideParamsSchema = NetworkParamsSchema.extend({ overrideId: z.string().min(1).max(64) });
/** The same schemas, for values that nobody may change. */
const OverrideAnswerSchema: z.ZodType<Override> = OverrideSchema;
const DecisionAnswerSchema: z.ZodType<LoopDecision> = LoopDecisionSchema;
const RunningAnswerSchema: z.ZodType<TimingPlan> = TimingPlanSchema;
const SettingsAnswerSchema: z.ZodType<LoopSettings> = LoopSettingsSchema;

const ReportAnswerSchema: z.ZodType<DetectorReport> = DetectorReportSchema;
const EvaluationAnswerSchema: z.ZodType<EvaluationReport> = EvaluationReportSchema;

const atMs = z.int().min(0).meta({ description: "Epoch ms" });
const LoopAnswerSchema = z
  .strictObject({
    settings: SettingsAnswerSchema,
    nextTickAtMs: atMs.nullable().meta({ description: "Epoch ms; null while it is off" }),
    planChangesAtMs: z.array(atMs).meta({ description: "Plan changes of the last 24 h" }),
    watching: z
      .array(z.strictObject({ planIds: z.array(z.string()), intersectionIds: z.array(z.string()) }))
      .meta({ description: "Changes that the guard watches" }),
    coolingDown: z.array(z.strictObject({ intersectionIds: z.array(z.string()), untilMs: atMs })),
    running: z.array(RunningAnswerSchema).meta({ description: "What runs, as far as controllers have told" }),
    overrides: z.array(OverrideAnswerSchema).meta({ description: "That are not over" }),
    decisions: z.array(DecisionAnswerSchema).meta({ description: "The last ten, newest first" }),
  })
  .meta({ id: "Loop", description: "The loop of a network as it stands" });

const tags = ["loop"];

export interface LoopRouteDeps {
  readonly loop: ControlLoop;
}

export function registerLoopRoutes(api: Api, deps: LoopRouteDeps): void {
  registerSettings(api, deps);
  registerOutlook(api, deps);
  registerDetectors(api, deps);
  registerOverrides(api, deps);
}

function registerSettings(api: Api, { loop }: LoopRouteDeps): void {
  const describe = async (networkId: string, view: LoopView) => ({
    settings: view.settings,
    nextTickAtMs: view.nextTickAtMs ?? null,
    planChangesAtMs: [...view.state.planChangesAtMs],
    watching: view.state.watches.map(({ planIds, before }) => ({
      planIds: [...planIds],
      intersectionIds: before.map((it) => it.intersectionId),
    })),
    coolingDown: view.state.coolDowns.map((it) => ({ ...it, intersectionIds: [...it.intersectionIds] })),
    running: [...view.running],
    overrides: [...view.overrides],
    decisions: await loop.listDecisions(networkId, 10),
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId/loop",
    config: { access: "anyRole" },
    schema: {
      summary: "Settings and state of the loop, and its last decisions",
      tags,
      params: NetworkParamsSchema,
      response: { 200: LoopAnswerSchema, ...PROBLEMS },
    },
    handler: async ({ params: { networkId } }) => describe(networkId, await loop.get(networkId)),
  });
  api.route({
    method: "PUT",
    url: "/networks/:networkId/loop",
    config: { access: ["engineer"] },
    schema: {
      summary: "Set the loop: off, propose or on, its ticks and limits",
      tags,
      params: NetworkParamsSchema,
      body: LoopSettingsSchema,
      response: { 200: LoopAnswerSchema, ...PROBLEMS },
    },
    handler: async (request) => {
      const { networkId } = request.params;
      return describe(networkId, await loop.setSettings(networkId, request.body, principalOf(request).id));
    },
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId/loop/decisions",
    config: { access: "anyRole" },
    schema: {
      summary: "What every tick decided, and why, newest first",
      tags,
      params: NetworkParamsSchema,
      querystring: z.strictObject({ limit: LimitSchema }),
      response: { 200: z.strictObject({ decisions: z.array(DecisionAnswerSchema) }), ...PROBLEMS },
    },
    handler: async ({ params: { networkId }, query: { limit } }) => ({
      decisions: await loop.listDecisions(networkId, limit),
    }),
  });
}

function registerOutlook(api: Api, { loop }: LoopRouteDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/loop/outlook",
    config: { access: "anyRole" },
    schema: {
      summary: "What runs now and why, and what is to come in the next 24 h",
      tags,
      params: NetworkParamsSchema,
      response: { 200: OutlookSchema, ...PROBLEMS },
    },
    handler: ({ params: { networkId } }) => loop.describeOutlook(networkId),
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId/loop/evaluation",
    config: { access: "anyRole" },
    schema: {
      summary: "What the loop does: on against off, in pairs of blocks, with interval and verdict",
      tags,
      params: NetworkParamsSchema,
      response: { 200: EvaluationAnswerSchema, ...PROBLEMS },
    },
    handler: ({ params: { networkId } }) => loop.describeEvaluation(networkId),
  });
}

function registerDetectors(api: Api, { loop }: LoopRouteDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/detectors",
    config: { access: "anyRole" },
    schema: {
      summary: "Health of every detector, its last count made whole, and what it will count",
      tags: ["counts"],
      params: NetworkParamsSchema,
      response: { 200: ReportAnswerSchema, ...PROBLEMS },
    },
    handler: ({ params: { networkId } }) => loop.describeDetectors(networkId),
  });
}

function registerOverrides(api: Api, { loop }: LoopRouteDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/overrides",
    config: { access: "anyRole" },
    schema: {
      summary: "People's overrides, newest first, those that are over too",
      tags,
      params: NetworkParamsSchema,
      querystring: z.strictObject({ limit: LimitSchema }),
      response: { 200: z.strictObject({ overrides: z.array(OverrideAnswerSchema) }), ...PROBLEMS },
    },
    handler: async ({ params: { networkId }, query: { limit } }) => ({
      overrides: await loop.listOverrides(networkId, limit),
    }),
  });
  api.route({
    method: "POST",
    url: "/networks/:networkId/overrides",
    config: { access: ["engineer", "eventOperator"] },
    schema: {
      summary: "Hold, force a plan or set free, until it expires; again is the same answer",
      tags,
      params: NetworkParamsSchema,
      body: NewOverrideSchema as z.ZodType<NewOverride>,
      response: { 200: OverrideAnswerSchema, ...PROBLEMS },
    },
    handler: (request) => loop.putOverride(request.params.networkId, request.body, principalOf(request).id),
  });
  api.route({
    method: "DELETE",
    url: "/networks/:networkId/overrides/:overrideId",
    config: { access: ["engineer", "eventOperator"] },
    schema: {
      summary: "Resume: end an override; what ran before comes back",
      tags,
      params: OverrideParamsSchema,
      response: { 204: z.null(), ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const { networkId, overrideId } = request.params;
      await loop.endOverride(networkId, overrideId, principalOf(request).id);
      return reply.code(204).send(null);
    },
  });
}
