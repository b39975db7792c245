/**
 * Random and oversaturation delay (HCM 2010, eq. 18-45 with k = 0.5, pretimed), written out once more for models in which
 * queues grow by themselves.
 *
 *   d₂ = 900 T [(X − 1) + √((X − 1)² + 4 I X / (c T))]
 *   I  = 1 − 0.91 b X_u^2.68: signals upstream, at saturation X_u, let fewer surprises through       (eq. 18-3, b = 1)
 *        b: part of the traffic that comes from them, the rest joins at random; X_u: mean over it, each at most 1
 *   growth = 1800 T (X − 1) when X > 1: the mean wait in a queue that grows evenly over T from nothing
 *
 * A model in which that queue grows by itself may count only d₂ − growth, the random part.
 */
import type { StreetLink } from "./forward-street.ts";

interface Demand {
  /** X. */
  readonly degreeOfSaturation: number;
  /** c, veh/h; greater than 0. */
  readonly capacityVph: number;
  /** T. */
  readonly periodH: number;
  /** I, 0.09…1; 1 where nothing filters. */
  readonly filtering: number;
}

/** d₂, s per vehicle. */
export function incrementalDelayS(of: Demand): number {
  const excess = of.degreeOfSaturation - 1;
  const random = (4 * of.filtering * of.degreeOfSaturation) / (of.capacityVph * of.periodH);
  return 900 * of.periodH * (excess + Math.sqrt(excess * excess + random));
}

/** d₂ without its deterministic growth, s per vehicle. */
export const randomDelayS = (of: Demand): number =>
  incrementalDelayS(of) - 1800 * of.periodH * Math.max(0, of.degreeOfSaturation - 1);

/** I of a link's traffic, given the degree of saturation of lane groups by their position. */
export function filteringOf(
  { feeders, keptRatio, flowVph }: StreetLink,
  saturationOf: (group: number) => number,
): number {
  const broughtVph = feeders.reduce((sum, it) => sum + it.flowVph, 0);
  if (broughtVph === 0 || flowVph === 0) return 1;
  const weighed = feeders.reduce((sum, it) => sum + it.flowVph * Math.min(1, saturationOf(it.group)), 0);
  return 1 - 0.91 * ((broughtVph * keptRatio) / flowVph) * (weighed / broughtVph) ** 2.68;
}
