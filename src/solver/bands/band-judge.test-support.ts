/**
 * Judge of the band solvers, for tests: seeded random arterials, bands of given offsets by walking trajectories, and
 * brute force over all offsets on the grid. Shares no code with what it judges; exact where all times are multiples of
 * the sampling step.
 */
import type { Interval } from "../../timing/cycle.ts";
import type {
  BandObjective,
  BandPlan,
  BandProblem,
  Direction,
  PerDirection,
  SignalChoice,
} from "./band-problem.ts";

/** Every time of a sampled problem is a multiple of this; a power of two, so that sums are exact. */
export const SAMPLE_S = 0.25;

/** Mulberry32: small, seeded, good enough to vary tests. Yields numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface ArterialSize {
  readonly cycleS: number;
  readonly signalCount: number;
  readonly alternativeCount: number;
  /** Times are multiples of this; absent: any real number. */
  readonly stepS?: number;
  /** Up to so many greens per direction and cycle. */
  readonly greensPerCycle?: number;
  /** Travel times are ranges, up to this part of the cycle wide. */
  readonly spare?: number;
}

/** Unequal greens per direction, internal offsets, unequal travel times per direction. */
export function randomArterial(
  random: () => number,
  size: ArterialSize,
  objective: BandObjective,
): BandProblem {
  const { cycleS, stepS = 0 } = size;
  const within = (lowS: number, highS: number): number => {
    const valueS = lowS + (highS - lowS) * random();
    return stepS > 0 ? Math.round(valueS / stepS) * stepS : valueS;
  };
  const greens = (): Interval[] => {
    const count = 1 + Math.floor(random() * (size.greensPerCycle ?? 1));
    const partS = cycleS / count;
    const firstS = within(-cycleS, cycleS);
    return Array.from({ length: count }, (_, part) => ({
      startS: firstS + Math.round((part * partS) / SAMPLE_S) * SAMPLE_S,
      lengthS: within(0.25 * partS, 0.8 * partS),
    }));
  };
  return {
    cycleS,
    objective,
    queueClearanceS: { outbound: within(0, 0.05 * cycleS), inbound: within(0, 0.05 * cycleS) },
    signals: Array.from({ length: size.signalCount }, () => ({
      alternatives: Array.from({ length: size.alternativeCount }, () => ({
        outbound: greens(),
        inbound: greens(),
      })),
    })),
    links: Array.from({ length: size.signalCount - 1 }, () => ({
      outboundTravelS: within(0.1 * cycleS, 1.5 * cycleS),
      inboundTravelS: within(0.1 * cycleS, 1.5 * cycleS),
      ...(size.spare === undefined
        ? {}
        : {
            spareTravelS: {
              outbound: within(0, size.spare * cycleS),
              inbound: within(0, size.spare * cycleS),
            },
          }),
    })),
  };
}

/** A green on the time axis of the first signal: the instants at which a trajectory must pass there to meet it. */
interface Window {
  readonly startS: number;
  readonly lengthS: number;
}

/** Windows of each signal for one direction, as seen from the first signal of the list. */
function listWindows(
  problem: BandProblem,
  { signals, travelS }: Pick<BandPlan, "signals" | "travelS">,
  direction: Direction,
): Window[][] {
  let shiftS = 0;
  return signals.map((choice, i) => {
    if (i > 0) {
      const movesS = (travelS[i - 1]?.[direction] ?? Number.NaN) - problem.queueClearanceS[direction];
      shiftS += direction === "outbound" ? movesS : -movesS;
    }
    const alternative = problem.signals[i]?.alternatives[choice.alternative];
    return (alternative?.[direction] ?? []).map((it) => ({
      startS: choice.offsetS + it.startS - shiftS,
      lengthS: it.lengthS,
    }));
  });
}

/** The least travel times; where a travel time is no range, the travel times. */
const leastTravelOf = ({ links }: BandProblem): PerDirection<number>[] =>
  links.map((it) => ({ outbound: it.outboundTravelS, inbound: it.inboundTravelS }));

/** Are the travel times of a plan those that the problem allows? */
export function isTravelAllowed(problem: BandProblem, { travelS }: Pick<BandPlan, "travelS">): boolean {
  return problem.links.every((link, i) =>
    DIRECTIONS.every((direction) => {
      const leastS = direction === "outbound" ? link.outboundTravelS : link.inboundTravelS;
      const overS = (travelS[i]?.[direction] ?? Number.NaN) - leastS;
      return overS >= -1e-7 && overS <= (link.spareTravelS?.[direction] ?? 0) + 1e-7;
    }),
  );
}

const DIRECTIONS = ["outbound", "inbound"] as const;

/** How long a trajectory that passes at `timeS` may wait and still meet this signal's green; −1 when it meets red. */
function greenLeftS(windows: readonly Window[], timeS: number, cycleS: number): number {
  let leftS = -1;
  for (const { startS, lengthS } of windows) {
    if (lengthS >= cycleS) return cycleS;
    const cycles = Math.floor((timeS - startS) / cycleS + 1e-9);
    leftS = Math.max(leftS, startS + cycles * cycleS + lengthS - timeS);
  }
  return leftS;
}

/**
 * The bands of given offsets at given travel times: the widest that begins at the start of some signal's green; 0 where
 * there is none.
 */
export function measureBands(
  problem: BandProblem,
  plan: Pick<BandPlan, "signals" | "travelS">,
): PerDirection<number> {
  const widest = (direction: Direction): number => {
    const signals = listWindows(problem, plan, direction);
    let bestS = 0;
    for (const { startS } of signals.flat()) {
      bestS = Math.max(
        bestS,
        Math.min(...signals.map((windows) => greenLeftS(windows, startS, problem.cycleS))),
      );
    }
    return bestS;
  };
  return { outbound: widest("outbound"), inbound: widest("inbound") };
}

/**
 * The bands of every plan on the grid, without those that another one exceeds in both directions. The first signal's
 * offset is 0. All times must be multiples of the sampling step.
 *
 * For each direction and instant, how wide a band that passes the last signal so far at that instant can be: from signal
 * to signal the best of all instants from which the link's travel times lead there, cut to the green that is left.
 */
export function listAllBands(problem: BandProblem, resolutionS: number): PerDirection<number>[] {
  const { cycleS, links } = problem;
  const samples = Math.round(cycleS / SAMPLE_S);
  const travelS = leastTravelOf(problem);
  const profilesOf = (signal: number) => {
    const choices: SignalChoice[] = problem.signals.map(() => ({ alternative: 0, offsetS: 0 }));
    const count = problem.signals[signal]?.alternatives.length ?? 0;
    return Array.from({ length: count }, (_, alternative) => {
      choices[signal] = { alternative, offsetS: 0 };
      const profile = (direction: Direction) => {
        const windows = listWindows(problem, { signals: choices, travelS }, direction)[signal] ?? [];
        return Float64Array.from({ length: samples }, (_unused, k) =>
          greenLeftS(windows, k * SAMPLE_S, cycleS),
        );
      };
      return { outbound: profile("outbound"), inbound: profile("inbound") };
    });
  };
  const profiles = problem.signals.map((_, signal) => profilesOf(signal));
  const stepSamples = Math.round(resolutionS / SAMPLE_S);
  const best = new Map<number, number>();
  const visit = (signal: number, outbound: Float64Array, inbound: Float64Array): void => {
    const spareS = links[signal - 1]?.spareTravelS ?? { outbound: 0, inbound: 0 };
    // Outbound the next signal is passed later, inbound earlier than without spare time.
    const fromOutbound = highestBefore(outbound, Math.round(spareS.outbound / SAMPLE_S));
    const fromInbound = highestAfter(inbound, Math.round(spareS.inbound / SAMPLE_S));
    for (const profile of profiles[signal] ?? []) {
      for (let shift = 0; shift < (signal === 0 ? 1 : samples); shift += stepSamples) {
        if (signal < profiles.length - 1) {
          visit(
            signal + 1,
            lowerOf(fromOutbound, profile.outbound, shift),
            lowerOf(fromInbound, profile.inbound, shift),
          );
          continue;
        }
        const outboundS = peakOfLower(fromOutbound, profile.outbound, shift);
        const inboundS = peakOfLower(fromInbound, profile.inbound, shift);
        best.set(outboundS, Math.max(best.get(outboundS) ?? 0, inboundS));
      }
    }
  };
  const full = new Float64Array(samples).fill(cycleS);
  visit(0, full, full);
  return [...best].map(([outbound, inbound]) => ({ outbound, inbound }));
}

/** The highest value at each place or up to `width` places before it. */
function highestBefore(profile: Float64Array, width: number): Float64Array {
  let highest = profile;
  for (let moved = 1; moved <= width; moved++) {
    highest = highest.map((it, k) => Math.max(it, movedAt(profile, k, moved % profile.length)));
  }
  return highest;
}

const highestAfter = (profile: Float64Array, width: number): Float64Array =>
  highestBefore(profile.toReversed(), width).toReversed();

/** The lower of two profiles, the second one moved later. */
function lowerOf(profile: Float64Array, other: Float64Array, shift: number): Float64Array {
  const lower = new Float64Array(profile.length);
  for (let k = 0; k < profile.length; k++) lower[k] = Math.min(profile[k] ?? 0, movedAt(other, k, shift));
  return lower;
}

/** The highest point of the lower of two profiles, at least 0. */
function peakOfLower(profile: Float64Array, other: Float64Array, shift: number): number {
  let peak = 0;
  for (let k = 0; k < profile.length; k++) {
    peak = Math.max(peak, Math.min(profile[k] ?? 0, movedAt(other, k, shift)));
  }
  return peak;
}

const movedAt = (profile: Float64Array, k: number, shift: number): number =>
  profile[k < shift ? k - shift + profile.length : k - shift] ?? 0;

/** The best value of an objective over given pairs of bands; 0 where none has what is asked. */
export function bestValueS(objective: BandObjective, pairs: readonly PerDirection<number>[]): number {
  const worth = ({ outbound, inbound }: PerDirection<number>): number => {
    switch (objective.kind) {
      case "equal":
        return Math.min(outbound, inbound);
      case "ratio":
        return Math.min(outbound, inbound / objective.inboundPerOutbound);
      case "weighted": {
        const { weights, floorsS } = objective;
        const floorsHeld = outbound >= floorsS.outbound && inbound >= floorsS.inbound;
        return floorsHeld ? weights.outbound * outbound + weights.inbound * inbound : 0;
      }
      case "sum":
        return outbound + inbound;
      case "outboundOnly":
        return outbound;
    }
  };
  return Math.max(0, ...pairs.map(worth));
}
