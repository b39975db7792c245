/**
 * What all streams are worth when some signals move together around the cycle, every other one staying: the inner step of
 * the search for stream bands.
 *
 * A widest band begins where some green begins. For one that begins at a staying signal, what the staying signals leave is
 * the same for every shift; likewise for one that begins at a moving signal. So a shift costs each stream its number of
 * stops at the other kind of signal, for each of its greens.
 * Exact: offsets on whole steps, band edges any real number.
 */
import { known } from "../../errors.ts";
import type { SignalChoice } from "../bands/band-problem.ts";
import type { BandStream, StreamBandProblem } from "./stream-band-problem.ts";

/** Two instants closer than this are the same, s. */
const SAME_S = 1e-9;

export interface StreamScan {
  readonly problem: StreamBandProblem;
  readonly steps: number;
  readonly resolutionS: number;
  /** The plan that shifts start from: step and alternative per signal. */
  readonly offsetSteps: Int32Array;
  readonly alternatives: Int32Array;
  /** Streams that stop at each signal. */
  readonly streamsAt: readonly (readonly number[])[];
  /** Weighted s of each stream under the plan. */
  readonly worthS: Float64Array;
}

export function createStreamScan(problem: StreamBandProblem, resolutionS: number): StreamScan {
  const { alternativeCounts, streams, cycleS } = problem;
  const count = alternativeCounts.length;
  return {
    problem,
    steps: Math.round(cycleS / resolutionS),
    resolutionS,
    offsetSteps: new Int32Array(count),
    alternatives: new Int32Array(count),
    streamsAt: alternativeCounts.map((_, signal) =>
      streams.flatMap(({ stops }, at) => (stops.some((it) => it.signal === signal) ? [at] : [])),
    ),
    worthS: new Float64Array(streams.length),
  };
}

/** Takes this plan; the sum of what the streams are worth, weighted s. */
export function setPlan(scan: StreamScan, signals: readonly SignalChoice[]): number {
  for (const [signal, { alternative, offsetS }] of signals.entries()) {
    scan.offsetSteps[signal] = Math.round(offsetS / scan.resolutionS) % scan.steps;
    scan.alternatives[signal] = alternative;
  }
  return updateWorth(scan);
}

export function updateWorth(scan: StreamScan): number {
  const none = new Uint8Array(scan.offsetSteps.length);
  const widths = new Float64Array(1);
  let sumS = 0;
  for (const [at, stream] of scan.problem.streams.entries()) {
    widths[0] = 0;
    scanStream(scan, { stream, isMoving: none, widths });
    const worthS = worthOfBand(scan.problem, stream, widths[0] as number);
    scan.worthS[at] = worthS;
    sumS += worthS;
  }
  return sumS;
}

const worthOfBand = ({ leastBandS }: StreamBandProblem, { weight }: BandStream, widthS: number): number =>
  widthS >= leastBandS - SAME_S ? weight * widthS : 0;

/** Adds to `sums[shift]` what the streams are worth when the moving signals are `shift` steps later. */
export function addShiftedWorth(
  scan: StreamScan,
  of: { readonly streams: Iterable<number>; readonly isMoving: Uint8Array; readonly sums: Float64Array },
): void {
  const widths = new Float64Array(scan.steps);
  for (const at of of.streams) {
    const stream = known(scan.problem.streams[at], `stream ${at}`);
    widths.fill(0);
    scanStream(scan, { stream, isMoving: of.isMoving, widths });
    for (let shift = 0; shift < widths.length; shift++) {
      of.sums[shift] =
        (of.sums[shift] as number) + worthOfBand(scan.problem, stream, widths[shift] as number);
    }
  }
}

interface StreamShift {
  readonly stream: BandStream;
  readonly isMoving: Uint8Array;
  /** Answer: the widest band by shift. */
  readonly widths: Float64Array;
}

function scanStream(scan: StreamScan, { stream, isMoving, widths }: StreamShift): void {
  const { problem, resolutionS } = scan;
  for (const stop of stream.stops) {
    const moves = isMoving[stop.signal] as number;
    const originS = (scan.offsetSteps[stop.signal] as number) * resolutionS - stop.arrivalS;
    for (const { startS, lengthS } of stop.greens[scan.alternatives[stop.signal] as number] ?? []) {
      const beginS = originS + startS;
      const alikeS = leastLeftS(scan, stream, {
        beginS,
        isMoving,
        moves,
        mostS: Math.min(lengthS, problem.cycleS),
      });
      if (alikeS <= SAME_S) continue;
      for (let shift = 0; shift < widths.length; shift++) {
        const widestS = widths[shift] as number;
        if (widestS >= alikeS) continue;
        // What moves is later by the shift; seen from it, what stays is earlier.
        const seenS = moves === 1 ? beginS + shift * resolutionS : beginS - shift * resolutionS;
        const widthS = leastLeftS(scan, stream, { beginS: seenS, isMoving, moves: 1 - moves, mostS: alikeS });
        if (widthS > widestS) widths[shift] = widthS;
      }
    }
  }
}

/** How long green lasts from the instant on at all stops of the stream that move, or at all that stay; at most `mostS`. */
function leastLeftS(
  { problem, offsetSteps, alternatives, resolutionS }: StreamScan,
  stream: BandStream,
  of: {
    readonly beginS: number;
    readonly isMoving: Uint8Array;
    readonly moves: number;
    readonly mostS: number;
  },
): number {
  const { cycleS } = problem;
  let leastS = of.mostS;
  for (const stop of stream.stops) {
    if (of.isMoving[stop.signal] !== of.moves) continue;
    const zeroS = of.beginS + stop.arrivalS - (offsetSteps[stop.signal] as number) * resolutionS + SAME_S;
    let leftS = 0;
    for (const { startS, lengthS } of stop.greens[alternatives[stop.signal] as number] ?? []) {
      if (lengthS >= cycleS) leftS = cycleS;
      const sinceS = zeroS - startS;
      const hereS = lengthS - Math.max(0, sinceS - cycleS * Math.floor(sinceS / cycleS) - SAME_S);
      if (hereS > leftS) leftS = hereS;
    }
    if (leftS < leastS) leastS = leftS;
    if (leastS <= 0) return 0;
  }
  return leastS;
}
