/** A centre of a few lines for tests: takes one controller's socket, answers it, and does what a test tells it to. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { type WebSocket, WebSocketServer } from "ws";
import { known } from "../../errors.ts";
import type { EventItem, EventsParams, RegisterParams } from "../protocol.schema.ts";
import { type PlanMethod, type PlanOrder, signRequest } from "../signing.ts";

interface Reply {
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly data: { readonly reason: string } };
}

export class TestCentre {
  readonly registers: RegisterParams[] = [];
  readonly batches: EventsParams[] = [];
  /** What a register is answered with on top of the usual. */
  lastSeq = 0;
  answersEvents = true;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly #server: WebSocketServer;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  #socket: WebSocket | undefined;
  #lastId = 0;
  epoch = 0;

  constructor(server: WebSocketServer) {
    const keys = generateKeyPairSync("ed25519");
    this.publicKey = keys.publicKey;
    this.privateKey = keys.privateKey;
    this.#server = server;
    server.on("connection", (socket) => this.#take(socket));
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("the test centre has no port");
    return `ws://127.0.0.1:${address.port}`;
  }

  get items(): EventItem[] {
    return this.batches.flatMap((it) => it.items);
  }

  /** Sends a signed request; the reply of the controller. */
  ask<M extends PlanMethod>(method: M, order: PlanOrder<M>): Promise<Reply> {
    return this.askRaw(method, this.sign(method, order));
  }

  sign<M extends PlanMethod>(method: M, order: PlanOrder<M>, controllerId = "A"): object {
    return signRequest({ controllerId, method, order, epoch: this.epoch }, this.privateKey);
  }

  askRaw(method: string, params: object): Promise<Reply> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return new Promise((resolve) => this.#replies.set(id, resolve));
  }

  send(frame: string | Buffer): void {
    known(this.#socket, "socket of the controller").send(frame);
  }

  /** The line breaks: no close frame. */
  cut(): void {
    this.#socket?.terminate();
  }

  close(code: number): void {
    this.#socket?.close(code);
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(socket: WebSocket): void {
    this.#socket = socket;
    socket.on("message", (frame) => this.#receive(socket, JSON.parse(String(frame))));
    socket.on("error", () => {});
  }

  #receive(socket: WebSocket, message: { id: number; method?: string; params: never } & Reply): void {
    const answer = (result: object) =>
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: message.id, result }));
    if (message.method === "register") {
      this.registers.push(message.params);
      this.epoch += 1;
      const { epoch, lastSeq } = this;
      answer({
        sessionId: `s${epoch}`,
        epoch,
        heartbeatMs: 60_000,
        serverTimeMs: 0,
        lastSeq,
        mode: "control",
      });
    } else if (message.method === "events") {
      const batch: EventsParams = message.params;
      if (this.answersEvents) this.batches.push(batch);
      if (this.answersEvents) answer({ ackSeq: batch.seq });
    } else {
      this.#replies.get(message.id)?.(message);
      this.#replies.delete(message.id);
    }
  }
}

export async function startTestCentre(): Promise<TestCentre> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return new TestCentre(server);
}
