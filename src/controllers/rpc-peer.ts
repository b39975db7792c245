/**
 * One end of a JSON-RPC conversation: the centre's, over one socket. Frames in are checked before anything else sees
 * them; requests out wait for their answers with a limit. Knows nothing of what the messages mean.
 *
 * A frame that is no message of the protocol closes the socket with a named code. A request with a wrong parameter is
 * answered with an error that lists every fault, and the conversation goes on.
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import {
  type CentreMethod,
  type CentreParams,
  CONTROLLER_RESULTS,
  type ControllerRequest,
  ControllerRequestSchema,
  type ControllerResult,
  type ErrorData,
  ResponseSchema,
  type RpcError,
} from "./protocol.schema.ts";
import {
  CLOSE_CODES,
  type CloseReason,
  ERROR_CODES,
  ERROR_SENTENCES,
  type ErrorReason,
} from "./protocol-codes.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** What a conversation needs of a socket. */
export interface Wire {
  send(frame: string): void;
  close(code: number, reason: string): void;
  /** Bytes that were sent and have not left yet. */
  queuedBytes(): number;
}

export interface FrameLimits {
  /** Tokens per second and at once; a frame costs one and one more for every 16 KiB. */
  readonly framesPerS: number;
  readonly frameBurst: number;
  readonly sendQueueBytes: number;
}

export type CallOutcome<M extends CentreMethod> =
  | { readonly kind: "answered"; readonly result: ControllerResult<M> }
  | { readonly kind: "refused"; readonly error: RpcError }
  | { readonly kind: "timedOut" }
  | { readonly kind: "offline" };

export interface RpcPeerOptions {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly limits: FrameLimits;
  onRequest(request: ControllerRequest): void;
  /** Once, whoever closed: `lost` when it was not this end. */
  onClosed(reason: CloseReason | "lost", detail: string): void;
}

const BYTES_PER_TOKEN = 16 * 1024;
/** RFC 6455, section 5.5: a control frame carries 125 bytes, two of them the code. */
const CLOSE_TEXT_BYTES = 123;

/** A request whose method and parameters are still to be judged. */
const EnvelopeSchema = z.strictObject({
  jsonrpc: z.literal("2.0"),
  id: z.int().min(1),
  method: z.string().min(1).max(64),
  params: z.record(z.string(), z.unknown()),
});

/** An error object as both ends write it. */
export function buildRpcError(
  reason: ErrorReason,
  message: string = ERROR_SENTENCES[reason],
  data: Omit<ErrorData, "reason"> = {},
): RpcError {
  return { code: ERROR_CODES[reason], message: message.slice(0, 1000), data: { reason, ...data } };
}

interface PendingCall {
  /** Answers what is wrong with the result, if anything. */
  settle(result: unknown): string | undefined;
  end(outcome: Exclude<CallOutcome<CentreMethod>, { kind: "answered" }>): void;
}

export class RpcPeer {
  private readonly options: RpcPeerOptions;
  private readonly bucket: TokenBucket;
  private readonly pending = new Map<number, PendingCall>();
  private lastId = 0;
  private isOpen = true;

  constructor(options: RpcPeerOptions) {
    this.options = options;
    const { framesPerS, frameBurst } = options.limits;
    this.bucket = createTokenBucket({ perS: framesPerS, burst: frameBurst, clock: options.clock });
  }

  /** Requests that are still under way. */
  get unanswered(): number {
    return this.pending.size;
  }

  /** A frame from the wire. */
  receive(frame: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return;
    if (!this.bucket.take(1 + frame.length / BYTES_PER_TOKEN)) {
      this.close("flooding");
      return;
    }
    const message = isBinary ? undefined : parseJson(frame);
    if (typeof message !== "object" || message === null) {
      this.close("protocolError", isBinary ? "a binary frame" : "not a JSON object");
    } else if (Object.hasOwn(message, "method")) {
      this.receiveRequest(message);
    } else {
      this.receiveResponse(message);
    }
  }

  /** A ping: it carries no message, and costs like one. Answers whether to answer it. */
  receivePing(): boolean {
    if (this.isOpen && !this.bucket.take(1)) this.close("flooding");
    return this.isOpen;
  }

  /** Asks; always answers, after `timeoutMs` at the latest. */
  call<M extends CentreMethod>(request: {
    readonly method: M;
    readonly params: CentreParams<M>;
    readonly timeoutMs: number;
  }): Promise<CallOutcome<M>> {
    if (!this.isOpen) return Promise.resolve({ kind: "offline" });
    const { method, params, timeoutMs } = request;
    const { clock } = this.options;
    const schema = CONTROLLER_RESULTS[method];
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve) => {
      const finish = (outcome: CallOutcome<M>): void => {
        this.pending.delete(id);
        cancel();
        resolve(outcome);
      };
      const cancel = clock.after(timeoutMs, () => finish({ kind: "timedOut" }));
      this.pending.set(id, {
        settle: (result) => {
          const parsed = schema.safeParse(result);
          if (!parsed.success) return describeFaults(parsed.error);
          finish({ kind: "answered", result: parsed.data });
          return undefined;
        },
        end: finish,
      });
      this.send({ jsonrpc: "2.0", id, method, params });
    });
  }

  answer(id: number, result: object): void {
    this.send({ jsonrpc: "2.0", id, result });
  }

  refuse(id: number, error: RpcError): void {
    this.send({ jsonrpc: "2.0", id, error });
  }

  /** Closes the socket by a named code; nothing is received or sent afterwards. */
  close(reason: CloseReason, detail = ""): void {
    if (!this.isOpen) return;
    const text = Buffer.from(detail === "" ? reason : `${reason}: ${detail}`).subarray(0, CLOSE_TEXT_BYTES);
    // A cut through a character leaves U+FFFD, which is longer than what it replaces.
    this.options.wire.close(CLOSE_CODES[reason], text.toString("utf8").replace(/\uFFFD+$/, ""));
    this.end(reason, detail);
  }

  /** The socket is gone, or as good as gone. */
  lost(detail: string): void {
    if (this.isOpen) this.end("lost", detail);
  }

  private end(reason: CloseReason | "lost", detail: string): void {
    this.isOpen = false;
    for (const call of [...this.pending.values()]) call.end({ kind: "offline" });
    this.options.onClosed(reason, detail);
  }

  private send(message: object): void {
    if (!this.isOpen) return;
    const { wire, limits } = this.options;
    if (wire.queuedBytes() > limits.sendQueueBytes) this.close("tryAgainLater");
    else wire.send(JSON.stringify(message));
  }

  private receiveRequest(message: object): void {
    const envelope = EnvelopeSchema.safeParse(message);
    if (!envelope.success) {
      this.close("protocolError", describeFaults(envelope.error));
      return;
    }
    const { id, method } = envelope.data;
    const request = ControllerRequestSchema.safeParse(message);
    if (request.success) {
      this.options.onRequest(request.data);
    } else if (CONTROLLER_METHODS.has(method)) {
      const path = request.error.issues[0]?.path.slice(1).join(".") ?? "";
      this.refuse(id, buildRpcError("invalidParams", describeFaults(request.error), { path }));
    } else {
      this.refuse(id, buildRpcError("methodNotFound"));
    }
  }

  private receiveResponse(message: object): void {
    const response = ResponseSchema.safeParse(message);
    if (!response.success) {
      this.close("protocolError", describeFaults(response.error));
      return;
    }
    const { id } = response.data;
    if (id === null || id > this.lastId) {
      this.close("protocolError", `no request has the id ${id}`);
      return;
    }
    const call = this.pending.get(id);
    // An answer after its time-out is stale: what follows from the silence has been done already.
    if (call === undefined) return;
    if ("error" in response.data) {
      call.end({ kind: "refused", error: response.data.error });
      return;
    }
    const fault = call.settle(response.data.result);
    if (fault !== undefined) this.close("protocolError", `result of request ${id}: ${fault}`);
  }
}

const CONTROLLER_METHODS = new Set<string>(
  ControllerRequestSchema.options.map((it) => it.shape.method.value),
);

function parseJson(frame: Buffer): unknown {
  try {
    return JSON.parse(frame.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Every fault with its path, in one line. */
function describeFaults(error: z.ZodError): string {
  return error.issues.map((it) => `${it.path.map(String).join(".")}: ${it.message}`).join("; ");
}
