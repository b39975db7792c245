/**
 * Sets of arcs on a circle of `period` length, in buffers that are used again: the innermost data of the search.
 * An arc starts in [0, period) and is at most one period long.
 */
export interface ArcSet {
  /** `WHOLE`: the whole circle, without a seam. */
  count: number;
  readonly start: Float64Array;
  readonly length: Float64Array;
}

export const WHOLE = -1;
/** Shorter arcs are none: they are rounding. */
const NOTHING = 1e-9;

export const createArcSet = (capacity: number): ArcSet => ({
  count: WHOLE,
  start: new Float64Array(capacity),
  length: new Float64Array(capacity),
});

/** Arcs in common of `one` and `other` moved on by `shift` in [0, period); into a third set. */
export function intersectArcs(
  one: ArcSet,
  other: ArcSet,
  at: { readonly shift: number; readonly period: number; readonly into: ArcSet },
): void {
  const { shift, period, into } = at;
  if (one.count === WHOLE || other.count === WHOLE) {
    const rest = one.count === WHOLE ? other : one;
    copyArcs(rest, one.count === WHOLE ? shift : 0, at);
    return;
  }
  let count = 0;
  for (let i = 0; i < one.count; i++) {
    const start = one.start[i] as number;
    const length = one.length[i] as number;
    for (let k = 0; k < other.count; k++) {
      let later = (other.start[k] as number) + shift - start;
      if (later >= period) later -= period;
      if (later < 0) later += period;
      const otherLength = other.length[k] as number;
      const first = Math.min(length - later, otherLength);
      if (first > NOTHING) {
        const begin = start + later;
        into.start[count] = begin >= period ? begin - period : begin;
        into.length[count++] = first;
      }
      const second = Math.min(length, later + otherLength - period);
      if (second > NOTHING) {
        into.start[count] = start;
        into.length[count++] = second;
      }
    }
  }
  into.count = count;
}

function copyArcs(from: ArcSet, shift: number, at: { readonly period: number; readonly into: ArcSet }): void {
  const { period, into } = at;
  for (let i = 0; i < from.count; i++) {
    const start = (from.start[i] as number) + shift;
    into.start[i] = start >= period ? start - period : start;
    into.length[i] = from.length[i] as number;
  }
  into.count = from.count;
}

export function longestArc(set: ArcSet, period: number): number {
  if (set.count === WHOLE) return period;
  let longest = 0;
  for (let i = 0; i < set.count; i++) longest = Math.max(longest, set.length[i] as number);
  return longest;
}

/**
 * widths[δ] = longest arc that `one` has in common with `other` moved on by δ, for every whole δ in [0, period), where it
 * is more than what stands there. Both are sets of arcs, not the whole circle.
 */
export function widenByOverlaps(one: ArcSet, other: ArcSet, period: number, widths: Float64Array): void {
  for (let i = 0; i < one.count; i++) {
    const start = one.start[i] as number;
    const length = one.length[i] as number;
    for (let k = 0; k < other.count; k++) {
      const otherLength = other.length[k] as number;
      const widest = Math.min(length, otherLength);
      // Where the other arc begins, seen from this one's beginning: from the first shift that lets them touch.
      let delta = Math.ceil(start - otherLength - (other.start[k] as number));
      let begin = (other.start[k] as number) + delta - start;
      delta %= period;
      if (delta < 0) delta += period;
      for (; begin < length; begin++) {
        const width = Math.min(widest, begin + otherLength, length - begin);
        if (width > (widths[delta] as number)) widths[delta] = width;
        if (++delta === period) delta = 0;
      }
    }
  }
}
