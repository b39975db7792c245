/**
 * Random numbers that replay: the only source of randomness in the core, always an argument.
 * Generator: mulberry32 (T. Ettinger, public domain): 32 bits of state, period 2^32, enough for generators and streets.
 */
import { assert } from "../errors.ts";

export interface SeededRandom {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Whole number, uniform in [from, to], both included. */
  integer(from: number, to: number): number;
  /** Normal with this mean and standard deviation (Box–Muller, the cosine half). */
  normal(mean: number, deviation: number): number;
  /** Exponential with this mean: the headways of a Poisson stream. */
  exponential(mean: number): number;
}

export function createSeededRandom(seed: number): SeededRandom {
  assert(Number.isInteger(seed), `seed ${seed} is not a whole number`);
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    integer: (from, to) => from + Math.floor(uniform() * (to - from + 1)),
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential: (mean) => -mean * Math.log(1 - uniform()),
  };
}
