/**
 * The platoon of one link: what leaves upstream, mixed by its part of the link's traffic and spread along the link
 * (platoon-dispersion.ts). It is kept in the time of the intersection that it leaves, so that offsets only say from
 * where a lane group downstream reads it.
 */
import { known } from "../errors.ts";
import { wrapS } from "../timing/cycle.ts";
import type { FlowLink } from "./flow-network.ts";
import { type GroupProfile, setArrivals } from "./group-profile.ts";
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
  /** What arrives ÷ the demand at its end. */
  carriedRatio: number;
  /** Arrivals must be served again; the platoon must be mixed again before. */
  isDirty: boolean;
  isPlatoonDirty: boolean;
}

/**
 * What the signal upstream does to the vehicles that the link brings: it lets through what it serves in the period, with
 * fewer surprises. Of a stream with variance ÷ mean = I, a part s that is taken at random keeps 1 − s (1 − I); variances of
 * streams that join add up, and what joins on the way comes at random. Answers whether anything changed.
 */
export function filterArrivals(
  groups: readonly GroupProfile[],
  { feeders, evenRatio, fed }: FlowLink,
  profile: LinkProfile,
): boolean {
  let lessRandom = 0;
  let carriedRatio = evenRatio;
  for (const { group, ratio, share } of feeders) {
    const { servedRatio, servedFactor } = known(groups[group], "feeder");
    lessRandom += ratio * servedRatio * share * (1 - servedFactor);
    carriedRatio += ratio * servedRatio;
  }
  profile.carriedRatio = carriedRatio;
  lessRandom /= carriedRatio;
  let linkVph = 0;
  for (const group of fed) linkVph += known(groups[group], "lane group").flowVph;
  let isChanged = false;
  for (const group of fed) {
    const lane = known(groups[group], "lane group");
    const part = linkVph > 0 ? lane.flowVph / linkVph : 0;
    if (setArrivals(lane, 1 - part * lessRandom, carriedRatio)) isChanged = true;
  }
  return isChanged;
}

/** Mixes the departures of the link's feeders, spreads them, and sums them up over two periods. */
export function mixPlatoon(
  profileSteps: ProfileSteps,
  groups: readonly GroupProfile[],
  link: FlowLink,
  { first, steps, smoothing, carriedRatio }: LinkProfile,
): void {
  const { platoons } = profileSteps;
  const from = first + 1;
  const to = from + steps;
  for (let at = from; at < to; at++) platoons[at] = 0;
  let even = link.evenRatio / carriedRatio;
  for (const { group, ratio } of link.feeders) {
    const feeder = known(groups[group], "feeder");
    const part = (ratio * feeder.servedRatio) / carriedRatio;
    if (feeder.periodFlowVeh === 0) even += part;
    else addDepartures(profileSteps, feeder, from, (part * steps) / feeder.periodFlowVeh);
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
