/**
 * Conversions at the edge. Inside, every quantity is in SI with its unit at the end of its name
 * (S, M, Mps, Vph); miles, feet and km/h exist only in files of other people.
 */

/** Exact by definition (international foot). */
export const METERS_PER_FOOT = 0.3048;
/** Exact by definition: 5,280 ft. */
export const METERS_PER_MILE = 1609.344;
export const SECONDS_PER_HOUR = 3600;

export const mFromFt = (feet: number): number => feet * METERS_PER_FOOT;
export const mpsFromMph = (mph: number): number => (mph * METERS_PER_MILE) / SECONDS_PER_HOUR;
export const kmhFromMps = (mps: number): number => (mps * SECONDS_PER_HOUR) / 1000;
