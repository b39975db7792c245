/**
 * Delay at one intersection by itself as a function of its splits: d1 + d2 of the Highway Capacity Manual
 * (traffic/hcm-delay.ts) for every stream of the linear split problem. Platoons from neighbors are not in it; where they
 * matter, offsets are settled with the flow profiles (traffic/cyclic-flow-profile.ts).
 */
import { incrementalDelayS, uniformDelayS } from "../../traffic/hcm-delay.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { type SplitProblem, type SplitStream, servedVeh, splitOf } from "./split-problem.ts";

/** A stream without green still has this capacity, so that its delay is a number, veh per cycle. */
const LEAST_SERVED_VEH = 1e-3;

/** Mean number of delayed vehicles of a stream whose phases last `splitS` together (veh·h/h). */
export function streamDelayVehHPerH(stream: SplitStream, splitS: number, cycleS: number): number {
  const effectiveGreenS = Math.min(cycleS, Math.max(0, splitS - stream.lostS));
  const carriedVeh = Math.max(LEAST_SERVED_VEH, servedVeh(stream, splitS, cycleS));
  const degreeOfSaturation = (stream.flowVps * cycleS) / carriedVeh;
  const capacityVph = (carriedVeh * SECONDS_PER_HOUR) / cycleS;
  const delayS =
    uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation }) +
    incrementalDelayS({ degreeOfSaturation, capacityVph });
  return stream.flowVps * delayS;
}

/** The same for all streams of an intersection. */
export function splitDelayVehHPerH(
  problem: SplitProblem,
  splitsS: ArrayLike<number>,
  cycleS: number,
): number {
  let totalVehHPerH = 0;
  for (const stream of problem.streams) {
    totalVehHPerH += streamDelayVehHPerH(stream, splitOf(stream, splitsS), cycleS);
  }
  return totalVehHPerH;
}
