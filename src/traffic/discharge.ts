/**
 * How fast a lane group can discharge at every instant of the cycle, from the greens of a timing plan.
 *
 * In a shared lane, a member that may not go blocks its lane once its first vehicle is at the head (blocked-lane.ts).
 */
import { holds, type Interval, wrapS } from "../timing/cycle.ts";
import type { MovementGreens } from "../timing/phase-times.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { passBeforeBlocking } from "./blocked-lane.ts";
import { type DischargeWindow, facesShared, listWindows } from "./discharge-windows.ts";
import type { LaneGroup, LaneGroupMember } from "./lane-group.ts";

/** A stretch of the cycle with one discharge rate of the whole lane group, veh/s. */
export interface Discharge extends Interval {
  readonly rateVps: number;
  /** Variance of the vehicles that can leave, per second, veh²/s: 0 where headways are even. */
  readonly varianceVps: number;
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
    return [{ startS: shared.startS, lengthS: shared.lengthS, ...mixRates(group, rates, 0) }];
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
    .map(({ startS, lengthS, rates }) => ({ startS, lengthS, ...mixRates(group, rates, blockedS) }))
    .filter((it) => it.rateVps > 0);
}

/** The one window that all members have, the usual case; `undefined` where anything must be cut or mixed in time. */
function findOneWindow(
  members: readonly { readonly windows: readonly DischargeWindow[] }[],
): DischargeWindow | undefined {
  const first = members[0]?.windows[0];
  const isShared = members.every(({ windows }) => {
    const [window] = windows;
    return (
      windows.length === 1 &&
      window?.blockedBy.length === 0 &&
      window.rateVps > 0 &&
      window.startS === first?.startS &&
      window.lengthS === first.lengthS
    );
  });
  return isShared ? first : undefined;
}

/** Capacity of the whole group, veh/h. */
export const capacityOfDischargesVph = (discharges: readonly Discharge[], cycleS: number): number =>
  (discharges.reduce((sum, it) => sum + it.rateVps * it.lengthS, 0) / cycleS) * SECONDS_PER_HOUR;

/** Greens per cycle, the part of the cycle with discharge, 0…1, and the variance of what can leave in a cycle, veh². */
export function summarizeDischarges(
  discharges: readonly Discharge[],
  cycleS: number,
): { readonly greensPerCycle: number; readonly greenRatio: number; readonly dischargeVeh2: number } {
  let greens = 0;
  let greenS = 0;
  let dischargeVeh2 = 0;
  let endS = (discharges.at(-1)?.startS ?? 0) + (discharges.at(-1)?.lengthS ?? 0) - cycleS;
  for (const { startS, lengthS, varianceVps } of discharges) {
    if (startS - endS > 1e-9) greens += 1;
    endS = startS + lengthS;
    greenS += lengthS;
    dischargeVeh2 += varianceVps * lengthS;
  }
  return { greensPerCycle: Math.max(1, greens), greenRatio: Math.min(1, greenS / cycleS), dischargeVeh2 };
}

/** Saturation flow of the whole group while all of its members have protected green, veh/h. */
export function saturationFlowOfGroupVph(group: LaneGroup): number {
  const rates = group.members
    .filter((it) => it.share > 0)
    .map((member) => ({ member, rateVps: member.saturationFlowVph / SECONDS_PER_HOUR }));
  return mixRates(group, rates, 0).rateVps * SECONDS_PER_HOUR;
}

/** The cycle cut at every start and end of the windows and of what blocks them. */
function cutCycle(windows: readonly DischargeWindow[], cycleS: number): Interval[] {
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

function rateAt(windows: readonly DischargeWindow[], timeS: number, cycleS: number): number {
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

interface MixedRate {
  readonly rateVps: number;
  readonly varianceVps: number;
}

/**
 * One rate for members that leave in the order they came: the harmonic mean of those that may go. With headways h that
 * are even, or exponential for those that wait for gaps, the count varies by Var h ÷ (E h)³ per second (renewals).
 */
function mixRates(group: LaneGroup, rates: readonly MemberRate[], blockedS: number): MixedRate {
  let share = 0;
  let timePerVehicleS = 0;
  let squareS2 = 0;
  let limitVps = Number.POSITIVE_INFINITY;
  let blockedLanes = 0;
  let blockingShare = 0;
  let facingShare = 0;
  for (const { member, rateVps } of rates) {
    if (rateVps === 0) {
      blockedLanes += member.usableLanes;
      blockingShare += member.share;
      for (const it of member.conflicts) {
        if (facesShared(group, member, it)) facingShare = it.queue.yieldingShare;
      }
      continue;
    }
    const waitsForGaps = rateVps < (member.saturationFlowVph / SECONDS_PER_HOUR) * (1 - 1e-9);
    share += member.share;
    timePerVehicleS += member.share / rateVps;
    squareS2 += ((waitsForGaps ? 2 : 1) * member.share) / rateVps ** 2;
    limitVps = Math.min(limitVps, (rateVps * member.usableLanes) / group.lanes / member.share);
  }
  if (share === 0) return { rateVps: 0, varianceVps: 0 };
  const headwayS = timePerVehicleS / share;
  const openVps = Math.min(1 / headwayS, limitVps);
  const openVariance = Math.max(0, squareS2 / share - headwayS ** 2) / headwayS ** 3;
  if (blockedLanes === 0) return { rateVps: openVps, varianceVps: openVariance };
  const blockedRatio = Math.min(1, blockedLanes / group.lanes);
  const blockingInLane = Math.min(1, blockingShare / blockedRatio);
  const passes = passBeforeBlocking(blockingInLane, (openVps / group.lanes) * blockedS, facingShare);
  const lanesPerS = (blockedRatio * group.lanes) / blockedS;
  return {
    rateVps: openVps * (1 - blockedRatio) + passes.meanVeh * lanesPerS,
    varianceVps: openVariance * (1 - blockedRatio) + passes.varianceVeh2 * lanesPerS,
  };
}
