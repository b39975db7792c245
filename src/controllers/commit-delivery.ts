/**
 * Phase two of a plan transaction: a recorded decision is told to every controller that it binds, until that
 * controller reports that it runs the plan or the plan's lease has ended. A controller that missed it is told again
 * when it registers, also after a restart of the centre. Only the newest decision for a controller counts.
 */
import type { Clock } from "../clock.ts";
import type { CommitRecord, PrepareOrder } from "./commit-record.schema.ts";
import type { ControllerLinks } from "./controller-links.ts";
import type { RegisterParams } from "./protocol.schema.ts";
import { controllerOf, type Vote } from "./publication.ts";
import { buildRpcError, type CallOutcome } from "./rpc-peer.ts";

export interface DeliveryLimits {
  readonly prepareTimeoutMs: number;
  readonly commitTimeoutMs: number;
  /** Commit messages to one silent controller before it is left until it registers again. */
  readonly commitAttempts: number;
}

/** A member runs the plan. Told at least once per member. */
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

/** A decision that a controller has not yet reported to run. */
interface OwedCommit {
  readonly record: CommitRecord;
  readonly order: PrepareOrder;
}

export class CommitDelivery {
  private readonly options: DeliveryOptions;
  private readonly owed = new Map<string, OwedCommit>();
  /** The transaction that each controller takes part in now: one at a time. */
  private readonly busy = new Map<string, string>();
  private readonly metWhileBusy = new Map<string, RegisterParams>();

  constructor(options: DeliveryOptions) {
    this.options = options;
    options.links.subscribe({
      registered: (controllerId, params) => this.meet(controllerId, params),
      reported: (controllerId, item) => {
        const owed = this.owed.get(controllerId);
        if (item.type === "planActive" && owed?.record.txId === item.txId) {
          this.settle(controllerId, owed, item.atMs);
        }
      },
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
    for (const order of record.orders) {
      this.owed.set(controllerOf(order), { record, order });
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

  /** A controller is there (again): it is told what it missed, and to forget what was never decided. */
  private meet(controllerId: string, params: RegisterParams): void {
    if (this.busy.has(controllerId)) {
      this.metWhileBusy.set(controllerId, params);
      return;
    }
    const owed = this.owed.get(controllerId);
    const { pendingTxId, runningRevision } = params;
    if (pendingTxId !== null && pendingTxId !== owed?.record.txId) this.tellAbort(controllerId, pendingTxId);
    if (owed === undefined) return;
    const nowMs = this.options.clock.nowMs();
    if (runningRevision >= owed.order.revision) {
      this.settle(controllerId, owed, nowMs);
    } else if (owed.order.validUntilMs <= nowMs) {
      this.owed.delete(controllerId);
    } else {
      this.busy.set(controllerId, owed.record.txId);
      void this.tell(owed.order).then(() => this.release(controllerId));
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

  private settle(controllerId: string, owed: OwedCommit, atMs: number): void {
    this.owed.delete(controllerId);
    const { txId, planId } = owed.record;
    const remaining = [...this.owed.values()].filter((it) => it.record.txId === txId).length;
    this.options.reportActive({ txId, planId, controllerId, atMs, remaining });
  }
}
