/**
 * The life of a coordination plan: draft → validated → published → active → superseded, or rejected, or rolled back.
 * Every step is judged anew by the safety gate where the gate has a say, and is durable before it is answered.
 */
import { randomUUID } from "node:crypto";
import { AppError } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import type { StandingApproval } from "../timing/finding.schema.ts";
import { describeFinding, type ValidatedPlan } from "../timing/validate-plan.ts";
import {
  hashPlan,
  type PlanAction,
  type PlanDraft,
  PlanGate,
  type PlanGateOptions,
  requireState,
  toApproval,
} from "./plan-gate.ts";
import type { PlanRecord, PublishDecision } from "./records.schema.ts";
import { restoreTimingPlans } from "./restore-timing-plans.ts";
import type { PlanMove } from "./store.ts";

/** What became of one controller in a publication. */
export interface MemberReport {
  readonly controllerId: string;
  readonly status: string;
  /** Why it refused. */
  readonly message?: string;
  /** It refused because of the plan itself, which then is rejected; otherwise another try may succeed. */
  readonly isPlanRejected?: boolean;
}

/** The corridor-atomic transaction of the controllers' side. */
export interface PlanPublisher {
  /** Answers when the decision is known. Before it tells anyone to commit, it calls `recordDecision`. */
  publish(publication: {
    readonly txId: string;
    readonly plan: ValidatedPlan;
    readonly network: Network;
  }): Promise<
    | { readonly kind: "committed"; readonly members: readonly MemberReport[] }
    | { readonly kind: "aborted"; readonly reason: string; readonly members: readonly MemberReport[] }
  >;
}

export interface PublishAnswer {
  readonly kind: "committed" | "aborted" | "alreadyPublished";
  readonly record: PlanRecord;
  /** Why it was aborted. */
  readonly reason?: string;
  readonly members: readonly MemberReport[];
}

/** What the decision will make of the plans: at least the step of the plan itself. */
type UnderWay = Pick<PublishDecision, "networkId" | "planId"> & { readonly moves: readonly PlanMove[] };

export interface PlanLifeCycleOptions extends PlanGateOptions {
  readonly publisher: PlanPublisher;
  readonly onPublished?: (answer: PublishAnswer) => void;
}

export class PlanLifeCycle {
  readonly gate: PlanGate;
  private readonly options: PlanLifeCycleOptions;
  /** By transaction. */
  private readonly underWay = new Map<string, UnderWay>();
  /** By network and plan: asking again while it is under way gets the same answer. */
  private readonly publishing = new Map<string, Promise<PublishAnswer>>();

  constructor(options: PlanLifeCycleOptions) {
    this.options = options;
    this.gate = new PlanGate(options);
  }

  async createDraft(networkId: string, draft: PlanDraft, actorId: string): Promise<PlanRecord> {
    const { version } = this.options.networks.get(networkId);
    const plan = await this.gate.buildCandidate({ ...draft, networkId });
    const nowMs = this.options.nowMs();
    const record: PlanRecord = {
      plan,
      hash: hashPlan(plan),
      networkHash: version.hash,
      state: "draft",
      verdict: "notJudged",
      findings: [],
      createdBy: actorId,
      createdAtMs: nowMs,
      changedAtMs: nowMs,
    };
    const audit = this.gate.stamp({ networkId, planId: plan.id, actorId }, "plan.create");
    await this.options.store.createPlan({ record, audit });
    return record;
  }

  async get(networkId: string, planId: string): Promise<PlanRecord> {
    const record = await this.options.store.findPlan({ networkId, planId });
    if (record === undefined) throw new AppError("notFound", `network ${networkId} has no plan ${planId}`);
    return record;
  }

  /** Asks the safety gate. A plan that it blocks is rejected; one that waits for approval stays a draft. */
  async validate(action: PlanAction): Promise<PlanRecord> {
    const record = await this.get(action.networkId, action.planId);
    return (await this.gate.judge(action, record)).record;
  }

  /** Gives a standing approval for each warning that waits for one, and asks the gate again. */
  async approve(
    action: PlanAction,
    word: Pick<StandingApproval, "reason" | "expiresAtMs">,
  ): Promise<PlanRecord> {
    const record = await this.get(action.networkId, action.planId);
    const { verdict } = await this.gate.judge(action, record);
    const waiting = verdict.kind === "needsApproval" ? verdict.waiting : [];
    for (const finding of waiting)
      await this.gate.createApproval(action, toApproval(finding, action.actorId, word));
    return this.validate(action);
  }

  /** To all controllers of the plan or to none. A plan that is published already is answered as it stands. */
  publish(action: PlanAction): Promise<PublishAnswer> {
    return this.publishOnce(action, []);
  }

  /** The gate's word on a draft, and its publication at once where it passes; `undefined` where it does not. */
  async publishDraft(action: PlanAction): Promise<PublishAnswer | undefined> {
    const { verdict, record } = await this.gate.judge(
      action,
      await this.get(action.networkId, action.planId),
    );
    return verdict.kind === "validated" ? this.send(action, { plan: verdict.plan, record }, []) : undefined;
  }

  /** `also`: further steps that come with the decision. */
  private publishOnce(action: PlanAction, also: readonly PlanMove[]): Promise<PublishAnswer> {
    const key = `${action.networkId} ${action.planId}`;
    const same = this.publishing.get(key);
    if (same !== undefined) return same;
    const answer = this.run(action, also).finally(() => this.publishing.delete(key));
    this.publishing.set(key, answer);
    return answer;
  }

  /**
   * Publishes what the plan's intersections ran before it, as a new plan under a new revision; the plan itself ends as
   * rolled back. `conflict` when an intersection ran no plan before.
   */
  async rollBack(action: PlanAction, reason: string): Promise<PublishAnswer> {
    const { store } = this.options;
    const bad = await this.get(action.networkId, action.planId);
    requireState(bad, ["published", "active"], "be rolled back");
    const earlier = await store.listPlans({ networkId: action.networkId, limit: 1000 });
    const id = `${bad.plan.id.slice(0, 40)}-back-${bad.plan.revision}`;
    const draft = { id, name: `Before ${bad.plan.id}`.slice(0, 200), fallback: bad.plan.fallback };
    const restored: PlanAction = { ...action, planId: id };
    if ((await store.findPlan({ networkId: action.networkId, planId: id })) === undefined) {
      const timingPlans = restoreTimingPlans(bad, earlier);
      await this.createDraft(action.networkId, { ...draft, timingPlans }, action.actorId);
    }
    const { verdict, record } = await this.gate.judge(restored, await this.get(action.networkId, id));
    if (verdict.kind !== "validated") throw refused(record);
    const { networkId, planId } = action;
    const audit = this.gate.stamp(action, "plan.rollBack");
    return this.publishOnce(restored, [
      { networkId, planId, from: ["published", "active"], to: "rolledBack", reason, audit },
    ]);
  }

  /** Makes a decision to publish durable, together with the plan's step; the publisher calls it before it commits. */
  async recordDecision(txId: string, decision: string): Promise<void> {
    const underWay = this.underWay.get(txId);
    if (underWay === undefined) throw new AppError("conflict", `no publication ${txId} is under way`);
    const { networkId, planId, moves } = underWay;
    await this.options.store.decidePublication({ decision: { txId, networkId, planId, decision }, moves });
  }

  /** Every controller of the transaction runs its plan. */
  settle(txId: string): Promise<PlanRecord | undefined> {
    const { store, nowMs } = this.options;
    return store.settlePublication({ txId, actorId: "controllers", atMs: nowMs() });
  }

  private async run(action: PlanAction, also: readonly PlanMove[]): Promise<PublishAnswer> {
    const { networkId, planId } = action;
    const stored = await this.get(networkId, planId);
    if (stored.state === "published" || stored.state === "active") {
      return { kind: "alreadyPublished", record: stored, members: [] };
    }
    requireState(stored, ["validated"], "be published");
    const { verdict, record } = await this.gate.judge(action, stored);
    if (verdict.kind !== "validated") throw refused(record);
    return this.send(action, { plan: verdict.plan, record }, also);
  }

  /** What the gate has just let pass, to all of its controllers or to none. */
  private async send(
    action: PlanAction,
    { plan, record }: { readonly plan: ValidatedPlan; readonly record: PlanRecord },
    also: readonly PlanMove[],
  ): Promise<PublishAnswer> {
    const { networks, publisher, onPublished, store } = this.options;
    const { networkId, planId } = action;
    const txId = randomUUID();
    const step: PlanMove = {
      networkId,
      planId,
      from: ["validated"],
      to: "published",
      reason: "all controllers are prepared",
      audit: this.gate.stamp(action, "plan.publish"),
    };
    this.underWay.set(txId, { networkId, planId, moves: [step, ...also] });
    try {
      const { network } = networks.get(networkId);
      const outcome = await publisher.publish({ txId, plan, network });
      const refusals = outcome.members.filter((it) => it.isPlanRejected);
      if (refusals.length > 0) await this.reject(action, refusals);
      const found = await store.findPlan(action);
      const answer = { ...outcome, record: found ?? record };
      onPublished?.(answer);
      return answer;
    } finally {
      this.underWay.delete(txId);
    }
  }

  private async reject(action: PlanAction, refusals: readonly MemberReport[]): Promise<void> {
    const names = refusals.map((it) => `${it.controllerId}: ${it.message ?? "refused"}`).join("; ");
    await this.options.store.movePlan({
      ...action,
      from: ["validated"],
      to: "rejected",
      reason: `refused by controllers: ${names}`.slice(0, 1000),
      audit: this.gate.stamp(action, "plan.reject"),
    });
  }
}

/** The gate does not let it pass now: every finding that stands in the way. */
function refused(record: PlanRecord): AppError {
  const faults = record.findings
    .filter((it) => it.severity !== "INFO" && it.approvalId === undefined)
    .map((it) => ({ path: it.path, message: describeFinding(it) }));
  return new AppError("conflict", `the safety gate: plan ${record.plan.id} is ${record.verdict}`, { faults });
}
