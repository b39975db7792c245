/**
 * Judge of the network band solver, for tests: seeded random networks whose times are multiples of a sampling step, bands
 * by sampling the cycle, and brute force over all offsets and alternatives. Shares no code with what it judges.
 */
import type { SeededRandom } from "../../network/seeded-random.ts";
import type { Interval } from "../../timing/cycle.ts";
import type { SignalChoice } from "../bands/band-problem.ts";
import type { BandRoute, BandWay, NetworkBandProblem } from "./network-band-problem.ts";

/** A power of two, so that sums are exact. */
const SAMPLE_S = 0.25;

interface NetworkSize {
  readonly cycleS: number;
  /** By route: the signals that it passes. */
  readonly routes: readonly (readonly number[])[];
  readonly alternativeCounts: readonly number[];
  /** Floors up to this part of the cycle, at every third way; absent: none. */
  readonly floorRatio?: number;
}

export function randomNetwork(random: SeededRandom, size: NetworkSize): NetworkBandProblem {
  const { cycleS } = size;
  const within = (low: number, high: number): number =>
    Math.round((low + (high - low) * random.uniform()) / SAMPLE_S) * SAMPLE_S;
  const greens = (): Interval[] => {
    const count = random.uniform() < 0.15 ? 2 : 1;
    const startS = within(-cycleS, cycleS);
    return Array.from({ length: count }, (_, part) => ({
      startS: startS + (part * Math.floor((4 * cycleS) / count)) / 4,
      lengthS: within((0.3 * cycleS) / count, (0.7 * cycleS) / count),
    }));
  };
  const way = (signals: readonly number[]): BandWay => {
    let travelS = 0;
    return {
      weight: random.integer(0, 3),
      floorS:
        size.floorRatio !== undefined && random.uniform() < 1 / 3 ? within(0, size.floorRatio * cycleS) : 0,
      stops: signals.map((signal, position) => {
        if (position > 0) travelS += within(0.1 * cycleS, 1.5 * cycleS);
        const count = size.alternativeCounts[signal] ?? 1;
        return { signal, travelS, greens: Array.from({ length: count }, greens) };
      }),
    };
  };
  return {
    cycleS,
    resolutionS: 1,
    signals: size.alternativeCounts.map((alternativeCount) => ({ alternativeCount })),
    routes: size.routes.map((signals): BandRoute => {
      const outbound = way(signals);
      return random.uniform() < 0.2 ? { outbound } : { outbound, inbound: way([...signals].reverse()) };
    }),
  };
}

/** Random subsets of the signals: every route passes two at least. */
export function randomRoutes(random: SeededRandom, routeCount: number, signalCount: number): number[][] {
  return Array.from({ length: routeCount }, () => {
    const signals = Array.from({ length: signalCount }, (_, signal) => signal);
    for (let i = signals.length - 1; i > 0; i--) {
      const k = random.integer(0, i);
      [signals[i], signals[k]] = [signals[k] ?? 0, signals[i] ?? 0];
    }
    return signals.slice(0, random.integer(2, Math.min(4, signalCount)));
  });
}

const waysOf = ({ routes }: NetworkBandProblem): BandWay[] =>
  routes.flatMap(({ outbound, inbound }) => (inbound === undefined ? [outbound] : [outbound, inbound]));

/** Is the stop green for what passes the first stop in each sample of the cycle? With offset 0. */
function sampleGreens(greens: readonly Interval[], travelS: number, cycleS: number): Uint8Array {
  const samples = Math.round(cycleS / SAMPLE_S);
  return Uint8Array.from({ length: samples }, (_, k) => {
    const timeS = k * SAMPLE_S + travelS;
    return greens.some((it) => (((timeS - it.startS) % cycleS) + cycleS) % cycleS < it.lengthS) ? 1 : 0;
  });
}

/** The best worth of all plans that hold every floor; undefined where there is none. */
export function bruteForce(problem: NetworkBandProblem): number | undefined {
  const { cycleS } = problem;
  const ways = waysOf(problem).map((way) => ({
    ...way,
    greensAt: way.stops.map((it) => it.greens.map((own) => sampleGreens(own, it.travelS, cycleS))),
  }));
  const choices: SignalChoice[] = problem.signals.map(() => ({ alternative: 0, offsetS: 0 }));
  let best: number | undefined;
  const visit = (signal: number): void => {
    const alternativeCount = problem.signals[signal]?.alternativeCount;
    if (alternativeCount === undefined) {
      let worth = 0;
      for (const way of ways) {
        const widthS = longestRunS(way, choices, Math.round(cycleS / SAMPLE_S));
        if (widthS < way.floorS) return;
        worth += way.weight * widthS;
      }
      best = Math.max(best ?? 0, worth);
      return;
    }
    for (let alternative = 0; alternative < alternativeCount; alternative++) {
      for (let offsetS = 0; offsetS < (signal === 0 ? 1 : cycleS); offsetS++) {
        choices[signal] = { alternative, offsetS };
        visit(signal + 1);
      }
    }
  };
  visit(0);
  return best;
}

function longestRunS(
  way: BandWay & { readonly greensAt: readonly (readonly Uint8Array[])[] },
  choices: readonly SignalChoice[],
  samples: number,
): number {
  const at = way.stops.map((it, i) => {
    const { alternative = 0, offsetS = 0 } = choices[it.signal] ?? {};
    return {
      green: way.greensAt[i]?.[alternative] ?? new Uint8Array(0),
      shift: Math.round(offsetS / SAMPLE_S),
    };
  });
  let longest = 0;
  let run = 0;
  // Twice round, so that a run over the end of the cycle is seen whole.
  for (let k = 0; k < 2 * samples && run < samples; k++) {
    const isGreen = at.every(({ green, shift }) => green[(k - shift + 2 * samples) % samples] === 1);
    run = isGreen ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest * SAMPLE_S;
}
