/**
 * Random and oversaturation delay of the forward models, written out once more (HCM 2010, eq. 18-45; pretimed, no
 * upstream filtering: k = 0.5, I = 1).
 *
 *   d₂ = 900 T [(X − 1) + √((X − 1)² + 4 X / (c T))]
 *   growth = 1800 T (X − 1) when X > 1: the mean wait in a queue that grows evenly over T from nothing
 *
 * A model in which that queue grows by itself may count only d₂ − growth, the random part.
 */

/** d₂, s per vehicle; `periodH` is T. */
export function incrementalDelayS(degreeOfSaturation: number, capacityVph: number, periodH: number): number {
  const excess = degreeOfSaturation - 1;
  const random = (4 * degreeOfSaturation) / (capacityVph * periodH);
  return 900 * periodH * (excess + Math.sqrt(excess * excess + random));
}

/** d₂ without its deterministic growth, s per vehicle. */
export const randomDelayS = (degreeOfSaturation: number, capacityVph: number, periodH: number): number =>
  incrementalDelayS(degreeOfSaturation, capacityVph, periodH) -
  1800 * periodH * Math.max(0, degreeOfSaturation - 1);
