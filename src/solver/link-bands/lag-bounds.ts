/**
 * An upper bound of every lag between the two center lines. A link's band is the smaller of what its two ends leave, and
 * so at most their mean: each end is taken for itself, cut at the most that the other end could ever leave. Then signals
 * decouple, and each adds the best of its ways to run.
 */
import { known } from "../../errors.ts";
import { RED, type SignalRooms } from "./center-line-rooms.ts";
import type { LinkBandProblem } from "./link-band-problem.ts";

export interface LagBound {
  readonly lag: number;
  readonly boundS: number;
}

/** Lags that may have a plan, the most promising first. */
export function boundLags(of: {
  readonly problem: LinkBandProblem;
  readonly steps: number;
  readonly rooms: readonly SignalRooms[];
  /** What all links are worth at most, each for itself. */
  readonly aloneS: number;
}): LagBound[] {
  const { problem, steps, rooms, aloneS } = of;
  const sums = new Float64Array(steps);
  const mostOut = rooms.map((it) => ({ beforeS: highest(it.outBefore), afterS: highest(it.outAfter) }));
  const mostIn = rooms.map((it) => ({ beforeS: highest(it.inBefore), afterS: highest(it.inAfter) }));
  const redWorthS = problem.centerLine === "mayMeetRed" ? 0 : Number.NEGATIVE_INFINITY;
  for (const [i, { outBefore, outAfter, inBefore, inAfter }] of rooms.entries()) {
    const outWorth = new Float64Array(outBefore.length);
    const inWorth = new Float64Array(outBefore.length);
    for (const [link, neighbor] of [
      [problem.links[i - 1], i - 1],
      [problem.links[i], i + 1],
    ] as const) {
      if (link === undefined) continue;
      const { weights } = link;
      addWorth(
        outWorth,
        { before: outBefore, after: outAfter },
        known(mostOut[neighbor], "most"),
        weights.outbound,
      );
      addWorth(
        inWorth,
        { before: inBefore, after: inAfter },
        known(mostIn[neighbor], "most"),
        weights.inbound,
      );
    }
    for (let at = 0; at < outWorth.length; at++) {
      if (outBefore[at] === RED) outWorth[at] = redWorthS;
      if (inBefore[at] === RED) inWorth[at] = redWorthS;
    }
    addBestOfEachLag(sums, outWorth, inWorth);
  }
  return Array.from(sums, (sumS, lag) => ({ lag, boundS: Math.min(sumS, aloneS) }))
    .filter((it) => it.boundS >= 0)
    .sort((a, b) => b.boundS - a.boundS || (sums[b.lag] ?? 0) - (sums[a.lag] ?? 0) || a.lag - b.lag);
}

const highest = (rooms: Float64Array): number => rooms.reduce((most, it) => Math.max(most, it), 0);

function addWorth(
  worth: Float64Array,
  rooms: { readonly before: Float64Array; readonly after: Float64Array },
  most: { readonly beforeS: number; readonly afterS: number },
  weight: number,
): void {
  for (let at = 0; at < worth.length; at++) {
    const beforeS = Math.min(rooms.before[at] as number, most.beforeS);
    const afterS = Math.min(rooms.after[at] as number, most.afterS);
    worth[at] = (worth[at] as number) + 0.5 * weight * (beforeS + afterS);
  }
}

/** To the sum of each lag the best over sequences and offsets: outbound at the offset, inbound at offset − lag. */
function addBestOfEachLag(sums: Float64Array, outWorth: Float64Array, inWorth: Float64Array): void {
  const steps = sums.length;
  for (let lag = 0; lag < steps; lag++) {
    let bestS = Number.NEGATIVE_INFINITY;
    for (let first = 0; first < outWorth.length; first += steps) {
      for (let offset = 0; offset < steps; offset++) {
        const inbound = first + (offset < lag ? offset - lag + steps : offset - lag);
        const worthS = (outWorth[first + offset] as number) + (inWorth[inbound] as number);
        if (worthS > bestS) bestS = worthS;
      }
    }
    sums[lag] = (sums[lag] as number) + bestS;
  }
}
