/**
 * What the centre knows of its controllers across their sessions: who is there, in which state, with which clock, and
 * which session counts. The newest authenticated session of a controller replaces an older one, and epochs grow so
 * that nothing of the older one counts any more. All of it is in memory: after a restart controllers register anew.
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { type ClockVerdict, judgeClock } from "./clock-offset.ts";
import type { ControlState } from "./control-state.ts";
import type { EventItem, EventsParams, RegisterParams } from "./protocol.schema.ts";
import type { CloseReason } from "./protocol-codes.ts";
import type { Admission, ControllerSession, SessionHost } from "./session.ts";

/** What is known of a controller, there or not. */
export interface ControllerPresence {
  readonly controllerId: string;
  readonly state: ControlState;
  /** As of its last register; `null` before the first one since the start of the service. */
  readonly registeredAs: RegisterParams | null;
  /** `null`: it runs its own fallback plan. As last heard when offline. */
  readonly runningPlanHash: string | null;
  /** Controller − centre, ms. */
  readonly clockOffsetMs: number | null;
  readonly clock: ClockVerdict;
  readonly lastHeardAtMs: number;
  /** How its last session ended; `null` while it is there. */
  readonly lastClose: { readonly reason: CloseReason | "lost"; readonly detail: string } | null;
}

/** Told after the fact; must not throw. */
export interface ControllerListener {
  presenceChanged?(presence: ControllerPresence): void;
  /** A controller is there and may be asked for plans. */
  registered?(controllerId: string, params: RegisterParams): void;
  /** An event that is durable, in order per controller; may come twice after a reconnect. */
  reported?(controllerId: string, item: EventItem): void;
}

export interface RegistryOptions {
  readonly clock: Clock;
  /** Hash of the centre's own configuration (signing.ts); a controller with another one is only watched. */
  findConfigurationHash(controllerId: string): string | undefined;
  /** Keeps what was reported; resolves when it is durable, and only then is it acknowledged. */
  takeEvents(controllerId: string, items: readonly EventItem[]): Promise<void>;
  /** Something failed that nobody waits for. */
  reportFailure(controllerId: string, error: unknown): void;
}

interface ControllerRecord {
  session: ControllerSession | undefined;
  lastEpoch: number;
  bootId: string;
  lastSeq: number;
  presence: ControllerPresence;
}

export class ControllerRegistry implements SessionHost {
  private readonly options: RegistryOptions;
  private readonly records = new Map<string, ControllerRecord>();
  private readonly listeners = new Set<ControllerListener>();

  constructor(options: RegistryOptions) {
    this.options = options;
  }

  findSession(controllerId: string): ControllerSession | undefined {
    return this.records.get(controllerId)?.session;
  }

  findPresence(controllerId: string): ControllerPresence | undefined {
    return this.records.get(controllerId)?.presence;
  }

  listPresence(): ControllerPresence[] {
    return [...this.records.values()].map((it) => it.presence);
  }

  /** Answers how to stop listening. */
  subscribe(listener: ControllerListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  admit(session: ControllerSession, params: RegisterParams): Admission {
    const record = this.openRecord(session);
    record.session?.peer.close("replaced");
    record.session = session;
    record.lastEpoch = Math.max(this.options.clock.nowMs(), record.lastEpoch + 1);
    if (record.bootId !== params.bootId) {
      record.bootId = params.bootId;
      record.lastSeq = 0;
    }
    const isKnown = this.options.findConfigurationHash(session.controllerId) === params.configHash;
    return {
      sessionId: randomUUID(),
      epoch: record.lastEpoch,
      mode: isKnown ? "control" : "monitor",
      lastSeq: record.lastSeq,
    };
  }

  registered(session: ControllerSession, params: RegisterParams): void {
    if (session.state === "monitor") return;
    for (const listener of this.listeners) listener.registered?.(session.controllerId, params);
  }

  async takeEvents(session: ControllerSession, batch: EventsParams): Promise<void> {
    await this.options.takeEvents(session.controllerId, batch.items);
    const record = this.openRecord(session);
    if (record.session === session) record.lastSeq = batch.seq;
  }

  reported(session: ControllerSession, item: EventItem): void {
    for (const listener of this.listeners) listener.reported?.(session.controllerId, item);
  }

  changed(session: ControllerSession): void {
    const record = this.openRecord(session);
    if (record.session === session) this.show(record, describe(session));
  }

  closed(session: ControllerSession, reason: CloseReason | "lost", detail: string): void {
    const record = this.openRecord(session);
    if (record.session !== session) return;
    record.session = undefined;
    this.show(record, { ...record.presence, state: "offline", lastClose: { reason, detail } });
  }

  failed(session: ControllerSession, error: unknown): void {
    this.options.reportFailure(session.controllerId, error);
  }

  private show(record: ControllerRecord, presence: ControllerPresence): void {
    record.presence = presence;
    for (const listener of this.listeners) listener.presenceChanged?.(presence);
  }

  private openRecord(session: ControllerSession): ControllerRecord {
    const existing = this.records.get(session.controllerId);
    if (existing !== undefined) return existing;
    const record = { session: undefined, lastEpoch: 0, bootId: "", lastSeq: 0, presence: describe(session) };
    this.records.set(session.controllerId, record);
    return record;
  }
}

function describe(session: ControllerSession): ControllerPresence {
  return {
    controllerId: session.controllerId,
    state: session.state,
    registeredAs: session.registeredAs ?? null,
    runningPlanHash: session.runningPlanHash,
    clockOffsetMs: session.clockOffsetMs,
    clock: judgeClock(session.clockOffsetMs),
    lastHeardAtMs: session.lastHeardAtMs,
    lastClose: null,
  };
}
