/**
 * When detectors are occupied, from edges that are not always in pairs. Missing edges are put in:
 *   on, on at most 2 s later      off at the second on (a short gap that was not logged)
 *   on, on later than that        off half way between
 *   off, off                      on half way between
 *   off first of all              on 1 ms before: the time before is not known and counts as free
 * Several detectors together are occupied while any of them is.
 * Source: ATSPM package of Oregon DOT (split failures).
 */
import { known } from "../errors.ts";
import { countUpTo } from "./count-up-to.ts";
import type { DetectorEdges, SignalIndex } from "./signal-index.ts";

const SHORT_GAP_MS = 2000;
const BEFORE_FIRST_OFF_MS = 1;

/** Half-open stretches of time, disjoint, in order. */
export interface Occupancy {
  /** Before it nothing is known; Infinity: the detectors never said anything. */
  readonly knownFromMs: number;
  readonly startsMs: Float64Array;
  readonly endsMs: Float64Array;
  /** Sum of the lengths of all stretches before each; one more than there are stretches. */
  readonly sumsMs: Float64Array;
}

export function measureOccupancy(index: SignalIndex, channels: readonly number[]): Occupancy {
  const steps: Step[] = [];
  for (const channel of channels) addSteps(index.edgesByChannel.get(channel), steps);
  steps.sort((a, b) => a.atMs - b.atMs);
  const startsMs: number[] = [];
  const endsMs: number[] = [];
  let on = 0;
  for (let step = 0; step < steps.length; ) {
    const atMs = known(steps[step], "step").atMs;
    const before = on;
    for (; steps[step]?.atMs === atMs; step++) on += known(steps[step], "step").change;
    if (before <= 0 && on > 0) startsMs.push(atMs);
    if (before > 0 && on <= 0) endsMs.push(atMs);
  }
  if (endsMs.length < startsMs.length) endsMs.push(Number.POSITIVE_INFINITY);
  return {
    knownFromMs: steps[0]?.atMs ?? Number.POSITIVE_INFINITY,
    startsMs: Float64Array.from(startsMs),
    endsMs: Float64Array.from(endsMs),
    sumsMs: sumLengths(startsMs, endsMs),
  };
}

/** Occupied time within [fromMs, toMs), ms; finite bounds. */
export const occupiedMs = (occupancy: Occupancy, fromMs: number, toMs: number): number =>
  occupiedBefore(occupancy, toMs) - occupiedBefore(occupancy, fromMs);

interface Step {
  readonly atMs: number;
  /** +1: one more detector is on; −1: one less. */
  readonly change: number;
}

function addSteps(edges: DetectorEdges | undefined, steps: Step[]): void {
  if (edges === undefined) return;
  for (const [edge, atMs] of edges.atMs.entries()) {
    const isOn = known(edges.isOn[edge], "edge");
    const previousMs = edges.atMs[edge - 1];
    if (previousMs === undefined) {
      if (!isOn) steps.push({ atMs: atMs - BEFORE_FIRST_OFF_MS, change: 1 });
    } else if (isOn === edges.isOn[edge - 1]) {
      const gapMs = atMs - previousMs;
      steps.push({ atMs: isOn && gapMs <= SHORT_GAP_MS ? atMs : atMs - gapMs / 2, change: isOn ? -1 : 1 });
    }
    steps.push({ atMs, change: isOn ? 1 : -1 });
  }
}

function sumLengths(startsMs: readonly number[], endsMs: readonly number[]): Float64Array {
  const sumsMs = new Float64Array(startsMs.length + 1);
  for (const [stretch, startMs] of startsMs.entries()) {
    sumsMs[stretch + 1] = known(sumsMs[stretch], "sum") + known(endsMs[stretch], "end") - startMs;
  }
  return sumsMs;
}

function occupiedBefore({ startsMs, endsMs, sumsMs }: Occupancy, atMs: number): number {
  const begun = countUpTo(startsMs.length, (at) => known(startsMs[at], "start") < atMs);
  if (begun === 0) return 0;
  const start = known(startsMs[begun - 1], "start");
  return known(sumsMs[begun - 1], "sum") + Math.min(atMs, known(endsMs[begun - 1], "end")) - start;
}
