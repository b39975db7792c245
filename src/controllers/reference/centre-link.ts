/**
 * A controller's end of the link: connects, registers, answers what the centre asks, and connects again with back-off
 * when the socket is gone or the centre is silent. What arrives is checked before anything else sees it; a centre that
 * sends rubbish is left and tried again later, and never stops the controller.
 */
import { WebSocket } from "ws";
import type { Clock } from "../../clock.ts";
import {
  CENTRE_RESULTS,
  type CentreParams,
  type CentreRequest,
  CentreRequestSchema,
  type EventsParams,
  type RegisterParams,
  type RegisterResult,
  ResponseSchema,
} from "../protocol.schema.ts";
import {
  CLOSE_CODES,
  type CloseReason,
  MAX_FRAME_BYTES,
  MISSED_ALIVES,
  SUBPROTOCOL,
} from "../protocol-codes.ts";
import { buildRpcError } from "../rpc-peer.ts";
import { type BackOff, backOffMs } from "./back-off.ts";
import type { Answer, PlanCall } from "./plan-desk.ts";

/** From the first byte out to the answer to register, ms. */
const REGISTER_TIMEOUT_MS = 10_000;

export interface CentreLinkOptions {
  readonly address: URL;
  readonly token: string;
  readonly clock: Clock;
  readonly backOff: BackOff;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly buildRegister: () => RegisterParams;
  readonly onRegistered: (session: RegisterResult) => void;
  readonly onAlive: (params: CentreParams<"alive">) => void;
  readonly onPlanCall: (call: PlanCall) => Answer;
  /** `undefined`: the centre did not take the batch. */
  readonly onBatchAnswer: (ackSeq: number | undefined) => void;
  /** A registered session is over, or an attempt to connect failed. */
  readonly onLost: (detail: string) => void;
  /** A request of the centre met a failure here. */
  readonly onFailure: (error: unknown) => void;
}

export class CentreLink {
  readonly #options: CentreLinkOptions;
  #socket: WebSocket | undefined;
  #lastId = 0;
  #unanswered = 0;
  #registerId = 0;
  #isRegistered = false;
  #failures = 0;
  #silenceMs = REGISTER_TIMEOUT_MS;
  #cancelSilence: () => void = () => {};
  #cancelRetry: () => void = () => {};

  constructor(options: CentreLinkOptions) {
    this.#options = options;
  }

  connect(): void {
    const { address, token, clock } = this.#options;
    const socket = new WebSocket(address, SUBPROTOCOL, {
      headers: { Authorization: `Bearer ${token}` },
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    this.#isRegistered = false;
    this.#silenceMs = REGISTER_TIMEOUT_MS;
    this.#heard();
    let detail = "";
    socket.on("open", () => {
      this.#registerId = this.#send("register", this.#options.buildRegister());
    });
    socket.on("message", (frame, isBinary) => {
      if (socket !== this.#socket) return;
      this.#heard();
      this.#receive(isBinary ? undefined : parseJson(String(frame)), clock.nowMs());
    });
    socket.on("error", (error) => {
      detail = error.message;
    });
    socket.on("close", (code) => this.#lose(socket, { code, detail }));
  }

  /** Requests that the centre has not answered yet. */
  get unanswered(): number {
    return this.#unanswered;
  }

  sendBatch(batch: EventsParams): void {
    this.#send("events", batch);
  }

  /** Ends the link for good. */
  stop(): void {
    this.#cancelSilence();
    this.#cancelRetry();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(CLOSE_CODES.normal);
  }

  #send(method: "register" | "events", params: RegisterParams | EventsParams): number {
    this.#lastId += 1;
    this.#unanswered += 1;
    this.#write({ jsonrpc: "2.0", id: this.#lastId, method, params });
    return this.#lastId;
  }

  #write(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** The centre gives a sign of life. */
  #heard(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#options.clock.after(this.#silenceMs, () => this.#socket?.terminate());
  }

  #lose(socket: WebSocket, { code, detail }: { code: number; detail: string }): void {
    if (socket !== this.#socket) return;
    const { clock, backOff, random, onLost } = this.#options;
    this.#cancelSilence();
    this.#unanswered = 0;
    this.#failures = this.#isRegistered ? 1 : this.#failures + 1;
    this.#isRegistered = false;
    this.#socket = undefined;
    onLost(detail === "" ? `close code ${code}` : detail);
    // A newer session of this controller runs elsewhere: two that take turns would both be useless.
    if (code === CLOSE_CODES.replaced) return;
    this.#cancelRetry = clock.after(backOffMs(backOff, this.#failures, random()), () => this.connect());
  }

  #close(reason: CloseReason): void {
    this.#socket?.close(CLOSE_CODES[reason], reason);
  }

  #receive(message: unknown, nowMs: number): void {
    if (typeof message !== "object" || message === null) this.#close("protocolError");
    else if ("method" in message) this.#receiveRequest(message, nowMs);
    else this.#receiveResponse(message);
  }

  #receiveRequest(message: object, nowMs: number): void {
    const request = CentreRequestSchema.safeParse(message);
    const { id, method } = message as { id?: unknown; method?: unknown };
    if (!Number.isInteger(id)) {
      this.#close("protocolError");
      return;
    }
    const answer = request.success
      ? this.#answer(request.data, nowMs)
      : refuseUnread(method, request.error.issues);
    this.#write(
      answer.kind === "result"
        ? { jsonrpc: "2.0", id, result: answer.result }
        : { jsonrpc: "2.0", id, error: answer.error },
    );
  }

  #answer(request: CentreRequest, receivedAtMs: number): Answer {
    const { clock, onAlive, onPlanCall, onFailure } = this.#options;
    if (!this.#isRegistered) return { kind: "error", error: buildRpcError("notRegistered") };
    try {
      if (request.method !== "alive") return onPlanCall(request);
      onAlive(request.params);
      return { kind: "result", result: { receivedAtMs, sentAtMs: clock.nowMs() } };
    } catch (error) {
      onFailure(error);
      return { kind: "error", error: buildRpcError("internal") };
    }
  }

  #receiveResponse(message: object): void {
    const response = ResponseSchema.safeParse(message);
    if (!response.success || response.data.id === null || response.data.id > this.#lastId) {
      this.#close("protocolError");
      return;
    }
    this.#unanswered -= 1;
    const isRegister = response.data.id === this.#registerId;
    if ("error" in response.data) {
      if (isRegister) this.#close("normal");
      else this.#options.onBatchAnswer(undefined);
    } else if (isRegister) {
      this.#register(response.data.result);
    } else {
      const events = CENTRE_RESULTS.events.safeParse(response.data.result);
      if (events.success) this.#options.onBatchAnswer(events.data.ackSeq);
      else this.#close("protocolError");
    }
  }

  #register(result: object): void {
    const session = CENTRE_RESULTS.register.safeParse(result);
    if (!session.success || this.#isRegistered) {
      this.#close("protocolError");
      return;
    }
    this.#isRegistered = true;
    this.#silenceMs = MISSED_ALIVES * session.data.heartbeatMs;
    this.#heard();
    this.#options.onRegistered(session.data);
  }
}

/** A request of an unknown method or with parameters of another form: every fault in one answer. */
function refuseUnread(
  method: unknown,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): Answer {
  const isKnown = CentreRequestSchema.options.some((it) => it.shape.method.value === method);
  if (!isKnown) return { kind: "error", error: buildRpcError("methodNotFound") };
  const faults = issues.map((it) => `${it.path.map(String).join(".")}: ${it.message}`);
  return { kind: "error", error: buildRpcError("invalidParams", faults.join("; ")) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
