/**
 * The plans of one controller: what the centre has asked for, what is promised, what runs, and the way back to the
 * controller's own fallback plan. Answers every plan request the same way however often it comes.
 */
import type { KeyObject } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { DEFAULT_TRANSITION, type PlanRequest } from "../../timing/sequencer.ts";
import {
  isSignalInStep,
  pendingPlanOf,
  predictSignalTransition,
  requestSignalPlan,
  runningPlanOf,
  withdrawSignalPlan,
} from "../../timing/signal.ts";
import type { Site } from "../../timing/site.ts";
import type { TimeBase } from "../../timing/time-zero.ts";
import type { PrepareOrder } from "../commit-record.schema.ts";
import type {
  CentreParams,
  CentreRequest,
  EventItem,
  PreparePlanResult,
  RpcError,
} from "../protocol.schema.ts";
import { buildRpcError } from "../rpc-peer.ts";
import { verifyRequest } from "../signing.ts";
import { buildPlanRequest, judgePrepare } from "./judge-prepare.ts";
import type { SignalRunner } from "./signal-runner.ts";
import type { PlanState } from "./state-file.ts";

const MS_PER_DS = 100;

export type FallbackReason = Extract<EventItem, { type: "fallback" }>["reason"];
export type PlanCall = Exclude<CentreRequest, { method: "alive" }>;
export type Answer =
  | { readonly kind: "result"; readonly result: object }
  | { readonly kind: "error"; readonly error: RpcError };

/** The controller's own plan, in its own time base. */
export interface Fallback {
  readonly name: string;
  readonly plan: TimingPlan;
  readonly timeBase: TimeBase;
}

export interface PlanDeskOptions {
  readonly site: Site;
  readonly fallback: Fallback;
  readonly centreKey: KeyObject;
  readonly clock: Clock;
  readonly runner: SignalRunner;
  readonly state: PlanState;
  /** Durable when it returns. */
  readonly save: (state: PlanState) => void;
  readonly report: (item: EventItem) => void;
  readonly onFailure: (error: unknown) => void;
}

interface Session {
  readonly epoch: number;
  readonly clockOffsetMs: number | null;
}

export class PlanDesk {
  readonly #options: PlanDeskOptions;
  #state: PlanState;
  #prepared: { readonly order: PrepareOrder; readonly result: PreparePlanResult } | undefined;
  /** The answer to the plan that is committed or runs, for a repeated prepare. */
  #decided: { readonly order: PrepareOrder; readonly result: PreparePlanResult } | undefined;
  /** Asked for, not yet taken by the sequencer. */
  #fallingBack: FallbackReason | undefined;
  #isInStepReported = false;
  #cancelLease: () => void = () => {};

  constructor(options: PlanDeskOptions) {
    this.#options = options;
    this.#state = options.state;
    const { committed } = options.state;
    if (committed !== null) this.#ask(buildPlanRequest(committed));
    this.#watchLease();
  }

  /** Null: the fallback plan. */
  get runningPlanHash(): string | null {
    return this.#state.running?.hash ?? null;
  }

  get newestRevision(): number {
    return this.#state.newest?.revision ?? 0;
  }

  get pendingTxId(): string | null {
    return this.#prepared?.order.txId ?? this.#state.committed?.txId ?? null;
  }

  answer(call: PlanCall, session: Session): Answer {
    const { site, centreKey } = this.#options;
    const { method, params } = call;
    if (!verifyRequest({ controllerId: site.intersection.id, method, params }, centreKey)) {
      return refuse("badSignature");
    }
    if (params.epoch !== session.epoch) return refuse("staleEpoch");
    switch (call.method) {
      case "plan.prepare":
        return this.#prepare(call.params, session);
      case "plan.commit":
        return this.#commit(call.params.txId);
      case "plan.abort":
        return this.#abort(call.params.txId);
      case "plan.renew":
        return this.#renew(call.params);
      case "plan.release":
        return this.#release();
    }
  }

  /** Follows the sequencer: reports the plan that it has taken, and when it is in step. */
  follow(): void {
    const { runner, clock, report, fallback } = this.#options;
    const plan = runningPlanOf(runner.state);
    if (plan === undefined) return;
    const { committed, running } = this.#state;
    if (plan === committed?.timingPlan) {
      const { revision, hash } = committed;
      this.#note({ version: 1, running: committed, committed: null, newest: { revision, hash } });
      this.#isInStepReported = false;
      this.#watchLease();
      report({ type: "planActive", atMs: clock.nowMs(), txId: committed.txId, hash: committed.hash });
    } else if (plan === fallback.plan && this.#fallingBack !== undefined) {
      const reason = this.#fallingBack;
      this.#fallingBack = undefined;
      if (running !== null) this.#note({ ...this.#state, running: null });
      report({ type: "fallback", atMs: clock.nowMs(), reason, fallback: fallback.name });
    }
    this.#reportInStep();
  }

  /**
   * Goes to the fallback plan at the next end of a cycle. A plan that waits for its activation is dropped; one that the
   * sequencer has already decided on runs a cycle first.
   */
  fallBack(reason: FallbackReason): void {
    const { running, committed } = this.#state;
    if (this.#fallingBack !== undefined || (running === null && committed === null)) return;
    this.#fallingBack = reason;
    this.#decided = undefined;
    this.#cancelLease();
    const isWaiting = this.#isPending(committed?.timingPlan);
    if (isWaiting) this.#note({ ...this.#state, committed: null });
    if (isWaiting && running === null) this.#options.runner.change(withdrawSignalPlan);
    else this.#ask(this.#fallbackRequest());
  }

  stop(): void {
    this.#cancelLease();
  }

  #prepare(params: CentreParams<"plan.prepare">, { clockOffsetMs }: Session): Answer {
    const { site, fallback, runner, clock } = this.#options;
    const { epoch: _epoch, signature: _signature, ...order } = params;
    const known = [this.#prepared, this.#decided].find((it) => it?.order.txId === order.txId);
    if (known !== undefined) {
      return known.order.hash === order.hash ? { kind: "result", result: known.result } : refuse("conflict");
    }
    if (this.#prepared !== undefined) return refuse("busy");
    const verdict = judgePrepare(order, {
      site,
      fallback: fallback.name,
      signal: runner.state,
      nowMs: clock.nowMs(),
      clockOffsetMs,
      newest: this.#state.committed ?? this.#state.newest ?? undefined,
    });
    if (verdict.kind === "refused") return { kind: "error", error: verdict.error };
    this.#prepared = { order, result: verdict.result };
    return { kind: "result", result: verdict.result };
  }

  #commit(txId: string): Answer {
    const decided = [this.#state.committed, this.#state.running].find((it) => it?.txId === txId);
    const prepared = this.#prepared?.order.txId === txId ? this.#prepared : undefined;
    if (decided) {
      // After a restart the centre may have prepared it once more.
      if (prepared !== undefined) this.#prepared = undefined;
      return { kind: "result", result: { txId, hash: decided.hash } };
    }
    if (prepared === undefined) return refuse("unknownTransaction");
    const { order } = prepared;
    this.#keep({ ...this.#state, committed: order });
    this.#prepared = undefined;
    this.#decided = prepared;
    // The centre is in charge again: what it has decided replaces the way to the fallback plan.
    if (this.#isPending(this.#options.fallback.plan)) this.#fallingBack = undefined;
    this.#ask(buildPlanRequest(order));
    this.#watchLease();
    return { kind: "result", result: { txId, hash: order.hash } };
  }

  #abort(txId: string): Answer {
    const { committed, running } = this.#state;
    if (committed?.txId === txId || running?.txId === txId) return refuse("conflict");
    if (this.#prepared?.order.txId === txId) this.#prepared = undefined;
    return { kind: "result", result: { txId } };
  }

  #renew({ hash, validUntilMs }: CentreParams<"plan.renew">): Answer {
    const { committed, running } = this.#state;
    const renewed = (order: PrepareOrder | null) =>
      order?.hash === hash ? { ...order, validUntilMs } : order;
    if (committed?.hash !== hash && running?.hash !== hash) return refuse("notInControl");
    this.#keep({ ...this.#state, committed: renewed(committed), running: renewed(running) });
    this.#watchLease();
    return { kind: "result", result: { hash, validUntilMs } };
  }

  #release(): Answer {
    const { runner, clock } = this.#options;
    if (this.#state.running === null) {
      this.fallBack("released");
      return { kind: "result", result: { fallbackAtMs: clock.nowMs() } };
    }
    const predicted = predictSignalTransition(runner.state, this.#fallbackRequest());
    this.fallBack("released");
    const atMs = predicted.kind === "reached" ? predicted.activeAtDs * MS_PER_DS : clock.nowMs();
    return { kind: "result", result: { fallbackAtMs: atMs } };
  }

  #fallbackRequest(): PlanRequest {
    const { plan, timeBase } = this.#options.fallback;
    return { plan, timeBase, activateAtDs: 0, transition: DEFAULT_TRANSITION };
  }

  #ask(request: PlanRequest): void {
    this.#options.runner.change((state) => requestSignalPlan(state, request));
  }

  /** Does the sequencer still wait with this plan? */
  #isPending(plan: TimingPlan | undefined): boolean {
    return plan !== undefined && pendingPlanOf(this.#options.runner.state) === plan;
  }

  /** What has happened on the street is a fact, saved or not. */
  #note(state: PlanState): void {
    try {
      this.#keep(state);
    } catch (error) {
      this.#state = state;
      this.#options.onFailure(error);
    }
  }

  /** Throws, and changes nothing, when the state cannot be saved. */
  #keep(state: PlanState): void {
    this.#options.save(state);
    this.#state = state;
  }

  /** The lease of the plan that runs; while another is promised, that one's. */
  #watchLease(): void {
    this.#cancelLease();
    const order = this.#state.committed ?? this.#state.running;
    if (order === null) return;
    this.#cancelLease = this.#options.clock.at(order.validUntilMs, () => this.fallBack("leaseExpired"));
  }

  #reportInStep(): void {
    const { runner, clock, report } = this.#options;
    const { running } = this.#state;
    if (this.#isInStepReported || running === null || !isSignalInStep(runner.state)) return;
    this.#isInStepReported = true;
    report({ type: "planInStep", atMs: clock.nowMs(), txId: running.txId, hash: running.hash });
  }
}

const refuse = (reason: Parameters<typeof buildRpcError>[0]): Answer => ({
  kind: "error",
  error: buildRpcError(reason),
});
