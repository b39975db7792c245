/**
 * Judge of the stream bands, for tests: seeded random problems and brute force over all offsets and alternatives on the
 * grid, by sampling the cycle. Shares no code with what it judges; exact where all times are multiples of the sampling
 * step.
 */
import type { Interval } from "../../timing/cycle.ts";
import { SAMPLE_S } from "../bands/band-judge.test-support.ts";
import type { BandStream, StreamBandProblem, StreamStop } from "./stream-band-problem.ts";

export interface StreamProblemSize {
  readonly cycleS: number;
  readonly signalCount: number;
  readonly alternativeCount: number;
  readonly streamCount: number;
  readonly greensPerCycle?: number;
  /** Times are multiples of this; absent: any real number. */
  readonly stepS?: number;
}

/**
 * A street: each signal has greens for both directions, travel times between neighbors, and for every stream a green of its
 * own at its first stop. The first two streams run the whole street.
 */
export function randomStreamProblem(random: () => number, size: StreamProblemSize): StreamBandProblem {
  const { cycleS, signalCount, alternativeCount, stepS = 0 } = size;
  const within = (lowS: number, highS: number): number => {
    const valueS = lowS + (highS - lowS) * random();
    return stepS > 0 ? Math.round(valueS / stepS) * stepS : valueS;
  };
  const greens = (least: number, most: number): Interval[][] =>
    Array.from({ length: alternativeCount }, () => {
      const count = 1 + Math.floor(random() * (size.greensPerCycle ?? 1));
      const firstS = within(0, cycleS);
      return Array.from({ length: count }, (_, part) => ({
        startS: firstS + Math.round((part * cycleS) / count / SAMPLE_S) * SAMPLE_S,
        lengthS: within((least * cycleS) / count, (most * cycleS) / count),
      }));
    });
  const street = [1, -1].map(() => Array.from({ length: signalCount }, () => greens(0.3, 0.7)));
  const travelS = [1, -1].map(() =>
    Array.from({ length: signalCount - 1 }, () => within(0.1 * cycleS, cycleS)),
  );
  const streams = Array.from({ length: size.streamCount }, (_, at): BandStream => {
    const direction = at % 2;
    const length = at < 2 ? signalCount : 2 + Math.floor(random() * (signalCount - 1));
    const first = Math.floor(random() * (signalCount - length + 1));
    let arrivalS = 0;
    const stops = Array.from({ length }, (_unused, position): StreamStop => {
      const signal = direction === 0 ? first + position : first + length - 1 - position;
      if (position > 0) arrivalS += travelS[direction]?.[direction === 0 ? signal - 1 : signal] ?? 0;
      const own = at >= 2 && position === 0 ? greens(0.15, 0.35) : (street[direction]?.[signal] ?? []);
      return { signal, greens: own, arrivalS };
    });
    return { weight: 0.2 + random(), stops };
  });
  return {
    cycleS,
    alternativeCounts: Array.from({ length: signalCount }, () => alternativeCount),
    streams,
    leastBandS: within(0.05 * cycleS, 0.2 * cycleS),
  };
}

/** The largest weighted sum of all offsets and alternatives on the grid. */
export function findBestStreamsByBruteForce(problem: StreamBandProblem, resolutionS: number): number {
  const { cycleS, alternativeCounts, streams, leastBandS } = problem;
  const samples = Math.round(cycleS / SAMPLE_S);
  const stepSamples = Math.round(resolutionS / SAMPLE_S);
  // How long green lasts from each instant at the stream's first stop, for a stop with offset 0.
  const profiles = streams.map(({ stops }) =>
    stops.map((stop) => stop.greens.map((greens) => profileOf(greens, stop.arrivalS, cycleS))),
  );
  const offsets: number[] = [];
  const alternatives: number[] = [];
  let bestS = 0;
  const worth = (): number =>
    streams.reduce((sum, { stops, weight }, at) => {
      let widestS = 0;
      for (let k = 0; k < samples; k++) {
        let leastS = cycleS;
        for (const [position, { signal }] of stops.entries()) {
          const profile = profiles[at]?.[position]?.[alternatives[signal] ?? 0] ?? new Float64Array(samples);
          leastS = Math.min(leastS, profile[(k - (offsets[signal] ?? 0) + samples) % samples] ?? 0);
        }
        widestS = Math.max(widestS, leastS);
      }
      return sum + (widestS >= leastBandS ? weight * widestS : 0);
    }, 0);
  const visit = (signal: number): void => {
    if (signal === alternativeCounts.length) {
      bestS = Math.max(bestS, worth());
      return;
    }
    for (let alternative = 0; alternative < (alternativeCounts[signal] ?? 0); alternative++) {
      for (let offset = 0; offset < (signal === 0 ? 1 : samples); offset += stepSamples) {
        offsets[signal] = offset;
        alternatives[signal] = alternative;
        visit(signal + 1);
      }
    }
  };
  visit(0);
  return bestS;
}

function profileOf(greens: readonly Interval[], arrivalS: number, cycleS: number): Float64Array {
  const samples = Math.round(cycleS / SAMPLE_S);
  return Float64Array.from({ length: samples }, (_, k) => {
    const timeS = k * SAMPLE_S + arrivalS;
    let leftS = 0;
    for (const { startS, lengthS } of greens) {
      for (let beginS = startS - 20 * cycleS; beginS <= timeS; beginS += cycleS) {
        leftS = Math.max(leftS, lengthS >= cycleS ? cycleS : beginS + lengthS - timeS);
      }
    }
    return leftS;
  });
}
