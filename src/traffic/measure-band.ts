/**
 * The green wave of a GIVEN set of timing plans: for each direction of a route, the widest band of trajectories that
 * travel at progression speed and meet green at every signal.
 *
 * Each signal's greens are moved back by the least travel time from the first signal; what all of them share on the circle
 * of the cycle is a band, and a widest one begins where some green begins. Where the band may be slower it may fall back
 * by so much on each link; a widest one is then as early at each signal as some green's begin allows: that of a signal
 * passed before, or that of one to come less all that may be lost on the way there. Protected greens count, and
 * permitted ones of through movements; a permitted turn has to yield, so its green carries no band. With a queue
 * clearance time τ, the band leaves every signal but the first τ earlier than it arrives there: the queue goes first
 * and the band's tail is cut off (Little, Kelson and Gartner, MAXBAND, Transportation Research Record 795, 1981).
 *
 * Source: J. D. C. Little, The synchronization of traffic signals by mixed-integer linear programming, Operations
 * Research 14, 1966. This file shares no code with the solver, which it judges.
 * Limits: none but whole-cycle coordination; no limit on the change of speed from link to link.
 */
import {
  getIntersection,
  getLinkToStop,
  getMovement,
  type NetworkIndex,
  progressionSpeedsOf,
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
  for (const { intersectionId, movementId, ...at } of listArrivals(input.index, input.direction)) {
    if (input.groupIds?.has(intersectionId) === false) continue;
    const plan = input.timingPlans.get(intersectionId);
    if (plan === undefined)
      return { kind: "none", reason: `intersection ${intersectionId} has no timing plan` };
    const stop = { intersection: getIntersection(input.index, intersectionId), movementId, plan };
    signals.push({
      ...stop,
      intersectionId,
      greens: listUsableGreens(stop),
      arrivalS: at.arrivalS - signals.length * input.direction.queueClearanceS,
      spareS: at.spareS,
    });
  }
  const first = signals[0]?.plan;
  if (first === undefined) return { kind: "none", reason: "the group has no signal on this route" };
  const other = signals.find((it) => it.plan.cycleS !== first.cycleS)?.plan;
  if (other === undefined) return findWidestBand(signals, first.cycleS);
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

/** A signal as a band meets it, in the order of travel. */
export interface BandStop {
  readonly intersectionId: string;
  /** On the common cycle. */
  readonly greens: readonly Interval[];
  /** From the first signal at the highest speed, less the time won by queues that go first, s. */
  readonly arrivalS: number;
  /** So much later the band may arrive at the least speed, s; absent: it has one speed. */
  readonly spareS?: number;
}

/** The widest band through given greens; `none` with the reason when there is none. */
export function findWidestBand(signals: readonly BandStop[], cycleS: number): Band | NoBand {
  const shifted = signals.map((it) => ({
    ...it,
    greens: it.greens.map((green) => ({
      startS: wrapS(green.startS - it.arrivalS, cycleS),
      lengthS: green.lengthS,
    })),
  }));
  const dark = shifted.find((it) => it.greens.length === 0);
  if (dark !== undefined) return { kind: "none", reason: `no usable green at ${dark.intersectionId}` };
  const best = followBands(shifted, cycleS);
  if (best.lengthS <= SAME_INSTANT_S)
    return { kind: "none", reason: "no trajectory meets green at every signal" };
  const smallestGreenS = Math.min(
    ...signals.map((it) => Math.max(...it.greens.map((green) => green.lengthS))),
  );
  const startAt = (at: number): number => best.startsS[at] ?? Number.NaN;
  return {
    kind: "band",
    bandwidthS: best.lengthS,
    bandEfficiency: best.lengthS / cycleS,
    bandAttainability: best.lengthS / smallestGreenS,
    startS: startAt(0),
    beginsAt: shifted
      .filter((it, at) => it.greens.some((green) => isSameInstant(green.startS, startAt(at), cycleS)))
      .map((it) => it.intersectionId),
    endsAt: shifted
      .filter((it, at) =>
        it.greens.some((green) =>
          isSameInstant(green.startS + green.lengthS, startAt(at) + best.lengthS, cycleS),
        ),
      )
      .map((it) => it.intersectionId),
  };
}

/** A band up to some signal. */
interface Followed {
  readonly lengthS: number;
  /** Its begin at that signal, less the least travel time. */
  readonly startS: number;
  readonly before: Followed | undefined;
}

/** The widest band: for every begin that may matter at a signal, the widest that gets there so, signal after signal. */
function followBands(signals: readonly BandStop[], cycleS: number) {
  const begins = signals.flatMap((it) => it.greens.map(({ startS }) => ({ startS, spareS: it.spareS ?? 0 })));
  let last: readonly Followed[] = [];
  let lastSpareS = 0;
  for (const { greens, spareS = 0 } of signals) {
    const mayLoseS = spareS - lastSpareS;
    const before = last;
    last = begins.map((begin, place): Followed => {
      const startS = wrapS(begin.startS - Math.max(0, begin.spareS - spareS), cycleS);
      let from: Followed | undefined;
      for (const it of mayLoseS > 0 ? before : before.slice(place, place + 1)) {
        const laterS = wrapS(startS - it.startS + SAME_INSTANT_S, cycleS);
        const canReach = laterS <= mayLoseS + 2 * SAME_INSTANT_S;
        if (canReach && it.lengthS > (from?.lengthS ?? 0)) from = it;
      }
      const reachS = before.length === 0 ? cycleS : (from?.lengthS ?? 0);
      return { lengthS: Math.min(reachS, leftOfGreenS(greens, startS, cycleS)), startS, before: from };
    });
    lastSpareS = spareS;
  }
  const best = last.reduce((one, other) => (other.lengthS > one.lengthS ? other : one));
  const startsS: number[] = [];
  for (let it: Followed | undefined = best; it !== undefined; it = it.before) startsS.unshift(it.startS);
  return { lengthS: best.lengthS, startsS };
}

/** The stops with the travel time from the first stop line, and what the least speed adds to it, s. */
function listArrivals(index: NetworkIndex, direction: RouteDirection) {
  let arrivalS = 0;
  let spareS = 0;
  return direction.stops.map((stop, position) => {
    if (position > 0) {
      const link = getLinkToStop(index, stop);
      const { mostMps, leastMps } = progressionSpeedsOf(direction, link);
      arrivalS += link.lengthM / mostMps;
      spareS += link.lengthM / leastMps - link.lengthM / mostMps;
    }
    return { ...stop, arrivalS, spareS };
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
