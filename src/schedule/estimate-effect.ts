/**
 * What being on did, from a switch-back (design-switchback.ts): the mean over pairs of on − off, with its 95 % interval.
 *
 *   d_j = mean of the block that was on − mean of its partner that was off,   effect = d̄ ± t(J − 1) s_d ÷ √J
 *
 * What weekdays and hours do alike cancels in a pair; the coin of each pair keeps a trend over the weeks from counting for
 * one side. The begin of every block, on and off alike, is left out: traffic still carries what the block before did.
 * t(n) by the Cornish–Fisher expansion (Abramowitz and Stegun, 26.7.5): within 0.2 % of the quantile from n = 5 on.
 *
 * Limits: pairs are taken for independent; the effect is the mean over blocks, not over vehicles.
 */
import { known } from "../errors.ts";
import { LEAST_PAIRS, type SwitchBlock } from "./design-switchback.ts";

/** One value of a measure (delay, stops, travel time …) over a period. */
export interface Measurement {
  readonly startAtMs: number;
  readonly durationS: number;
  readonly value: number;
  /** What it counts for in its block's mean, for example vehicles. */
  readonly weight: number;
}

export type Effect =
  | {
      readonly kind: "estimated";
      readonly verdict: "lower" | "higher" | "noDifferenceSeen";
      /** On − off, in the unit of the measure; negative: lower when on. */
      readonly difference: number;
      readonly interval: readonly [number, number];
      /** Mean of the blocks that were off. */
      readonly offMean: number;
      readonly pairs: number;
      readonly sentence: string;
    }
  | { readonly kind: "notEnough"; readonly pairs: number; readonly sentence: string };

export function estimateEffect(of: {
  readonly blocks: readonly SwitchBlock[];
  readonly measurements: readonly Measurement[];
  /** Left out at the begin of every block. */
  readonly carryOverS: number;
}): Effect {
  const pairs = listPairs(of);
  if (pairs.length < LEAST_PAIRS) {
    const sentence = `Only ${pairs.length} pairs have measurements on both sides; at least ${LEAST_PAIRS} are needed.`;
    return { kind: "notEnough", pairs: pairs.length, sentence };
  }
  const differences = pairs.map(({ on, off }) => on - off);
  const difference = meanOf(differences);
  const variance =
    differences.reduce((sum, it) => sum + (it - difference) ** 2, 0) / (differences.length - 1);
  const half = t95(differences.length - 1) * Math.sqrt(variance / differences.length);
  const interval = [difference - half, difference + half] as const;
  const verdict = interval[1] < 0 ? "lower" : interval[0] > 0 ? "higher" : "noDifferenceSeen";
  const offMean = meanOf(pairs.map((it) => it.off));
  const percent = (value: number) => `${((100 * value) / offMean).toFixed(1)} %`;
  const seen = `${percent(difference)} (95 % interval ${percent(interval[0])} to ${percent(interval[1])}) over ${pairs.length} pairs`;
  const sentence = {
    lower: `Lower when on: ${seen}.`,
    higher: `Higher when on: ${seen}.`,
    noDifferenceSeen: `No difference seen: ${seen}. One smaller than ${percent(half)} could not have been told from chance.`,
  }[verdict];
  return { kind: "estimated", verdict, difference, interval, offMean, pairs: pairs.length, sentence };
}

interface Sums {
  weighted: number;
  weight: number;
}

/** Pairs with measurements on both sides, their block means. A measurement counts where it lies wholly in a block. */
function listPairs({
  blocks,
  measurements,
  carryOverS,
}: Parameters<typeof estimateEffect>[0]): { on: number; off: number }[] {
  const sorted = [...blocks].sort((a, b) => a.fromMs - b.fromMs);
  const sums = sorted.map((): Sums => ({ weighted: 0, weight: 0 }));
  for (const { startAtMs, durationS, value, weight } of measurements) {
    const at = sorted.findLastIndex((it) => it.fromMs <= startAtMs);
    const block = sorted[at];
    if (block === undefined) continue;
    const isInside =
      startAtMs >= block.fromMs + carryOverS * 1000 && startAtMs + durationS * 1000 <= block.toMs;
    if (!isInside) continue;
    const sum = known(sums[at], "sums of a block");
    sum.weighted += value * weight;
    sum.weight += weight;
  }
  const means = new Map<number, { on?: number; off?: number }>();
  for (const [at, { pair, isOn }] of sorted.entries()) {
    const { weighted, weight } = known(sums[at], "sums of a block");
    if (!(weight > 0)) continue;
    means.set(pair, { ...means.get(pair), [isOn ? "on" : "off"]: weighted / weight });
  }
  return [...means.values()].flatMap(({ on, off }) =>
    on === undefined || off === undefined ? [] : [{ on, off }],
  );
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0) / values.length;

/** The 97.5 % point of the normal distribution. */
const Z = 1.959963984540054;

/** The 97.5 % point of Student's distribution with n degrees of freedom. */
export function t95(n: number): number {
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / n + second / n ** 2 + third / n ** 3;
}
