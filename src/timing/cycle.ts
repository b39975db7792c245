/** Arithmetic on a cycle. Everything that wraps time goes through here. */

/** A stretch of a cycle: half-open [startS, startS + lengthS), with 0 ≤ startS < cycle and 0 ≤ lengthS ≤ cycle. */
export interface Interval {
  readonly startS: number;
  readonly lengthS: number;
}

/**
 * `timeS` on a cycle of `cycleS`, in [0, cycleS). The form with two remainders is the one that stays below the cycle
 * for a tiny negative time; the last line removes −0 and the rounding of a sum that reaches the cycle.
 */
export function wrapS(timeS: number, cycleS: number): number {
  const wrapped = ((timeS % cycleS) + cycleS) % cycleS;
  return wrapped >= cycleS ? 0 : wrapped + 0;
}

/** The shortest signed way from one point of the cycle to another, in [−cycle/2, cycle/2). */
export function signedDifferenceS(fromS: number, toS: number, cycleS: number): number {
  return wrapS(toS - fromS + cycleS / 2, cycleS) - cycleS / 2;
}

/** Does the interval hold this instant? */
export function holds(interval: Interval, timeS: number, cycleS: number): boolean {
  return wrapS(timeS - interval.startS, cycleS) < interval.lengthS;
}

/** Whole tenths of a second, the resolution of published times; exact for every value that a schema admits. */
export const toTenths = (timeS: number): number => Math.round(timeS * 10);
export const fromTenths = (tenths: number): number => tenths / 10;
