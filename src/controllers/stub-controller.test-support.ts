/**
 * A controller for tests: keeps to the protocol and nothing more. It has no lamps; what it would run is a list of
 * transactions. Its link may be a socket (`connectStub`) or a fake one (fake-links.test-support.ts).
 */
import type { KeyObject } from "node:crypto";
import { WebSocket } from "ws";
import type { Clock } from "../clock.ts";
import {
  type CentreMethod,
  type CentreRequest,
  CentreRequestSchema,
  type EventItem,
  type PreparePlanParams,
  type RegisterParams,
  type RegisterResult,
  type RpcError,
} from "./protocol.schema.ts";
import { SUBPROTOCOL } from "./protocol-codes.ts";
import { buildRpcError } from "./rpc-peer.ts";
import { hashPlanContent, verifyRequest } from "./signing.ts";

export const STUB_CONFIGURATION_HASH = "c".repeat(64);

/** What a stub says to a request; `undefined`: nothing. */
export type StubAnswer = { readonly result: object } | { readonly error: RpcError } | undefined;

/** The memory of a controller: survives its link, and its restart but for what it has only prepared. */
export class StubDevice {
  readonly id: string;
  /** Transactions in the order in which their plans began to run. */
  readonly activations: string[] = [];
  /** Added to the shared clock to make this controller's, ms. */
  clockErrorMs = 0;
  /** Overrides an answer, for faults. */
  override: (request: CentreRequest) => { readonly answer: StubAnswer } | undefined = () => undefined;
  /** Where events go. */
  report: (item: EventItem) => void = () => {};
  private readonly clock: Clock;
  private bootId = "boot-1";
  private prepared: Omit<PreparePlanParams, "epoch" | "signature"> | undefined;
  private running: { readonly txId: string; readonly hash: string } | undefined;
  private runningRevision = 0;
  private isCommitted = false;

  constructor(id: string, clock: Clock) {
    this.id = id;
    this.clock = clock;
  }

  nowMs(): number {
    return this.clock.nowMs() + this.clockErrorMs;
  }

  restart(): void {
    this.prepared = undefined;
    this.bootId = `${this.bootId}'`;
  }

  describe(): RegisterParams {
    return {
      id: this.id,
      model: "stub",
      version: "1",
      bootId: this.bootId,
      capabilities: {
        cycleMinS: 40,
        cycleMaxS: 180,
        resolutionS: 1,
        transitionMethods: ["shortWay"],
      },
      configHash: STUB_CONFIGURATION_HASH,
      runningPlanHash: this.running?.hash ?? null,
      runningRevision: this.runningRevision,
      pendingTxId: this.prepared?.txId ?? null,
      clockMs: this.nowMs(),
    };
  }

  answer(request: CentreRequest): StubAnswer {
    const forced = this.override(request);
    if (forced !== undefined) return forced.answer;
    const { method, params } = request;
    switch (method) {
      case "alive":
        return { result: { receivedAtMs: this.nowMs(), sentAtMs: this.nowMs() } };
      case "plan.prepare":
        return this.prepare(params);
      case "plan.commit":
        return this.commit(params.txId);
      case "plan.abort":
        if (this.prepared?.txId === params.txId) this.prepared = undefined;
        return { result: { txId: params.txId } };
      case "plan.renew":
        if (this.running?.hash !== params.hash) return { error: buildRpcError("notInControl") };
        return { result: { hash: params.hash, validUntilMs: params.validUntilMs } };
      case "plan.release":
        this.fallBack("released");
        return { result: { fallbackAtMs: this.nowMs() } };
    }
  }

  fallBack(reason: "released" | "local" | "linkLost"): void {
    this.running = undefined;
    this.report({ type: "fallback", atMs: this.nowMs(), reason, fallback: "local" });
  }

  private prepare(order: Omit<PreparePlanParams, "epoch" | "signature">): StubAnswer {
    if (hashPlanContent(order) !== order.hash) return { error: buildRpcError("badHash") };
    if (order.revision < this.runningRevision) return { error: buildRpcError("staleVersion") };
    if (this.prepared !== undefined && this.prepared.txId !== order.txId) {
      return { error: buildRpcError("busy") };
    }
    if (this.prepared === undefined) {
      this.prepared = order;
      this.isCommitted = false;
    }
    const { txId, hash, activateAtMs } = order;
    const predictedTransition = { cycles: 1, inStepAtMs: activateAtMs };
    return { result: { txId, hash, findings: [], predictedTransition } };
  }

  private commit(txId: string): StubAnswer {
    if (this.running?.txId === txId) return { result: { txId, hash: this.running.hash } };
    const plan = this.prepared;
    if (plan?.txId !== txId) return { error: buildRpcError("unknownTransaction") };
    if (!this.isCommitted) {
      this.isCommitted = true;
      this.clock.at(plan.activateAtMs, () => this.activate(plan));
    }
    return { result: { txId, hash: plan.hash } };
  }

  private activate(plan: Omit<PreparePlanParams, "epoch" | "signature">): void {
    if (this.prepared !== plan) return;
    const { txId, hash, revision } = plan;
    this.prepared = undefined;
    this.running = { txId, hash };
    this.runningRevision = revision;
    this.activations.push(txId);
    this.report({ type: "planActive", atMs: this.nowMs(), txId, hash });
  }
}

export interface StubLink {
  readonly socket: WebSocket;
  readonly device: StubDevice;
  /** As answered by the centre; rejects when the socket closes first. */
  readonly registered: Promise<RegisterResult>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Sends a batch; resolves with the answer. */
  sendEvents(items: readonly EventItem[], seq?: number): Promise<StubAnswer>;
  /** Sends a request and resolves with the answer. */
  ask(method: string, params: object): Promise<StubAnswer>;
}

/** Opens a device's socket and registers it, unless told to stay silent. */
export function connectStub(options: {
  readonly url: string;
  readonly device: StubDevice;
  readonly token: string;
  readonly publicKey: KeyObject;
  readonly register?: "no";
}): StubLink {
  const { url, device, token, publicKey } = options;
  const socket = new WebSocket(`${url}/ws/controllers/${device.id}`, SUBPROTOCOL, {
    headers: { authorization: `Bearer ${token}` },
  });
  const waiting = new Map<number, (answer: StubAnswer) => void>();
  let lastId = 0;
  let lastSeq = 0;
  let epoch = 0;
  const ask = (method: string, params: object): Promise<StubAnswer> =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params }));
    });
  const sendEvents = (items: readonly EventItem[], seq = lastSeq + 1): Promise<StubAnswer> => {
    lastSeq = seq;
    return ask("events", { seq, items });
  };
  socket.on("message", (frame) => {
    const message = JSON.parse(frame.toString());
    if (message.method === undefined) {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
      return;
    }
    const request = CentreRequestSchema.parse(message);
    const answer = refuseForged({ request, device, publicKey, epoch }) ?? device.answer(request);
    if (answer !== undefined) socket.send(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...answer }));
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on("error", () => {});
  const registered = new Promise<RegisterResult>((resolve, reject) => {
    void closed.then(({ code }) => reject(new Error(`closed with ${code}`)));
    if (options.register === "no") return;
    socket.on("open", () => {
      device.report = (item) => void sendEvents([item]);
      void ask("register", device.describe()).then((answer) => {
        const result = (answer as { result: RegisterResult }).result;
        epoch = result.epoch;
        lastSeq = result.lastSeq;
        resolve(result);
      });
    });
  });
  registered.catch(() => {});
  return { socket, device, registered, closed, sendEvents, ask };
}

function refuseForged(of: {
  request: CentreRequest;
  device: StubDevice;
  publicKey: KeyObject;
  epoch: number;
}): StubAnswer {
  const { request, device, publicKey, epoch } = of;
  const { method, params }: { method: CentreMethod; params: object } = request;
  if (method === "alive") return undefined;
  if ("epoch" in params && params.epoch !== epoch) return { error: buildRpcError("staleEpoch") };
  const isGenuine = verifyRequest({ controllerId: device.id, method, params }, publicKey);
  return isGenuine ? undefined : { error: buildRpcError("badSignature") };
}
