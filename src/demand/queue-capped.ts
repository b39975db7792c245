/**
 * Is a stop-line count capped? Under a standing queue a stop line counts what its green can discharge, not what wants to
 * pass: the count stands at capacity, and the detector is occupied through red and by a discharging queue in green.
 *
 * Symbols: s saturation flow, g effective green ÷ cycle; capacity = s · g (HCM 7th ed., equation 19-16).
 */
import { SECONDS_PER_HOUR } from "../units.ts";

/** Of capacity: fewer vehicles leave gaps that a queue would have filled. */
const AT_CAPACITY = 0.92;
/** Occupied share of a detector while a queue discharges: 0.9 s of a saturation headway of 1.9 s. */
const DISCHARGE_OCCUPANCY = 0.45;
const OCCUPANCY_MARGIN = 0.9;

/** What the detector's lanes can discharge under the plan that runs. */
export interface Discharge {
  /** Of the lanes over which the detector lies, veh/h of green. */
  readonly saturationFlowVph: number;
  /** Effective green ÷ cycle. */
  readonly greenRatio: number;
}

export interface StopLineCount {
  readonly countVeh: number;
  readonly durationS: number;
  /** Absent: the count alone decides. */
  readonly occupancy?: number;
}

export function isQueueCapped(
  { countVeh, durationS, occupancy }: StopLineCount,
  discharge: Discharge,
): boolean {
  const { saturationFlowVph, greenRatio } = discharge;
  const capacityVeh = (saturationFlowVph * greenRatio * durationS) / SECONDS_PER_HOUR;
  if (countVeh < AT_CAPACITY * capacityVeh) return false;
  const queued = 1 - greenRatio + greenRatio * DISCHARGE_OCCUPANCY;
  return occupancy === undefined || occupancy >= OCCUPANCY_MARGIN * queued;
}
