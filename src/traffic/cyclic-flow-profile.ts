/**
 * Cyclic flow profiles of a plan: arrivals and departures of every lane group over one average cycle, and the delay,
 * stops and queue that follow from them (after D. I. Robertson, TRANSYT, RRL report LR 253, 1969).
 *
 * A cycle of C seconds is n = round(C) steps of C/n s. Departures of the members upstream are mixed by their part of the
 * link's traffic, spread along the link (platoon-dispersion.ts), moved by travel time and offsets, and met by a vertical
 * queue that discharges as discharge.ts says. The profiles are periodic: each queue begins where it must be empty, at
 * the instant after which cumulative discharge never again falls behind cumulative arrivals.
 * To the delay of the average cycle comes the random and oversaturation delay d2 (hcm-delay.ts). A demand above capacity
 * is cut to capacity in the profile; the rest of it is in d2. Each cycle of d2 counts as one more stop.
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
import { SECONDS_PER_HOUR } from "../units.ts";
import { buildDischarges, capacityOfDischargesVph, type Discharge } from "./discharge.ts";
import type { FlowLink, FlowNetwork } from "./flow-network.ts";
import { incrementalDelayS } from "./hcm-delay.ts";
import type { LaneGroup } from "./lane-group.ts";
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

/** One lane group; profiles begin where its own plan's cycle would with an offset of zero. */
export interface GroupProfile {
  readonly flowVph: number;
  readonly capacityVph: number;
  readonly cycleS: number;
  /** Discharge possible in each step, veh. */
  readonly discharge: Float64Array;
  /** Vehicles of the profile per cycle: demand, cut to capacity. */
  readonly cycleFlowVeh: number;
  /** d2, s per vehicle. */
  readonly incrementalDelayS: number;
  /** Departures in each step, veh. */
  readonly departures: Float64Array;
  delayS: number;
  stopRatio: number;
  queueVeh: number;
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

/** A vehicle that asks for the delay of a lane group without traffic, veh/h. */
const PROBE_VPH = 0.01;
/** Stands for the capacity of a movement that never gets green, veh/h, so that its delay is finite. */
const NO_CAPACITY_VPH = 1;
/** Departures that changed by less than this part of the flow are not carried on. */
const CHANGE_TOLERANCE = 1e-12;
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

const stepsOf = (cycleS: number): number => Math.max(1, Math.round(cycleS));

const evenArrivals = (steps: number): Float64Array => new Float64Array(steps).fill(1);

function buildGroupProfile(
  group: LaneGroup,
  discharges: readonly Discharge[],
  time: { readonly cycleS: number; readonly stepS: number },
): GroupProfile {
  const discharge = toSteps(discharges, time);
  const capacityVph = Math.max(NO_CAPACITY_VPH, capacityOfDischargesVph(discharges, time.cycleS));
  const servedVph = Math.min(
    capacityOfDischargesVph(discharges, time.cycleS),
    Math.max(group.flowVph, PROBE_VPH),
  );
  return {
    flowVph: group.flowVph,
    capacityVph,
    cycleS: time.cycleS,
    discharge,
    cycleFlowVeh: (servedVph * time.cycleS) / SECONDS_PER_HOUR,
    incrementalDelayS: incrementalDelayS({ degreeOfSaturation: group.flowVph / capacityVph, capacityVph }),
    departures: new Float64Array(discharge.length),
    delayS: 0,
    stopRatio: 0,
    queueVeh: 0,
  };
}

/** Vehicles that each step can discharge; a stretch that ends inside a step counts with its part of it. */
function toSteps(
  discharges: readonly Discharge[],
  time: { readonly cycleS: number; readonly stepS: number },
): Float64Array {
  const steps = new Float64Array(stepsOf(time.cycleS));
  for (const { startS, lengthS, rateVps } of discharges) {
    const endS = startS + lengthS;
    for (let step = Math.floor(startS / time.stepS); step * time.stepS < endS - 1e-9; step++) {
      const overlapS = Math.min(endS, (step + 1) * time.stepS) - Math.max(startS, step * time.stepS);
      steps[step % steps.length] = (steps[step % steps.length] as number) + overlapS * rateVps;
    }
  }
  return steps;
}

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

/**
 * Runs the queue of one lane group through a cycle under arrivals that are relative to their mean, and replaces its
 * part of the totals. Answers whether its departures changed.
 */
function serve(
  totals: { delayVehHPerH: number; stopsVph: number },
  group: GroupProfile,
  arrivals: Float64Array,
): boolean {
  const { discharge, departures, cycleFlowVeh } = group;
  const steps = discharge.length;
  const scale = cycleFlowVeh / steps;
  let step = stepAfterEmptyQueue(arrivals, scale, discharge);
  let queue = 0;
  let queueSteps = 0;
  let stopped = 0;
  let longest = 0;
  let change = 0;
  for (let count = 0; count < steps; count++) {
    const arriving = scale * (arrivals[step] as number);
    const possible = discharge[step] as number;
    const left = queue + arriving - possible;
    let departing = possible;
    if (left > 0) {
      queueSteps += (queue + left) / 2;
      stopped += arriving;
      queue = left;
      if (left > longest) longest = left;
    } else {
      departing = queue + arriving;
      if (queue > 0) {
        const clearing = queue / (possible - arriving);
        queueSteps += (queue * clearing) / 2;
        stopped += arriving * clearing;
        queue = 0;
      }
    }
    change += Math.abs(departing - (departures[step] as number));
    departures[step] = departing;
    step = step + 1 === steps ? 0 : step + 1;
  }
  totals.delayVehHPerH -= (group.flowVph * group.delayS) / SECONDS_PER_HOUR;
  totals.stopsVph -= group.flowVph * group.stopRatio;
  const isServed = cycleFlowVeh > 0;
  const profileDelayS = isServed ? (queueSteps * group.cycleS) / steps / cycleFlowVeh : group.cycleS / 2;
  group.delayS = profileDelayS + group.incrementalDelayS;
  group.stopRatio =
    (isServed ? Math.min(1, stopped / cycleFlowVeh) : 1) + group.incrementalDelayS / group.cycleS;
  group.queueVeh = longest + (group.flowVph * group.incrementalDelayS) / SECONDS_PER_HOUR;
  totals.delayVehHPerH += (group.flowVph * group.delayS) / SECONDS_PER_HOUR;
  totals.stopsVph += group.flowVph * group.stopRatio;
  return change > CHANGE_TOLERANCE * cycleFlowVeh;
}

/** The step after the least value of arrivals minus discharge, summed from the start: there the queue is empty. */
function stepAfterEmptyQueue(arrivals: Float64Array, scale: number, discharge: Float64Array): number {
  const steps = discharge.length;
  let sum = 0;
  let least = 0;
  let after = 0;
  for (let step = 0; step < steps; step++) {
    sum += scale * (arrivals[step] as number) - (discharge[step] as number);
    if (sum < least) {
      least = sum;
      after = step + 1;
    }
  }
  return after === steps ? 0 : after;
}
