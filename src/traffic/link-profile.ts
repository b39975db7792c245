/**
 * The platoon of one link: what leaves upstream, mixed by its part of the link's traffic and spread along the link
 * (platoon-dispersion.ts). It is kept in the time of the intersection that it leaves, so that offsets only say from
 * where a lane group downstream reads it.
 */
import { known } from "../errors.ts";
import { wrapS } from "../timing/cycle.ts";
import type { FlowLink } from "./flow-network.ts";
import type { GroupProfile } from "./group-profile.ts";
import { disperseCyclic, PLATOON_LAG_RATIO } from "./platoon-dispersion.ts";
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
  { platoons, platoonSums, departures }: ProfileSteps,
  groups: readonly GroupProfile[],
  { feeders, evenRatio }: FlowLink,
  { first, steps, smoothing }: LinkProfile,
): void {
  let even = evenRatio;
  for (const { group, ratio } of feeders)
    if (known(groups[group], "feeder").periodFlowVeh === 0) even += ratio;
  platoons.fill(even, first + 1, first + 1 + steps);
  for (const { group, ratio } of feeders) {
    const { periodFlowVeh, firstDeparture, greens } = known(groups[group], "feeder");
    const scale = (ratio * steps) / periodFlowVeh;
    for (let green = 0; green < greens.length / 2; green += 2) {
      const greenTo = greens[green + 1] as number;
      for (let step = greens[green] as number; step < greenTo; step++) {
        const at = first + 1 + step;
        platoons[at] = (platoons[at] as number) + scale * (departures[firstDeparture + step] as number);
      }
    }
  }
  disperseCyclic(platoons.subarray(first + 1, first + 1 + steps), smoothing);
  let [came, sum] = [0, 0];
  platoons[first] = 0;
  platoonSums[first] = 0;
  for (let at = first + 1; at <= first + steps; at++) {
    came += platoons[at] as number;
    sum += came;
    platoons[at] = came;
    platoonSums[at] = sum;
  }
  for (let step = 1; step <= steps; step++) {
    const at = first + step;
    platoons[at + steps] = came + (platoons[at] as number);
    platoonSums[at + steps] = sum + step * came + (platoonSums[at] as number);
  }
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
