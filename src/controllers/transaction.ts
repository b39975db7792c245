/**
 * A corridor changes plan together or not at all: two-phase commit over the controllers of a coordination plan
 * (Gray, "Notes on Data Base Operating Systems", 1978; without a record the decision is to abort).
 *
 * Every member prepares (phase one, nothing changes on the street). When all that count have prepared in time, the
 * decision is recorded, durably, and only then told (phase two, commit-delivery.ts); otherwise all are told to forget.
 * A member that cannot be reached between the two goes on with its old plan until it can: no protocol rules that out.
 * To roll back, publish the last good plan of the whole corridor under a new revision.
 */
import type { Clock } from "../clock.ts";
import { assert } from "../errors.ts";
import { isValidatedPlan } from "../timing/validate-plan.ts";
import { type ActiveReport, CommitDelivery, type DeliveryLimits } from "./commit-delivery.ts";
import type { CommitRecord } from "./commit-record.schema.ts";
import type { ControllerLinks } from "./controller-links.ts";
import {
  buildOrder,
  controllerOf,
  describeVote,
  type MemberOutcome,
  type Publication,
  type PublishOutcome,
  type Vote,
} from "./publication.ts";
import type { CallOutcome } from "./rpc-peer.ts";

export interface CommitJournal {
  /** Resolves when the record is durable; rejects when it is not and never will be. */
  record(decision: CommitRecord): Promise<void>;
}

export interface TransactionLimits extends DeliveryLimits {
  /** The decision falls at least this long before the plan is to run, or is to abort, ms. */
  readonly leadTimeMs: number;
}

export const DEFAULT_TRANSACTION_LIMITS: TransactionLimits = {
  prepareTimeoutMs: 10_000,
  commitTimeoutMs: 5_000,
  commitAttempts: 3,
  leadTimeMs: 2_000,
};

export interface TransactionOptions {
  readonly links: ControllerLinks;
  readonly journal: CommitJournal;
  readonly clock: Clock;
  readonly limits?: Partial<TransactionLimits>;
  reportActive(report: ActiveReport): void;
}

/** Publications whose outcome is remembered. */
const REMEMBERED = 256;

export class PlanTransactions {
  private readonly options: TransactionOptions;
  private readonly limits: TransactionLimits;
  private readonly delivery: CommitDelivery;
  private readonly publications = new Map<string, Promise<PublishOutcome>>();

  constructor(options: TransactionOptions) {
    this.options = options;
    this.limits = { ...DEFAULT_TRANSACTION_LIMITS, ...options.limits };
    this.delivery = new CommitDelivery({ ...options, limits: this.limits });
  }

  /** Takes up the decisions of earlier runs; call it before the first controller registers. */
  resume(records: readonly CommitRecord[]): void {
    for (const record of [...records].sort((a, b) => a.decidedAtMs - b.decidedAtMs)) {
      this.delivery.owe(record);
    }
  }

  /**
   * Answers when the decision is known and has been told; who runs the plan is reported as it happens.
   * Rejects, with nothing changed anywhere, when the journal does.
   */
  publish(publication: Publication): Promise<PublishOutcome> {
    const { txId, plan } = publication;
    assert(isValidatedPlan(plan), `plan ${plan.id} has not passed the safety gate`);
    const earlier = this.publications.get(txId);
    if (earlier !== undefined) return earlier;
    const outcome = this.run(publication);
    this.publications.set(txId, outcome);
    const [oldest] = this.publications.keys();
    if (this.publications.size > REMEMBERED && oldest !== undefined) this.publications.delete(oldest);
    return outcome;
  }

  /** Renews the lease of the plan that a controller runs, and with it that of the corridor's absent members. */
  renew(
    controllerId: string,
    order: { readonly hash: string; readonly validUntilMs: number },
  ): Promise<CallOutcome<"plan.renew">> {
    return this.delivery.renew(controllerId, order);
  }

  private async run(publication: Publication): Promise<PublishOutcome> {
    const { txId, plan } = publication;
    const orders = plan.timingPlans.map((it) => buildOrder(publication, it));
    const memberIds = orders.map(controllerOf);
    const taken = this.delivery.reserve(memberIds, txId);
    if (taken.length > 0) {
      const members = taken.map((controllerId) => ({ controllerId, status: "busy" as const }));
      return { kind: "aborted", reason: "busy", txId, members };
    }
    try {
      const votes = await Promise.all(orders.map((it) => this.delivery.prepare(it)));
      return await this.decide(publication, votes);
    } finally {
      for (const controllerId of memberIds) this.delivery.release(controllerId);
    }
  }

  private async decide(publication: Publication, votes: readonly Vote[]): Promise<PublishOutcome> {
    const { txId, plan, activateAtMs, criticalIds } = publication;
    const prepared = votes.filter((it) => it.outcome.kind === "answered");
    const isWhole = votes.every(
      ({ order, outcome }) => outcome.kind === "answered" || criticalIds?.has(controllerOf(order)) === false,
    );
    const decidedAtMs = this.options.clock.nowMs();
    const isInTime = decidedAtMs + this.limits.leadTimeMs <= activateAtMs;
    if (!isWhole || !isInTime) {
      for (const vote of votes) this.forget(vote);
      const members = votes.map((it) => describeVote(it, "aborted"));
      return { kind: "aborted", reason: isWhole ? "tooLate" : "notPrepared", txId, members };
    }
    const record = { txId, planId: plan.id, decidedAtMs, orders: prepared.map((it) => it.order) };
    try {
      await this.options.journal.record(record);
    } catch (error) {
      for (const vote of votes) this.forget(vote);
      throw error;
    }
    this.delivery.owe(record);
    return { kind: "committed", txId, members: await Promise.all(votes.map((it) => this.carryOut(it))) };
  }

  private async carryOut(vote: Vote): Promise<MemberOutcome> {
    if (vote.outcome.kind !== "answered") {
      this.forget(vote);
      return { ...describeVote(vote, "leftOut"), status: "leftOut" };
    }
    const outcome = await this.delivery.tell(vote.order);
    if (outcome.kind === "refused") return { ...describeVote(vote, "refused"), error: outcome.error };
    return describeVote(vote, outcome.kind === "answered" ? "committed" : "owed");
  }

  /** Told to all: a refusal or silence may be a lost promise. */
  private forget({ order }: Vote): void {
    this.delivery.tellAbort(controllerOf(order), order.txId);
  }
}
