/** The HTTP side of a controller's socket: which address, which sub-protocol, whose token, and how it is refused. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { IntersectionIdSchema } from "../network/network.schema.ts";
import { SUBPROTOCOL } from "./protocol-codes.ts";

export interface LinkRequest {
  readonly controllerId: string;
  readonly token: string | undefined;
  readonly speaksProtocol: boolean;
}

export interface UpgradeRefusal {
  readonly status: 400 | 401 | 503;
  readonly sentence: string;
}

const STATUS_TITLE = { 400: "Bad Request", 401: "Unauthorized", 503: "Service Unavailable" } as const;
/** What a client is told to do about a status. */
const STATUS_HEADERS = {
  400: {},
  401: { "WWW-Authenticate": "Bearer" },
  503: { "Retry-After": "1" },
} as const;

/** What a request for a controller's socket says; `undefined` when it is for another address. */
export function parseLinkRequest(request: IncomingMessage): LinkRequest | undefined {
  const encoded = /^\/ws\/controllers\/([^/?#]+)(?:\?|$)/.exec(request.url ?? "")?.[1];
  if (encoded === undefined || !IntersectionIdSchema.safeParse(encoded).success) return undefined;
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((it) => it.trim());
  return {
    controllerId: encoded,
    token: /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1],
    speaksProtocol: offered.includes(SUBPROTOCOL),
  };
}

/** Answers with a problem document (RFC 9457) instead of a socket. */
export function refuseUpgrade(socket: Duplex, refusal: UpgradeRefusal): void {
  const { status, sentence } = refusal;
  const title = STATUS_TITLE[status];
  const body = JSON.stringify({ type: "about:blank", title, status, detail: sentence });
  const lines = Object.entries({
    Connection: "close",
    "Content-Type": "application/problem+json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...STATUS_HEADERS[status],
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join("")}\r\n${body}`);
}
