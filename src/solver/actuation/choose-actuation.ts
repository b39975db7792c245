/**
 * How each controller of a plan answers its detectors, and where coordination pays.
 *
 * An intersection is better free when its delay free, estimated under arrivals at random, together with what its
 * neighbors lose when its platoons come no more, is clearly below its delay in the coordinated plan. What the neighbors
 * lose is the delay of what it feeds under even arrivals less that in the plan, at least 0.
 * The coordinated delay is that of the fixed-time plan: actuated it is less, so the comparison leans to coordination,
 * as the margin does. Neighbors are judged as if they stayed coordinated.
 */
import { known } from "../../errors.ts";
import type { NetworkIndex } from "../../network/find.ts";
import type { Intersection } from "../../network/network.schema.ts";
import { buildPhaseTimes, type PhaseTimes } from "../../timing/phase-times.ts";
import type { Actuation, TimingPlan } from "../../timing/plan.schema.ts";
import { buildSites, type Site } from "../../timing/site.ts";
import { buildFlowProfiles, type FlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { type FlowOfMovement, groupFlows } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork, type FlowMember } from "../../traffic/flow-network.ts";
import { uniformDelayS } from "../../traffic/hcm-delay.ts";
import type { LaneGroup } from "../../traffic/lane-group.ts";
import { chooseParameters } from "./actuation-parameters.ts";
import { estimateFreeDelay, type FreeStream } from "./estimate-free-delay.ts";

/** Free must be better by this part of the coordinated delay. */
const LEAST_GAIN = 0.05;
/** Above this a free signal runs from maximum to maximum, and nobody knows when. */
const MOST_SATURATION_FREE = 0.95;

export interface ActuationChoice {
  readonly intersectionId: string;
  readonly mode: Actuation["mode"];
  /** Of its vehicles in the coordinated plan, veh·h/h. */
  readonly coordinatedDelayVehHPerH: number;
  /** The same when free, estimated. */
  readonly freeDelayVehHPerH: number;
  /** What its neighbors save by its platoons, veh·h/h. */
  readonly platoonBenefitVehHPerH: number;
  readonly reason: string;
}

/** The plans with their actuation, and why. Intersections without flow keep their plan as it is. */
export function chooseActuation(of: {
  readonly index: NetworkIndex;
  readonly timingPlans: readonly TimingPlan[];
  readonly flows: readonly FlowOfMovement[];
}): { readonly timingPlans: TimingPlan[]; readonly choices: ActuationChoice[] } {
  const sites = buildSites(of.index.network);
  const flows = groupFlows(of.flows);
  const judged = of.timingPlans.filter((it) => flows.has(it.intersectionId));
  const network = buildFlowNetwork({
    index: of.index,
    flows,
    intersectionIds: judged.map((it) => it.intersectionId),
  });
  const profiles = buildFlowProfiles(network, judged);
  const answers = new Map(
    judged.map((plan, member) => {
      const site = known(sites.get(plan.intersectionId), `site ${plan.intersectionId}`);
      return [plan.intersectionId, chooseFor({ site, plan, member, profiles })];
    }),
  );
  return {
    timingPlans: of.timingPlans.map((it) => answers.get(it.intersectionId)?.plan ?? it),
    choices: [...answers.values()].map((it) => it.choice),
  };
}

interface Judged {
  readonly site: Site;
  readonly plan: TimingPlan;
  readonly member: number;
  readonly profiles: FlowProfiles;
}

function chooseFor(of: Judged): { readonly plan: TimingPlan; readonly choice: ActuationChoice } {
  const { site, plan } = of;
  const times = buildPhaseTimes(site.intersection, plan);
  const choice = compare(of, times);
  const { mode } = choice;
  const phases = chooseParameters(site, { times, cycleS: plan.cycleS, mode });
  return { choice, plan: { ...plan, actuation: { mode, forceOff: chooseForceOff(of, times), phases } } };
}

/** Time that a phase leaves goes to the coordinated phases where they are the fullest, otherwise to the next phase. */
function chooseForceOff(
  { site, member, profiles }: Judged,
  times: readonly PhaseTimes[],
): Actuation["forceOff"] {
  const { intersection } = site;
  let fullest = 0;
  let forceOff: Actuation["forceOff"] = "fixed";
  for (const { group, capacityVph } of groupsOf(
    known(profiles.network.members[member], "member"),
    profiles,
  )) {
    const saturation = group.flowVph / capacityVph;
    if (saturation <= fullest) continue;
    fullest = saturation;
    const greens = listGreens(group, times, intersection);
    forceOff = greens.some((it) => intersection.coordinatedPhases.includes(it.phase)) ? "floating" : "fixed";
  }
  return forceOff;
}

function compare(of: Judged, times: readonly PhaseTimes[]): ActuationChoice {
  const { site, plan, member, profiles } = of;
  const { intersection } = site;
  const span = known(profiles.network.members[member], "member");
  const groups = groupsOf(span, profiles).filter(({ group }) => group.flowVph > 0);
  const free = estimateFreeDelay({
    intersection,
    times,
    sequenceId: plan.sequenceId,
    phases: chooseParameters(site, { times, cycleS: plan.cycleS, mode: "free" }),
    streams: groups.map(({ group, capacityVph }) => toStream(group, { capacityVph, plan, times, site })),
  });
  const sum = (delayOf: (at: number) => number): number =>
    groups.reduce((total, { group }, at) => total + (group.flowVph * delayOf(at)) / 3600, 0);
  const coordinatedDelayVehHPerH = sum((at) => groups[at]?.delayS ?? 0);
  const freeDelayVehHPerH = sum((at) => free.delaysS[at] ?? 0);
  const platoonBenefitVehHPerH = estimatePlatoonBenefit(of);
  const isFull = free.largestSaturation > MOST_SATURATION_FREE;
  const isBetterFree =
    !isFull && freeDelayVehHPerH + platoonBenefitVehHPerH < (1 - LEAST_GAIN) * coordinatedDelayVehHPerH;
  const costs = `coordinated ${coordinatedDelayVehHPerH.toFixed(1)} veh·h/h, free about ${freeDelayVehHPerH.toFixed(1)} at a cycle of ${free.cycleS.toFixed(0)} s, platoons save neighbors ${platoonBenefitVehHPerH.toFixed(1)}`;
  return {
    intersectionId: plan.intersectionId,
    mode: isBetterFree ? "free" : "coordinated",
    coordinatedDelayVehHPerH,
    freeDelayVehHPerH,
    platoonBenefitVehHPerH,
    reason: isBetterFree
      ? `Better free: ${costs}.`
      : isFull
        ? `Coordinated: too full to run free (${free.largestSaturation.toFixed(2)} of capacity at maximum greens); ${costs}.`
        : `Coordinated: ${costs}.`,
  };
}

const groupsOf = ({ firstGroup, endGroup }: FlowMember, profiles: FlowProfiles) =>
  Array.from({ length: endGroup - firstGroup }, (_, at) => {
    const group = known(profiles.network.groups[firstGroup + at], "lane group");
    const { capacityVph, delayS } = known(profiles.groups[firstGroup + at], "profile");
    return { group, capacityVph, delayS };
  });

/** A lane group with the discharge that it has in the plan, turns that yield included. */
function toStream(
  group: LaneGroup,
  of: { capacityVph: number; plan: TimingPlan; times: readonly PhaseTimes[]; site: Site },
): FreeStream {
  const greens = listGreens(group, of.times, of.site.intersection);
  const greenS = greens.reduce((sum, it) => sum + it.greenS, 0);
  return {
    flowVps: group.flowVph / 3600,
    dischargeVps: greenS > 0 ? ((of.capacityVph / 3600) * of.plan.cycleS) / greenS : of.capacityVph / 3600,
    phases: greens.map((it) => it.phase),
  };
}

function listGreens(
  { members }: LaneGroup,
  times: readonly PhaseTimes[],
  intersection: Intersection,
): PhaseTimes[] {
  const served = members.filter((it) => it.flowVph > 0).flatMap((it) => it.greensOf ?? []);
  return times.filter(({ phase: number }) => {
    const phase = intersection.phases.find((it) => it.number === number);
    return served.some(
      (id) =>
        phase?.protectedMovements.includes(id) === true || phase?.permittedMovements.includes(id) === true,
    );
  });
}

/** Delay of what this intersection feeds if its vehicles came evenly, less what it is. */
function estimatePlatoonBenefit({ member, profiles }: Judged): number {
  const { network } = profiles;
  let benefitVehHPerH = 0;
  for (const link of network.links) {
    if (link.from !== member) continue;
    const { timingPlan: plan } = known(profiles.members[link.to], "neighbor");
    const { intersection } = known(network.members[link.to], "neighbor");
    const times = buildPhaseTimes(intersection, plan);
    for (const at of link.fed) {
      const group = known(network.groups[at], "lane group");
      const profile = known(profiles.groups[at], "profile");
      if (group.flowVph === 0) continue;
      const greenS = listGreens(group, times, intersection).reduce((sum, it) => sum + it.greenS, 0);
      const effectiveGreenS = Math.min(plan.cycleS, greenS);
      const evenS =
        uniformDelayS({
          cycleS: plan.cycleS,
          effectiveGreenS,
          degreeOfSaturation: group.flowVph / profile.capacityVph,
        }) + profile.incrementalDelayS;
      const broughtVph = group.flowVph * (1 - link.evenRatio);
      benefitVehHPerH += (broughtVph * Math.max(0, evenS - profile.delayS)) / 3600;
    }
  }
  return benefitVehHPerH;
}
