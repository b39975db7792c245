/**
 * A good plan for stream bands: from each start, signals are moved one at a time (offset and alternative), and all signals
 * behind a point together, to where the streams are worth most, until nothing improves; then one stream is given its
 * widest band, or a few signals are thrown to random places, and the climb starts again from there. The best plan so far
 * is kept, so the answer is never worse than a start. Deterministic for a given generator; the limit is a count of scans.
 */
import { known } from "../../errors.ts";
import type { SeededRandom } from "../../network/seeded-random.ts";
import { wrapS } from "../../timing/cycle.ts";
import type { SignalChoice } from "../bands/band-problem.ts";
import { addShiftedWorth, createStreamScan, type StreamScan, setPlan, updateWorth } from "./scan-shifts.ts";
import type { StreamBandProblem } from "./stream-band-problem.ts";

/** Gains below this are rounding, weighted s. */
const ROUNDING_S = 1e-9;
/** Signals thrown to random places before a new climb. */
const THROWN = 3;

export interface StreamSearchOptions {
  readonly resolutionS: number;
  /** Plans to climb from; all offsets 0 is always one. */
  readonly starts: readonly (readonly SignalChoice[])[];
  readonly random: SeededRandom;
  /** Scans: one set of signals moved around the whole cycle. */
  readonly workLimit: number;
  /** No plan is worth more: the search ends there. */
  readonly boundS: number;
}

export interface StreamSearchResult {
  readonly signals: readonly SignalChoice[];
  readonly valueS: number;
  readonly scans: number;
}

interface Climb {
  readonly scan: StreamScan;
  readonly workLimit: number;
  scans: number;
  valueS: number;
}

export function searchStreamBands(
  problem: StreamBandProblem,
  { resolutionS, starts, random, workLimit, boundS }: StreamSearchOptions,
): StreamSearchResult {
  const climb: Climb = { scan: createStreamScan(problem, resolutionS), workLimit, scans: 0, valueS: 0 };
  const zero = problem.alternativeCounts.map(() => ({ alternative: 0, offsetS: 0 }));
  let best: { readonly signals: readonly SignalChoice[]; readonly valueS: number } = {
    signals: zero,
    valueS: setPlan(climb.scan, zero),
  };
  const tryFrom = (signals: readonly SignalChoice[]): void => {
    climb.valueS = setPlan(climb.scan, signals);
    climbUp(climb);
    if (climb.valueS > best.valueS + ROUNDING_S)
      best = { signals: readPlan(climb.scan), valueS: climb.valueS };
  };
  for (const start of [...starts, zero]) tryFrom(start);
  for (let round = 0; climb.scans < workLimit && best.valueS < boundS - ROUNDING_S; round++) {
    const alter = round % 2 === 0 ? alignStream : throwSome;
    tryFrom(alter(climb.scan, best.signals, random));
  }
  return { ...best, scans: climb.scans };
}

const readPlan = ({ offsetSteps, alternatives, resolutionS }: StreamScan): SignalChoice[] =>
  Array.from(offsetSteps, (step, signal) => ({
    alternative: alternatives[signal] as number,
    offsetS: step * resolutionS,
  }));

/** One stream gets the widest band that its alternatives allow: the middles of its greens are brought into line. */
function alignStream(
  { problem: { streams, cycleS }, resolutionS }: StreamScan,
  signals: readonly SignalChoice[],
  random: SeededRandom,
): SignalChoice[] {
  const aligned = [...signals];
  const stops = streams[random.integer(0, streams.length - 1)]?.stops ?? [];
  let middleS: number | undefined;
  for (const { signal, greens, arrivalS } of stops) {
    const { alternative, offsetS } = known(signals[signal], `signal ${signal}`);
    const widest = [...(greens[alternative] ?? [])].sort((a, b) => b.lengthS - a.lengthS)[0];
    if (widest === undefined) continue;
    const ownS = widest.startS + widest.lengthS / 2 - arrivalS;
    middleS ??= offsetS + ownS;
    const step = Math.round((middleS - ownS) / resolutionS);
    aligned[signal] = { alternative, offsetS: wrapS(step * resolutionS, cycleS) };
  }
  return aligned;
}

function throwSome(
  { problem, steps, resolutionS }: StreamScan,
  signals: readonly SignalChoice[],
  random: SeededRandom,
): SignalChoice[] {
  const thrown = [...signals];
  for (let i = 0; i < THROWN; i++) {
    const signal = random.integer(0, thrown.length - 1);
    thrown[signal] = {
      alternative: random.integer(0, known(problem.alternativeCounts[signal], "alternatives") - 1),
      offsetS: random.integer(0, steps - 1) * resolutionS,
    };
  }
  return thrown;
}

function climbUp(climb: Climb): void {
  const count = climb.scan.offsetSteps.length;
  const isMoving = new Uint8Array(count);
  for (let beforeS = -1; climb.valueS > beforeS + ROUNDING_S; ) {
    beforeS = climb.valueS;
    for (let signal = 1; signal < count; signal++) {
      if (climb.scans >= climb.workLimit) return;
      isMoving.fill(0).fill(1, signal);
      moveToBest(climb, isMoving, [climb.scan.alternatives[signal] as number]);
    }
    for (let signal = 0; signal < count; signal++) {
      if (climb.scans >= climb.workLimit) return;
      isMoving.fill(0)[signal] = 1;
      moveToBest(climb, isMoving, listAlternatives(climb, signal));
    }
  }
}

/** The present one first, so that it stays where another is no better. */
function listAlternatives({ scan }: Climb, signal: number): number[] {
  const present = scan.alternatives[signal] as number;
  const all = Array.from(
    { length: known(scan.problem.alternativeCounts[signal], "alternatives") },
    (_, it) => it,
  );
  return [present, ...all.filter((it) => it !== present)];
}

/** `alternatives`: those of the first moving signal that are tried. */
function moveToBest(climb: Climb, isMoving: Uint8Array, alternatives: readonly number[]): void {
  const { scan } = climb;
  const signal = isMoving.indexOf(1);
  const streams = listTouched(scan, isMoving, alternatives.length > 1);
  climb.scans += alternatives.length;
  if (streams.length === 0) return;
  const sums = new Float64Array(scan.steps);
  const own = scan.alternatives[signal] as number;
  let best = { alternative: own, shift: 0, valueS: Number.NEGATIVE_INFINITY };
  for (const alternative of alternatives) {
    scan.alternatives[signal] = alternative;
    sums.fill(0);
    addShiftedWorth(scan, { streams, isMoving, sums });
    for (const [shift, valueS] of sums.entries()) {
      if (valueS > best.valueS + ROUNDING_S) best = { alternative, shift, valueS };
    }
  }
  scan.alternatives[signal] = best.alternative;
  if (best.shift === 0 && best.alternative === own) return;
  for (const [at, moves] of isMoving.entries()) {
    if (moves === 1) scan.offsetSteps[at] = ((scan.offsetSteps[at] as number) + best.shift) % scan.steps;
  }
  climb.valueS = updateWorth(scan);
}

/** Streams that stop at signals of both kinds; with a change of alternative, also those that stop at moving ones only. */
function listTouched({ problem, streamsAt }: StreamScan, isMoving: Uint8Array, all: boolean): number[] {
  const first = isMoving.indexOf(1);
  if (all) return [...known(streamsAt[first], "streams")];
  return problem.streams.flatMap(({ stops }, at) => {
    const moving = stops.reduce((sum, it) => sum + (isMoving[it.signal] as number), 0);
    return moving > 0 && moving < stops.length ? [at] : [];
  });
}
