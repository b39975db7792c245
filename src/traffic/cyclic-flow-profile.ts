/**
 * Cyclic flow profiles of a plan: arrivals and departures of every lane group over one average period, and the delay,
 * stops and queue that follow from them (after D. I. Robertson, TRANSYT, RRL report LR 253, 1969).
 *
 * A period of P seconds (common-period.ts: the cycle, or the longest of half, full and double cycles that meet) is
 * n = round(P) steps of P/n s. Departures of the members upstream are mixed by their part of the link's traffic, spread
 * along the link (platoon-dispersion.ts), moved by travel time and offsets, and met by the queue of each lane group
 * (group-profile.ts), which discharges as discharge.ts says, in every cycle of the period.
 * Platoons of a neighbor with a cycle that does not fit come at ever different times: they count as even arrivals.
 *
 * Speed: whatever does not depend on offsets is computed once per plan; a platoon is kept in the time of the
 * intersection that it leaves, so an offset only rotates it. After `moveOffset` and `replacePlan` the totals hold for the
 * intersection, for its neighbors downstream, and for platoons further on as they were before; `settle` carries the
 * change to the end and is the truth.
 *
 * Limits: vertical queues (no spill-back), one speed per link, no queue at the start of the period.
 */
import { assert, known } from "../errors.ts";
import { wrapS } from "../timing/cycle.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { listPeriodsS } from "./common-period.ts";
import { buildDischarges } from "./discharge.ts";
import type { FlowLink, FlowNetwork } from "./flow-network.ts";
import { buildGroupProfile, type GroupProfile, serve, setDischarges, stepsOf } from "./group-profile.ts";
import { disperseCyclic, PLATOON_LAG_RATIO, smoothingFactor } from "./platoon-dispersion.ts";

/** Profiles of one set of timing plans, changed in place by `moveOffset`, `replacePlan` and `settle`. */
export interface FlowProfiles {
  readonly network: FlowNetwork;
  readonly members: readonly MemberProfile[];
  readonly groups: readonly GroupProfile[];
  readonly links: readonly LinkProfile[];
  /** All vehicles together: mean number that is delayed (veh·h/h), and stops per hour. */
  readonly totals: { delayVehHPerH: number; stopsVph: number };
}

export interface MemberProfile {
  /** As it was given; `offsetS` stands instead of its offset. */
  timingPlan: TimingPlan;
  offsetS: number;
  cycleS: number;
  periodS: number;
  stepS: number;
}

interface LinkProfile {
  /** Platoons come in the same order every period: both ends have the same one. */
  isCoordinated: boolean;
  smoothing: number;
  /** Arrivals relative to their mean, after dispersion, in the time of the intersection upstream. */
  platoon: Float64Array;
  /** The same, moved by travel time and offsets into the time of the intersection downstream. */
  arrivals: Float64Array;
  /** Arrivals must be served again; the platoon must be mixed again before. */
  isDirty: boolean;
  isPlatoonDirty: boolean;
}

/** Rounds through loops of streets; each weakens the change by dispersion and mixing. */
const MAX_ROUNDS = 12;

/** Profiles of the plans (one per member of the network, in its order), settled. */
export function buildFlowProfiles(network: FlowNetwork, timingPlans: readonly TimingPlan[]): FlowProfiles {
  assert(timingPlans.length === network.members.length, "one timing plan per member");
  const profiles: FlowProfiles = {
    network,
    members: timingPlans.map((timingPlan) => ({
      timingPlan,
      offsetS: timingPlan.offsetS,
      cycleS: timingPlan.cycleS,
      periodS: 0,
      stepS: 0,
    })),
    groups: network.groups.map(buildGroupProfile),
    links: network.links.map(() => ({
      isCoordinated: false,
      smoothing: 0,
      platoon: NO_STEPS,
      arrivals: NO_STEPS,
      isDirty: true,
      isPlatoonDirty: true,
    })),
    totals: { delayVehHPerH: 0, stopsVph: 0 },
  };
  startPeriods(profiles, listPeriodsS(network, profiles.members));
  return profiles;
}

/**
 * Gives one member another offset and brings the totals up to date as far as the intersections next to it; moving it
 * back restores them.
 */
export function moveOffset(profiles: FlowProfiles, position: number, offsetS: number): void {
  known(profiles.members[position], `member ${position}`).offsetS = offsetS;
  const { arriving, leaving } = known(profiles.network.members[position], `member ${position}`);
  for (const link of arriving) if (profiles.links[link]?.isCoordinated === true) update(profiles, link);
  for (const link of leaving) if (profiles.links[link]?.isCoordinated === true) update(profiles, link);
}

/**
 * Gives one member another plan: other splits, sequence, offset, and a cycle of half or double the length. The totals are
 * brought up to date as far as with `moveOffset`, and putting the plan back restores them.
 * A cycle that changes the period of an area (a longer one than all others there, the only longest one, or one that does
 * not fit) costs as much as building the profiles, and leaves them settled.
 */
export function replacePlan(profiles: FlowProfiles, position: number, timingPlan: TimingPlan): void {
  const member = known(profiles.members[position], `member ${position}`);
  const isSameCycle = member.cycleS === timingPlan.cycleS;
  member.timingPlan = timingPlan;
  member.cycleS = timingPlan.cycleS;
  member.offsetS = timingPlan.offsetS;
  if (!isSameCycle) {
    const periodsS = listPeriodsS(profiles.network, profiles.members);
    if (profiles.members.some((it, at) => it.periodS !== periodsS[at])) {
      startPeriods(profiles, periodsS);
      return;
    }
  }
  applyPlan(profiles, position);
  const { boundaryGroups, arriving, leaving } = known(profiles.network.members[position], "member");
  for (const link of leaving) markPlatoon(profiles, link);
  const even = evenArrivals(stepsOf(member.periodS));
  for (const group of boundaryGroups) serve(profiles.totals, known(profiles.groups[group], "group"), even);
  for (const link of arriving) if (profiles.links[link]?.isCoordinated === false) update(profiles, link);
  moveOffset(profiles, position, timingPlan.offsetS);
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

const NO_STEPS = new Float64Array(0);
const evenArrivals = (steps: number): Float64Array => new Float64Array(steps).fill(1);

/** Starts all profiles from even arrivals, on these periods, and settles them. */
function startPeriods(profiles: FlowProfiles, periodsS: Float64Array): void {
  const { network, members, links, groups, totals } = profiles;
  for (const [position, member] of members.entries()) {
    member.periodS = known(periodsS[position], "period");
    member.stepS = member.periodS / stepsOf(member.periodS);
    applyPlan(profiles, position);
  }
  for (const [position, link] of links.entries()) {
    const { from, to, travelTimeS } = known(network.links[position], "link");
    const upstream = known(members[from], "member upstream");
    const downstream = known(members[to], "member downstream");
    link.isCoordinated = upstream.periodS === downstream.periodS;
    link.smoothing = smoothingFactor(travelTimeS / upstream.stepS);
    link.platoon = new Float64Array(stepsOf(upstream.periodS));
    link.arrivals = evenArrivals(stepsOf(downstream.periodS));
    link.isDirty = true;
    link.isPlatoonDirty = true;
  }
  let even: Float64Array = NO_STEPS;
  for (const group of groups) {
    if (even.length !== group.discharge.length) even = evenArrivals(group.discharge.length);
    serve(totals, group, even);
  }
  settle(profiles);
}

/** Lets the lane groups of a member discharge as its plan says. */
function applyPlan(profiles: FlowProfiles, position: number): void {
  const { intersection, firstGroup, endGroup } = known(profiles.network.members[position], "member");
  const member = known(profiles.members[position], "profile of member");
  const { cycleS } = member;
  const greens = buildMovementGreens(intersection, { ...member.timingPlan, offsetS: 0 });
  for (let at = firstGroup; at < endGroup; at++) {
    const group = known(profiles.network.groups[at], "lane group");
    setDischarges(known(profiles.groups[at], "group"), buildDischarges({ group, greens, cycleS }), member);
  }
}

/** Brings one link up to date: its platoon if its feeders changed, its arrivals, and the lane groups that it ends in. */
function update(profiles: FlowProfiles, position: number): void {
  const link = known(profiles.network.links[position], `link ${position}`);
  const profile = known(profiles.links[position], `profile of link ${position}`);
  profile.isDirty = false;
  if (profile.isCoordinated) {
    if (profile.isPlatoonDirty) mixPlatoon(profiles, link, profile);
    rotateArrivals(profiles, link, profile);
  }
  let isChanged = false;
  for (const group of link.fed) {
    const changed = serve(profiles.totals, known(profiles.groups[group], `group ${group}`), profile.arrivals);
    isChanged ||= changed;
  }
  if (isChanged) for (const next of link.leadsTo) markPlatoon(profiles, next);
}

function markPlatoon(profiles: FlowProfiles, position: number): void {
  const link = known(profiles.links[position], `profile of link ${position}`);
  link.isDirty = true;
  link.isPlatoonDirty = true;
}

function mixPlatoon(profiles: FlowProfiles, link: FlowLink, profile: LinkProfile): void {
  const { platoon } = profile;
  const steps = platoon.length;
  platoon.fill(link.evenRatio);
  for (const { group, ratio } of link.feeders) {
    const { departures, periodFlowVeh } = known(profiles.groups[group], `group ${group}`);
    const scale = periodFlowVeh > 0 ? (ratio * steps) / periodFlowVeh : 0;
    const even = periodFlowVeh > 0 ? 0 : ratio;
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
  const shift = wrapS(from.offsetS - to.offsetS + lagS, from.periodS) / from.stepS;
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
