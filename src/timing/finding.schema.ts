/** What the safety gate says about a plan, and the approvals under which a warning may stand. */
import { z } from "zod";

export const FindingSchema = z
  .strictObject({
    ruleId: z.int().min(1).max(33).meta({ description: "Number of the rule in docs/safety-gate.md" }),
    severity: z.enum(["BLOCK", "WARN", "INFO"]).meta({
      description: "BLOCK: never sent. WARN: needs a standing approval. INFO: to know",
    }),
    intersectionId: z
      .string()
      .optional()
      .meta({ description: "Absent: concerns the coordination plan as a whole" }),
    path: z.string().meta({ description: "Where it stands: plan.… or network.…" }),
    limit: z.union([z.number(), z.string()]).meta({ description: "What the rule asks for, in `unit`" }),
    actual: z.union([z.number(), z.string()]).meta({ description: "What was found, in `unit`" }),
    unit: z.string().meta({ description: "Unit of limit and actual; empty for a ratio or a name" }),
    sentence: z.string(),
    inherited: z
      .literal(true)
      .optional()
      .meta({ description: "Imported configuration breaches the rule; the plan cannot change it" }),
    approvalId: z
      .string()
      .optional()
      .meta({ description: "The standing approval under which this warning stands" }),
  })
  .meta({ id: "Finding", description: "One finding of the safety gate" });

export const StandingApprovalSchema = z
  .strictObject({
    id: z.string().min(1).max(64),
    ruleId: z.int().min(1).max(33),
    intersectionId: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: "Absent: findings on the plan as a whole" }),
    limit: z
      .union([z.number(), z.string()])
      .meta({ description: "The limit that the warnings name; another limit needs another approval" }),
    unit: z.string().max(16),
    tolerated: z
      .union([z.number(), z.string()])
      .meta({ description: "The worst actual value that is approved, in `unit`" }),
    approver: z.string().min(1).max(200).meta({ description: "Name of the person who answers for it" }),
    reason: z.string().min(1).max(1000),
    expiresAtMs: z.int().positive().meta({ description: "Epoch ms; from then on it covers nothing" }),
  })
  .meta({ id: "StandingApproval", description: "Lets a warning of one rule stand at one intersection" });

export type Finding = Readonly<z.infer<typeof FindingSchema>>;
export type StandingApproval = Readonly<z.infer<typeof StandingApprovalSchema>>;
