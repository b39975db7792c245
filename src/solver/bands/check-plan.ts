/**
 * Does a plan carry the bands that it claims? Both bands are followed from signal to signal with the plan's own travel
 * times; at each they must lie inside one green, and each travel time inside its range. Shares no code with any search.
 */
import type { BandPlan, BandProblem, Direction } from "./band-problem.ts";

/** Rounding that a claim may carry, s: what an engine with tolerances of 1e-9 leaves on a long route stays below it. */
const ROUNDING_S = 1e-6;

/** What is wrong, in a sentence; `undefined`: nothing. */
export function findBrokenClaim(problem: BandProblem, plan: BandPlan): string | undefined {
  for (const direction of ["outbound", "inbound"] as const) {
    if (plan.bandwidthS[direction] === 0) continue;
    const broken = followBand(problem, plan, direction);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function followBand(problem: BandProblem, plan: BandPlan, direction: Direction): string | undefined {
  const widthS = plan.bandwidthS[direction];
  let timeS = plan.bandStartS[direction];
  for (const [i, { alternative, offsetS }] of plan.signals.entries()) {
    const link = problem.links[i - 1];
    if (link !== undefined) {
      const leastS = direction === "outbound" ? link.outboundTravelS : link.inboundTravelS;
      const travelS = plan.travelS[i - 1]?.[direction] ?? Number.NaN;
      const spareS = travelS - leastS;
      if (!(spareS >= -ROUNDING_S && spareS <= (link.spareTravelS?.[direction] ?? 0) + ROUNDING_S)) {
        return `${direction} travel time ${travelS} s on link ${i - 1}`;
      }
      const forwardS = travelS - problem.queueClearanceS[direction];
      timeS += direction === "outbound" ? forwardS : -forwardS;
    }
    const greens = problem.signals[i]?.alternatives[alternative]?.[direction] ?? [];
    const isHeld = greens.some(({ startS, lengthS }) => {
      const sinceS = timeS - offsetS - startS + ROUNDING_S;
      const waitS = sinceS - Math.floor(sinceS / problem.cycleS) * problem.cycleS;
      return lengthS >= problem.cycleS || waitS + widthS <= lengthS + 2 * ROUNDING_S;
    });
    if (!isHeld) return `the ${direction} band of ${widthS} s meets red at signal ${i}`;
  }
  return undefined;
}
