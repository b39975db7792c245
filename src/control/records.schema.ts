/** What the store keeps and the service answers with. One schema each: type, answer and documentation at once. */
import { z } from "zod";
import { type Schedule, ScheduleSchema } from "../schedule/schedule.schema.ts";
import { type Finding, FindingSchema, StandingApprovalSchema } from "../timing/finding.schema.ts";
import { type CoordinationPlan, CoordinationPlanSchema } from "../timing/plan.schema.ts";

const atMs = z.int().min(0).meta({ description: "Epoch ms" });
const idText = z.string().min(1).max(64);
const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")
  .meta({ description: "SHA-256, lower-case hexadecimal" });

export const RoleSchema = z
  .enum(["admin", "engineer", "eventOperator", "approver", "detectorFeed", "controller"])
  .meta({ description: "What a token may do; docs/operations.md lists it route by route" });

export const PlanStateSchema = z.enum([
  "draft",
  "validated",
  "published",
  "active",
  "superseded",
  "rejected",
  "rolledBack",
]);

export const PlanRecordSchema = z
  .strictObject({
    plan: CoordinationPlanSchema,
    hash: sha256Hex.meta({ description: "Of the plan's canonical JSON" }),
    networkHash: sha256Hex.meta({ description: "Of the network that it was made or last judged for" }),
    state: PlanStateSchema,
    verdict: z.enum(["notJudged", "validated", "needsApproval", "blocked"]),
    findings: z.array(FindingSchema),
    createdBy: idText,
    createdAtMs: atMs,
    changedAtMs: atMs,
  })
  .meta({ id: "PlanRecord", description: "A coordination plan and where it stands in its life" });

export const PlanEventSchema = z
  .strictObject({
    state: PlanStateSchema,
    atMs,
    actorId: idText,
    reason: z.string().max(1000),
  })
  .meta({ id: "PlanEvent", description: "One step of a plan's life" });

export const NetworkVersionSchema = z
  .strictObject({
    networkId: idText,
    version: z.int().min(1).meta({ description: "Counted by the service: 1, 2, …" }),
    name: z.string(),
    hash: sha256Hex,
    createdBy: idText,
    createdAtMs: atMs,
  })
  .meta({ id: "NetworkVersion", description: "A stored version of a network" });

export const ScheduleRecordSchema = z
  .strictObject({
    schedule: ScheduleSchema,
    hash: sha256Hex.meta({ description: "Of the schedule's canonical JSON" }),
    changedBy: idText,
    changedAtMs: atMs,
  })
  .meta({ id: "ScheduleRecord", description: "The schedule of a network, and who set it" });

export const TokenRecordSchema = z.strictObject({
  tokenId: z.string().min(1).max(32),
  principalId: idText.meta({ description: "Who acts; for a controller its intersection's identity" }),
  role: RoleSchema,
  networkId: idText.optional().meta({ description: "Of a controller: the network that it belongs to" }),
  sha256: sha256Hex,
  createdBy: idText,
  createdAtMs: atMs,
  revokedAtMs: atMs.optional(),
});

export const ApprovalRecordSchema = z
  .strictObject({
    networkId: idText,
    approval: StandingApprovalSchema,
    createdBy: idText,
    createdAtMs: atMs,
    revokedAtMs: atMs.optional(),
  })
  .meta({ id: "ApprovalRecord", description: "A person's standing word on a warning of the safety gate" });

export const AuditEntrySchema = z
  .strictObject({
    sequence: z.int().min(1),
    atMs,
    actorId: idText,
    action: z.string().min(1).max(64),
    subject: z
      .string()
      .min(1)
      .max(200)
      .meta({ description: "What was changed, for example plan/canal/am-2" }),
    beforeHash: sha256Hex.nullable(),
    afterHash: sha256Hex.nullable(),
  })
  .meta({ id: "AuditEntry", description: "Who did what to what" });

export type Role = z.infer<typeof RoleSchema>;
export type PlanState = z.infer<typeof PlanStateSchema>;
export type PlanRecord = Readonly<Omit<z.infer<typeof PlanRecordSchema>, "plan" | "findings">> & {
  readonly plan: CoordinationPlan;
  readonly findings: readonly Finding[];
};
export type PlanEvent = Readonly<z.infer<typeof PlanEventSchema>>;
export type NetworkVersion = Readonly<z.infer<typeof NetworkVersionSchema>>;
export type ScheduleRecord = Readonly<Omit<z.infer<typeof ScheduleRecordSchema>, "schedule">> & {
  readonly schedule: Schedule;
};
export type TokenRecord = Readonly<z.infer<typeof TokenRecordSchema>>;
export type ApprovalRecord = Readonly<z.infer<typeof ApprovalRecordSchema>>;
export type AuditEntry = Readonly<z.infer<typeof AuditEntrySchema>>;

/** The decision to publish a plan. */
export interface PublishDecision {
  readonly txId: string;
  readonly networkId: string;
  readonly planId: string;
  /** What the controllers' side needs to carry it out, JSON. */
  readonly decision: string;
}
