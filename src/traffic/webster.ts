/**
 * Webster's cycle and greens for one isolated intersection.
 *
 *   C₀ = (1.5 L + 5) / (1 − Y),  Y = Σ yᵢ        gᵢ = (C − L) yᵢ / Y
 *
 * L: lost time per cycle, s; yᵢ: flow ratio (flow ÷ saturation flow) of the critical movement of stage i.
 * Source: F. V. Webster, Traffic Signal Settings, Road Research Technical Paper 39, 1958.
 * Limits: random arrivals; not valid near capacity (Y above about 0.85), and without an answer at Y ≥ 1.
 */

/** The cycle of least delay, s; `undefined` when the critical flow ratios leave no time (Y ≥ 1). */
export function findWebsterCycleS(input: {
  readonly criticalFlowRatios: readonly number[];
  readonly cycleLostTimeS: number;
}): number | undefined {
  const sum = sumOf(input.criticalFlowRatios);
  return sum < 1 ? (1.5 * input.cycleLostTimeS + 5) / (1 - sum) : undefined;
}

/** Effective greens in proportion to the flow ratios, s; they add up to the cycle without its lost time. */
export function listWebsterGreensS(input: {
  readonly criticalFlowRatios: readonly number[];
  readonly cycleLostTimeS: number;
  readonly cycleS: number;
}): number[] {
  const sum = sumOf(input.criticalFlowRatios);
  const usableS = input.cycleS - input.cycleLostTimeS;
  return input.criticalFlowRatios.map((ratio) => (usableS * ratio) / sum);
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0);
