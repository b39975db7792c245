/**
 * The safety gate as a step of a plan's life: the plan is judged as it would be published now, under the standing
 * approvals of its network, and its record follows the verdict.
 */
import { createHash, randomUUID } from "node:crypto";
import { AppError } from "../errors.ts";
import { toCanonicalJson } from "../timing/canonical-json.ts";
import type { Finding, StandingApproval } from "../timing/finding.schema.ts";
import { type CoordinationPlan, PLAN_VERSION } from "../timing/plan.schema.ts";
import { type PlanVerdict, validatePlan } from "../timing/validate-plan.ts";
import type { NetworkRegistry } from "./network-registry.ts";
import type { PlanRecord, PlanState } from "./records.schema.ts";
import type { AuditStamp, Store } from "./store.ts";

/** Which plan, and who asks. */
export interface PlanAction {
  readonly networkId: string;
  readonly planId: string;
  readonly actorId: string;
}

export type PlanDraft = Pick<CoordinationPlan, "id" | "name" | "timingPlans" | "fallback">;

export interface PlanGateOptions {
  readonly store: Store;
  readonly networks: NetworkRegistry;
  readonly nowMs: () => number;
  /** A published plan is valid this long without renewal. */
  readonly leaseS: number;
}

export class PlanGate {
  private readonly options: PlanGateOptions;

  constructor(options: PlanGateOptions) {
    this.options = options;
  }

  /** The gate's word on the plan as it would be published now; the plan's record follows it. */
  async judge(
    action: PlanAction,
    { plan, state }: PlanRecord,
  ): Promise<{ readonly verdict: PlanVerdict; readonly record: PlanRecord }> {
    requireState({ plan, state }, ["draft", "validated"], "be judged");
    const { networkId, planId } = action;
    const { store, networks, nowMs } = this.options;
    const { network, version } = networks.get(networkId);
    const candidate = await this.buildCandidate(plan);
    const running = await store.findRunningPlan({ networkId });
    const approvals = (await store.listApprovals({ networkId }))
      .filter((it) => it.revokedAtMs === undefined)
      .map((it) => it.approval);
    const verdict = validatePlan({
      network,
      plan: candidate,
      approvals,
      nowMs: nowMs(),
      ...(running === undefined ? {} : { running }),
    });
    const to = ({ validated: "validated", needsApproval: "draft", blocked: "rejected" } as const)[
      verdict.kind
    ];
    const record = await store.movePlan({
      networkId,
      planId,
      from: ["draft", "validated"],
      to,
      reason: `the safety gate: ${verdict.kind}, ${verdict.findings.length} findings`,
      change: {
        plan: candidate,
        hash: hashPlan(candidate),
        networkHash: version.hash,
        verdict: verdict.kind,
        findings: verdict.findings,
      },
      audit: this.stamp(action, "plan.judge"),
    });
    return { verdict, record };
  }

  async createApproval(
    { networkId, actorId }: Pick<PlanAction, "networkId" | "actorId">,
    approval: StandingApproval,
  ): Promise<void> {
    const { store, nowMs } = this.options;
    await store.createApproval({
      record: { networkId, approval, createdBy: actorId, createdAtMs: nowMs() },
      audit: {
        atMs: nowMs(),
        actorId,
        action: "approval.create",
        subject: `approval/${networkId}/${approval.id}`,
        beforeHash: null,
        afterHash: null,
      },
    });
  }

  /** The plan under a new revision and with a new lease: what the gate and the controllers get to see. */
  async buildCandidate(plan: PlanDraft & Pick<CoordinationPlan, "networkId">): Promise<CoordinationPlan> {
    const { store, nowMs, leaseS } = this.options;
    const revision = await store.nextRevision({ networkId: plan.networkId });
    const validUntilMs = nowMs() + leaseS * 1000;
    const { id, networkId, name, timingPlans, fallback } = plan;
    return { version: PLAN_VERSION, id, networkId, revision, name, timingPlans, validUntilMs, fallback };
  }

  /** For the audit log: this step of this plan, now. */
  stamp({ networkId, planId, actorId }: PlanAction, action: string): AuditStamp {
    return {
      atMs: this.options.nowMs(),
      actorId,
      action,
      subject: `plan/${networkId}/${planId}`,
      beforeHash: null,
      afterHash: null,
    };
  }
}

export const hashPlan = (plan: CoordinationPlan): string =>
  createHash("sha256").update(toCanonicalJson(plan)).digest("hex");

/** Lets this finding stand, under the approver's name. */
export function toApproval(
  finding: Finding,
  approver: string,
  word: Pick<StandingApproval, "reason" | "expiresAtMs">,
): StandingApproval {
  const { ruleId, intersectionId, limit, unit, actual: tolerated } = finding;
  return {
    id: randomUUID(),
    ruleId,
    limit,
    unit,
    ...(intersectionId === undefined ? {} : { intersectionId }),
    tolerated,
    approver,
    ...word,
  };
}

/** `conflict` unless the plan is in one of these states. */
export function requireState(
  { plan, state }: Pick<PlanRecord, "plan" | "state">,
  allowed: readonly PlanState[],
  what: string,
): void {
  if (allowed.includes(state)) return;
  throw new AppError("conflict", `plan ${plan.id} is ${state}; only ${allowed.join(" or ")} can ${what}`);
}
