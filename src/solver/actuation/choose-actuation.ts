/**
 * How each controller of a plan answers its detectors, and where coordination pays.
 *
 * An intersection is better free when its delay free, estimated under arrivals at random, and what its neighbors lose when
 * its platoons come no more are not clearly above its delay in the coordinated plan. What a neighbor loses is the delay of
 * what it is fed under even arrivals less that in the plan, at least 0, and nothing if it is free itself. So all begin with
 * their own choice, and those whose platoons coordinated neighbors need more are coordinated again, until none is.
 * Both are taken in the fullest quarter of the hour, where a fixed plan is short of time and a free signal takes it, and
 * with random arrivals unfiltered: a signal upstream evens them out for both alike. The coordinated delay is that of the
 * fixed-time plan; actuated it is less. The free one does not know that its greens find its neighbors' platoons.
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
import { incrementalDelayS, uniformDelayS } from "../../traffic/hcm-delay.ts";
import type { LaneGroup } from "../../traffic/lane-group.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { chooseParameters } from "./actuation-parameters.ts";
import { estimateFreeDelay, type FreeEstimate, type FreeStream } from "./estimate-free-delay.ts";

/** Mean flow of an hour ÷ flow of its fullest quarter (HCM 2010, chapter 18: 0.92 where nothing better is known). */
const PEAK_HOUR_FACTOR = 0.92;

/**
 * Coordination must be better by this part: the measured delay of plans that hold a common cycle is above the model's by
 * more than that of free signals, as whatever disturbs a cycle costs all of them.
 */
const LEAST_GAIN = 0.1;

export interface ActuationChoice {
  readonly intersectionId: string;
  readonly mode: Actuation["mode"];
  /** Of its vehicles in the coordinated plan, veh·h/h. */
  readonly coordinatedDelayVehHPerH: number;
  /** The same when free, estimated. */
  readonly freeDelayVehHPerH: number;
  /** What its coordinated neighbors save by its platoons, veh·h/h. */
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
  const flows = groupFlows(of.flows.map((it) => ({ ...it, flowVph: it.flowVph / PEAK_HOUR_FACTOR })));
  const judged = of.timingPlans.filter((it) => flows.has(it.intersectionId));
  const network = buildFlowNetwork({
    index: of.index,
    flows,
    intersectionIds: judged.map((it) => it.intersectionId),
  });
  const profiles = buildFlowProfiles(network, judged);
  const compared = judged.map((plan, member) => {
    const site = known(sites.get(plan.intersectionId), `site ${plan.intersectionId}`);
    return compare({ site, plan, member, profiles });
  });
  const answers = new Map(
    settleModes(compared, profiles).map((choice, member) => [
      choice.intersectionId,
      { choice, plan: actuate(known(compared[member], "comparison"), choice.mode) },
    ]),
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

interface Comparison extends Judged {
  readonly times: readonly PhaseTimes[];
  readonly coordinatedVehHPerH: number;
  readonly freeVehHPerH: number;
  readonly free: FreeEstimate;
}

/** Coordinating one can make it worth it for the next; nobody goes back. */
function settleModes(compared: readonly Comparison[], profiles: FlowProfiles): ActuationChoice[] {
  const coordinated = new Set<number>();
  const benefits = compared.map((it) => listPlatoonBenefits(it.member, profiles));
  const benefitOf = (member: number): number =>
    known(benefits[member], "benefits").reduce(
      (sum, { to, vehHPerH }) => (coordinated.has(to) ? sum + vehHPerH : sum),
      0,
    );
  for (let before = -1; before < coordinated.size; ) {
    before = coordinated.size;
    for (const it of compared) {
      const freeVehHPerH = it.freeVehHPerH + benefitOf(it.member);
      if (it.coordinatedVehHPerH <= (1 - LEAST_GAIN) * freeVehHPerH) coordinated.add(it.member);
    }
  }
  return compared.map((it) => {
    const mode = coordinated.has(it.member) ? "coordinated" : "free";
    return describeChoice(it, mode, benefitOf(it.member));
  });
}

function actuate(of: Comparison, mode: Actuation["mode"]): TimingPlan {
  const { site, plan, times } = of;
  const phases = chooseParameters(site, { times, cycleS: plan.cycleS, mode });
  return { ...plan, actuation: { mode, forceOff: chooseForceOff(of, times), phases } };
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

function compare(of: Judged): Comparison {
  const { site, plan, member, profiles } = of;
  const { intersection } = site;
  const times = buildPhaseTimes(intersection, plan);
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
    groups.reduce((total, { group }, at) => total + (group.flowVph * delayOf(at)) / SECONDS_PER_HOUR, 0);
  return {
    ...of,
    times,
    free,
    coordinatedVehHPerH: sum((at) => groups[at]?.delayS ?? 0),
    freeVehHPerH: sum((at) => free.delaysS[at] ?? 0),
  };
}

function describeChoice(
  { plan, free, coordinatedVehHPerH, freeVehHPerH }: Comparison,
  mode: Actuation["mode"],
  platoonBenefitVehHPerH: number,
): ActuationChoice {
  const costs = `coordinated ${coordinatedVehHPerH.toFixed(1)} veh·h/h, free about ${freeVehHPerH.toFixed(1)} at a cycle of ${free.cycleS.toFixed(0)} s, platoons save neighbors ${platoonBenefitVehHPerH.toFixed(1)}`;
  return {
    intersectionId: plan.intersectionId,
    mode,
    coordinatedDelayVehHPerH: coordinatedVehHPerH,
    freeDelayVehHPerH: freeVehHPerH,
    platoonBenefitVehHPerH,
    reason: mode === "free" ? `Better free: ${costs}.` : `Coordinated: ${costs}.`,
  };
}

const groupsOf = ({ firstGroup, endGroup }: FlowMember, profiles: FlowProfiles) =>
  Array.from({ length: endGroup - firstGroup }, (_, at) => {
    const group = known(profiles.network.groups[firstGroup + at], "lane group");
    const {
      capacityVph,
      delayS,
      incrementalDelayS: filteredS,
    } = known(profiles.groups[firstGroup + at], "profile");
    const randomS = incrementalDelayS({ degreeOfSaturation: group.flowVph / capacityVph, capacityVph });
    return { group, capacityVph, delayS: delayS - filteredS + randomS };
  });

/** A lane group with the discharge that it has in the plan, turns that yield included. */
function toStream(
  group: LaneGroup,
  of: { capacityVph: number; plan: TimingPlan; times: readonly PhaseTimes[]; site: Site },
): FreeStream {
  const greens = listGreens(group, of.times, of.site.intersection);
  const greenS = greens.reduce((sum, it) => sum + it.greenS, 0);
  return {
    flowVps: group.flowVph / SECONDS_PER_HOUR,
    dischargeVps:
      greenS > 0
        ? ((of.capacityVph / SECONDS_PER_HOUR) * of.plan.cycleS) / greenS
        : of.capacityVph / SECONDS_PER_HOUR,
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

/** By link: delay of what this intersection feeds if its vehicles came evenly, less what it is. */
function listPlatoonBenefits(
  member: number,
  profiles: FlowProfiles,
): { readonly to: number; readonly vehHPerH: number }[] {
  const { network } = profiles;
  return network.links.flatMap((link) => {
    if (link.from !== member) return [];
    let vehHPerH = 0;
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
      vehHPerH += (broughtVph * Math.max(0, evenS - profile.delayS)) / SECONDS_PER_HOUR;
    }
    return [{ to: link.to, vehHPerH }];
  });
}
