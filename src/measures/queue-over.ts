/**
 * Queues that stand over a detector, and so spill-back: a detector that stays occupied for leastMs or longer without a
 * break has standing traffic on it.
 *
 *   share = time of such stretches ÷ bin, the whole stretch from its beginning, divided among the bins that it crosses
 *
 * Over a detector at the beginning of a link (use "exit") it is spill-back: the queue of the signal ahead reaches the
 * one behind. Over an advance detector it is a queue of at least its distance.
 * Source: queue-over-detector of Wu, Liu & Gettman, Identification of oversaturated intersections using high-resolution
 * traffic signal data, Transportation Research C 18, 2010 (published threshold 3 s, where traffic is in motion).
 */
import { known } from "../errors.ts";
import { binStartMs } from "./event-log.ts";
import { measureOccupancy } from "./occupancy.ts";
import type { SignalIndex } from "./signal-index.ts";
import { createTally } from "./tally.ts";

export interface QueueOverOptions {
  readonly channels: readonly number[];
  readonly binMs: number;
  /** Published: 3000. */
  readonly leastMs: number;
}

export interface QueueOverBin {
  readonly atMs: number;
  readonly channel: number;
  /** Stretches, or parts of them, in the bin. */
  readonly stretches: number;
  readonly coveredS: number;
  /** 0…1 */
  readonly share: number;
}

/** Bins in which a queue stood, by bin, then channel. A stretch that the log does not end ends with the log. */
export function measureQueueOver(
  index: SignalIndex,
  { channels, binMs, leastMs }: QueueOverOptions,
): QueueOverBin[] {
  const tally = createTally(binMs);
  const logEndMs = index.log.atMs[index.log.length - 1] ?? 0;
  for (const channel of channels) {
    const { startsMs, endsMs } = measureOccupancy(index, [channel]);
    for (const [stretch, startMs] of startsMs.entries()) {
      const endMs = Math.min(known(endsMs[stretch], "end"), logEndMs);
      if (endMs - startMs < leastMs) continue;
      for (let fromMs = startMs; fromMs < endMs; ) {
        const toMs = Math.min(endMs, binStartMs(fromMs, binMs) + binMs);
        tally.add(fromMs, channel, toMs - fromMs);
        fromMs = toMs;
      }
    }
  }
  return tally.list().map(({ atMs, number, count, sum }) => ({
    atMs,
    channel: number,
    stretches: count,
    coveredS: sum / 1000,
    share: sum / binMs,
  }));
}
