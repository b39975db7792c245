/**
 * One session of one controller: from its socket to its end. Registers it, keeps it alive, measures its clock, takes
 * its events in order, and signs what it is asked. Who holds the intersection is an explicit state machine
 * (control-state.ts). What concerns more than one session (epochs, presence, configuration) is asked of the host.
 */
import type { KeyObject } from "node:crypto";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import {
  CLOCK_SAMPLES,
  type ClockSample,
  estimateOffsetMs,
  judgeClock,
  MAX_PLAN_OFFSET_MS,
  measureClock,
} from "./clock-offset.ts";
import { type ControlEvent, type ControlState, nextControlState } from "./control-state.ts";
import type { ControllerRequest, EventItem, EventsParams, RegisterParams } from "./protocol.schema.ts";
import { type CloseReason, EVENT_WINDOW, MISSED_ALIVES } from "./protocol-codes.ts";
import { buildRpcError, type CallOutcome, type FrameLimits, RpcPeer, type Wire } from "./rpc-peer.ts";
import { type PlanMethod, type PlanOrder, signRequest } from "./signing.ts";

/** A question about a plan, on its way to one controller. */
export interface PlanCall<M extends PlanMethod> {
  readonly method: M;
  readonly order: PlanOrder<M>;
  readonly timeoutMs: number;
}

export interface SessionLimits extends FrameLimits {
  readonly heartbeatMs: number;
  readonly registerTimeoutMs: number;
}

/** What the host knows of a controller across its sessions. */
export interface Admission {
  readonly sessionId: string;
  readonly epoch: number;
  readonly mode: "control" | "monitor";
  readonly lastSeq: number;
}

export interface SessionHost {
  /** The controller has said who it is; an older session of it is closed here. */
  admit(session: ControllerSession, params: RegisterParams): Admission;
  /** The answer to register is out: from here on the session can be asked. */
  registered(session: ControllerSession, params: RegisterParams): void;
  /** Resolves when the batch is durable. */
  takeEvents(session: ControllerSession, batch: EventsParams): Promise<void>;
  /** A durable event has taken its effect on the session. */
  reported(session: ControllerSession, item: EventItem): void;
  /** State, clock or plan is another than before. */
  changed(session: ControllerSession): void;
  closed(session: ControllerSession, reason: CloseReason | "lost", detail: string): void;
  /** A batch could not be kept; the controller will send it again. */
  failed(session: ControllerSession, error: unknown): void;
}

export interface SessionOptions {
  readonly controllerId: string;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly privateKey: KeyObject;
  readonly host: SessionHost;
}

interface Registration {
  readonly params: RegisterParams;
  readonly admission: Admission;
}

export class ControllerSession {
  readonly controllerId: string;
  readonly peer: RpcPeer;
  private readonly options: SessionOptions;
  private controlState: ControlState = "offline";
  private registration: Registration | undefined;
  private runningHash: string | null = null;
  private clockSamples: readonly ClockSample[] = [];
  private clockMeasured: Promise<void> = Promise.resolve();
  private missedAlives = 0;
  private heardAtMs: number;
  private cancelTimer: () => void;
  private lastSeq = 0;
  private isFirstBatch = true;
  private unansweredBatches = 0;
  private eventsDone: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    const { controllerId, wire, clock, limits } = options;
    this.options = options;
    this.controllerId = controllerId;
    this.peer = new RpcPeer({
      wire,
      clock,
      limits,
      onRequest: (request) => this.receiveRequest(request),
      onClosed: (reason, detail) => this.end(reason, detail),
    });
    this.heardAtMs = clock.nowMs();
    this.cancelTimer = clock.after(limits.registerTimeoutMs, () => this.peer.close("registerTimeout"));
  }

  get state(): ControlState {
    return this.controlState;
  }

  /** As sent with register; `undefined` before. */
  get registeredAs(): RegisterParams | undefined {
    return this.registration?.params;
  }

  get epoch(): number | undefined {
    return this.registration?.admission.epoch;
  }

  /** Hash of the plan that it runs; `null` when that is its own fallback. */
  get runningPlanHash(): string | null {
    return this.runningHash;
  }

  /** Controller − centre, ms; `null` before the first measurement. */
  get clockOffsetMs(): number | null {
    return estimateOffsetMs(this.clockSamples);
  }

  /** When it last answered an alive or registered, epoch ms. */
  get lastHeardAtMs(): number {
    return this.heardAtMs;
  }

  /** Asks for something about plans, signed for this session. Always answers, after `timeoutMs` at the latest. */
  async call<M extends PlanMethod>(request: PlanCall<M>): Promise<CallOutcome<M>> {
    const { method, order, timeoutMs } = request;
    if (this.registration === undefined) return { kind: "offline" };
    if (this.controlState === "monitor") return { kind: "refused", error: buildRpcError("noRights") };
    if (method === "plan.prepare") {
      await this.clockMeasured;
      const offsetMs = this.clockOffsetMs;
      if (offsetMs !== null && judgeClock(offsetMs) === "refuse") {
        const data = { ruleId: 28, limit: MAX_PLAN_OFFSET_MS, actual: offsetMs };
        return { kind: "refused", error: buildRpcError("clockSkew", undefined, data) };
      }
    }
    const params = signRequest(
      { controllerId: this.controllerId, method, order, epoch: this.registration.admission.epoch },
      this.options.privateKey,
    );
    const outcome = await this.peer.call({ method, params, timeoutMs });
    if (outcome.kind === "answered") {
      if (method === "plan.commit") this.follow("committed");
      if (method === "plan.release") this.follow("released");
    }
    return outcome;
  }

  private receiveRequest(request: ControllerRequest): void {
    if (request.method === "register") this.register(request.id, request.params);
    else this.receiveEvents(request.id, request.params);
  }

  private register(id: number, params: RegisterParams): void {
    if (this.registration !== undefined) {
      this.peer.refuse(id, buildRpcError("alreadyRegistered"));
      return;
    }
    if (params.id !== this.controllerId) {
      this.peer.close("wrongIdentity");
      return;
    }
    const { clock, limits, host } = this.options;
    const nowMs = clock.nowMs();
    this.cancelTimer();
    this.heardAtMs = nowMs;
    const admission = host.admit(this, params);
    const { sessionId, epoch, mode, lastSeq } = admission;
    this.registration = { params, admission };
    this.lastSeq = lastSeq;
    this.runningHash = params.runningPlanHash;
    const { heartbeatMs } = limits;
    this.peer.answer(id, { sessionId, epoch, heartbeatMs, serverTimeMs: nowMs, lastSeq, mode });
    this.follow(registeredEvent(params, mode));
    this.clockMeasured = this.beat();
    host.registered(this, params);
  }

  /** Resolves when the alive that it sends is answered, or will not be. */
  private beat(): Promise<void> {
    const { clock, limits } = this.options;
    const t1Ms = clock.nowMs();
    const sentMs = clock.monotonicMs();
    this.cancelTimer = clock.after(limits.heartbeatMs, () => void this.beat());
    const params = { serverTimeMs: t1Ms, clockOffsetMs: this.clockOffsetMs };
    return this.peer
      .call({ method: "alive", params, timeoutMs: limits.heartbeatMs })
      .then((outcome) => this.receiveAlive({ t1Ms, t4Ms: t1Ms + clock.monotonicMs() - sentMs }, outcome));
  }

  private receiveAlive(
    { t1Ms, t4Ms }: { readonly t1Ms: number; readonly t4Ms: number },
    outcome: CallOutcome<"alive">,
  ): void {
    if (outcome.kind === "answered") {
      const { receivedAtMs: t2Ms, sentAtMs: t3Ms } = outcome.result;
      const before = judgeClock(this.clockOffsetMs);
      this.clockSamples = [...this.clockSamples, measureClock({ t1Ms, t2Ms, t3Ms, t4Ms })].slice(
        -CLOCK_SAMPLES,
      );
      this.missedAlives = 0;
      this.heardAtMs = this.options.clock.nowMs();
      if (judgeClock(this.clockOffsetMs) !== before) this.options.host.changed(this);
      return;
    }
    this.missedAlives += 1;
    if (this.missedAlives >= MISSED_ALIVES) this.peer.close("aliveTimeout");
  }

  private receiveEvents(id: number, batch: EventsParams): void {
    if (this.registration === undefined) {
      this.peer.refuse(id, buildRpcError("notRegistered"));
      return;
    }
    if (this.unansweredBatches >= EVENT_WINDOW) {
      this.peer.refuse(id, buildRpcError("overloaded"));
      return;
    }
    this.unansweredBatches += 1;
    this.eventsDone = this.eventsDone.then(() => this.takeBatch(id, batch));
  }

  /** One batch after the other. What the host could not keep is not acknowledged, nor anything after it. */
  private async takeBatch(id: number, batch: EventsParams): Promise<void> {
    try {
      const isNext = batch.seq === this.lastSeq + 1 || (this.isFirstBatch && batch.seq > this.lastSeq);
      if (isNext) {
        await this.options.host.takeEvents(this, batch);
        this.lastSeq = batch.seq;
        this.isFirstBatch = false;
        for (const item of batch.items) {
          this.followItem(item);
          this.options.host.reported(this, item);
        }
      }
      if (batch.seq <= this.lastSeq) this.peer.answer(id, { ackSeq: this.lastSeq });
      else this.peer.refuse(id, outOfOrderError(this.lastSeq + 1, batch.seq));
    } catch (error) {
      this.options.host.failed(this, error);
      const isBusy = error instanceof AppError && error.code === "overloaded";
      this.peer.refuse(id, buildRpcError(isBusy ? "overloaded" : "internal"));
    } finally {
      this.unansweredBatches -= 1;
    }
  }

  private followItem(item: EventItem): void {
    if (item.type === "planActive") {
      this.runningHash = item.hash;
      this.follow("active");
    } else if (item.type === "fallback") {
      this.runningHash = null;
      this.follow("fellBack");
    }
  }

  private follow(event: ControlEvent): void {
    this.controlState = nextControlState(this.controlState, event);
    this.options.host.changed(this);
  }

  private end(reason: CloseReason | "lost", detail: string): void {
    this.cancelTimer();
    this.controlState = nextControlState(this.controlState, "closed");
    this.options.host.closed(this, reason, detail);
  }
}

function registeredEvent(params: RegisterParams, mode: "control" | "monitor"): ControlEvent {
  if (mode === "monitor") return "registeredForMonitor";
  return params.runningPlanHash === null ? "registeredIdle" : "registeredRunning";
}

const outOfOrderError = (expected: number, actual: number) =>
  buildRpcError("conflict", `batch ${expected} comes before this one`, {
    path: "seq",
    limit: expected,
    actual,
  });
