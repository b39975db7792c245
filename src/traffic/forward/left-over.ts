/**
 * What the fluid queue of an average cycle does not know, written out once more for the re-measurement: the formula that
 * stands in traffic/overflow.ts, of the queue that greens leave over.
 *
 *   X = Q + A − S ~ N(μ, σ²):  E max(0, X) = μ Φ + σ φ,  E max(0, X)² = (μ² + σ²) Φ + μ σ φ,  Φ and φ at μ/σ
 *   Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …)                       (G. Marsaglia, J. Stat. Softw. 11, 2004)
 */
import { incrementalDelayS } from "./incremental-delay.ts";

const PERIOD_S = 900;

export interface Stream {
  /** q and c, veh/s; greater than 0. */
  readonly demandVps: number;
  readonly capacityVps: number;
  /** From green to green, s, and the part of it that is green. */
  readonly cycleS: number;
  readonly greenRatio: number;
  /** Variance of what can leave in a cycle, veh², and variance ÷ mean of what comes. */
  readonly ableVeh2: number;
  readonly filtering: number;
  readonly initialQueueVeh: number;
}

export interface LeftOver {
  /** Beyond the fluid queue, s per vehicle that comes. */
  readonly delayS: number;
  /** Of what comes in the period, the part that leaves in it, and its variance ÷ mean in a cycle. */
  readonly servedRatio: number;
  readonly servedFactor: number;
}

export function leaveOver(stream: Stream): LeftOver {
  const { demandVps: q, capacityVps: c, cycleS, greenRatio: green, filtering } = stream;
  if (green > 1 - 1e-9) {
    const delayS = incrementalDelayS({
      degreeOfSaturation: q / c,
      capacityVph: 3600 * c,
      periodH: PERIOD_S / 3600,
      filtering,
    });
    return { delayS, servedRatio: Math.min(1, c / q), servedFactor: filtering };
  }
  const { start, end, mean, emptyRatio, leavingVeh2 } = followQueue(stream);
  const served = Math.min(q, c);
  const y = (served * green) / c;
  const saturationVps = c / green;
  const perVeh2 = 1 / (2 * saturationVps * (1 - y));
  const inQueue = (1 - green) / (1 - y);
  const waitedVehS =
    PERIOD_S * inQueue * (mean.veh + (emptyRatio * y * y) / (2 - 2 * y)) +
    PERIOD_S * served * (1 - green) * perVeh2 * (filtering + y / (1 - y)) +
    PERIOD_S * q * (1 - inQueue) * y * perVeh2 +
    perVeh2 * (start.veh2 - end.veh2 + 2 * PERIOD_S * (q - served) * mean.veh) +
    (end.veh2 - start.veh2) / (2 * c);
  const comingVeh = q * PERIOD_S;
  return {
    delayS: Math.max(0, waitedVehS / comingVeh),
    servedRatio: Math.max(1e-6, (comingVeh + stream.initialQueueVeh - end.veh) / comingVeh),
    servedFactor: Math.max(0, leavingVeh2 / (served * cycleS)),
  };
}

/** All ends of green of the period, half a cycle before it the first; between two the queue changes evenly. */
function followQueue({ demandVps, capacityVps, cycleS, ableVeh2, filtering, initialQueueVeh }: Stream) {
  const cycles = PERIOD_S / cycleS;
  const growthVeh = (demandVps - capacityVps) * cycleS;
  const comingVeh2 = filtering * demandVps * cycleS;
  let queue = { veh: initialQueueVeh, veh2: initialQueueVeh ** 2 };
  let start = queue;
  let [areaVeh, empty, leaving] = [0, 0, 0];
  for (let position = -0.5; position < cycles; position++) {
    const variance = queue.veh2 - queue.veh ** 2;
    const drift = queue.veh + growthVeh;
    const sigma = Math.sqrt(variance + comingVeh2 + ableVeh2);
    const { below, density } = normal(drift / sigma);
    const veh = drift * below + sigma * density;
    const spread = (drift * drift + sigma * sigma) * below + drift * sigma * density - veh * veh;
    const next = { veh, veh2: veh * veh + Math.max(0, spread) };
    const from = Math.max(0, position);
    const to = Math.min(cycles, position + 1);
    const at = (time: number): number => queue.veh + (next.veh - queue.veh) * (time - position);
    if (position < 0) {
      const middle = (queue.veh + next.veh) / 2;
      start = { veh: middle, veh2: middle ** 2 + (variance + Math.max(0, spread)) / 2 };
    }
    areaVeh += ((at(from) + at(to)) / 2) * (to - from);
    empty += (1 - below) * (to - from);
    leaving += ((variance + comingVeh2) * (1 - 2 * below) + Math.max(0, spread)) * (to - from);
    const part = to - position;
    const endVeh = at(to);
    queue = {
      veh: endVeh,
      veh2: endVeh ** 2 + variance + (Math.max(0, spread) - variance) * part,
    };
  }
  return {
    start,
    end: queue,
    mean: { veh: areaVeh / cycles },
    emptyRatio: empty / cycles,
    leavingVeh2: leaving / cycles,
  };
}

function normal(z: number): { readonly below: number; readonly density: number } {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(z) > 7) return { below: z > 0 ? 1 : 0, density };
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-16 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return { below: 0.5 + density * sum, density };
}
