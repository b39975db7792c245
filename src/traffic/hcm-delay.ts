/**
 * Control delay of a lane group under fixed-time signals, after the Highway Capacity Manual 2010, chapter 18.
 *
 *   c  = s g / C                                                             capacity                  (18-15)
 *   d1 = 0.5 C (1 − g/C)² / (1 − min(1, X) g/C)                              uniform arrivals          (18-20)
 *   d2 = 900 T [(X − 1) + √((X − 1)² + 8 k I X / (c T))]                     random and oversaturation (18-45)
 *   d3 = 3600/(v T) [t (Qb + Qe − Qo)/2 + (Qe² − Qo²)/(2 c) − Qb²/(2 c)]     initial queue             (18-46)
 *        v < c: t = min(T, Qb/(c − v)), Qo = 0;   else: t = T, Qo = T (v − c);   Qe = Qb + t (v − c)
 *
 * | symbol | here                | meaning                                            |
 * | C, g   | cycleS, effectiveGreenS | cycle, effective green, s                      |
 * | s, c   | saturationFlowVph, capacityVph | veh/h                                   |
 * | X      | degreeOfSaturation  | demand ÷ capacity                                  |
 * | T      | periodH             | analysis period, h                                 |
 * | k      | incrementalFactor   | 0.5: fixed time or coordinated                     |
 * | I      | filteringFactor     | 1: arrivals at random; less behind a signal        |
 * | v      | flowVph             | demand, veh/h                                      |
 * | Qb, Qe, Qo | initialQueueVeh | queue at the start, and at the end with and without it, veh |
 * | t      |                     | how long the queue at the start is felt, h         |
 *
 * Limits: the progression factor is 1 here (platoons are the business of cyclic-flow-profile.ts). While the initial queue
 * is felt, d1 stays that of the demand.
 */

/** HCM's usual analysis period, h. */
export const ANALYSIS_PERIOD_H = 0.25;
/** k of equation 18-45 for phases that are not actuated. */
const INCREMENTAL_FACTOR = 0.5;

/** d1, s per vehicle: arrivals at an even rate, one green per cycle. */
export function uniformDelayS(input: {
  readonly cycleS: number;
  readonly effectiveGreenS: number;
  readonly degreeOfSaturation: number;
}): number {
  const greenRatio = input.effectiveGreenS / input.cycleS;
  if (greenRatio >= 1) return 0;
  return (
    (0.5 * input.cycleS * (1 - greenRatio) ** 2) / (1 - Math.min(1, input.degreeOfSaturation) * greenRatio)
  );
}

/** d2, s per vehicle: random arrivals, and the queue that grows over the period when demand exceeds capacity. */
export function incrementalDelayS(input: {
  readonly degreeOfSaturation: number;
  readonly capacityVph: number;
  readonly periodH?: number;
  /** I; absent: 1. */
  readonly filteringFactor?: number;
  /** k; absent: 0.5. */
  readonly incrementalFactor?: number;
}): number {
  const periodH = input.periodH ?? ANALYSIS_PERIOD_H;
  const kI = (input.incrementalFactor ?? INCREMENTAL_FACTOR) * (input.filteringFactor ?? 1);
  const excess = input.degreeOfSaturation - 1;
  const randomness = (8 * kI * input.degreeOfSaturation) / (input.capacityVph * periodH);
  return 900 * periodH * (excess + Math.sqrt(excess ** 2 + randomness));
}

/** d3, s per vehicle that arrives: what the queue at the start of the period costs; 0 where nothing arrives. */
export function initialQueueDelayS(input: {
  readonly initialQueueVeh: number;
  readonly flowVph: number;
  readonly capacityVph: number;
  readonly periodH?: number;
}): number {
  const { initialQueueVeh, flowVph, capacityVph } = input;
  const periodH = input.periodH ?? ANALYSIS_PERIOD_H;
  if (initialQueueVeh === 0 || flowVph === 0) return 0;
  const growthVph = flowVph - capacityVph;
  const feltH = growthVph < 0 ? Math.min(periodH, initialQueueVeh / -growthVph) : periodH;
  const withoutVeh = Math.max(0, periodH * growthVph);
  const endVeh = initialQueueVeh + feltH * growthVph;
  const waitedVehH =
    (feltH * (initialQueueVeh + endVeh - withoutVeh)) / 2 +
    (endVeh ** 2 - withoutVeh ** 2 - initialQueueVeh ** 2) / (2 * capacityVph);
  return (3600 * waitedVehH) / (flowVph * periodH);
}

/**
 * I: how much less than at random vehicles come from a signal upstream, x_u its degree of saturation, weighted by what its
 * movements bring:  I = 1 − 0.91 x_u^2.68, x_u ≤ 1 (HCM 2010, eq. 18-3).
 */
export const upstreamFilteringFactor = (upstreamSaturation: number): number =>
  1 - 0.91 * Math.min(1, upstreamSaturation) ** 2.68;
