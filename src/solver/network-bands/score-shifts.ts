/**
 * What every offset of a signal, and every common shift of several signals, would make of the ways that pass them: all
 * steps of the cycle at once. A way's greens at the moved signals and at the others are intersected once each; only the
 * overlap of the two depends on the shift.
 */
import { known } from "../../errors.ts";
import { type ArcSet, createArcSet, intersectArcs, longestArc, WHOLE, widenByOverlaps } from "./arc-set.ts";
import { type BandSpace, SAME_WIDTH, type SpaceRoute, type SpaceWay } from "./band-space.ts";

/** Offsets in steps and alternatives by signal: what the search moves. */
export interface Placement {
  readonly offsets: Int32Array;
  readonly alternatives: Int32Array;
}

export interface Scorer {
  readonly space: BandSpace;
  readonly placement: Placement;
  /** Of the last question: by alternative (one for a shift) and step. */
  readonly scores: Float64Array;
  readonly widths: Float64Array;
  /** Buffers: one side of a way, the other one, and what is being added. */
  readonly sides: { moved: ArcSet; rest: ArcSet; spare: ArcSet };
  /** By signal: 1 for those that are set apart from the others of their ways, 0 between questions. */
  readonly marked: Uint8Array;
}

export function createScorer(space: BandSpace, placement: Placement): Scorer {
  const arcs = (): ArcSet => createArcSet(space.capacity);
  return {
    space,
    placement,
    scores: new Float64Array(space.steps * Math.max(1, ...space.alternativeCounts)),
    widths: new Float64Array(space.steps),
    sides: { moved: arcs(), rest: arcs(), spare: arcs() },
    marked: new Uint8Array(space.alternativeCounts.length),
  };
}

/** Fills `scores[alternative · steps + offset]` with the worth of all ways through the signal, without those of `except`. */
export function scoreSignal(scorer: Scorer, signal: number, except?: SpaceRoute): void {
  const { space, scores, marked } = scorer;
  const stops = known(space.stopsAt[signal], `signal ${signal}`);
  const alternativeCount = known(space.alternativeCounts[signal], `signal ${signal}`);
  scores.fill(0, 0, alternativeCount * space.steps);
  marked[signal] = 1;
  for (const stop of stops) {
    if (except !== undefined && (stop.way === except.outbound || stop.way === except.inbound)) continue;
    const rest = gatherArcs(scorer, stop.way, 0);
    for (let alternative = 0; alternative < alternativeCount; alternative++) {
      addWorth(scorer, stop.way, stop.greens[alternative] as ArcSet, rest, alternative * space.steps);
    }
  }
  marked[signal] = 0;
}

/** Fills `scores[shift]` with the worth of all ways through any of the signals when all of them are moved so. */
export function scoreShift(scorer: Scorer, signals: readonly number[]): void {
  const { space, scores, marked } = scorer;
  scores.fill(0, 0, space.steps);
  const ways = new Set<number>();
  for (const signal of signals) {
    marked[signal] = 1;
    for (const { way } of known(space.stopsAt[signal], `signal ${signal}`)) ways.add(way);
  }
  for (const way of ways) {
    addWorth(scorer, way, gatherArcs(scorer, way, 1), gatherArcs(scorer, way, 0), 0);
  }
  for (const signal of signals) marked[signal] = 0;
}

/** The worth of one way as it stands. */
export function scoreWay(scorer: Scorer, way: number): number {
  const width = longestArc(gatherArcs(scorer, way, 0), scorer.space.steps);
  return worthOf(known(scorer.space.ways[way], `way ${way}`), width);
}

export function scoreAll(scorer: Scorer): number {
  return scorer.space.ways.reduce((sum, _, way) => sum + scoreWay(scorer, way), 0);
}

/** The greens in common of those stops of the way that are marked so; good until the next question. */
export function gatherArcs(scorer: Scorer, way: number, mark: 0 | 1): ArcSet {
  const { space, placement, marked, sides } = scorer;
  const { stops } = space.ways[way] as SpaceWay;
  let side = mark === 1 ? sides.moved : sides.rest;
  let spare = sides.spare;
  side.count = WHOLE;
  for (const { signal, greens } of stops) {
    if (marked[signal] !== mark) continue;
    const own = greens[placement.alternatives[signal] as number] as ArcSet;
    const shift = placement.offsets[signal] as number;
    intersectArcs(side, own, { shift, period: space.steps, into: spare });
    [side, spare] = [spare, side];
    if (side.count === 0) break;
  }
  sides.spare = spare;
  if (mark === 1) sides.moved = side;
  else sides.rest = side;
  return side;
}

function addWorth(scorer: Scorer, at: number, moved: ArcSet, rest: ArcSet, from: number): void {
  const { space, scores, widths } = scorer;
  const { steps } = space;
  const way = space.ways[at] as SpaceWay;
  if (way.floor === 0 && (moved.count === 0 || rest.count === 0)) return;
  if (moved.count === WHOLE || rest.count === WHOLE) {
    widths.fill(longestArc(moved.count === WHOLE ? rest : moved, steps));
  } else {
    widths.fill(0);
    widenByOverlaps(rest, moved, steps, widths);
  }
  const { weight } = way;
  if (way.floor === 0) {
    for (let step = 0; step < steps; step++)
      (scores[from + step] as number) += weight * (widths[step] as number);
  } else {
    for (let step = 0; step < steps; step++)
      (scores[from + step] as number) += worthOf(way, widths[step] as number);
  }
}

function worthOf({ weight, floor, penalty }: SpaceWay, width: number): number {
  const missing = floor - width;
  return weight * width - (missing > SAME_WIDTH ? penalty * missing : 0);
}
