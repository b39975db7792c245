/** What plans are compared by, and what a search for a better one may cost. */
import { SECONDS_PER_HOUR } from "../units.ts";

/** What one stop is worth in seconds of delay (the performance index of Synchro: (delay + 10 · stops) ÷ 3600). */
const STOP_WORTH_S = 10;

/** veh·h/h: delay plus what the stops are worth. */
export const performanceIndex = (it: { readonly delayVehHPerH: number; readonly stopsVph: number }): number =>
  it.delayVehHPerH + (it.stopsVph * STOP_WORTH_S) / SECONDS_PER_HOUR;

/** Work of the delay model, counted over all steps of one solve. */
export interface WorkBudget {
  readonly limit: number;
  used: number;
}
