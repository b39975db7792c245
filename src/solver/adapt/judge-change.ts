/**
 * The guard: did a change do on the street what the model said it would?
 *
 * What detectors measure and what the model predicts differ by a factor that the change leaves alone: how a detector sees
 * delay. So the ratio measured ÷ predicted is compared with what it was before the change; a change of demand is in both.
 * Worse is a ratio above the one before by more than the margin, so many times in a row.
 */
export interface GuardReading {
  readonly measured: number;
  readonly predicted: number;
}

export interface GuardLimits {
  /** 0.25: a quarter worse than predicted. */
  readonly marginRatio: number;
  /** Readings in a row. */
  readonly readings: number;
}

export type GuardVerdict = {
  /** Of the last reading to the one before the change; 1 as predicted. */
  readonly ratio: number;
} & { readonly kind: "watching" | "kept" | "worse" };

/** A change that was never worse in this many times the readings in a row is kept. */
const KEPT_AFTER = 3;

/** `after`: oldest first, taken while the change runs. */
export function judgeChange(
  before: GuardReading,
  after: readonly GuardReading[],
  { marginRatio, readings }: GuardLimits,
): GuardVerdict {
  const ratios = after.map((it) => ratioOf(it) / ratioOf(before));
  const isWorse = ratios.map((it) => it > 1 + marginRatio);
  const ratio = ratios.at(-1) ?? 1;
  if (ratios.length >= readings && isWorse.slice(-readings).every(Boolean)) return { kind: "worse", ratio };
  const isOver = ratios.length >= KEPT_AFTER * readings && isWorse.at(-1) === false;
  return { kind: isOver ? "kept" : "watching", ratio };
}

/** Nothing measured and nothing predicted is as predicted. */
const LEAST = 1e-3;
const ratioOf = ({ measured, predicted }: GuardReading): number =>
  Math.max(LEAST, measured) / Math.max(LEAST, predicted);
