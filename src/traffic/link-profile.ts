/**
 * The platoon of one link: what leaves upstream, mixed by its part of the link's traffic and spread along the link
 * (platoon-dispersion.ts). It is kept in the time of the intersection that it leaves, so that offsets only say from
 * where a lane group downstream reads it.
 */
import { known } from "../errors.ts";
import { wrapS } from "../timing/cycle.ts";
import type { FlowLink } from "./flow-network.ts";
import type { GroupProfile } from "./group-profile.ts";
import { PLATOON_LAG_RATIO } from "./platoon-dispersion.ts";
import type { ArrivalProfile, ProfileSteps } from "./profile-steps.ts";

export interface LinkProfile extends ArrivalProfile {
  /** Platoons come in the same order every period: both ends have the same one. */
  isCoordinated: boolean;
  smoothing: number;
  steps: number;
  first: number;
  lead: number;
  lateRatio: number;
  /** Arrivals must be served again; the platoon must be mixed again before. */
  isDirty: boolean;
  isPlatoonDirty: boolean;
}

/** Mixes the departures of the link's feeders, spreads them, and sums them up over two periods. */
export function mixPlatoon(
  { platoons, departures }: ProfileSteps,
  groups: readonly GroupProfile[],
  { feeders, evenRatio }: FlowLink,
  { first, steps, smoothing }: LinkProfile,
): void {
  platoons.fill(evenRatio, first + 1, first + 1 + steps);
  for (const { group, ratio } of feeders) {
    const { periodFlowVeh, firstDeparture } = known(groups[group], "feeder");
    const scale = periodFlowVeh > 0 ? (ratio * steps) / periodFlowVeh : 0;
    const even = periodFlowVeh > 0 ? 0 : ratio;
    for (let step = 0; step < steps; step++) {
      const at = first + 1 + step;
      platoons[at] = (platoons[at] as number) + even + scale * (departures[firstDeparture + step] as number);
    }
  }
  const keep = 1 - smoothing;
  let previous = 0;
  for (let at = first + 1; at <= first + steps; at++)
    previous = smoothing * (platoons[at] as number) + keep * previous;
  previous /= 1 - keep ** steps;
  let sum = 0;
  platoons[first] = 0;
  for (let at = first + 1; at <= first + steps; at++) {
    previous = smoothing * (platoons[at] as number) + keep * previous;
    sum += previous;
    platoons[at] = sum;
  }
  for (let at = first + 1; at <= first + steps; at++) platoons[at + steps] = sum + (platoons[at] as number);
}

/** Turns the platoon into the time downstream: by its lag and the offsets of both ends. */
export function aimArrivals(
  link: LinkProfile,
  { travelTimeS }: FlowLink,
  from: { readonly offsetS: number; readonly periodS: number; readonly stepS: number },
  to: { readonly offsetS: number },
): void {
  const lagS = from.offsetS - to.offsetS + PLATOON_LAG_RATIO * travelTimeS;
  const lagSteps = wrapS(lagS, from.periodS) / from.stepS;
  const whole = Math.floor(lagSteps);
  link.lead = link.steps - (whole % link.steps);
  link.lateRatio = lagSteps - whole;
}
