/**
 * How much green each way to run a signal leaves before and after a center line, for every offset on the grid.
 *
 * Both center lines pass the first signal on whole steps of the grid. A shift of everything changes nothing, so the
 * outbound line passes at 0 and the inbound one at `lag` steps; the inbound rooms of a lag are those of lag 0, moved.
 */
import { assert, known } from "../../errors.ts";
import { type Interval, wrapS } from "../../timing/cycle.ts";
import type { LinkBandProblem } from "./link-band-problem.ts";

/** Two times closer than this are the same instant, s. */
const SAME_S = 1e-9;

/** A room at a line that meets red. */
export const RED = -1;

/** By place alternative · steps + offset, s; `RED` where the line meets red. Inbound for a lag of 0. */
export interface SignalRooms {
  readonly outBefore: Float64Array;
  readonly outAfter: Float64Array;
  readonly inBefore: Float64Array;
  readonly inAfter: Float64Array;
}

export function buildRooms(problem: LinkBandProblem, resolutionS: number): SignalRooms[] {
  const { cycleS, signals, halves } = problem;
  const steps = Math.round(cycleS / resolutionS);
  assert(
    Math.abs(steps * resolutionS - cycleS) < SAME_S * steps,
    `cycle ${cycleS} s in steps of ${resolutionS} s`,
  );
  const passages = timeCenterLines(problem);
  return signals.map(({ alternatives }, i) => {
    const { outboundS, inboundS } = known(passages[i], `passage ${i}`);
    const room = () => new Float64Array(alternatives.length * steps);
    const rooms = { outBefore: room(), outAfter: room(), inBefore: room(), inAfter: room() };
    for (const [alternative, greens] of alternatives.entries()) {
      for (let offset = 0; offset < steps; offset++) {
        const at = alternative * steps + offset;
        const zeroS = offset * resolutionS;
        const out = findRoom(greens.outbound, outboundS - zeroS, problem);
        const inbound = findRoom(greens.inbound, inboundS - zeroS, problem);
        const equal = halves === "equal";
        rooms.outBefore[at] = equal ? Math.min(out.beforeS, out.afterS) : out.beforeS;
        rooms.outAfter[at] = equal ? Math.min(out.beforeS, out.afterS) : out.afterS;
        rooms.inBefore[at] = equal ? Math.min(inbound.beforeS, inbound.afterS) : inbound.beforeS;
        rooms.inAfter[at] = equal ? Math.min(inbound.beforeS, inbound.afterS) : inbound.afterS;
      }
    }
    return rooms;
  });
}

/** When center lines that pass the first signal at 0 pass each signal, s. */
function timeCenterLines({ links, queueClearanceS }: LinkBandProblem): {
  readonly outboundS: number;
  readonly inboundS: number;
}[] {
  const passages = [{ outboundS: 0, inboundS: 0 }];
  let [outboundS, inboundS] = [0, 0];
  for (const { outboundTravelS, inboundTravelS } of links) {
    outboundS += outboundTravelS - queueClearanceS.outbound;
    inboundS -= inboundTravelS - queueClearanceS.inbound;
    passages.push({ outboundS, inboundS });
  }
  return passages;
}

/**
 * What the widest green that holds the instant leaves on both sides of it; a green that fills the cycle, half of it
 * each.
 */
function findRoom(
  greens: readonly Interval[],
  timeS: number,
  { cycleS }: LinkBandProblem,
): { readonly beforeS: number; readonly afterS: number } {
  let widestS = RED;
  let room = { beforeS: RED, afterS: RED };
  for (const { startS, lengthS } of greens) {
    if (lengthS >= cycleS) return { beforeS: cycleS / 2, afterS: cycleS / 2 };
    const sinceS = Math.max(0, wrapS(timeS - startS + SAME_S, cycleS) - SAME_S);
    if (sinceS > lengthS + SAME_S || lengthS <= widestS) continue;
    widestS = lengthS;
    room = { beforeS: sinceS, afterS: Math.max(0, lengthS - sinceS) };
  }
  return room;
}
