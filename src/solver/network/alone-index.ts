/**
 * What an intersection would cost alone, under even arrivals, by its split problem: delay d1 + d2 of the Highway Capacity
 * Manual and stops (1 − λ) / (1 − min(1, x) λ) + d2 / C, λ the effective green ratio and x the degree of saturation.
 * A first look at cycle lengths, hundreds of times cheaper than flow profiles; platoons are not in it.
 */
import { incrementalDelayS, uniformDelayS } from "../../traffic/hcm-delay.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { performanceIndex } from "../performance-index.ts";
import { type SplitProblem, servedVeh } from "../splits/split-problem.ts";

/** Vehicles per cycle that stand for the capacity of a stream without any. */
const NO_CAPACITY_VEH = 1e-3;

/** veh·h/h, by splits in the order of the problem's phases. */
export function aloneIndex(problem: SplitProblem, splitsS: readonly number[], cycleS: number): number {
  let delayVehHPerH = 0;
  let stopsVph = 0;
  for (const stream of problem.streams) {
    let splitS = 0;
    for (const phase of stream.phases) splitS += splitsS[phase] ?? 0;
    const effectiveGreenS = Math.min(cycleS, Math.max(0, splitS - stream.lostS));
    const carriedVeh = Math.max(NO_CAPACITY_VEH, servedVeh(stream, splitS, cycleS));
    const degreeOfSaturation = (stream.flowVps * cycleS) / carriedVeh;
    const extraDelayS = incrementalDelayS({
      degreeOfSaturation,
      capacityVph: (carriedVeh * SECONDS_PER_HOUR) / cycleS,
    });
    const greenRatio = effectiveGreenS / cycleS;
    const stopRatio =
      greenRatio < 1 ? (1 - greenRatio) / (1 - Math.min(1, degreeOfSaturation) * greenRatio) : 0;
    delayVehHPerH +=
      stream.flowVps * (uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation }) + extraDelayS);
    stopsVph += stream.flowVps * SECONDS_PER_HOUR * (stopRatio + extraDelayS / cycleS);
  }
  return performanceIndex({ delayVehHPerH, stopsVph });
}
