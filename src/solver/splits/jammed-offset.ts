/**
 * Offsets to start from on a link whose storage is full: simultaneous greens, and the negative offset
 *
 *   downstream − upstream = −L / w
 *
 * with which the green upstream begins when the room that the queue's head makes has travelled back over the link (L its
 * length, w the backward wave, 5–6 m/s; FHWA Signal Timing Manual, 2nd ed., chapter 12). Between the two, what leaves downstream is replaced in time and no green upstream meets a full link.
 * They are candidates for a search, to be judged where links fill (traffic/forward/).
 */
import { runningSpeedOf } from "../../network/find.ts";
import type { Link } from "../../network/network.schema.ts";
import { wrapS } from "../../timing/cycle.ts";
import { backwardWaveMps } from "../../traffic/forward/transmission-state.ts";

/** Begin of green at the end of the link less begin of green at its start, on the resolution, in [0, cycle), s. */
export function listJammedOffsetsS(of: {
  readonly link: Link;
  readonly cycleS: number;
  readonly resolutionS: number;
}): number[] {
  const { link, cycleS, resolutionS } = of;
  const backS = link.lengthM / backwardWaveMps(runningSpeedOf(link));
  const onResolutionS = Math.round(-backS / resolutionS) * resolutionS;
  const negativeS = wrapS(onResolutionS, cycleS);
  return negativeS === 0 ? [0] : [0, negativeS];
}
