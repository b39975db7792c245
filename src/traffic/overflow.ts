/**
 * What chance, a demand above capacity and a queue at the start add to the delay of an average cycle: the queue that is
 * left over when a green ends, followed from cycle to cycle through the period, and the scatter of arrivals in a cycle.
 *
 *   Q′ = max(0, Q + A − S)                                   left over, from one end of green to the next (Lindley 1952)
 *   d  = [w (Q̄ + P L) T + q₁ (1 − λ) T κ (I + y/(1−y)) + (1 − w) y κ q T + κ G + (E Qₙ² − E Q₀²) / 2c] / (q T)
 *   w  = (1 − λ)/(1 − y),  κ = 1/(2 s (1−y)),  L = y²/(2 (1−y)),  G = E Q₀² − E Qₙ² + 2 max(0, q − c) T Q̄
 *   I′ = Var(Q + A − Q′) / (q₁ C)                            of what leaves, for the signals downstream
 *
 * | symbol       | meaning                                                                                            |
 * | A, S         | arrivals (mean q C, variance I q C) and capacity (mean c C) of a cycle, vehicles                   |
 * | Q̄, Q₀, Qₙ    | left over: mean over the period, at its start and end; P: part of the cycles that leave nothing    |
 * | q, c, s      | demand, capacity, saturation flow, veh/s;  q₁ = min(q, c), y = q₁/s                                 |
 * | λ, C, T      | green ratio, time from green to green, period, s                                                   |
 * | w            | part of the average cycle with a queue, and so how long a vehicle left over delays the others      |
 * | I            | variance ÷ mean of the arrivals of a cycle: 1 at random, less behind a signal                      |
 *
 * The mean of the sum of delays of a queue that starts with N vehicles is N²/(2 s (1−y)) and a term in N; put together
 * for random N, less what the end of green cuts off, that is D. R. McNeil's mean delay at a fixed-cycle light (J. Appl.
 * Prob. 5, 1968, for the steady state), here with the change of E Q² over a finite period. L is the M/D/1 queue that
 * an open green ends with, (1 − w) y κ what vehicles wait in it (Pollaczek and Khinchine). The last term turns the delay
 * inside the period into that of the vehicles that arrive in it, as d2 and d3 of the HCM count it.
 * Q + A − S is taken as normal, with the first two moments of Q carried on (after C. E. Clark, Oper. Res. 9, 1961).
 * What the last green before the period left stands there on average half a cycle before it starts.
 *
 * Where no signal stops the stream it is the M/D/1 queue over a period, d2 of the HCM itself.
 * Limits: arrivals of different cycles independent, their rate constant over the period; the scatter of arrivals is that
 * of even ones, also in platoons. Greens of a cycle count as equal.
 * Cost: one normal distribution per cycle of the period, until nothing changes any more.
 */
import { SECONDS_PER_HOUR } from "../units.ts";
import { ANALYSIS_PERIOD_H, incrementalDelayS } from "./hcm-delay.ts";

export interface Overflow {
  /** Mean over the vehicles that arrive in the period, beyond the average cycle with arrivals cut to capacity, s. */
  readonly delayS: number;
  /** Vehicles that leave in the period ÷ those that arrive in it. */
  readonly servedRatio: number;
  /** Variance ÷ mean of the vehicles that leave from one green to the next. */
  readonly servedFactor: number;
}

/** A signal that never turns green lets through nothing that could be divided by. */
const LEAST_SERVED = 1e-6;
/** Cycles are followed until mean and variance change by less than this, vehicles. */
const SETTLED_VEH = 1e-9;

/** Flow, capacity and cycle above 0. */
export function findOverflow(input: {
  readonly flowVph: number;
  readonly capacityVph: number;
  /** From green to green, s. */
  readonly cycleS: number;
  /** Part of it in which it discharges, 0…1. */
  readonly greenRatio: number;
  /** Variance of what can leave in it, veh². */
  readonly dischargeVeh2: number;
  /** I. */
  readonly filteringFactor: number;
  readonly initialQueueVeh: number;
  /** T; absent: a quarter of an hour. */
  readonly periodH?: number;
}): Overflow {
  const { cycleS, greenRatio, filteringFactor, initialQueueVeh, periodH = ANALYSIS_PERIOD_H } = input;
  const periodS = periodH * SECONDS_PER_HOUR;
  const flowVps = input.flowVph / SECONDS_PER_HOUR;
  const capacityVps = input.capacityVph / SECONDS_PER_HOUR;
  if (greenRatio >= 1 - 1e-9) {
    const degreeOfSaturation = flowVps / capacityVps;
    const delayS = incrementalDelayS({ ...input, degreeOfSaturation });
    return { delayS, servedRatio: Math.min(1, 1 / degreeOfSaturation), servedFactor: filteringFactor };
  }
  const left = followLeftOver({
    cycles: periodS / cycleS,
    growthVeh: (flowVps - capacityVps) * cycleS,
    arrivalVeh2: filteringFactor * flowVps * cycleS,
    dischargeVeh2: input.dischargeVeh2,
    initialQueueVeh,
  });
  const servedVps = Math.min(flowVps, capacityVps);
  const y = (servedVps / capacityVps) * greenRatio;
  const queuedRatio = (1 - greenRatio) / (1 - y);
  const perSquareS = greenRatio / (2 * capacityVps * (1 - y));
  const openVeh = (y * y) / (2 * (1 - y));
  const growthVeh2 =
    left.startVeh2 - left.endVeh2 + 2 * Math.max(0, flowVps - capacityVps) * periodS * left.meanVeh;
  const sumVehS =
    queuedRatio * (left.meanVeh + left.clearedRatio * openVeh) * periodS +
    servedVps * (1 - greenRatio) * periodS * perSquareS * (filteringFactor + y / (1 - y)) +
    (1 - queuedRatio) * y * perSquareS * flowVps * periodS +
    perSquareS * growthVeh2 +
    (left.endVeh2 - left.startVeh2) / (2 * capacityVps);
  return {
    delayS: Math.max(0, sumVehS / (flowVps * periodS)),
    servedRatio: Math.max(LEAST_SERVED, 1 - (left.endVeh - initialQueueVeh) / (flowVps * periodS)),
    servedFactor: Math.max(0, left.servedVeh2) / (servedVps * cycleS),
  };
}

interface LeftOver {
  readonly meanVeh: number;
  readonly endVeh: number;
  /** Mean squares at the start and the end of the period. */
  readonly startVeh2: number;
  readonly endVeh2: number;
  /** Part of the cycles that leave nothing. */
  readonly clearedRatio: number;
  /** Variance of what leaves in a cycle. */
  readonly servedVeh2: number;
}

/** The queue left over through the period, from half a cycle before it on; between ends of green it changes evenly. */
function followLeftOver(of: {
  readonly cycles: number;
  readonly growthVeh: number;
  readonly arrivalVeh2: number;
  readonly dischargeVeh2: number;
  readonly initialQueueVeh: number;
}): LeftOver {
  const { cycles, growthVeh, arrivalVeh2, dischargeVeh2 } = of;
  const endCycle = cycles + 0.5;
  let mean = of.initialQueueVeh;
  let variance = 0;
  let sum = 0;
  let cleared = 0;
  let served = 0;
  let startVeh2 = 0;
  for (let cycle = 0, isSettled = false; cycle < endCycle && !isSettled; cycle++) {
    const drifted = mean + growthVeh;
    const deviation = Math.sqrt(variance + arrivalVeh2 + dischargeVeh2);
    const z = drifted / deviation;
    const density = Math.exp((-z * z) / 2) / ROOT_TWO_PI;
    const stays = normalBelow(z, density);
    const next = drifted * stays + deviation * density;
    const nextVariance = Math.max(
      0,
      (drifted * drifted + deviation * deviation) * stays + drifted * deviation * density - next * next,
    );
    if (cycle === 0) startVeh2 = ((mean + next) / 2) ** 2 + (variance + nextVariance) / 2;
    isSettled =
      cycle > 0 && Math.abs(next - mean) < SETTLED_VEH && Math.abs(nextVariance - variance) < SETTLED_VEH;
    const from = cycle === 0 ? 0.5 : 0;
    const to = isSettled ? endCycle - cycle : Math.min(1, endCycle - cycle);
    const counted = to - from;
    sum += counted * (isSettled ? next : mean + ((next - mean) * (from + to)) / 2);
    cleared += counted * (1 - stays);
    // Cov(Q + A, Q′) = Var(Q + A) · P(Q′ > 0), as both are cut from one normal distribution (C. Stein).
    served += counted * ((variance + arrivalVeh2) * (1 - 2 * stays) + nextVariance);
    mean += (next - mean) * Math.min(1, to);
    variance += (nextVariance - variance) * Math.min(1, to);
  }
  return {
    meanVeh: sum / cycles,
    endVeh: mean,
    startVeh2,
    endVeh2: variance + mean * mean,
    clearedRatio: cleared / cycles,
    servedVeh2: served / cycles,
  };
}

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** Normal distribution to 1e-14: J. F. Hart, Computer Approximations, 1968, 5666; `density` at z. */
function normalBelow(z: number, density: number): number {
  const x = Math.abs(z);
  if (x > 7) return z < 0 ? 0 : 1;
  const above =
    ((((((0.0352624965998911 * x + 0.700383064443688) * x + 6.37396220353165) * x + 33.912866078383) * x +
      112.079291497871) *
      x +
      221.213596169931) *
      x +
      220.206867912376) /
    (((((((0.0883883476483184 * x + 1.75566716318264) * x + 16.064177579207) * x + 86.7807322029461) * x +
      296.564248779674) *
      x +
      637.333633378831) *
      x +
      793.826512519948) *
      x +
      440.413735824752);
  const tail = ROOT_TWO_PI * density * above;
  return z < 0 ? tail : 1 - tail;
}
