/**
 * How many vehicles find a gap in a stream that has priority over them.
 *
 *   s_p = v_o e^(−v_o t_c / 3600) / (1 − e^(−v_o t_f / 3600))
 *
 * v_o: flow of the stream with priority, veh/h; t_c: smallest gap that is accepted, s; t_f: headway of the vehicles that
 * follow each other into one gap, s.
 * Source: HCM 2010, chapter 31 (permitted left turns) and chapter 19 (the same formula at stop signs).
 * Limits: random headways in the stream with priority. Behind a signal its vehicles come in platoons, which leaves
 * longer gaps, so the answer is on the safe side.
 */
import { SECONDS_PER_HOUR } from "../units.ts";

export interface Headways {
  readonly criticalS: number;
  readonly followUpS: number;
}

/** Permitted turns across the opposing stream, HCM 2010 chapter 31. */
export const PERMITTED_TURN: Headways = { criticalS: 4.5, followUpS: 2.5 };
/** Curb-side turn from a stop into a four-lane street, HCM 2010 exhibits 19-10 and 19-11. */
export const TURN_ON_RED: Headways = { criticalS: 6.9, followUpS: 3.3 };

/** Vehicles per hour and lane that find a gap; 3600 ÷ t_f when nothing opposes them. */
export function gapCapacityVph(conflictingFlowVph: number, headways: Headways): number {
  if (conflictingFlowVph < 1e-6) return SECONDS_PER_HOUR / headways.followUpS;
  const flowVps = conflictingFlowVph / SECONDS_PER_HOUR;
  return (
    (conflictingFlowVph * Math.exp(-flowVps * headways.criticalS)) /
    (1 - Math.exp(-flowVps * headways.followUpS))
  );
}
