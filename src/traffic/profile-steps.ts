/**
 * The profiles of all lane groups and links, step by step, in a few flat arrays: building and changing profiles allocates
 * nothing per lane group. Platoons are kept over two periods, so that a reader may begin at any step without wrapping.
 */

/** With n steps in a period: */
export interface ProfileSteps {
  /** n + 1 per lane group: vehicles that it can have discharged by the end of each step. */
  readonly discharged: Float64Array;
  /** n per lane group: vehicles that leave in each step. */
  readonly departures: Float64Array;
  /**
   * 2n + 1 per coordinated link: its platoon as it arrives, relative to the mean and summed up to each step, in the time
   * of the intersection that it comes from. Arrivals at an even rate stand in front.
   */
  readonly platoons: Float64Array;
}

/** How a lane group reads its arrivals from `platoons`. */
export interface ArrivalProfile {
  /** Where the platoon begins there. */
  readonly first: number;
  /** Steps from there to the start of the lane group's own period, 1…n. */
  readonly lead: number;
  /** The part of each step's vehicles that comes one step later, 0…1. */
  readonly lateRatio: number;
}

/** Whole steps of a period, about a second each. */
export const stepsOf = (periodS: number): number => Math.max(1, Math.round(periodS));

/** Numbers of a platoon: two periods, and their start. */
export const platoonNumbersOf = (steps: number): number => 2 * steps + 1;

/** Arrivals at an even rate, wherever a period begins. */
export const EVEN_ARRIVALS: ArrivalProfile = { first: 0, lead: 1, lateRatio: 0 };

/** Room for these many numbers; `longestSteps` is the most steps that any period has. */
export function allocateSteps(of: {
  readonly discharged: number;
  readonly departures: number;
  readonly platoons: number;
  readonly longestSteps: number;
}): { readonly profileSteps: ProfileSteps; readonly firstPlatoon: number } {
  const firstPlatoon = platoonNumbersOf(of.longestSteps) + 1;
  const platoons = new Float64Array(firstPlatoon + of.platoons);
  for (let step = 0; step < firstPlatoon; step++) platoons[step] = step;
  return {
    profileSteps: {
      discharged: new Float64Array(of.discharged),
      departures: new Float64Array(of.departures),
      platoons,
    },
    firstPlatoon,
  };
}
