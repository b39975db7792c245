/** Standing approvals: a person's word on a warning of the safety gate, until it expires or is taken back. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { NetworkRegistry } from "../control/network-registry.ts";
import type { PlanLifeCycle } from "../control/plan-life-cycle.ts";
import { ApprovalRecordSchema } from "../control/records.schema.ts";
import type { Store } from "../control/store.ts";
import { StandingApprovalSchema } from "../timing/finding.schema.ts";
import { type Api, NetworkParamsSchema, PROBLEMS, principalOf } from "./api.ts";

const ApprovalParamsSchema = NetworkParamsSchema.extend({ approvalId: z.string().min(1).max(64) });
const NewApprovalSchema = StandingApprovalSchema.omit({ id: true, approver: true }).meta({
  id: "NewApproval",
});

export function registerApprovalRoutes(
  api: Api,
  {
    networks,
    plans,
    store,
    nowMs,
  }: {
    readonly networks: NetworkRegistry;
    readonly plans: PlanLifeCycle;
    readonly store: Store;
    readonly nowMs: () => number;
  },
): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/approvals",
    config: { access: "anyRole" },
    schema: {
      summary: "List standing approvals, revoked and expired ones too",
      tags: ["approvals"],
      params: NetworkParamsSchema,
      response: { 200: z.strictObject({ approvals: z.array(ApprovalRecordSchema) }), ...PROBLEMS },
    },
    handler: async ({ params }) => ({ approvals: await store.listApprovals(params) }),
  });
  api.route({
    method: "POST",
    url: "/networks/:networkId/approvals",
    config: { access: ["approver"] },
    schema: {
      summary: "Give a standing approval under one's own name",
      tags: ["approvals"],
      params: NetworkParamsSchema,
      body: NewApprovalSchema,
      response: { 201: StandingApprovalSchema, ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const { networkId } = request.params;
      networks.get(networkId);
      const { id: actorId } = principalOf(request);
      const approval = { ...request.body, id: randomUUID(), approver: actorId };
      await plans.gate.createApproval({ networkId, actorId }, approval);
      return reply.code(201).send(approval);
    },
  });
  api.route({
    method: "DELETE",
    url: "/networks/:networkId/approvals/:approvalId",
    config: { access: ["approver"] },
    schema: {
      summary: "Take a standing approval back; the next judgement does without it",
      tags: ["approvals"],
      params: ApprovalParamsSchema,
      response: { 204: z.null(), ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const { networkId, approvalId } = request.params;
      await store.revokeApproval({
        approvalId,
        audit: {
          atMs: nowMs(),
          actorId: principalOf(request).id,
          action: "approval.revoke",
          subject: `approval/${networkId}/${approvalId}`,
          beforeHash: null,
          afterHash: null,
        },
      });
      return reply.code(204).send(null);
    },
  });
}
