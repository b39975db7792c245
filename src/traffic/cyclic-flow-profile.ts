/**
 * Cyclic flow profiles of a plan: arrivals and departures of every lane group over one average period, and the delay,
 * stops and queue that follow from them (after D. I. Robertson, TRANSYT, RRL report LR 253, 1969).
 *
 * A period of P seconds (common-period.ts: the cycle, or the longest of half, full and double cycles that meet) is
 * n = round(P) steps of P/n s. Departures of the members upstream are mixed by their part of the link's traffic, spread
 * along the link (platoon-dispersion.ts), moved by travel time and offsets, and met by the queue of each lane group
 * (group-profile.ts), which discharges as discharge.ts says, in every cycle of the period.
 * Platoons of a neighbor with a cycle that does not fit come at ever different times: they count as even arrivals.
 * Signals upstream make arrivals less random and let through no more than they serve: that comes from their splits, not
 * from offsets (overflow.ts, link-profile.ts).
 *
 * Speed: whatever does not depend on offsets is computed once per plan; a platoon is kept in the time of the
 * intersection that it leaves, so an offset only rotates it. After `moveOffset` and `replacePlan` the totals hold for the
 * intersection, for its neighbors downstream, and for platoons further on as they were before; `settle` carries the
 * change to the end and is the truth.
 *
 * Limits: vertical queues (spill-back is priced, not followed), one speed per link. A queue at the start of the period
 * delays, but leaves platoons as they are.
 */
import { assert, known } from "../errors.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { listPeriodsS, staysInPeriod } from "./common-period.ts";
import { buildDischarges } from "./discharge.ts";
import type { FlowNetwork } from "./flow-network.ts";
import {
  buildGroupProfile,
  type GroupProfile,
  type ProfileTotals,
  serve,
  setDischarges,
} from "./group-profile.ts";
import { aimArrivals, filterArrivals, type LinkProfile, mixPlatoon } from "./link-profile.ts";
import { smoothingFactor } from "./platoon-dispersion.ts";
import {
  allocateSteps,
  EVEN_ARRIVALS,
  type ProfileSteps,
  platoonNumbersOf,
  stepsOf,
} from "./profile-steps.ts";

/** Profiles of one set of timing plans, changed in place by `moveOffset`, `replacePlan` and `settle`. */
export interface FlowProfiles {
  readonly network: FlowNetwork;
  readonly members: readonly MemberProfile[];
  readonly groups: readonly GroupProfile[];
  readonly links: readonly LinkProfile[];
  readonly totals: ProfileTotals;
  profileSteps: ProfileSteps;
}

export interface MemberProfile {
  /** As it was given; `offsetS` stands instead of its offset. */
  timingPlan: TimingPlan;
  offsetS: number;
  cycleS: number;
  periodS: number;
  stepS: number;
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
    groups: network.groups.map((it) => buildGroupProfile(it, network.periodH)),
    links: network.links.map(() => ({
      isCoordinated: false,
      smoothing: 0,
      steps: 0,
      first: 0,
      lead: 1,
      lateRatio: 0,
      carriedRatio: 1,
      isDirty: true,
      isPlatoonDirty: true,
    })),
    totals: { delayVehHPerH: 0, stopsVph: 0, spillVehHPerH: 0 },
    profileSteps: NO_STEPS,
  };
  startPeriods(profiles, listPeriodsS(network, profiles.members));
  return profiles;
}

/**
 * Gives one member another offset and brings the totals up to date as far as the intersections next to it; moving it
 * back restores them.
 */
export function moveOffset(profiles: FlowProfiles, position: number, offsetS: number): void {
  known(profiles.members[position], "member").offsetS = offsetS;
  const { arriving, leaving } = known(profiles.network.members[position], "member");
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
  const { cycleS } = timingPlan;
  const isSamePeriod =
    cycleS === member.cycleS || staysInPeriod(profiles.network, profiles.members, { position, cycleS });
  member.timingPlan = timingPlan;
  member.cycleS = timingPlan.cycleS;
  member.offsetS = timingPlan.offsetS;
  if (!isSamePeriod) {
    const periodsS = listPeriodsS(profiles.network, profiles.members);
    if (profiles.members.some((it, at) => it.periodS !== periodsS[at])) {
      startPeriods(profiles, periodsS);
      return;
    }
  }
  applyPlan(profiles, position);
  const { boundaryGroups, arriving, leaving } = known(profiles.network.members[position], "member");
  for (const link of leaving) markPlatoon(profiles, link);
  serveEvenly(profiles, boundaryGroups);
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

const NO_STEPS = allocateSteps({ discharged: 0, departures: 0, platoons: 0, longestSteps: 0 }).profileSteps;

/** Starts all profiles anew on these periods, and settles them. */
function startPeriods(profiles: FlowProfiles, periodsS: Float64Array): void {
  layOut(profiles, periodsS);
  for (const position of profiles.members.keys()) applyPlan(profiles, position);
  for (const { boundaryGroups } of profiles.network.members) serveEvenly(profiles, boundaryGroups);
  settle(profiles);
}

/** Gives members their periods, and lane groups and links their places in the flat arrays. */
function layOut(profiles: FlowProfiles, periodsS: Float64Array): void {
  const { network, members, groups, links } = profiles;
  const sizes = { discharged: 0, departures: 0, platoons: 0, longestSteps: 0 };
  for (const [position, member] of members.entries()) {
    member.periodS = known(periodsS[position], "period");
    const steps = stepsOf(member.periodS);
    member.stepS = member.periodS / steps;
    sizes.longestSteps = Math.max(sizes.longestSteps, steps);
    const { firstGroup, endGroup } = known(network.members[position], "member");
    for (let at = firstGroup; at < endGroup; at++) {
      const group = known(groups[at], "group");
      group.steps = steps;
      group.firstDischarged = sizes.discharged;
      group.firstDeparture = sizes.departures;
      sizes.discharged += steps + 1;
      sizes.departures += steps;
    }
  }
  for (const [position, link] of links.entries()) {
    const { from, to, travelTimeS, dispersion } = known(network.links[position], "link");
    const upstream = known(members[from], "member upstream");
    link.isCoordinated = upstream.periodS === known(members[to], "member downstream").periodS;
    link.smoothing = smoothingFactor(travelTimeS / upstream.stepS, dispersion);
    link.steps = stepsOf(upstream.periodS);
    link.first = sizes.platoons;
    link.isDirty = true;
    link.isPlatoonDirty = true;
    if (link.isCoordinated) sizes.platoons += platoonNumbersOf(link.steps);
  }
  const { profileSteps, firstPlatoon } = allocateSteps(sizes);
  profiles.profileSteps = profileSteps;
  for (const link of links) link.first += firstPlatoon;
}

function serveEvenly(profiles: FlowProfiles, groups: readonly number[]): void {
  for (const group of groups) {
    serve(profiles.profileSteps, profiles.totals, known(profiles.groups[group], "group"), EVEN_ARRIVALS);
  }
}

/** Lets the lane groups of a member discharge as its plan says. */
function applyPlan(profiles: FlowProfiles, position: number): void {
  const { intersection, firstGroup, endGroup } = known(profiles.network.members[position], "member");
  const member = known(profiles.members[position], "profile of member");
  const { cycleS } = member;
  const greens = buildMovementGreens(intersection, { ...member.timingPlan, offsetS: 0 });
  for (let at = firstGroup; at < endGroup; at++) {
    const group = known(profiles.network.groups[at], "lane group");
    const discharges = buildDischarges({ group, greens, cycleS });
    setDischarges(profiles.profileSteps, known(profiles.groups[at], "group"), discharges, member);
  }
}

/** Brings one link up to date: its platoon if its feeders changed, its arrivals, and the lane groups that it ends in. */
function update(profiles: FlowProfiles, position: number): void {
  const { network, members, groups, profileSteps, totals } = profiles;
  const link = known(network.links[position], "link");
  const profile = known(profiles.links[position], "profile of link");
  profile.isDirty = false;
  const hasFiltered = profile.isPlatoonDirty && filterArrivals(groups, link, profile);
  if (profile.isCoordinated) {
    if (profile.isPlatoonDirty) mixPlatoon(profileSteps, groups, link, profile);
    profile.isPlatoonDirty = false;
    aimArrivals(profile, link, known(members[link.from], "upstream"), known(members[link.to], "downstream"));
  }
  const arrivals = profile.isCoordinated ? profile : EVEN_ARRIVALS;
  let isChanged = hasFiltered;
  for (const group of link.fed) {
    if (serve(profileSteps, totals, known(groups[group], "group"), arrivals)) isChanged = true;
  }
  if (isChanged) for (const next of link.leadsTo) markPlatoon(profiles, next);
}

function markPlatoon(profiles: FlowProfiles, position: number): void {
  const link = known(profiles.links[position], `profile of link ${position}`);
  link.isDirty = true;
  link.isPlatoonDirty = true;
}
