/**
 * How far a controller's clock is from the centre's, from the four instants of an `alive` exchange (RFC 5905,
 * section 8): t1 centre sends, t2 controller receives, t3 controller sends, t4 centre receives. Of the last eight
 * exchanges the one with the shortest round trip counts: it has the least room for an uneven way there and back.
 */

export interface ClockSample {
  /** Controller − centre, ms; wrong by at most half the round trip. */
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/** Samples that are kept. */
export const CLOCK_SAMPLES = 8;
/** Slower exchanges are too vague to judge a limit of 2 s by: their error may reach 1 s, ms. */
const MAX_ROUND_TRIP_MS = 2000;
/** Rule 28: above this a warning, ms. */
const WARN_OFFSET_MS = 1000;
/** Rule 28: above this no coordinated plan, ms. */
export const MAX_PLAN_OFFSET_MS = 2000;

export type ClockVerdict = "unknown" | "ok" | "warn" | "refuse";

export function measureClock(instants: {
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly t3Ms: number;
  readonly t4Ms: number;
}): ClockSample {
  const { t1Ms, t2Ms, t3Ms, t4Ms } = instants;
  return { offsetMs: (t2Ms - t1Ms + (t3Ms - t4Ms)) / 2, roundTripMs: t4Ms - t1Ms - (t3Ms - t2Ms) };
}

/** By the best of the samples, ms; `null` when none is good enough. */
export function estimateOffsetMs(samples: readonly ClockSample[]): number | null {
  let best: ClockSample | undefined;
  for (const sample of samples) {
    if (sample.roundTripMs < (best?.roundTripMs ?? MAX_ROUND_TRIP_MS)) best = sample;
  }
  return best?.offsetMs ?? null;
}

/** Rule 28: differences above 1 s are a warning, above 2 s the controller gets no coordinated plan. */
export function judgeClock(offsetMs: number | null): ClockVerdict {
  if (offsetMs === null) return "unknown";
  const size = Math.abs(offsetMs);
  if (size > MAX_PLAN_OFFSET_MS) return "refuse";
  return size > WARN_OFFSET_MS ? "warn" : "ok";
}
