/**
 * The platoon of one link: what leaves upstream, mixed by its part of the link's traffic and spread along the link
 * (platoon-dispersion.ts). It is kept in the time of the intersection that it leaves, so that offsets only say from
 * where a lane group downstream reads it.
 */
import { known } from "../errors.ts";
import { wrapS } from "../timing/cycle.ts";
import type { FlowLink } from "./flow-network.ts";
import { type GroupProfile, setFiltering } from "./group-profile.ts";
import { upstreamFilteringFactor } from "./hcm-delay.ts";
import { startOfPlatoon } from "./platoon-dispersion.ts";
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

/**
 * Lets the signal upstream filter what the link brings: its part at the I of the feeders' degree of saturation (each up to
 * 1, weighed by what it brings), the part that joins on the way at random.
 */
export function filterArrivals(groups: readonly GroupProfile[], { feeders, evenRatio, fed }: FlowLink): void {
  const broughtRatio = 1 - evenRatio;
  let saturation = 0;
  for (const { group, ratio } of feeders) {
    const { flowVph, capacityVph } = known(groups[group], "feeder");
    saturation += (ratio / broughtRatio) * Math.min(1, flowVph / capacityVph);
  }
  const filteringFactor = evenRatio + broughtRatio * upstreamFilteringFactor(saturation);
  for (const group of fed) setFiltering(known(groups[group], "lane group"), filteringFactor);
}

/** Mixes the departures of the link's feeders, spreads them, and sums them up over two periods. */
export function mixPlatoon(
  profileSteps: ProfileSteps,
  groups: readonly GroupProfile[],
  link: FlowLink,
  { first, steps, smoothing }: LinkProfile,
): void {
  const { platoons } = profileSteps;
  const from = first + 1;
  const to = from + steps;
  for (let at = from; at < to; at++) platoons[at] = 0;
  let even = link.evenRatio;
  for (const { group, ratio } of link.feeders) {
    const feeder = known(groups[group], "feeder");
    if (feeder.periodFlowVeh === 0) even += ratio;
    else addDepartures(profileSteps, feeder, from, (ratio * steps) / feeder.periodFlowVeh);
  }
  const keep = 1 - smoothing;
  let arriving = startOfPlatoon(platoons, from, to, smoothing);
  let came = 0;
  platoons[first] = 0;
  for (let at = from; at < to; at++) {
    arriving = smoothing * (platoons[at] as number) + keep * arriving;
    came += even + arriving;
    platoons[at] = came;
  }
  for (let at = from; at < to; at++) platoons[at + steps] = came + (platoons[at] as number);
}

function addDepartures(
  { platoons, departures }: ProfileSteps,
  { greens, firstDeparture }: GroupProfile,
  from: number,
  scale: number,
): void {
  for (let green = 0; green < greens.length / 2; green += 2) {
    const greenTo = greens[green + 1] as number;
    for (let step = greens[green] as number; step < greenTo; step++) {
      platoons[from + step] =
        (platoons[from + step] as number) + scale * (departures[firstDeparture + step] as number);
    }
  }
}

/** Turns the platoon into the time downstream: by its lag and the offsets of both ends. */
export function aimArrivals(
  link: LinkProfile,
  { travelTimeS, dispersion }: FlowLink,
  from: { readonly offsetS: number; readonly periodS: number; readonly stepS: number },
  to: { readonly offsetS: number },
): void {
  const lagS = from.offsetS - to.offsetS + dispersion.lagRatio * travelTimeS;
  const lagSteps = wrapS(lagS, from.periodS) / from.stepS;
  const whole = Math.floor(lagSteps);
  link.lead = link.steps - (whole % link.steps);
  link.lateRatio = lagSteps - whole;
}
