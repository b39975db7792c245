/** Discharge brought to the steps of a period: what each step can discharge, summed up, and where there is any. */
import type { Discharge } from "./discharge.ts";

/** The times that a lane group works in: its own cycle, and the period and step of its area, s. */
export interface ProfileTime {
  readonly cycleS: number;
  readonly periodS: number;
  readonly stepS: number;
}

/** Vehicles that each step can discharge, every cycle anew; a stretch that ends inside a step counts with its part. */
export function fillSteps(
  discharge: Float64Array,
  discharges: readonly Discharge[],
  { cycleS, periodS, stepS }: ProfileTime,
): void {
  discharge.fill(0);
  for (let cycleStartS = 0; cycleStartS < periodS; cycleStartS += cycleS) {
    for (const { startS, lengthS, rateVps } of discharges) {
      const fromS = cycleStartS + startS;
      const toS = fromS + lengthS;
      for (let step = Math.floor(fromS / stepS); step * stepS < toS - 1e-9; step++) {
        const overlapS = Math.min(toS, (step + 1) * stepS) - Math.max(fromS, step * stepS);
        const at = step % discharge.length;
        discharge[at] = (discharge[at] as number) + overlapS * rateVps;
      }
    }
  }
}

/** Where steps have discharge, over two periods. */
export function listGreens(greens: number[], discharge: Float64Array): void {
  const steps = discharge.length;
  greens.length = 0;
  for (let step = 0; step < steps; step++) {
    if (discharge[step] === 0) continue;
    const from = step;
    while (step < steps && discharge[step] !== 0) step++;
    greens.push(from, step);
  }
  const perPeriod = greens.length;
  for (let at = 0; at < perPeriod; at++) greens.push((greens[at] as number) + steps);
}

/** Sums up the discharge of each step; answers that of the period. */
export function sumUp(discharged: Float64Array, first: number, discharge: Float64Array): number {
  let sum = 0;
  discharged[first] = 0;
  for (let step = 0; step < discharge.length; step++) {
    sum += discharge[step] as number;
    discharged[first + step + 1] = sum;
  }
  return sum;
}
