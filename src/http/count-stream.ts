/**
 * Detector counts over a WebSocket at /ws/counts/{networkId}, with the same token as over HTTP. Each text message is
 * `{"id": n, "counts": […]}`; its answer, `{"type": "answer", "id": n, …}`, comes when the counts are durable and says
 * the same as over HTTP. Answers come in the order of the messages. A message that is no batch is answered with
 * `{"type": "error", "code", "message", "faults"}`; too many of them, or frames that are too large, close the socket.
 * The sender is slowed down by not reading while MAX_UNANSWERED messages wait for the store.
 */
import type { IncomingMessage } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import type { CountIngest } from "../control/ingest-counts.ts";
import { AppError, type Fault } from "../errors.ts";
import { toFaults } from "../faults.ts";
import { bearerTokenOf, type TokenBook } from "./auth.ts";
import { CountBatchSchema } from "./count-routes.ts";

const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_UNANSWERED = 8;
/** Streams at a time. */
const MAX_FEEDS = 1000;
/** A peer that vanished without a word is noticed after this, ms. */
const KEEP_ALIVE_MS = 60_000;
/** Messages that are no batch before the socket is closed. */
const MAX_FAULTY = 10;
const ROLES = new Set(["admin", "engineer", "detectorFeed"]);

/** Close codes of this stream beside those of the protocol (1009: frame too large). */
const STREAM_CLOSE = {
  goingAway: 1001,
  notText: 1003,
  tooManyFaults: 1008,
} as const;

const StreamMessageSchema = CountBatchSchema.extend({
  id: z.int().min(0).meta({ description: "The sender's number for the message" }),
});

export interface CountStream {
  /** Takes an `upgrade` of the HTTP server; `false`: the address is not the stream's. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Answers what is under way, then closes every socket. */
  close(): Promise<void>;
}

export function createCountStream(deps: {
  readonly tokens: TokenBook;
  readonly counts: CountIngest;
  readonly hasNetwork: (networkId: string) => boolean;
}): CountStream {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  const feeds = new Set<Feed>();

  function judge(request: IncomingMessage, networkId: string): number | undefined {
    const token = bearerTokenOf(request.headers.authorization);
    const principal = token === undefined ? undefined : deps.tokens.authenticate(token);
    if (principal === undefined) return 401;
    if (!ROLES.has(principal.role)) return 403;
    if (!deps.hasNetwork(networkId)) return 404;
    return feeds.size < MAX_FEEDS ? undefined : 503;
  }

  return {
    handleUpgrade(request, socket, head) {
      const networkId = /^\/ws\/counts\/([A-Za-z0-9._:-]{1,64})$/.exec(request.url ?? "")?.[1];
      if (networkId === undefined) return false;
      const refusal = judge(request, networkId);
      if (refusal !== undefined) {
        refuse(socket, refusal);
        return true;
      }
      request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const feed = startFeed(webSocket, (records) => deps.counts.ingest(networkId, records));
        feeds.add(feed);
        webSocket.on("close", () => feeds.delete(feed));
      });
      return true;
    },
    async close() {
      await Promise.all([...feeds].map((it) => it.end()));
    },
  };
}

/** An answer instead of a socket, for addresses and tokens that get none. */
export function refuse(socket: Duplex, status: number): void {
  socket.on("error", () => {});
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

interface Feed {
  end(): Promise<void>;
}

function startFeed(webSocket: WebSocket, ingest: (records: readonly unknown[]) => Promise<object>): Feed {
  let unanswered = 0;
  let faulty = 0;
  /** Settles when everything received so far is answered. */
  let answered = Promise.resolve();

  const send = (message: object): void => webSocket.send(JSON.stringify(message), ignoreLostSocket);

  function answerFault(id: number | undefined, error: AppError): void {
    faulty += 1;
    send({ type: "error", id, code: error.code, message: error.message, faults: error.faults });
    if (faulty >= MAX_FAULTY)
      webSocket.close(STREAM_CLOSE.tooManyFaults, "too many messages that are no batch");
  }

  async function answer(text: string, before: Promise<void>): Promise<void> {
    const message = parseMessage(text);
    const outcome =
      message instanceof AppError ? message : await ingest(message.counts).catch((error: unknown) => error);
    await before;
    const id = message instanceof AppError ? undefined : message.id;
    if (outcome instanceof AppError) answerFault(id, outcome);
    else if (outcome instanceof Error)
      answerFault(id, new AppError("unavailable", "the counts were not kept"));
    else send({ type: "answer", id, ...(outcome as object) });
    unanswered -= 1;
    if (unanswered < MAX_UNANSWERED) webSocket.resume();
  }

  webSocket.on("message", (frame: Buffer, isBinary) => {
    if (isBinary) {
      webSocket.close(STREAM_CLOSE.notText, "text frames only");
      return;
    }
    unanswered += 1;
    if (unanswered >= MAX_UNANSWERED) webSocket.pause();
    answered = answer(frame.toString("utf8"), answered);
  });
  // A broken or too large frame: ws itself closes the socket with the code that fits.
  webSocket.on("error", () => {});
  return {
    async end() {
      await answered;
      webSocket.close(STREAM_CLOSE.goingAway, "the service is shutting down");
    },
  };
}

/** A socket that is gone by the time of the answer: the sender asks again, and gets duplicates. */
const ignoreLostSocket = (): void => {};

function parseMessage(text: string): z.infer<typeof StreamMessageSchema> | AppError {
  const refuseWith = (faults: readonly Fault[]): AppError =>
    new AppError("invalidInput", "the message is no batch of counts", { faults });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuseWith([{ path: "", message: "not JSON" }]);
  }
  const parsed = StreamMessageSchema.safeParse(json);
  return parsed.success ? parsed.data : refuseWith(toFaults(parsed.error.issues));
}
