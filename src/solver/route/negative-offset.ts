/**
 * The negative offset of a link whose storage is full,
 *
 *   downstream − upstream = −L / w
 *
 * with which the green upstream begins when the room that the queue's head makes has travelled back over the link (L its
 * length, w the backward wave, 5–6 m/s; FHWA Signal Timing Manual, 2nd ed., chapter 12). Between it and simultaneous
 * greens, what leaves downstream is replaced in time and no green upstream meets a full link. Both are candidates, to be
 * judged where links fill (traffic/forward/).
 */
import { runningSpeedOf } from "../../network/find.ts";
import type { Link } from "../../network/network.schema.ts";
import { wrapS } from "../../timing/cycle.ts";
import { backwardWaveMps } from "../../traffic/forward/transmission-state.ts";

/** Begin of green at the end of the link less begin of green at its start, on the resolution, in [0, cycle), s. */
export function negativeOffsetS(of: {
  readonly link: Link;
  readonly cycleS: number;
  readonly resolutionS: number;
}): number {
  const { link, cycleS, resolutionS } = of;
  const backS = link.lengthM / backwardWaveMps(runningSpeedOf(link));
  return wrapS(Math.round(-backS / resolutionS) * resolutionS, cycleS);
}
