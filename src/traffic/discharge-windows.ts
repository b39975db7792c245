/**
 * When one movement may discharge, and how fast, as if every lane of its lane group served it alone.
 *
 * Effective green = displayed green − start-up lost time + end gain, shifted by the start-up lost time: vehicles use the
 * first END_GAIN_S of yellow (HCM 2010, chapter 18). With the usual 2 s of each, effective green lasts as long as
 * displayed green, which is also what "lost time = yellow + red clearance" means in UTDF. Vehicle flashing green counts
 * as green.
 *
 * A permitted turn discharges into gaps (gap-acceptance.ts) after the queue that it yields to is gone,
 * g_q = v_o (C − g_o) / (s_o − v_o) into the opposing green (v_o, s_o: of all that queues in those lanes), and SNEAKERS
 * more per lane where its green ends; a measured permitted saturation flow holds for the whole green instead. A turn on
 * red from lanes of its own finds gaps in the flow that it joins, all of which is taken to pass during the red.
 *
 * Limits: opposing queues are those of uniform arrivals, so that discharge does not depend on offsets; pedestrians delay
 * turns only as far as the saturation flow says so.
 */
import { known } from "../errors.ts";
import { holds, type Interval, wrapS } from "../timing/cycle.ts";
import type { MovementGreens } from "../timing/phase-times.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { SharedLane } from "./blocked-lane.ts";
import { gapCapacityVph, PERMITTED_TURN, TURN_ON_RED } from "./gap-acceptance.ts";
import type { Conflict, ConflictQueue, LaneGroup, LaneGroupMember } from "./lane-group.ts";

/** Part of yellow that is used like green, s (HCM 2010, chapter 18: extension of effective green). */
export const END_GAIN_S = 2;
/** Vehicles per lane that wait in the intersection and turn when the permitted green ends (HCM 2010, chapter 31). */
export const SNEAKERS_VEH = 2;

export interface DischargeWindow extends Interval {
  readonly rateVps: number;
  /** While one of these holds, the window does not discharge. */
  readonly blockedBy: readonly Interval[];
}

/** The windows of one member; where they overlap, the faster one counts. */
export function listWindows(input: {
  readonly member: LaneGroupMember;
  readonly group: LaneGroup;
  readonly greens: ReadonlyMap<string, MovementGreens>;
  readonly cycleS: number;
}): DischargeWindow[] {
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

const openWindow = ({ startS, lengthS }: Interval, rateVps: number): DischargeWindow => ({
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
): DischargeWindow[] {
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
  const inGaps = {
    rateVps: Math.min(saturationVps, gapVps),
    blockedBy: opposing.flatMap((it) =>
      listQueueTimes(it, facesShared(group, member, it) ? member.share : 0, greens, cycleS),
    ),
  };
  if (green.lengthS >= cycleS) return [{ ...green, ...inGaps }];
  const endS = wrapS(green.startS + green.lengthS, cycleS);
  return [
    {
      startS: wrapS(green.startS + lostS, cycleS),
      lengthS: Math.max(0, green.lengthS - lostS),
      ...inGaps,
    },
    openWindow({ startS: endS, lengthS: END_GAIN_S }, (SNEAKERS_VEH * group.lanes) / END_GAIN_S),
  ];
}

/** A turn that shares the only lane of its group waits for a queue whose only lane is shared by turns that wait for it. */
export const facesShared = (group: LaneGroup, member: LaneGroupMember, { queue }: Conflict): boolean =>
  group.lanes === 1 && member.movement.lanes === 0 && queue.lanes === 1 && queue.yieldingShare > 0;

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
  facingShare: number,
  greens: ReadonlyMap<string, MovementGreens>,
  cycleS: number,
): Interval[] {
  return greensThatGoFirst(conflict, greens).map((green) => {
    const redS = cycleS - green.lengthS;
    const queueS = clearanceS(conflict.queue, facingShare, redS, green.lengthS);
    return {
      startS: green.startS,
      lengthS: Math.min(green.lengthS, redS > 0 ? conflict.startupLostTimeS + queueS : 0),
    };
  });
}

/**
 * How long the queue of a red takes to leave, at the latest `limitS`. Where turns that yield share some of its lanes, they
 * hold up those behind them all the while: the stream that they yield to has its queue at the same time. Where each of
 * both streams has one lane, shared by such turns (`facingShare`: their part of the other lane), a turn that waits stops
 * its stream and lets the turns across it go.
 */
function clearanceS(queue: ConflictQueue, facingShare: number, redS: number, limitS: number): number {
  const flowVps = queue.flowVph / SECONDS_PER_HOUR;
  const openVps = queue.saturationFlowVph / SECONDS_PER_HOUR;
  const { lanes, yieldingLanesRatio, yieldingShare } = queue;
  if (yieldingShare === 0 || (yieldingLanesRatio === 1 && facingShare === 0)) {
    return openVps > flowVps ? Math.min(limitS, (flowVps * redS) / (openVps - flowVps)) : limitS;
  }
  const laneS = lanes / openVps;
  const lane = new SharedLane(yieldingShare, facingShare);
  const freeVeh = (1 - yieldingLanesRatio) * lanes - flowVps * laneS;
  let aheadVeh = -flowVps * redS;
  for (let timeS = 0; timeS < limitS; timeS += laneS) {
    const before = lane.meanVeh;
    lane.step();
    const gainVeh = freeVeh + yieldingLanesRatio * lanes * (lane.meanVeh - before);
    if (aheadVeh + gainVeh >= 0) return Math.min(limitS, timeS - (aheadVeh / gainVeh) * laneS);
    aheadVeh += gainVeh;
  }
  return limitS;
}

function toEffectiveGreen(green: Interval, lostS: number, cycleS: number): Interval {
  if (green.lengthS >= cycleS) return green;
  return {
    startS: wrapS(green.startS + lostS, cycleS),
    lengthS: Math.min(cycleS, Math.max(0, green.lengthS - lostS + END_GAIN_S)),
  };
}
