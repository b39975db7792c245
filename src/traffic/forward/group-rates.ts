/**
 * How fast a lane group leaves at every instant of the cycle, for the re-measurement.
 *
 * Members that may all go mix to the harmonic mean of their rates (HCM 2010, eq. 18-5, through-equivalents), and none
 * faster than the lanes that it may use. One that may not go takes its lanes once its first vehicle is at the head; what
 * leaves before (leave-before-blocked.ts) is spread over the time that anything is so blocked.
 * The published rules of traffic/discharge.ts, written out once more.
 */
import { wrapS } from "../../timing/cycle.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import type { LaneGroup, LaneGroupMember } from "../lane-group.ts";
import { leaveBeforeBlocked } from "./leave-before-blocked.ts";
import { listOpenings, type Opening, rateAt, rivalOfOnlyLane } from "./turn-rates.ts";
import type { Greens } from "./walk-rings.ts";

/** A stretch [fromS, toS) of the cycle with one rate of the whole group, veh/s; 0 ≤ fromS < toS ≤ cycle. */
export interface RatePiece {
  readonly fromS: number;
  readonly toS: number;
  readonly rateVps: number;
  /** Variance of what can leave, veh² per second. */
  readonly scatterVps: number;
}

interface MemberPace {
  readonly member: LaneGroupMember;
  readonly rateVps: number;
}

/** Pieces in order of time; those without discharge are left out. */
export function listRatePieces(input: {
  readonly group: LaneGroup;
  readonly greens: ReadonlyMap<string, Greens>;
  readonly cycleS: number;
}): RatePiece[] {
  const { group, cycleS } = input;
  const members = group.members
    .filter((it) => it.share > 0)
    .map((member) => ({ member, openings: listOpenings({ ...input, member }) }));
  const cutsS = listCuts(
    members.flatMap((it) => it.openings),
    cycleS,
  );
  const pieces = cutsS.flatMap((fromS, at) => {
    const toS = cutsS[at + 1] ?? cycleS;
    if (toS - fromS < 1e-9) return [];
    const paces = members.map(({ member, openings }) => ({
      member,
      rateVps: rateAt(openings, (fromS + toS) / 2, cycleS),
    }));
    return [{ fromS, toS, paces }];
  });
  const partlyS = pieces.reduce(
    (sum, { fromS, toS, paces }) =>
      sum + (paces.some((it) => it.rateVps > 0) && paces.some((it) => it.rateVps === 0) ? toS - fromS : 0),
    0,
  );
  return pieces
    .map(({ fromS, toS, paces }) => ({ fromS, toS, ...mix(group, paces, partlyS) }))
    .filter((it) => it.rateVps > 0);
}

function listCuts(openings: readonly Opening[], cycleS: number): number[] {
  const cutsS = new Set([0]);
  for (const opening of openings) {
    for (const { startS, lengthS } of [opening, ...opening.unless]) {
      cutsS.add(startS).add(wrapS(startS + lengthS, cycleS));
    }
  }
  return [...cutsS].sort((a, b) => a - b);
}

function mix(
  group: LaneGroup,
  paces: readonly MemberPace[],
  partlyS: number,
): { readonly rateVps: number; readonly scatterVps: number } {
  const going = paces.filter((it) => it.rateVps > 0);
  if (going.length === 0) return { rateVps: 0, scatterVps: 0 };
  const goingShare = sumOf(going, (it) => it.member.share);
  const headwayS = sumOf(going, ({ member, rateVps }) => member.share / rateVps) / goingShare;
  const headwayS2 = sumOf(going, (it) => (it.member.share * meanSquareS2(it)) / goingShare);
  const ownLanesVps = going.map(
    ({ member, rateVps }) => (rateVps * member.usableLanes) / group.lanes / member.share,
  );
  const openVps = Math.min(1 / headwayS, ...ownLanesVps);
  const openScatterVps = Math.max(0, headwayS2 - headwayS ** 2) / headwayS ** 3;
  const waiting = paces.filter((it) => it.rateVps === 0);
  if (waiting.length === 0) return { rateVps: openVps, scatterVps: openScatterVps };
  const takenRatio = Math.min(1, sumOf(waiting, (it) => it.member.usableLanes) / group.lanes);
  const waitingRatio = Math.min(1, sumOf(waiting, (it) => it.member.share) / takenRatio);
  const couldLeave = (openVps * partlyS) / group.lanes;
  const rivals = waiting.flatMap(({ member }) =>
    member.conflicts.map((it) => rivalOfOnlyLane(group, member, it)),
  );
  const leave = leaveBeforeBlocked(waitingRatio, couldLeave, Math.max(0, ...rivals));
  const taken = (takenRatio * group.lanes) / partlyS;
  return {
    rateVps: openVps * (1 - takenRatio) + leave.meanVeh * taken,
    scatterVps: openScatterVps * (1 - takenRatio) + leave.varianceVeh2 * taken,
  };
}

/** Even headways, or exponential ones of a member that is slower than saturation flow: it waits for gaps. */
const meanSquareS2 = ({ member, rateVps }: MemberPace): number =>
  (rateVps * SECONDS_PER_HOUR < member.saturationFlowVph * (1 - 1e-9) ? 2 : 1) / rateVps ** 2;

/** Fills `able` with the vehicles that can leave in each step of `stepS` from `fromS` on; pieces repeat every cycle. */
export function fillSteps(
  able: Float64Array,
  pieces: readonly RatePiece[],
  time: { readonly fromS: number; readonly stepS: number; readonly cycleS: number },
): void {
  const { fromS, stepS, cycleS } = time;
  const endS = fromS + able.length * stepS;
  able.fill(0);
  for (const piece of pieces) {
    const firstCycle = Math.floor((fromS - piece.toS) / cycleS) + 1;
    for (let startS = piece.fromS + firstCycle * cycleS; startS < endS; startS += cycleS) {
      const a = (Math.max(startS, fromS) - fromS) / stepS;
      const b = (Math.min(startS + piece.toS - piece.fromS, endS) - fromS) / stepS;
      for (let step = Math.floor(a + 1e-9); step < b - 1e-9; step++) {
        const part = Math.min(b, step + 1) - Math.max(a, step);
        able[step] = (able[step] as number) + part * stepS * piece.rateVps;
      }
    }
  }
}

const sumOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((sum, it) => sum + value(it), 0);
