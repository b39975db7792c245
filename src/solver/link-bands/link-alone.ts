/**
 * What a link would be worth if it were alone: the best relative offset and sequences at its two ends. Both half-band
 * models have the same answer, for a line in the middle of two greens' overlap has all of it as its band. The sum over
 * the links is an upper bound of every plan.
 */
import { known } from "../../errors.ts";
import { type Interval, wrapS } from "../../timing/cycle.ts";
import type { BandAlternative } from "../bands/band-problem.ts";
import type { LinkBandProblem, WeightedLink } from "./link-band-problem.ts";

/**
 * Weighted s per link, over continuous offsets. The worth is piecewise linear in the relative offset and bends only
 * where two greens begin or end together, or where the ratio begins to bind; the latter is left out of the search and
 * the ratio of the answer, so with a ratio the number may be too high, never too low.
 */
export function listAloneS(problem: LinkBandProblem): number[] {
  const { signals, links, cycleS } = problem;
  return links.map((link, i) => {
    let bestS = 0;
    for (const here of known(signals[i], `signal ${i}`).alternatives) {
      for (const next of known(signals[i + 1], `signal ${i + 1}`).alternatives) {
        bestS = Math.max(bestS, findBestShift(link, here, next, problem));
      }
    }
    return Math.min(bestS, cycleS * (link.weights.outbound + link.weights.inbound));
  });
}

function findBestShift(
  link: WeightedLink,
  here: BandAlternative,
  next: BandAlternative,
  { cycleS, queueClearanceS }: LinkBandProblem,
): number {
  const outS = queueClearanceS.outbound - link.outboundTravelS;
  const inS = link.inboundTravelS - queueClearanceS.inbound;
  const worth = (shiftS: number): number =>
    link.weights.outbound * widestOverlapS(here.outbound, next.outbound, shiftS + outS, cycleS) +
    link.weights.inbound * widestOverlapS(here.inbound, next.inbound, shiftS + inS, cycleS);
  let bestS = 0;
  for (const [ones, others, moveS] of [
    [here.outbound, next.outbound, outS],
    [here.inbound, next.inbound, inS],
  ] as const) {
    for (const one of ones) {
      for (const other of others) {
        const togetherS = one.startS - other.startS - moveS;
        bestS = Math.max(bestS, worth(togetherS), worth(togetherS + one.lengthS - other.lengthS));
      }
    }
  }
  return bestS;
}

/** The longest stretch that a green has in common with one of the others, which are moved later by `shiftS`. */
function widestOverlapS(
  ones: readonly Interval[],
  others: readonly Interval[],
  shiftS: number,
  cycleS: number,
): number {
  let widestS = 0;
  for (const one of ones) {
    for (const other of others) {
      if (one.lengthS >= cycleS || other.lengthS >= cycleS) {
        widestS = Math.max(widestS, Math.min(one.lengthS, other.lengthS));
        continue;
      }
      const laterS = wrapS(other.startS + shiftS - one.startS, cycleS);
      widestS = Math.max(
        widestS,
        Math.min(one.lengthS - laterS, other.lengthS),
        Math.min(one.lengthS, other.lengthS + laterS - cycleS),
      );
    }
  }
  return widestS;
}
