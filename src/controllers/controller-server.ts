/**
 * The centre's end of all controller links: takes sockets at `/ws/controllers/{id}` beside whatever else its HTTP
 * server does, lets in whom the token admits, and gives each socket a session. TLS is the HTTP server's.
 */
import type { KeyObject } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { assert } from "../errors.ts";
import type { ControllerLinks } from "./controller-links.ts";
import {
  type ControllerListener,
  type ControllerPresence,
  ControllerRegistry,
  type RegistryOptions,
} from "./controller-registry.ts";
import { MAX_FRAME_BYTES, SUBPROTOCOL } from "./protocol-codes.ts";
import type { CallOutcome } from "./rpc-peer.ts";
import { ControllerSession, type PlanCall, type SessionLimits } from "./session.ts";
import type { PlanMethod } from "./signing.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";
import { type LinkRequest, parseLinkRequest, refuseUpgrade, type UpgradeRefusal } from "./upgrade.ts";

export interface LinkLimits extends SessionLimits {
  /** Authenticated handshakes per second; as many may come at once. */
  readonly handshakesPerS: number;
  /** From a stop to the end of sockets that do not close by themselves, ms. */
  readonly closeTimeoutMs: number;
}

export const DEFAULT_LINK_LIMITS: LinkLimits = {
  framesPerS: 100,
  frameBurst: 400,
  sendQueueBytes: 1024 * 1024,
  heartbeatMs: 5000,
  registerTimeoutMs: 10_000,
  handshakesPerS: 50,
  closeTimeoutMs: 2000,
};

export interface ControllerServerOptions extends RegistryOptions {
  /** Signs every request about plans; the controllers hold its public half. */
  readonly privateKey: KeyObject;
  readonly limits?: Partial<LinkLimits>;
  /** Is this the token of this controller? Compares in constant time. */
  authenticate(controllerId: string, token: string): Promise<boolean>;
}

export class ControllerServer implements ControllerLinks {
  private readonly options: ControllerServerOptions;
  private readonly limits: LinkLimits;
  private readonly registry: ControllerRegistry;
  private readonly handshakes: TokenBucket;
  private readonly sessions = new Set<ControllerSession>();
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    autoPong: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  private isClosing = false;

  constructor(options: ControllerServerOptions) {
    this.options = options;
    this.limits = { ...DEFAULT_LINK_LIMITS, ...options.limits };
    this.registry = new ControllerRegistry(options);
    const { handshakesPerS } = this.limits;
    this.handshakes = createTokenBucket({
      perS: handshakesPerS,
      burst: handshakesPerS,
      clock: options.clock,
    });
  }

  /** Takes an `upgrade` of the HTTP server; `false`: the address is not a controller's, and nothing was done. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const link = parseLinkRequest(request);
    if (link === undefined) return false;
    // Until ws takes over, nobody else hears a reset by the other side.
    const ignore = (): void => {};
    socket.on("error", ignore);
    void this.judge(link).then((refusal) => {
      if (refusal !== undefined) {
        refuseUpgrade(socket, refusal);
        return;
      }
      socket.off("error", ignore);
      this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.open(link, webSocket));
    });
    return true;
  }

  /** Asks a controller about plans; always answers, after `timeoutMs` at the latest. */
  call<M extends PlanMethod>(controllerId: string, request: PlanCall<M>): Promise<CallOutcome<M>> {
    const session = this.registry.findSession(controllerId);
    return session === undefined ? Promise.resolve({ kind: "offline" }) : session.call(request);
  }

  /** Requests to controllers that are still under way. */
  get unanswered(): number {
    return [...this.sessions].reduce((sum, it) => sum + it.peer.unanswered, 0);
  }

  /** Answers how to stop listening. */
  subscribe(listener: ControllerListener): () => void {
    return this.registry.subscribe(listener);
  }

  findPresence(controllerId: string): ControllerPresence | undefined {
    return this.registry.findPresence(controllerId);
  }

  /** Every controller that has registered since the start, there or not. */
  listPresence(): ControllerPresence[] {
    return this.registry.listPresence();
  }

  /**
   * The centre's configurations may have changed. A controller whose own is no longer that of the centre, or has become
   * it, registers anew: the mode is settled there alone.
   */
  recheckConfigurations(): void {
    for (const session of this.sessions) {
      const { registeredAs, controllerId, state } = session;
      if (registeredAs === undefined) continue;
      const isKnown = this.options.findConfigurationHash(controllerId) === registeredAs.configHash;
      if (isKnown === (state === "monitor")) session.peer.close("configurationChanged");
    }
  }

  /** Closes every session by name; the controllers come back when the service does. */
  async close(): Promise<void> {
    this.isClosing = true;
    const open = [...this.sockets.clients];
    const allClosed = Promise.all(open.map((it) => new Promise((resolve) => it.once("close", resolve))));
    for (const session of this.sessions) session.peer.close("goingAway");
    const timer = setTimeout(() => {
      for (const webSocket of open) webSocket.terminate();
    }, this.limits.closeTimeoutMs);
    await allClosed;
    clearTimeout(timer);
  }

  private async judge(link: LinkRequest): Promise<UpgradeRefusal | undefined> {
    if (!link.speaksProtocol) return { status: 400, sentence: `The sub-protocol is ${SUBPROTOCOL}` };
    try {
      if (link.token === undefined || !(await this.options.authenticate(link.controllerId, link.token))) {
        return { status: 401, sentence: "The token is not the one of this controller" };
      }
    } catch (error) {
      this.options.reportFailure(link.controllerId, error);
      return { status: 503, sentence: "The token cannot be checked now" };
    }
    // Only authenticated controllers draw on the handshakes, so that strangers cannot keep them out.
    if (this.isClosing || !this.handshakes.take(1)) {
      return { status: 503, sentence: "Too many controllers connect at once" };
    }
    return undefined;
  }

  private open({ controllerId }: LinkRequest, webSocket: WebSocket): void {
    const { clock, privateKey } = this.options;
    const session = new ControllerSession({
      controllerId,
      wire: {
        send: (frame) => webSocket.send(frame),
        close: (code, reason) => webSocket.close(code, reason),
        queuedBytes: () => webSocket.bufferedAmount,
      },
      clock,
      limits: this.limits,
      privateKey,
      host: this.registry,
    });
    this.sessions.add(session);
    webSocket.on("message", (frame, isBinary) => {
      assert(Buffer.isBuffer(frame), "ws hands out frames as buffers unless told otherwise");
      session.peer.receive(frame, isBinary);
    });
    webSocket.on("ping", (data) => {
      if (session.peer.receivePing()) webSocket.pong(data);
    });
    // A broken or too large frame: ws closes the socket with the code that fits.
    webSocket.on("error", (error) => session.peer.lost(error.message));
    webSocket.on("close", (code) => {
      this.sessions.delete(session);
      session.peer.lost(`close code ${code}`);
    });
  }
}
