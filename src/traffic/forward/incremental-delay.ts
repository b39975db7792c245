/**
 * Random and oversaturation delay of the forward models, written out once more (HCM 2010, eq. 18-45 with k = 0.5, pretimed).
 *
 *   d₂ = 900 T [(X − 1) + √((X − 1)² + 4 I X / (c T))]
 *   I  = 1 − 0.91 X_u^2.68, X_u ≤ 1: a signal upstream at saturation X_u lets fewer surprises through     (ch. 18)
 *   growth = 1800 T (X − 1) when X > 1: the mean wait in a queue that grows evenly over T from nothing
 *
 * A model in which that queue grows by itself may count only d₂ − growth, the random part.
 */

interface Demand {
  /** X. */
  readonly degreeOfSaturation: number;
  /** c, veh/h; greater than 0. */
  readonly capacityVph: number;
  /** T. */
  readonly periodH: number;
  /** X_u, 0…1; 0 where nothing filters. */
  readonly upstreamSaturation: number;
}

/** d₂, s per vehicle. */
export function incrementalDelayS(of: Demand): number {
  const excess = of.degreeOfSaturation - 1;
  const filtering = 1 - 0.91 * of.upstreamSaturation ** 2.68;
  const random = (4 * filtering * of.degreeOfSaturation) / (of.capacityVph * of.periodH);
  return 900 * of.periodH * (excess + Math.sqrt(excess * excess + random));
}

/** d₂ without its deterministic growth, s per vehicle. */
export const randomDelayS = (of: Demand): number =>
  incrementalDelayS(of) - 1800 * of.periodH * Math.max(0, of.degreeOfSaturation - 1);
