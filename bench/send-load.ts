/** Load over HTTP with autocannon: a fixed number of requests, every one with a body of its own. */
import autocannon from "autocannon";
import { known } from "../src/errors.ts";
import { type EventLoopDelay, readEventLoopDelay } from "./event-loop-delay.ts";
import { type Spread, summarize } from "./summarize.ts";

/** So long that a slow machine is slow and not wrong, s. */
const ANSWER_LIMIT_S = 120;

export interface Load {
  /** For example http://127.0.0.1:40123 */
  readonly address: string;
  readonly path: string;
  readonly token?: string;
  /** One request each, in order, over all connections. */
  readonly bodies: readonly Buffer[];
  readonly connections: number;
  /** Told of each answer with status 200 by the position of its body; keep it short. */
  readonly onAnswer?: (at: number, answer: string) => void;
}

export interface LoadFigures {
  readonly connections: number;
  readonly requests: number;
  readonly seconds: number;
  readonly latency: Spread;
  /** Of the server, meanwhile. */
  readonly eventLoopDelay: EventLoopDelay;
  /** Not answered with status 200. */
  readonly failures: number;
}

export async function sendLoad({
  address,
  path,
  token,
  bodies,
  connections,
  onAnswer,
}: Load): Promise<LoadFigures> {
  const latenciesMs: number[] = [];
  let answered = 0;
  let next = 0;
  let endedAtMs = 0;
  await readEventLoopDelay(address);
  const startedAtMs = performance.now();
  const instance = autocannon(
    {
      url: `${address}${path}`,
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      connections,
      amount: bodies.length,
      timeout: ANSWER_LIMIT_S,
      requests: [
        {
          // One request at a time per connection, so its context names the body that an answer belongs to.
          setupRequest(request, context: { at?: number }) {
            context.at = next++;
            return { ...request, body: known(bodies[context.at], `body ${context.at}`) };
          },
          onResponse(status, body, context: { at?: number }) {
            if (status !== 200) return;
            answered += 1;
            onAnswer?.(known(context.at, "request of an answer"), body);
          },
        },
      ],
    },
    () => undefined,
  );
  instance.on("response", (_client, _status, _bytes, latencyMs) => {
    latenciesMs.push(latencyMs);
    endedAtMs = performance.now();
  });
  await new Promise<void>((resolve, reject) => {
    instance.on("done", () => resolve());
    instance.on("error", reject);
  });
  return {
    connections,
    requests: bodies.length,
    seconds: Math.round(endedAtMs - startedAtMs) / 1000,
    latency: summarize(latenciesMs),
    eventLoopDelay: await readEventLoopDelay(address),
    failures: bodies.length - answered,
  };
}

export const describeConnections = ({ connections }: LoadFigures): string =>
  connections === 1 ? "1 connection" : `${connections} connections`;
