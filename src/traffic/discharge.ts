/**
 * How fast a lane group can discharge at every instant of the cycle, from the greens of a timing plan.
 *
 * In a shared lane, a member that may not go blocks its lane once its first vehicle is at the head (blocked-lane.ts).
 */
import { holds, type Interval, wrapS } from "../timing/cycle.ts";
import type { MovementGreens } from "../timing/phase-times.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { passesBeforeBlocking } from "./blocked-lane.ts";
import { type DischargeWindow, listWindows } from "./discharge-windows.ts";
import type { LaneGroup, LaneGroupMember } from "./lane-group.ts";

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

/** Saturation flow of the whole group while all of its members have protected green, veh/h. */
export function saturationFlowOfGroupVph(group: LaneGroup): number {
  const rates = group.members
    .filter((it) => it.share > 0)
    .map((member) => ({ member, rateVps: member.saturationFlowVph / SECONDS_PER_HOUR }));
  return mixRates(group, rates, 0) * SECONDS_PER_HOUR;
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
  const passesVeh = passesBeforeBlocking(blockingInLane, (openVps / group.lanes) * blockedS);
  return openVps * (1 - blockedRatio) + (passesVeh * blockedRatio * group.lanes) / blockedS;
}
