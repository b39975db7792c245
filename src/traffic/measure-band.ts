/**
 * The green wave of a GIVEN set of timing plans: for each direction of a route, the widest band of trajectories that
 * travel at progression speed and meet green at every signal.
 *
 * Each signal's greens are moved back by the travel time from the first signal; what all of them share on the circle of
 * the cycle is a band, and a widest one begins where some green begins. Protected greens count, and permitted ones of
 * through movements; a permitted turn has to yield, so its green carries no band. With a queue clearance time τ, the band
 * leaves every signal but the first τ earlier than it arrives there: the queue goes first and the band's tail is cut off
 * (Little, Kelson and Gartner, MAXBAND, Transportation Research Record 795, 1981).
 *
 * Source: J. D. C. Little, The synchronization of traffic signals by mixed-integer linear programming, Operations
 * Research 14, 1966. This file shares no code with the solver, which it judges.
 * Limits: one speed per link, none but whole-cycle coordination.
 */
import {
  getIntersection,
  getLinkToStop,
  getMovement,
  type NetworkIndex,
  runningSpeedOf,
} from "../network/find.ts";
import type { Intersection, RouteDirection } from "../network/network.schema.ts";
import { type Interval, wrapS } from "../timing/cycle.ts";
import { buildGreensOf } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";

export interface Band {
  readonly kind: "band";
  readonly bandwidthS: number;
  /** Bandwidth ÷ cycle, 0…1. */
  readonly bandEfficiency: number;
  /** Bandwidth ÷ the route's smallest green, 0…1. */
  readonly bandAttainability: number;
  /** When the band begins at the first signal, on the common cycle, s. */
  readonly startS: number;
  /** Signals whose green begins with the band, and whose green ends with it: moving these would widen it. */
  readonly beginsAt: readonly string[];
  readonly endsAt: readonly string[];
}

export interface NoBand {
  readonly kind: "none";
  readonly reason: string;
}

/** Positions closer than this are one, s: travel times are sums of floating-point numbers. */
const SAME_INSTANT_S = 1e-9;

/**
 * The widest band of one direction; `none` with the reason when plans are missing, cycles differ or greens miss.
 * `groupIds`: the intersections that the band must pass on green, the others only take their travel time; absent: all.
 */
export function measureBand(input: {
  readonly index: NetworkIndex;
  readonly direction: RouteDirection;
  /** By intersection. */
  readonly timingPlans: ReadonlyMap<string, TimingPlan>;
  readonly groupIds?: ReadonlySet<string>;
}): Band | NoBand {
  const signals: (PlannedStop & BandStop)[] = [];
  for (const { intersectionId, movementId, arrivalS } of listArrivals(input.index, input.direction)) {
    if (input.groupIds?.has(intersectionId) === false) continue;
    const plan = input.timingPlans.get(intersectionId);
    if (plan === undefined)
      return { kind: "none", reason: `intersection ${intersectionId} has no timing plan` };
    const stop = { intersection: getIntersection(input.index, intersectionId), movementId, plan };
    signals.push({
      ...stop,
      intersectionId,
      greens: listUsableGreens(stop),
      arrivalS: arrivalS - signals.length * input.direction.queueClearanceS,
    });
  }
  const first = signals[0]?.plan;
  if (first === undefined) return { kind: "none", reason: "the group has no signal on this route" };
  const other = signals.find((it) => it.plan.cycleS !== first.cycleS)?.plan;
  if (other === undefined) return findWidest(signals, first.cycleS);
  return {
    kind: "none",
    reason: `cycles differ: ${first.cycleS} s at ${first.intersectionId}, ${other.cycleS} s at ${other.intersectionId}`,
  };
}

interface PlannedStop {
  readonly intersection: Intersection;
  readonly movementId: string;
  readonly plan: TimingPlan;
}

export interface BandStop {
  readonly intersectionId: string;
  readonly greens: readonly Interval[];
  /** From the first signal, less the time won by queues that go first, s. */
  readonly arrivalS: number;
}

/** The widest band through given greens. */
export function findWidest(signals: readonly BandStop[], cycleS: number): Band | NoBand {
  const shifted = signals.map((it) => ({
    intersectionId: it.intersectionId,
    greens: it.greens.map((green) => ({
      startS: wrapS(green.startS - it.arrivalS, cycleS),
      lengthS: green.lengthS,
    })),
  }));
  const dark = shifted.find((it) => it.greens.length === 0);
  if (dark !== undefined) return { kind: "none", reason: `no usable green at ${dark.intersectionId}` };
  let best = { startS: 0, lengthS: 0 };
  for (const { startS } of shifted.flatMap((it) => it.greens)) {
    const lengthS = Math.min(cycleS, ...shifted.map((it) => leftOfGreenS(it.greens, startS, cycleS)));
    if (lengthS > best.lengthS) best = { startS, lengthS };
  }
  if (best.lengthS <= SAME_INSTANT_S)
    return { kind: "none", reason: "no trajectory meets green at every signal" };
  const smallestGreenS = Math.min(
    ...signals.map((it) => Math.max(...it.greens.map((green) => green.lengthS))),
  );
  const endS = best.startS + best.lengthS;
  return {
    kind: "band",
    bandwidthS: best.lengthS,
    bandEfficiency: best.lengthS / cycleS,
    bandAttainability: best.lengthS / smallestGreenS,
    startS: best.startS,
    beginsAt: shifted
      .filter((it) => it.greens.some((green) => isSameInstant(green.startS, best.startS, cycleS)))
      .map((it) => it.intersectionId),
    endsAt: shifted
      .filter((it) => it.greens.some((green) => isSameInstant(green.startS + green.lengthS, endS, cycleS)))
      .map((it) => it.intersectionId),
  };
}

/** The stops with the travel time from the first stop line, s. */
function listArrivals(index: NetworkIndex, direction: RouteDirection) {
  let clockS = 0;
  return direction.stops.map((stop, position) => {
    const link = getLinkToStop(index, stop);
    if (position > 0) clockS += link.lengthM / (direction.progressionSpeedMps ?? runningSpeedOf(link));
    return { ...stop, arrivalS: clockS };
  });
}

function listUsableGreens({ intersection, movementId, plan }: PlannedStop): readonly Interval[] {
  const greens = buildGreensOf(intersection, plan, movementId);
  const isThrough = getMovement(intersection, movementId).turn === "through";
  return isThrough ? uniteGreens([...greens.protected, ...greens.permitted], plan.cycleS) : greens.protected;
}

/** Greens that touch or overlap become one, so that a band may run on from one to the next. */
function uniteGreens(greens: readonly Interval[], cycleS: number): Interval[] {
  const united: Interval[] = [];
  for (const green of greens) {
    let { startS, lengthS } = green;
    for (let rounds = 0; rounds < greens.length; rounds++) {
      const next = greens.find(
        (it) =>
          wrapS(it.startS - startS, cycleS) <= lengthS &&
          wrapS(it.startS - startS, cycleS) + it.lengthS > lengthS,
      );
      if (next === undefined) break;
      lengthS = Math.min(cycleS, wrapS(next.startS - startS, cycleS) + next.lengthS);
    }
    united.push({ startS, lengthS });
  }
  return united;
}

/** How long green lasts from this instant on; 0 when it is red. */
function leftOfGreenS(greens: readonly Interval[], timeS: number, cycleS: number): number {
  let longestS = 0;
  for (const { startS, lengthS } of greens) {
    if (lengthS >= cycleS) return cycleS;
    const elapsedS = Math.max(0, wrapS(timeS - startS + SAME_INSTANT_S, cycleS) - SAME_INSTANT_S);
    longestS = Math.max(longestS, lengthS - elapsedS);
  }
  return longestS;
}

const isSameInstant = (oneS: number, otherS: number, cycleS: number): boolean =>
  wrapS(oneS - otherS + SAME_INSTANT_S, cycleS) <= 2 * SAME_INSTANT_S;
