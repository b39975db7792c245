/**
 * The best bands link by link with offsets and center lines on the controller's resolution, exactly.
 *
 * Fix when the center lines pass the first signal; only the lag between the two matters. A way to run a signal (offset
 * and sequence) then leaves some room before and after each line, and a link's bands are the smaller rooms of its two
 * ends: signals meet only in the links between them. So for each lag the best plan is the best path along a chain,
 * found by dynamic programming over the ways to run each signal:
 *   V(s') = max over s of V(s) + a·[min(before, before') + min(after, after')] + ā·[likewise inbound].
 *
 * - A way whose rooms the neighboring offset exceeds in all four is left out.
 * - Lags are tried in order of an upper bound, each link's worth being at most the mean of what its ends would give it,
 *   and the search ends where that bound is below the best plan.
 * - A path is left where even every link for itself (`link-alone.ts`) could not bring it above the best plan.
 *
 * Source: the models of Gartner et al. 1991 and Zhang et al. 2015 at fixed travel times and cycle; the dynamic program is
 * our own. Exact on the grid: offsets and center lines on whole steps, travel times and greens any real numbers.
 * Cost: lags × links × (offsets × sequences)² in the worst case; counted in steps, one per pair of ways that is weighed.
 */
import { assert, known } from "../../errors.ts";
import { wrapS } from "../../timing/cycle.ts";
import { buildRooms, RED, type SignalRooms } from "./center-line-rooms.ts";
import { boundLags } from "./lag-bounds.ts";
import { listAloneS } from "./link-alone.ts";
import { buildLinkBandPlan } from "./link-band-plan.ts";
import type { LinkBandAnswer, LinkBandProblem } from "./link-band-problem.ts";

/** Worth below this is rounding, s. */
const ROUNDING_S = 1e-9;

/** The ways to run one signal at one lag, as rooms; `place` is where they stand in the tables. */
interface Ways {
  count: number;
  readonly place: Int32Array;
  readonly outBefore: Float64Array;
  readonly outAfter: Float64Array;
  readonly inBefore: Float64Array;
  readonly inAfter: Float64Array;
  /** Best worth of the links up to this signal, and through which way of the signal before. */
  readonly worthS: Float64Array;
  readonly from: Int32Array;
}

interface Search {
  readonly problem: LinkBandProblem;
  readonly steps: number;
  readonly rooms: readonly SignalRooms[];
  readonly ways: readonly Ways[];
  /** What the links from this one on are worth at most. */
  readonly restS: Float64Array;
}

interface BestPath {
  readonly lag: number;
  /** Per signal, alternative · steps + offset. */
  readonly places: readonly number[];
  readonly valueS: number;
}

/** @param options.workLimit pairs of ways to weigh; the lag at which it is reached is still finished. */
export function solveLinkBands(
  problem: LinkBandProblem,
  options: { readonly resolutionS: number; readonly workLimit?: number },
): LinkBandAnswer {
  const { resolutionS, workLimit = Number.POSITIVE_INFINITY } = options;
  const { signals, links } = problem;
  assert(
    signals.length >= 2 && links.length === signals.length - 1,
    `${signals.length} signals, ${links.length} links`,
  );
  const aloneS = listAloneS(problem);
  const search = buildSearch(problem, resolutionS, aloneS);
  let best: BestPath | undefined;
  let work = 0;
  let boundS = 0;
  for (const { lag, boundS: ofLagS } of boundLags({ ...search, aloneS: search.restS[0] as number })) {
    if (ofLagS <= (best?.valueS ?? -ROUNDING_S) + ROUNDING_S) break;
    if (work >= workLimit) {
      boundS = ofLagS;
      break;
    }
    listWays(search, lag);
    work += walkChain(search, best?.valueS ?? -2 * ROUNDING_S);
    best = readBest(search, lag, best) ?? best;
  }
  if (best === undefined) return { kind: "noBand", boundS };
  const { lag, places, valueS } = best;
  const { steps } = search;
  const originStep = known(places[0], "first signal") % steps;
  const timeOf = (step: number): number => wrapS(step - originStep, steps) * resolutionS;
  return buildLinkBandPlan(problem, {
    signals: places.map((place) => ({
      alternative: Math.floor(place / steps),
      offsetS: timeOf(place % steps),
    })),
    centerLineS: { outbound: timeOf(0), inbound: timeOf(lag) },
    valueS,
    boundS: Math.max(boundS, valueS),
    aloneS,
    work: { steps: work, isStopped: boundS > 0 },
  });
}

function buildSearch(problem: LinkBandProblem, resolutionS: number, aloneS: readonly number[]): Search {
  const rooms = buildRooms(problem, resolutionS);
  const restS = new Float64Array(aloneS.length + 1);
  for (let i = aloneS.length - 1; i >= 0; i--) restS[i] = (restS[i + 1] ?? 0) + (aloneS[i] ?? 0);
  const ways = rooms.map(({ outBefore: { length } }): Ways => {
    const room = () => new Float64Array(length);
    return {
      count: 0,
      place: new Int32Array(length),
      outBefore: room(),
      outAfter: room(),
      inBefore: room(),
      inAfter: room(),
      worthS: room(),
      from: new Int32Array(length),
    };
  });
  return { problem, steps: Math.round(problem.cycleS / resolutionS), rooms, ways, restS };
}

/** The ways that count at this lag: those that the center lines allow and no neighboring offset exceeds. */
function listWays({ problem, steps, rooms, ways }: Search, lag: number): void {
  const mayMeetRed = problem.centerLine === "mayMeetRed";
  const isEqual = problem.halves === "equal";
  for (const [i, { outBefore, outAfter, inBefore, inAfter }] of rooms.entries()) {
    const here = known(ways[i], `ways of signal ${i}`);
    here.count = 0;
    for (let first = 0; first < outBefore.length; first += steps) {
      for (let offset = 0; offset < steps; offset++) {
        const out = first + offset;
        const inbound = first + (offset < lag ? offset - lag + steps : offset - lag);
        const ob = outBefore[out] as number;
        const oa = outAfter[out] as number;
        const ib = inBefore[inbound] as number;
        const ia = inAfter[inbound] as number;
        if (!mayMeetRed && (ob === RED || ib === RED)) continue;
        let isExceeded = false;
        for (let step = -1; step <= 1 && !isExceeded; step += 2) {
          const other = offset + step < 0 ? steps - 1 : offset + step === steps ? 0 : offset + step;
          const otherOut = first + other;
          const otherIn = first + (other < lag ? other - lag + steps : other - lag);
          const ob2 = outBefore[otherOut] as number;
          const oa2 = outAfter[otherOut] as number;
          const ib2 = inBefore[otherIn] as number;
          const ia2 = inAfter[otherIn] as number;
          if (ob2 < ob || oa2 < oa || ib2 < ib || ia2 < ia) continue;
          // Of equal ones the first in order stays.
          isExceeded = ob2 > ob || oa2 > oa || ib2 > ib || ia2 > ia || other < offset;
        }
        if (isExceeded || (isEqual && hasBetter(here, ob, ib))) continue;
        const at = here.count++;
        here.place[at] = out;
        here.outBefore[at] = ob === RED ? 0 : ob;
        here.outAfter[at] = oa === RED ? 0 : oa;
        here.inBefore[at] = ib === RED ? 0 : ib;
        here.inAfter[at] = ia === RED ? 0 : ia;
      }
    }
  }
}

/** With equal halves: does a way of another sequence leave as much in both directions? */
function hasBetter({ count, outBefore, inBefore }: Ways, outS: number, inS: number): boolean {
  for (let at = 0; at < count; at++) {
    if ((outBefore[at] as number) >= outS && (inBefore[at] as number) >= inS) return true;
  }
  return false;
}

/** Fills in the best worth of every way that may still beat `toBeatS`; answers the pairs weighed. */
function walkChain({ problem, ways, restS }: Search, toBeatS: number): number {
  let pairs = 0;
  known(ways[0], "first signal").worthS.fill(0);
  for (const [i, { weights, inboundPerOutbound = 1 }] of problem.links.entries()) {
    const here = known(ways[i], `signal ${i}`);
    const next = known(ways[i + 1], `signal ${i + 1}`);
    const leastWorthS = toBeatS + ROUNDING_S - (restS[i + 1] as number);
    // b ≤ outShare · b̄ and b̄ ≤ inShare · b, where the ratio asks for it.
    const isLight = inboundPerOutbound < 1;
    const isHeavy = inboundPerOutbound > 1;
    const outShare = isLight ? 1 / inboundPerOutbound : 0;
    const inShare = isHeavy ? inboundPerOutbound : 0;
    const outFree = isLight ? 0 : Number.POSITIVE_INFINITY;
    const inFree = isHeavy ? 0 : Number.POSITIVE_INFINITY;
    pairs += here.count * next.count;
    let kept = 0;
    for (let to = 0; to < next.count; to++) {
      const ob = next.outBefore[to] as number;
      const oa = next.outAfter[to] as number;
      const ib = next.inBefore[to] as number;
      const ia = next.inAfter[to] as number;
      let bestS = -1;
      let from = -1;
      for (let at = 0; at < here.count; at++) {
        const ob2 = here.outBefore[at] as number;
        const oa2 = here.outAfter[at] as number;
        const ib2 = here.inBefore[at] as number;
        const ia2 = here.inAfter[at] as number;
        let outS = Math.min(ob, ob2) + Math.min(oa, oa2);
        let inS = Math.min(ib, ib2) + Math.min(ia, ia2);
        const mostOutS = outShare * inS + outFree;
        if (outS > mostOutS) outS = mostOutS;
        const mostInS = inShare * outS + inFree;
        if (inS > mostInS) inS = mostInS;
        const worthS = (here.worthS[at] as number) + weights.outbound * outS + weights.inbound * inS;
        if (worthS > bestS) {
          bestS = worthS;
          from = at;
        }
      }
      if (from < 0 || bestS <= leastWorthS) continue;
      next.place[kept] = next.place[to] as number;
      next.outBefore[kept] = ob;
      next.outAfter[kept] = oa;
      next.inBefore[kept] = ib;
      next.inAfter[kept] = ia;
      next.worthS[kept] = bestS;
      next.from[kept++] = from;
    }
    next.count = kept;
  }
  return pairs;
}

/** The best path of this lag, if it beats the best so far; ways that could not be part of one are gone already. */
function readBest({ ways }: Search, lag: number, best: BestPath | undefined): BestPath | undefined {
  const last = known(ways.at(-1), "last signal");
  let at = -1;
  let valueS = best?.valueS ?? -1;
  for (let way = 0; way < last.count; way++) {
    if ((last.worthS[way] as number) > valueS) {
      at = way;
      valueS = last.worthS[way] as number;
    }
  }
  if (at < 0) return undefined;
  const places: number[] = [];
  for (let i = ways.length - 1; i >= 0; i--) {
    const here = known(ways[i], `signal ${i}`);
    places[i] = here.place[at] as number;
    at = here.from[at] as number;
  }
  return { lag, places, valueS };
}
