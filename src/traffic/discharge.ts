/**
 * How fast a lane group can discharge at every instant of the cycle, from the greens of a timing plan.
 *
 * Effective green = displayed green − start-up lost time + end gain, shifted by the start-up lost time: vehicles use the
 * first END_GAIN_S of yellow (HCM 2010, chapter 18). With the usual 2 s of each, effective green lasts as long as
 * displayed green, which is also what "lost time = yellow + red clearance" means in UTDF. Vehicle flashing green counts
 * as green.
 *
 * A permitted turn discharges into gaps (gap-acceptance.ts) after the queue that it yields to is gone,
 * g_q = v_o (C − g_o) / (s_o − v_o) into the opposing green, and SNEAKERS more per lane when its green ends; a measured
 * permitted saturation flow holds for the whole green instead. A turn on red from lanes of its own finds gaps in the
 * flow that it joins, all of which is taken to pass during the red.
 *
 * In a shared lane, a member that may not go blocks its lane once its first vehicle arrives: up to then
 * (1 − p) / p others pass, p being its part of the lane's flow (the mean of a geometric distribution).
 *
 * Limits: opposing queues are those of uniform arrivals, so that discharge does not depend on offsets; pedestrians delay
 * turns only as far as the saturation flow says so.
 */
import { known } from "../errors.ts";
import { holds, type Interval, wrapS } from "../timing/cycle.ts";
import type { MovementGreens } from "../timing/phase-times.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { gapCapacityVph, PERMITTED_TURN, TURN_ON_RED } from "./gap-acceptance.ts";
import type { Conflict, LaneGroup, LaneGroupMember } from "./lane-group.ts";

/** Part of yellow that is used like green, s (HCM 2010, chapter 18: extension of effective green). */
export const END_GAIN_S = 2;
/** Vehicles per lane that wait in the intersection and turn when the permitted green ends (HCM 2010, chapter 31). */
const SNEAKERS_VEH = 2;

/** A stretch of the cycle with one discharge rate of the whole lane group, veh/s. */
export interface Discharge extends Interval {
  readonly rateVps: number;
}

/** Stretches in order of time, those without discharge left out. */
export function buildDischarges(input: {
  readonly group: LaneGroup;
  readonly greens: ReadonlyMap<string, MovementGreens>;
  readonly cycleS: number;
}): Discharge[] {
  const { group, greens, cycleS } = input;
  const present = group.members.filter((it) => it.share > 0);
  const members = present.map((member) => ({
    member,
    windows: listWindows({ member, group, greens, cycleS }),
  }));
  const shared = findOneWindow(members);
  if (shared !== undefined) {
    const rates = members.map(({ member, windows }) => ({ member, rateVps: windows[0]?.rateVps ?? 0 }));
    return [{ startS: shared.startS, lengthS: shared.lengthS, rateVps: mixRates(group, rates, 0) }];
  }
  const pieces = cutCycle(
    members.flatMap((it) => it.windows),
    cycleS,
  ).map((interval) => {
    const middleS = interval.startS + interval.lengthS / 2;
    return {
      startS: interval.startS,
      lengthS: interval.lengthS,
      rates: members.map(({ member, windows }) => ({ member, rateVps: rateAt(windows, middleS, cycleS) })),
    };
  });
  const isHalfBlocked = (rates: readonly MemberRate[]) =>
    rates.some((it) => it.rateVps > 0) && rates.some((it) => it.rateVps === 0);
  const blockedS = pieces.reduce((sum, it) => sum + (isHalfBlocked(it.rates) ? it.lengthS : 0), 0);
  return pieces
    .map(({ startS, lengthS, rates }) => ({ startS, lengthS, rateVps: mixRates(group, rates, blockedS) }))
    .filter((it) => it.rateVps > 0);
}

/** The one window that all members have, the usual case; `undefined` where anything must be cut or mixed in time. */
function findOneWindow(members: readonly { readonly windows: readonly Window[] }[]): Window | undefined {
  const first = members[0]?.windows[0];
  const isShared = members.every(({ windows }) => {
    const [window] = windows;
    return (
      windows.length === 1 &&
      window?.blockedBy.length === 0 &&
      window.startS === first?.startS &&
      window.lengthS === first.lengthS
    );
  });
  return isShared ? first : undefined;
}

/** Capacity of the whole group, veh/h. */
export const capacityOfDischargesVph = (discharges: readonly Discharge[], cycleS: number): number =>
  (discharges.reduce((sum, it) => sum + it.rateVps * it.lengthS, 0) / cycleS) * SECONDS_PER_HOUR;

/** Saturation flow of the whole group while all of its members have protected green, veh/h. */
export function saturationFlowOfGroupVph(group: LaneGroup): number {
  const rates = group.members
    .filter((it) => it.share > 0)
    .map((member) => ({ member, rateVps: member.saturationFlowVph / SECONDS_PER_HOUR }));
  return mixRates(group, rates, 0) * SECONDS_PER_HOUR;
}

interface Window extends Interval {
  readonly rateVps: number;
  /** While one of these holds, the window does not discharge. */
  readonly blockedBy: readonly Interval[];
}

function listWindows(input: {
  readonly member: LaneGroupMember;
  readonly group: LaneGroup;
  readonly greens: ReadonlyMap<string, MovementGreens>;
  readonly cycleS: number;
}): Window[] {
  const { member, group, greens, cycleS } = input;
  const saturationVps = member.saturationFlowVph / SECONDS_PER_HOUR;
  if (member.greensOf === undefined) return [openWindow({ startS: 0, lengthS: cycleS }, saturationVps)];
  const own = known(greens.get(member.greensOf), `greens of movement ${member.greensOf}`);
  const lostS = member.movement.startupLostTimeS;
  const windows = own.protected.map((green) =>
    openWindow(toEffectiveGreen(green, lostS, cycleS), saturationVps),
  );
  for (const green of own.permitted) windows.push(...listPermittedWindows(input, green));
  if (member.movement.rightTurnOnRed && group.members.length === 1) {
    const greenS = own.protected.reduce((sum, it) => sum + it.lengthS, 0);
    const conflictingFlowVph = (member.mergingFlowVph * cycleS) / Math.max(1, cycleS - greenS);
    const rateVps = (gapCapacityVph(conflictingFlowVph, TURN_ON_RED) * group.lanes) / SECONDS_PER_HOUR;
    windows.push(openWindow({ startS: 0, lengthS: cycleS }, Math.min(saturationVps, rateVps)));
  }
  return windows;
}

const NOTHING: readonly Interval[] = [];

const openWindow = ({ startS, lengthS }: Interval, rateVps: number): Window => ({
  startS,
  lengthS,
  rateVps,
  blockedBy: NOTHING,
});

function listPermittedWindows(
  input: {
    readonly member: LaneGroupMember;
    readonly group: LaneGroup;
    readonly greens: ReadonlyMap<string, MovementGreens>;
    readonly cycleS: number;
  },
  green: Interval,
): Window[] {
  const { member, group, greens, cycleS } = input;
  const lostS = member.movement.startupLostTimeS;
  const saturationVps = member.saturationFlowVph / SECONDS_PER_HOUR;
  const measuredVph = member.movement.permittedSaturationFlowVph;
  const opposing = member.conflicts.filter((it) => runsIn(it, green, greens, cycleS));
  if (measuredVph !== undefined) {
    const rateVps = ((measuredVph / member.usableLanes) * group.lanes) / SECONDS_PER_HOUR;
    return [openWindow(toEffectiveGreen(green, lostS, cycleS), rateVps)];
  }
  if (opposing.length === 0) {
    return [openWindow(toEffectiveGreen(green, lostS, cycleS), saturationVps)];
  }
  const opposingFlowVph = opposing.reduce((sum, it) => sum + it.flowVph, 0);
  const gapVps = (gapCapacityVph(opposingFlowVph, PERMITTED_TURN) * group.lanes) / SECONDS_PER_HOUR;
  const endS = wrapS(green.startS + green.lengthS, cycleS);
  return [
    {
      startS: wrapS(green.startS + lostS, cycleS),
      lengthS: Math.max(0, green.lengthS - lostS),
      rateVps: Math.min(saturationVps, gapVps),
      blockedBy: opposing.flatMap((it) => listQueueTimes(it, greens, cycleS)),
    },
    openWindow({ startS: endS, lengthS: END_GAIN_S }, (SNEAKERS_VEH * group.lanes) / END_GAIN_S),
  ];
}

const greensThatGoFirst = (
  it: Conflict,
  greens: ReadonlyMap<string, MovementGreens>,
): readonly Interval[] => {
  const of = known(greens.get(it.movementId), `greens of movement ${it.movementId}`);
  return it.goesFirst ? [...of.protected, ...of.permitted] : of.protected;
};

const runsIn = (
  conflict: Conflict,
  green: Interval,
  greens: ReadonlyMap<string, MovementGreens>,
  cycleS: number,
): boolean =>
  greensThatGoFirst(conflict, greens).some(
    (it) => holds(it, green.startS, cycleS) || holds(green, it.startS, cycleS),
  );

/** From the start of each opposing green until its queue is gone, at the latest to the green's end. */
function listQueueTimes(
  conflict: Conflict,
  greens: ReadonlyMap<string, MovementGreens>,
  cycleS: number,
): Interval[] {
  return greensThatGoFirst(conflict, greens).map((green) => {
    const redS = cycleS - green.lengthS;
    const spare = conflict.saturationFlowVph - conflict.flowVph;
    const queueS = spare > 0 ? (conflict.flowVph * redS) / spare : green.lengthS;
    return {
      startS: green.startS,
      lengthS: Math.min(green.lengthS, redS > 0 ? conflict.startupLostTimeS + queueS : 0),
    };
  });
}

function toEffectiveGreen(green: Interval, lostS: number, cycleS: number): Interval {
  if (green.lengthS >= cycleS) return green;
  return {
    startS: wrapS(green.startS + lostS, cycleS),
    lengthS: Math.min(cycleS, Math.max(0, green.lengthS - lostS + END_GAIN_S)),
  };
}

/** The cycle cut at every start and end of the windows and of what blocks them. */
function cutCycle(windows: readonly Window[], cycleS: number): Interval[] {
  const cuts = new Set([0]);
  for (const window of windows) {
    for (const { startS, lengthS } of [window, ...window.blockedBy]) {
      cuts.add(startS).add(wrapS(startS + lengthS, cycleS));
    }
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted
    .map((startS, position) => ({ startS, lengthS: (sorted[position + 1] ?? cycleS) - startS }))
    .filter((it) => it.lengthS > 1e-9);
}

function rateAt(windows: readonly Window[], timeS: number, cycleS: number): number {
  let rateVps = 0;
  for (const window of windows) {
    if (window.rateVps <= rateVps || !holds(window, timeS, cycleS)) continue;
    if (!window.blockedBy.some((it) => holds(it, timeS, cycleS))) rateVps = window.rateVps;
  }
  return rateVps;
}

interface MemberRate {
  readonly member: LaneGroupMember;
  readonly rateVps: number;
}

/** One rate for members that leave in the order they came: the harmonic mean of those that may go. */
function mixRates(group: LaneGroup, rates: readonly MemberRate[], blockedS: number): number {
  let share = 0;
  let timePerVehicleS = 0;
  let limitVps = Number.POSITIVE_INFINITY;
  let blockedLanes = 0;
  let blockingShare = 0;
  for (const { member, rateVps } of rates) {
    if (rateVps === 0) {
      blockedLanes += member.usableLanes;
      blockingShare += member.share;
      continue;
    }
    share += member.share;
    timePerVehicleS += member.share / rateVps;
    limitVps = Math.min(limitVps, (rateVps * member.usableLanes) / group.lanes / member.share);
  }
  if (share === 0) return 0;
  const openVps = Math.min(share / timePerVehicleS, limitVps);
  if (blockedLanes === 0) return openVps;
  const blockedRatio = Math.min(1, blockedLanes / group.lanes);
  const blockingInLane = Math.min(1, blockingShare / blockedRatio);
  const passVps = ((1 - blockingInLane) / blockingInLane / blockedS) * blockedRatio * group.lanes;
  return openVps * (1 - blockedRatio) + Math.min(openVps * blockedRatio, passVps);
}
