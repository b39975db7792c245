/**
 * Queues of one intersection that grow over many cycles, as a store-and-forward model: cycles are averaged, splits,
 * flows and storage stay as they are over a period (D. C. Gazis and R. B. Potts, The oversaturated intersection, 1963;
 * D. C. Gazis, Optimum control of a system of oversaturated intersections, Operations Research 12, 1964; K. Aboudolas,
 * M. Papageorgiou, E. Kosmatopoulos, Store-and-forward based methods, Transportation Research C 17, 2009).
 *
 *   c = (s g + e) / C,  g = Σ xₚ − ℓ           served, veh/s
 *   q(t) = max(0, Q + (v − c) t)               queue at t
 *   q(t) ≤ max(S, Q)                           the queue fits; one that is longer from the start may not grow
 *
 * | symbol      | here                               | meaning                                              |
 * | C, T        | cycleS, periodS                    | cycle, period, s                                     |
 * | x, ℓ, s, e  | splits, lostS, rateVps, extraVeh … | of the linear split problem (split-problem.ts)       |
 * | v, Q, S     | flowVps, initialQueueVeh, storageVeh      | arrivals veh/s; queue at the start, storage, vehicles |
 *
 * Limits: one intersection; arrivals do not fall when the street upstream is full, and what is served finds room
 * downstream. What gathers in one red is not counted: on a link too short even for that, offsets decide
 * (route/negative-offset.ts) and not splits, which would starve the side street to no avail.
 */
import { type SplitStream, servedVeh } from "./split-problem.ts";

/** q(T) of a stream whose phases last `splitS` together, vehicles. */
export const leftAfterVeh = (stream: SplitStream, splitS: number, cycleS: number, periodS: number): number =>
  Math.max(
    0,
    (stream.initialQueueVeh ?? 0) + (stream.flowVps - servedVeh(stream, splitS, cycleS) / cycleS) * periodS,
  );

/** The least split with which the stream's queue is at most `longestVeh`, no less than it is at the start, at `atS`. */
export function splitToHoldS(
  stream: SplitStream,
  cycleS: number,
  of: { readonly longestVeh: number; readonly atS: number },
): number {
  const { flowVps, rateVps, lostS, initialQueueVeh = 0 } = stream;
  const servedVps = flowVps - (of.longestVeh - initialQueueVeh) / of.atS;
  const greenS = (servedVps * cycleS - stream.extraVeh - stream.extraVps * cycleS) / rateVps;
  return lostS + Math.max(0, greenS);
}
