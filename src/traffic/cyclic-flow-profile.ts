/**
 * Cyclic flow profiles of a plan: arrivals and departures of every lane group over one average cycle, and the delay,
 * stops and queue that follow from them (after D. I. Robertson, TRANSYT, RRL report LR 253, 1969).
 *
 * A cycle of C seconds is n = round(C) steps of C/n s. Departures of the members upstream are mixed by their part of the
 * link's traffic, spread along the link (platoon-dispersion.ts), moved by travel time and offsets, and met by the queue
 * of each lane group (group-profile.ts), which discharges as discharge.ts says.
 * Platoons of a neighbor with another cycle come at ever different times: they count as even arrivals.
 *
 * Speed: whatever does not depend on offsets is computed once per plan; a platoon is kept in the time of the
 * intersection that it leaves, so an offset only rotates it. After `moveOffset` the totals hold for the intersection, for
 * its neighbors downstream, and for platoons further on as they were before; `settle` carries the change to the end and
 * is the truth.
 *
 * Limits: vertical queues (no spill-back), one speed per link, no queue at the start of the period.
 */
import { assert, known } from "../errors.ts";
import { wrapS } from "../timing/cycle.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildDischarges } from "./discharge.ts";
import type { FlowLink, FlowNetwork } from "./flow-network.ts";
import { buildGroupProfile, type GroupProfile, serve, stepsOf } from "./group-profile.ts";
import { disperseCyclic, PLATOON_LAG_RATIO, smoothingFactor } from "./platoon-dispersion.ts";

/** Profiles of one set of timing plans, changed in place by `moveOffset` and `settle`. */
export interface FlowProfiles {
  readonly network: FlowNetwork;
  readonly groups: readonly GroupProfile[];
  readonly links: readonly LinkProfile[];
  readonly members: readonly { readonly cycleS: number; readonly stepS: number; offsetS: number }[];
  /** All vehicles together: mean number that is delayed (veh·h/h), and stops per hour. */
  readonly totals: { delayVehHPerH: number; stopsVph: number };
}

interface LinkProfile {
  /** Platoons come in the same order every cycle: both ends have one cycle length. */
  readonly isCoordinated: boolean;
  readonly smoothing: number;
  /** Arrivals relative to their mean, after dispersion, in the time of the intersection upstream. */
  readonly platoon: Float64Array;
  /** The same, moved by travel time and offsets into the time of the intersection downstream. */
  readonly arrivals: Float64Array;
  /** Arrivals must be served again; the platoon must be mixed again before. */
  isDirty: boolean;
  isPlatoonDirty: boolean;
}

/** Rounds through loops of streets; each weakens the change by dispersion and mixing. */
const MAX_ROUNDS = 12;

/** Profiles of the plans (one per member of the network, in its order), settled. */
export function buildFlowProfiles(network: FlowNetwork, timingPlans: readonly TimingPlan[]): FlowProfiles {
  assert(timingPlans.length === network.members.length, "one timing plan per member");
  const members = timingPlans.map(({ cycleS, offsetS }) => ({
    cycleS,
    stepS: cycleS / stepsOf(cycleS),
    offsetS,
  }));
  const groups = network.members.flatMap((member, position) => {
    const plan = known(timingPlans[position], `timing plan ${position}`);
    const greens = buildMovementGreens(member.intersection, { ...plan, offsetS: 0 });
    return network.groups
      .slice(member.firstGroup, member.endGroup)
      .map((group) =>
        buildGroupProfile(
          group,
          buildDischarges({ group, greens, cycleS: plan.cycleS }),
          known(members[position], "member"),
        ),
      );
  });
  const links = network.links.map((link) => {
    const from = known(members[link.from], "member upstream");
    const to = known(members[link.to], "member downstream");
    return {
      isCoordinated: from.cycleS === to.cycleS,
      smoothing: smoothingFactor(link.travelTimeS / from.stepS),
      platoon: new Float64Array(stepsOf(from.cycleS)),
      arrivals: evenArrivals(stepsOf(to.cycleS)),
      isDirty: true,
      isPlatoonDirty: true,
    };
  });
  const profiles = { network, groups, links, members, totals: { delayVehHPerH: 0, stopsVph: 0 } };
  let even = evenArrivals(0);
  for (const group of groups) {
    if (even.length !== group.discharge.length) even = evenArrivals(group.discharge.length);
    serve(profiles.totals, group, even);
  }
  settle(profiles);
  return profiles;
}

/**
 * Gives one member another offset and brings the totals up to date as far as the intersections next to it; moving it
 * back restores them.
 */
export function moveOffset(profiles: FlowProfiles, position: number, offsetS: number): void {
  known(profiles.members[position], `member ${position}`).offsetS = offsetS;
  const { arriving, leaving } = known(profiles.network.members[position], `member ${position}`);
  for (const link of arriving) update(profiles, link);
  for (const link of leaving) update(profiles, link);
}

/** Carries every pending change to the end: the full evaluation. */
export function settle(profiles: FlowProfiles): void {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let isChanged = false;
    for (let link = 0; link < profiles.links.length; link++) {
      if (!known(profiles.links[link], "link").isDirty) continue;
      isChanged = true;
      update(profiles, link);
    }
    if (!isChanged) return;
  }
}

const evenArrivals = (steps: number): Float64Array => new Float64Array(steps).fill(1);

/** Brings one link up to date: its platoon if its feeders changed, its arrivals, and the lane groups that it ends in. */
function update(profiles: FlowProfiles, position: number): void {
  const link = known(profiles.network.links[position], `link ${position}`);
  const profile = known(profiles.links[position], `profile of link ${position}`);
  profile.isDirty = false;
  if (!profile.isCoordinated) return;
  if (profile.isPlatoonDirty) mixPlatoon(profiles, link, profile);
  rotateArrivals(profiles, link, profile);
  let isChanged = false;
  for (const group of link.fed) {
    const changed = serve(profiles.totals, known(profiles.groups[group], `group ${group}`), profile.arrivals);
    isChanged ||= changed;
  }
  if (!isChanged) return;
  for (const next of link.leadsTo) {
    const following = known(profiles.links[next], `profile of link ${next}`);
    following.isDirty = true;
    following.isPlatoonDirty = true;
  }
}

function mixPlatoon(profiles: FlowProfiles, link: FlowLink, profile: LinkProfile): void {
  const { platoon } = profile;
  const steps = platoon.length;
  platoon.fill(link.evenRatio);
  for (const { group, ratio } of link.feeders) {
    const { departures, cycleFlowVeh } = known(profiles.groups[group], `group ${group}`);
    const scale = cycleFlowVeh > 0 ? (ratio * steps) / cycleFlowVeh : 0;
    const even = cycleFlowVeh > 0 ? 0 : ratio;
    for (let step = 0; step < steps; step++) {
      platoon[step] = (platoon[step] as number) + even + scale * (departures[step] as number);
    }
  }
  disperseCyclic(platoon, profile.smoothing);
  profile.isPlatoonDirty = false;
}

/** Moves the platoon on by its lag and the offsets; a part of a step is divided between two steps. */
function rotateArrivals(profiles: FlowProfiles, link: FlowLink, profile: LinkProfile): void {
  const { platoon, arrivals } = profile;
  const steps = platoon.length;
  const from = known(profiles.members[link.from], "member upstream");
  const to = known(profiles.members[link.to], "member downstream");
  const lagS = PLATOON_LAG_RATIO * link.travelTimeS;
  const shift = wrapS(from.offsetS - to.offsetS + lagS, from.cycleS) / from.stepS;
  const whole = Math.floor(shift);
  const late = shift - whole;
  let source = (steps - (whole % steps)) % steps;
  let before = platoon[source === 0 ? steps - 1 : source - 1] as number;
  for (let step = 0; step < steps; step++) {
    const value = platoon[source] as number;
    arrivals[step] = value + late * (before - value);
    before = value;
    source = source + 1 === steps ? 0 : source + 1;
  }
}
