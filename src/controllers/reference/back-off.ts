/**
 * How long a client waits before it connects again (OCPP 2.x, part 4, section 5.3): at first a base time, doubled with
 * each further failure up to a limit, and each time a random part on top, so that a fleet does not come back as one.
 */

export interface BackOff {
  readonly waitMinMs: number;
  readonly randomRangeMs: number;
  readonly repeatTimes: number;
}

export const DEFAULT_BACK_OFF: BackOff = { waitMinMs: 10_000, randomRangeMs: 10_000, repeatTimes: 3 };

/** `failures` ≥ 1 counts the attempts in a row that came to nothing; `random` is uniform in [0, 1). */
export function backOffMs(backOff: BackOff, failures: number, random: number): number {
  const doublings = Math.min(failures - 1, backOff.repeatTimes);
  return backOff.waitMinMs * 2 ** doublings + random * backOff.randomRangeMs;
}
