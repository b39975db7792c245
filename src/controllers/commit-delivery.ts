/**
 * Phase two of a plan transaction: a recorded decision is told to every controller that it binds. A controller that
 * missed it, or that went to its fallback plan because the link was lost, is told (again) when it registers, also
 * after a restart of the centre, until the lease of the order has ended. Only the newest decision for a controller
 * counts, and none after the controller has left control for another reason.
 */
import type { Clock } from "../clock.ts";
import type { CommitRecord, PrepareOrder } from "./commit-record.schema.ts";
import type { ControllerLinks } from "./controller-links.ts";
import type { EventItem, RegisterParams } from "./protocol.schema.ts";
import { controllerOf, type Vote } from "./publication.ts";
import { buildRpcError, type CallOutcome } from "./rpc-peer.ts";

export interface DeliveryLimits {
  readonly prepareTimeoutMs: number;
  readonly commitTimeoutMs: number;
  /** Commit messages to one silent controller before it is left until it registers again. */
  readonly commitAttempts: number;
}

/** A member runs the plan. Told once per member, and once more after a restart of the centre. */
export interface ActiveReport {
  readonly txId: string;
  readonly planId: string;
  readonly controllerId: string;
  /** By the controller's clock; the time of its register when the report itself was missed. Epoch ms. */
  readonly atMs: number;
  /** Members that have not reported yet. */
  readonly remaining: number;
}

export interface DeliveryOptions {
  readonly links: ControllerLinks;
  readonly clock: Clock;
  readonly limits: DeliveryLimits;
  reportActive(report: ActiveReport): void;
}

/** The newest decision for a controller. */
interface Decision {
  readonly record: CommitRecord;
  readonly order: PrepareOrder;
  /** Of the whole corridor: renewed for one member, it holds for one that is away. */
  readonly lease: { validUntilMs: number };
  /** The controller has reported to run it. */
  isActive: boolean;
}

export class CommitDelivery {
  private readonly options: DeliveryOptions;
  private readonly decisions = new Map<string, Decision>();
  /** The transaction that each controller takes part in now: one at a time. */
  private readonly busy = new Map<string, string>();
  private readonly metWhileBusy = new Map<string, RegisterParams>();

  constructor(options: DeliveryOptions) {
    this.options = options;
    options.links.subscribe({
      registered: (controllerId, params) => this.meet(controllerId, params),
      reported: (controllerId, item) => this.follow(controllerId, item),
    });
  }

  /** Which of these take part in another transaction; none: from here on all of them take part in this one. */
  reserve(controllerIds: readonly string[], txId: string): string[] {
    const taken = controllerIds.filter((it) => this.busy.has(it));
    if (taken.length === 0) for (const controllerId of controllerIds) this.busy.set(controllerId, txId);
    return taken;
  }

  /** The transaction is over; whoever registered during it is met now, when it is known what was decided. */
  release(controllerId: string): void {
    this.busy.delete(controllerId);
    const params = this.metWhileBusy.get(controllerId);
    this.metWhileBusy.delete(controllerId);
    if (params !== undefined) this.meet(controllerId, params);
  }

  /** From here on the members of a decision are bound by it. */
  owe(record: CommitRecord): void {
    const lease = { validUntilMs: Math.max(...record.orders.map((it) => it.validUntilMs)) };
    for (const order of record.orders) {
      this.decisions.set(controllerOf(order), { record, order, lease, isActive: false });
    }
  }

  /** Tells one member; prepares it again when it has lost what it prepared. */
  async tell(order: PrepareOrder): Promise<CallOutcome<"plan.commit">> {
    let outcome = await this.commit(order);
    if (outcome.kind === "refused" && outcome.error.data.reason === "unknownTransaction") {
      const again = await this.prepare(order);
      if (again.outcome.kind !== "answered") return again.outcome;
      outcome = await this.commit(order);
    }
    const { commitAttempts } = this.options.limits;
    for (let attempt = 2; outcome.kind === "timedOut" && attempt <= commitAttempts; attempt++) {
      outcome = await this.commit(order);
    }
    return outcome;
  }

  /** Phase one for one member. Rule 33: it has to echo the hash. */
  async prepare(order: PrepareOrder): Promise<Vote> {
    const { prepareTimeoutMs: timeoutMs } = this.options.limits;
    const outcome = await this.options.links.call(controllerOf(order), {
      method: "plan.prepare",
      order,
      timeoutMs,
    });
    const isOther = outcome.kind === "answered" && outcome.result.hash !== order.hash;
    return { order, outcome: isOther ? { kind: "refused", error: buildRpcError("badHash") } : outcome };
  }

  /** Tells a controller to forget what it may have prepared; its answer changes nothing. */
  tellAbort(controllerId: string, txId: string): void {
    const { commitTimeoutMs: timeoutMs } = this.options.limits;
    void this.options.links.call(controllerId, { method: "plan.abort", order: { txId }, timeoutMs });
  }

  /** The plan with this hash may run on until then; members that are away learn of it when they are told again. */
  renew(
    controllerId: string,
    order: { readonly hash: string; readonly validUntilMs: number },
  ): Promise<CallOutcome<"plan.renew">> {
    const decision = this.decisions.get(controllerId);
    if (decision?.order.hash === order.hash) decision.lease.validUntilMs = order.validUntilMs;
    const { commitTimeoutMs: timeoutMs } = this.options.limits;
    return this.options.links.call(controllerId, { method: "plan.renew", order, timeoutMs });
  }

  /** A controller is there (again): it is told what it missed, and to forget what was never decided. */
  private meet(controllerId: string, params: RegisterParams): void {
    if (this.busy.has(controllerId)) {
      this.metWhileBusy.set(controllerId, params);
      return;
    }
    const decision = this.decisions.get(controllerId);
    const { pendingTxId, runningRevision, runningPlanHash } = params;
    if (pendingTxId !== null && pendingTxId !== decision?.record.txId) {
      this.tellAbort(controllerId, pendingTxId);
    }
    if (decision === undefined) return;
    const { lease } = decision;
    const order = { ...decision.order, ...lease };
    const nowMs = this.options.clock.nowMs();
    if (runningRevision >= order.revision) this.settle(decision, nowMs);
    if (order.validUntilMs <= nowMs) {
      this.decisions.delete(controllerId);
    } else if (runningPlanHash !== order.hash || !decision.isActive) {
      this.busy.set(controllerId, order.txId);
      void this.tell(order).then(() => this.release(controllerId));
    } else {
      // Its lease has run on while it, or the centre, was away.
      void this.renew(controllerId, { hash: order.hash, ...lease });
    }
  }

  private follow(controllerId: string, item: EventItem): void {
    const decision = this.decisions.get(controllerId);
    if (item.type === "planActive" && decision?.record.txId === item.txId) {
      this.settle(decision, item.atMs);
    } else if (item.type === "fallback" && item.reason !== "linkLost") {
      this.decisions.delete(controllerId);
    }
  }

  private commit(order: PrepareOrder): Promise<CallOutcome<"plan.commit">> {
    const { commitTimeoutMs: timeoutMs } = this.options.limits;
    return this.options.links.call(controllerOf(order), {
      method: "plan.commit",
      order: { txId: order.txId },
      timeoutMs,
    });
  }

  private settle(decision: Decision, atMs: number): void {
    if (decision.isActive) return;
    decision.isActive = true;
    const { txId, planId } = decision.record;
    const members = [...this.decisions.values()].filter((it) => it.record.txId === txId);
    const remaining = members.filter((it) => !it.isActive).length;
    this.options.reportActive({ txId, planId, controllerId: controllerOf(decision.order), atMs, remaining });
  }
}
