/**
 * The D/D/1 queue of one signal: arrivals at an even rate, departures at saturation flow, both as fluids.
 *
 *   t_c = ρ r / (1 − ρ)    queue clears this long after the start of green, ρ = λ/μ
 *   Q   = λ r              longest queue
 *   D   = λ r² / (2 (1 − ρ))   delay of all vehicles of a cycle;   D / (λ C) per vehicle;   longest delay r
 *
 * λ, μ: arrival and saturation flow; r, g: red and green, s; C = r + g.
 * Source: A. D. May, Traffic Flow Fundamentals, 1990, chapter 12; Wikibooks, Fundamentals of Transportation.
 * Limits: undersaturated (λ C ≤ μ g); otherwise no steady queue exists.
 */
import { SECONDS_PER_HOUR } from "../units.ts";

export interface DeterministicQueue {
  /** From the start of green until the queue is gone, s. */
  readonly clearanceS: number;
  /** Part of the cycle with a queue, 0…1. */
  readonly queuedRatio: number;
  /** Part of the vehicles that stop, 0…1; the same number as `queuedRatio` because arrivals are even. */
  readonly stopRatio: number;
  readonly longestQueueVeh: number;
  /** Of all vehicles of one cycle, veh·s. */
  readonly cycleDelayVehS: number;
  readonly meanDelayS: number;
  readonly longestDelayS: number;
}

/** The steady queue, or `undefined` when the signal is oversaturated and the queue grows without end. */
export function findDeterministicQueue(input: {
  readonly flowVph: number;
  readonly saturationFlowVph: number;
  readonly redS: number;
  readonly greenS: number;
}): DeterministicQueue | undefined {
  const { redS, greenS } = input;
  const cycleS = redS + greenS;
  const flowRatio = input.flowVph / input.saturationFlowVph;
  if (flowRatio * cycleS > greenS * (1 + 1e-12)) return undefined;
  const arrivalsVps = input.flowVph / SECONDS_PER_HOUR;
  const clearanceS = redS === 0 ? 0 : (flowRatio * redS) / (1 - flowRatio);
  const queuedRatio = (redS + clearanceS) / cycleS;
  const cycleDelayVehS = redS === 0 ? 0 : (arrivalsVps * redS ** 2) / (2 * (1 - flowRatio));
  return {
    clearanceS,
    queuedRatio,
    stopRatio: queuedRatio,
    longestQueueVeh: arrivalsVps * redS,
    cycleDelayVehS,
    meanDelayS: arrivalsVps === 0 ? redS ** 2 / (2 * cycleS) : cycleDelayVehS / (arrivalsVps * cycleS),
    longestDelayS: redS,
  };
}
