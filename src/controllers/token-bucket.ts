/** A limit on a rate that lets short bursts pass: `burst` tokens at first, `perS` more every second, never above `burst`. */
import type { Clock } from "../clock.ts";

export interface TokenBucket {
  /** Takes `cost` tokens if they are there; answers whether they were. */
  take(cost: number): boolean;
}

export function createTokenBucket(options: {
  readonly perS: number;
  readonly burst: number;
  readonly clock: Clock;
}): TokenBucket {
  const { perS, burst, clock } = options;
  let tokens = burst;
  let filledAtMs = clock.monotonicMs();
  return {
    take: (cost) => {
      const nowMs = clock.monotonicMs();
      tokens = Math.min(burst, tokens + (perS * (nowMs - filledAtMs)) / 1000);
      filledAtMs = nowMs;
      if (tokens < cost) return false;
      tokens -= cost;
      return true;
    },
  };
}
