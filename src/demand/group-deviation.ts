/**
 * How far the neighbors of each detector are from what is usual, itself left out: Σ deviation · weight ÷ Σ weight over the
 * detectors of its group that can be believed. A single one cannot pull its neighbors far: deviations are clipped.
 */

const MOST_DEVIATION = 0.6;

export interface GroupDeviation {
  /** By detector; 0 where no other detector of the group has a say. */
  readonly deviation: Float64Array;
  /** Other detectors of the group that have a say. */
  readonly voices: Float64Array;
}

/** `groups`: number of its group by detector. `deviation`: NaN where it has no say. */
export function findGroupDeviation(
  groups: Int32Array,
  deviation: Float64Array,
  weight: Float64Array,
): GroupDeviation {
  const size = groups.reduce((most, it) => Math.max(most, it + 1), 0);
  const sums = new Float64Array(size);
  const weights = new Float64Array(size);
  const counts = new Float64Array(size);
  const clipped = deviation.map((it) => Math.max(-MOST_DEVIATION, Math.min(MOST_DEVIATION, it)));
  for (let i = 0; i < groups.length; i += 1) {
    const own = clipped[i] ?? Number.NaN;
    if (Number.isNaN(own)) continue;
    const group = groups[i] ?? 0;
    sums[group] = (sums[group] ?? 0) + own * (weight[i] ?? 0);
    weights[group] = (weights[group] ?? 0) + (weight[i] ?? 0);
    counts[group] = (counts[group] ?? 0) + 1;
  }
  const result = new Float64Array(groups.length);
  const voices = new Float64Array(groups.length);
  for (let i = 0; i < groups.length; i += 1) {
    const group = groups[i] ?? 0;
    const own = clipped[i] ?? Number.NaN;
    const hasOwn = !Number.isNaN(own);
    voices[i] = (counts[group] ?? 0) - (hasOwn ? 1 : 0);
    if ((voices[i] ?? 0) < 1) continue;
    const others = (weights[group] ?? 0) - (hasOwn ? (weight[i] ?? 0) : 0);
    const sum = (sums[group] ?? 0) - (hasOwn ? own * (weight[i] ?? 0) : 0);
    result[i] = others > 0 ? sum / others : 0;
  }
  return { deviation: result, voices };
}
