/** Durations in a few numbers, the same for every part. */
import { assert, known } from "../src/errors.ts";

/** Percentiles by nearest rank: p99 of 200 samples is the third largest. */
export interface Spread {
  readonly samples: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p97_5Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export function summarize(samplesMs: readonly number[]): Spread {
  assert(samplesMs.length > 0, "no samples");
  const sorted = [...samplesMs].sort((a, b) => a - b);
  const rank = (share: number): number => {
    const at = Math.max(0, Math.ceil(share * sorted.length) - 1);
    return Math.round(known(sorted[at], "sample") * 100) / 100;
  };
  return {
    samples: sorted.length,
    minMs: rank(0),
    p50Ms: rank(0.5),
    p97_5Ms: rank(0.975),
    p99Ms: rank(0.99),
    maxMs: rank(1),
  };
}

export const describeSpread = ({ p50Ms, p97_5Ms, p99Ms, maxMs }: Spread): string =>
  `p50 ${p50Ms} ms · p97.5 ${p97_5Ms} ms · p99 ${p99Ms} ms · max ${maxMs} ms`;
