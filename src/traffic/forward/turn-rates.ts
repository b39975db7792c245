/**
 * When one movement may leave and how fast, for the re-measurement: the published rules of traffic/discharge-windows.ts
 * written out once more.
 *
 *   effective green   [G + l₁, G + g + e)                          l₁ start-up lost time, e = 2 s (HCM 2010, ch. 18)
 *   permitted         s_p = v_o exp(−v_o t_c) / (1 − exp(−v_o t_f)), from the end of the opposing queue to the end of
 *                     green, then two sneakers per lane            t_c = 4.5 s, t_f = 2.5 s (HCM 2010, ch. 31)
 *   opposing queue    l₁ + v_o r / (s_o − v_o) into its green, at the latest to its end: of all that queues in those lanes
 *   on red            the same s_p with 6.9 s and 3.3 s (ch. 19) against the flow joined, all of it during the red
 *
 * Limits: opposing queues are those of even arrivals.
 */
import { known } from "../../errors.ts";
import { holds, type Interval, wrapS } from "../../timing/cycle.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import type { Conflict, LaneGroup, LaneGroupMember } from "../lane-group.ts";
import { listMoments } from "./leave-before-blocked.ts";
import type { Greens } from "./walk-rings.ts";

const USED_YELLOW_S = 2;
const SNEAKERS_PER_LANE = 2;

/** A stretch in which the movement leaves at `rateVps` outside `unless`, as if all lanes of its group served it. */
export interface Opening extends Interval {
  readonly rateVps: number;
  readonly unless: readonly Interval[];
}

interface Question {
  readonly member: LaneGroupMember;
  readonly group: LaneGroup;
  readonly greens: ReadonlyMap<string, Greens>;
  readonly cycleS: number;
}

/** Openings of one member; where they overlap the fastest counts. */
export function listOpenings(question: Question): Opening[] {
  const { member, group, greens, cycleS } = question;
  const saturationVps = member.saturationFlowVph / SECONDS_PER_HOUR;
  const always = { startS: 0, lengthS: cycleS, unless: [] };
  if (member.greensOf === undefined) return [{ ...always, rateVps: saturationVps }];
  const own = known(greens.get(member.greensOf), `greens of ${member.greensOf}`);
  const openings = own.protected.map((green) => asEffective(question, green, saturationVps));
  for (const green of own.permitted) openings.push(...listYielding(question, green));
  if (member.movement.rightTurnOnRed && group.members.length === 1) {
    const redS = cycleS - own.protected.reduce((sum, it) => sum + it.lengthS, 0);
    const joinedVph = (member.mergingFlowVph * cycleS) / Math.max(1, redS);
    const rateVps = gapsVps(joinedVph, 6.9, 3.3) * group.lanes;
    openings.push({ ...always, rateVps: Math.min(saturationVps, rateVps) });
  }
  return openings;
}

/** The rate at an instant, veh/s. */
export function rateAt(openings: readonly Opening[], timeS: number, cycleS: number): number {
  let fastest = 0;
  for (const { startS, lengthS, rateVps, unless } of openings) {
    if (rateVps <= fastest || !holds({ startS, lengthS }, timeS, cycleS)) continue;
    if (!unless.some((it) => holds(it, timeS, cycleS))) fastest = rateVps;
  }
  return fastest;
}

function asEffective({ member, cycleS }: Question, green: Interval, rateVps: number): Opening {
  if (green.lengthS >= cycleS) return { ...green, rateVps, unless: [] };
  const lostS = member.movement.startupLostTimeS;
  const lengthS = Math.max(0, green.lengthS - lostS + USED_YELLOW_S);
  return {
    startS: wrapS(green.startS + lostS, cycleS),
    lengthS: Math.min(cycleS, lengthS),
    rateVps,
    unless: [],
  };
}

function listYielding(question: Question, green: Interval): Opening[] {
  const { member, group, greens, cycleS } = question;
  const { startupLostTimeS, permittedSaturationFlowVph } = member.movement;
  const saturationVps = member.saturationFlowVph / SECONDS_PER_HOUR;
  if (permittedSaturationFlowVph !== undefined) {
    const rateVps = (permittedSaturationFlowVph * group.lanes) / member.usableLanes / SECONDS_PER_HOUR;
    return [asEffective(question, green, rateVps)];
  }
  const rivals = member.conflicts
    .map((rival) => ({ rival, running: greensThatGoFirst(rival, greens) }))
    .filter(({ running }) =>
      running.some((it) => holds(it, green.startS, cycleS) || holds(green, it.startS, cycleS)),
    );
  if (rivals.length === 0) return [asEffective(question, green, saturationVps)];
  const opposingVph = rivals.reduce((sum, { rival }) => sum + rival.flowVph, 0);
  const turning = {
    rateVps: Math.min(saturationVps, gapsVps(opposingVph, 4.5, 2.5) * group.lanes),
    unless: rivals.flatMap(({ rival, running }) =>
      running.map((it) => queueTime(question, rival, it, cycleS)),
    ),
  };
  if (green.lengthS >= cycleS) return [{ ...green, ...turning }];
  return [
    {
      startS: wrapS(green.startS + startupLostTimeS, cycleS),
      lengthS: Math.max(0, green.lengthS - startupLostTimeS),
      ...turning,
    },
    {
      startS: wrapS(green.startS + green.lengthS, cycleS),
      lengthS: USED_YELLOW_S,
      rateVps: (SNEAKERS_PER_LANE * group.lanes) / USED_YELLOW_S,
      unless: [],
    },
  ];
}

function greensThatGoFirst(rival: Conflict, greens: ReadonlyMap<string, Greens>): readonly Interval[] {
  const own = known(greens.get(rival.movementId), `greens of ${rival.movementId}`);
  return rival.goesFirst ? own.protected.concat(own.permitted) : own.protected;
}

function queueTime({ group, member }: Question, rival: Conflict, green: Interval, cycleS: number): Interval {
  const redS = cycleS - green.lengthS;
  if (redS <= 0) return { startS: green.startS, lengthS: 0 };
  const facingP = rivalOfOnlyLane(group, member, rival) > 0 ? member.share : 0;
  const queueS = rival.startupLostTimeS + emptyingS(rival.queue, facingP, redS, green.lengthS);
  return { startS: green.startS, lengthS: Math.min(green.lengthS, queueS) };
}

/** Where both streams have one lane, in which turns wait for each other: their part of the lane opposite; else 0. */
export const rivalOfOnlyLane = (group: LaneGroup, member: LaneGroupMember, { queue }: Conflict): number =>
  Math.max(group.lanes, queue.lanes) > 1 || member.movement.lanes > 0 ? 0 : queue.yieldingShare;

/**
 * From where the queue of a red leaves until it is gone, at most `mostS`. Of the part ρ of the lanes that turns which yield
 * share with others leaves what is not behind one of them, of the other lanes all; between two headways at an even rate.
 */
function emptyingS(queue: Conflict["queue"], facingP: number, redS: number, mostS: number): number {
  const comingVps = queue.flowVph / SECONDS_PER_HOUR;
  const leavingVps = queue.saturationFlowVph / SECONDS_PER_HOUR;
  const { lanes, yieldingShare: p, yieldingLanesRatio } = queue;
  const shared = p === 0 || (yieldingLanesRatio === 1 && facingP === 0) ? 0 : yieldingLanesRatio;
  const waitingVeh = comingVps * redS;
  if (shared === 0)
    return comingVps < leavingVps ? Math.min(mostS, waitingVeh / (leavingVps - comingVps)) : mostS;
  const headwayS = lanes / leavingVps;
  const headways = Math.ceil(mostS / headwayS);
  const moments = listMoments(p, facingP, headways);
  const leftVeh = (headway: number): number =>
    waitingVeh +
    headway * (comingVps * headwayS - (1 - shared) * lanes) -
    shared * lanes * (moments[headway]?.veh ?? 0);
  for (let headway = 1; headway <= headways; headway++) {
    const [before, after] = [leftVeh(headway - 1), leftVeh(headway)];
    if (after <= 0) return Math.min(mostS, (headway - 1 + before / (before - after)) * headwayS);
  }
  return mostS;
}

/** Vehicles per second and lane that find gaps in a stream with random headways. */
function gapsVps(streamVph: number, criticalS: number, followUpS: number): number {
  const streamVps = streamVph / SECONDS_PER_HOUR;
  if (streamVps < 1e-9) return 1 / followUpS;
  return (streamVps * Math.exp(-streamVps * criticalS)) / -Math.expm1(-streamVps * followUpS);
}
