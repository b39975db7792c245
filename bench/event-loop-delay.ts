/**
 * How long the event loop of a server keeps others waiting, as the server itself states it at /metrics.
 *
 * prom-client fills it from Node's `monitorEventLoopDelay`: the time from one tick of a 10 ms timer to the next, so a loop
 * that does nothing shows a little over 10 ms. Every scrape begins anew.
 */
import { assert } from "../src/errors.ts";

export interface EventLoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Since the scrape before. */
export async function readEventLoopDelay(address: string): Promise<EventLoopDelay> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const read = (name: string): number => {
    const match = new RegExp(`^\\w*nodejs_eventloop_lag_${name}_seconds (\\S+)$`, "m").exec(text);
    assert(match?.[1] !== undefined, `${address}/metrics tells no ${name} of the event loop's delay`);
    return Math.round(Number(match[1]) * 1e5) / 100;
  };
  return { p50Ms: read("p50"), p99Ms: read("p99"), maxMs: read("max") };
}
