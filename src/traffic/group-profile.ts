/**
 * The queue of one lane group over an average period: a vertical queue of fluid vehicles, periodic, and the delay, stops
 * and longest queue that follow from it. A period holds one cycle, or 2, 4 … of them (common-period.ts).
 *
 * The queue begins where it must be empty: after the instant at which the sum of arrivals less possible discharge is
 * least. A demand above capacity is cut to capacity here; the rest of it is in d2 (hcm-delay.ts), of which each cycle
 * counts as one more stop. A vehicle that waits less than a full stop costs counts as that part of one (full-stop.ts).
 */
import { SECONDS_PER_HOUR } from "../units.ts";
import { capacityOfDischargesVph, type Discharge } from "./discharge.ts";
import { incrementalDelayS } from "./hcm-delay.ts";
import type { LaneGroup } from "./lane-group.ts";

/** One lane group; profiles begin where its own plan's cycle would with an offset of zero. */
export interface GroupProfile {
  readonly flowVph: number;
  readonly fullStopS: number;
  capacityVph: number;
  cycleS: number;
  stepS: number;
  /** Discharge possible in each step, veh. */
  discharge: Float64Array;
  /** Vehicles of the profile per period: demand, cut to capacity. */
  periodFlowVeh: number;
  /** d2, s per vehicle. */
  incrementalDelayS: number;
  /** Departures in each step, veh. */
  departures: Float64Array;
  delayS: number;
  stopRatio: number;
  queueVeh: number;
}

/** A vehicle that asks for the delay of a lane group without traffic, veh/h. */
const PROBE_VPH = 0.01;
/** Stands for the capacity of a movement that never gets green, veh/h, so that its delay is finite. */
const NO_CAPACITY_VPH = 1;
/** Departures that changed by less than this part of the flow are not carried on. */
const CHANGE_TOLERANCE = 1e-12;
/** The times that a lane group works in: its own cycle, and the period and step of its area, s. */
export interface ProfileTime {
  readonly cycleS: number;
  readonly periodS: number;
  readonly stepS: number;
}

/** Whole steps of a period, about a second each. */
export const stepsOf = (periodS: number): number => Math.max(1, Math.round(periodS));

/** A lane group before it has a plan: `setDischarges` and `serve` follow. */
export const buildGroupProfile = ({ flowVph, fullStopS }: LaneGroup): GroupProfile => ({
  flowVph,
  fullStopS,
  capacityVph: NO_CAPACITY_VPH,
  cycleS: 1,
  stepS: 1,
  discharge: new Float64Array(0),
  periodFlowVeh: 0,
  incrementalDelayS: 0,
  departures: new Float64Array(0),
  delayS: 0,
  stopRatio: 0,
  queueVeh: 0,
});

/** Gives a lane group the discharges of a plan; its delay and stops stay as they were until it is served. */
export function setDischarges(
  group: GroupProfile,
  discharges: readonly Discharge[],
  { cycleS, periodS, stepS }: ProfileTime,
): void {
  const steps = stepsOf(periodS);
  if (group.discharge.length !== steps) {
    group.discharge = new Float64Array(steps);
    group.departures = new Float64Array(steps);
  }
  fillSteps(group.discharge, discharges, { cycleS, periodS, stepS });
  const dischargeVph = capacityOfDischargesVph(discharges, cycleS);
  group.capacityVph = Math.max(NO_CAPACITY_VPH, dischargeVph);
  group.cycleS = cycleS;
  group.stepS = stepS;
  group.periodFlowVeh =
    (Math.min(dischargeVph, Math.max(group.flowVph, PROBE_VPH)) * periodS) / SECONDS_PER_HOUR;
  group.incrementalDelayS = incrementalDelayS({
    degreeOfSaturation: group.flowVph / group.capacityVph,
    capacityVph: group.capacityVph,
  });
}

/**
 * Runs the queue of one lane group through a period under arrivals that are relative to their mean, and replaces its
 * part of the totals. Answers whether its departures changed.
 */
export function serve(
  totals: { delayVehHPerH: number; stopsVph: number },
  group: GroupProfile,
  arrivals: Float64Array,
): boolean {
  const { discharge, departures, periodFlowVeh, stepS } = group;
  const fullStopSteps = group.fullStopS / stepS;
  const steps = discharge.length;
  const scale = periodFlowVeh / steps;
  const first = stepAfterEmptyQueue(arrivals, scale, discharge);
  let step = first;
  let queue = 0;
  let queueSteps = 0;
  let stopped = 0;
  let longest = 0;
  let change = 0;
  // The vehicle at the head of the queue: steps after `first` that it came, and how many came then and still wait.
  let headCame = 0;
  let headLeft = 0;
  for (let count = 0; count < steps; count++) {
    const arriving = scale * (arrivals[step] as number);
    const possible = discharge[step] as number;
    const left = queue + arriving - possible;
    let departing = possible;
    if (queue === 0 && left > 0) {
      headCame = count;
      headLeft = left;
    }
    let waiting = Math.min(queue, possible);
    while (waiting > 0) {
      while (headLeft <= 0 && headCame < count)
        headLeft = scale * (arrivals[(first + ++headCame) % steps] as number);
      const leaving = headCame < count ? Math.min(headLeft, waiting) : waiting;
      const waited = count - headCame;
      stopped += leaving * Math.min(1, waited / fullStopSteps);
      headLeft -= leaving;
      waiting -= leaving;
    }
    if (left > 0) {
      queueSteps += (queue + left) / 2;
      queue = left;
      if (left > longest) longest = left;
    } else {
      departing = queue + arriving;
      if (queue > 0) queueSteps += (queue * (queue / (possible - arriving))) / 2;
      queue = 0;
    }
    change += Math.abs(departing - (departures[step] as number));
    departures[step] = departing;
    step = step + 1 === steps ? 0 : step + 1;
  }
  totals.delayVehHPerH -= (group.flowVph * group.delayS) / SECONDS_PER_HOUR;
  totals.stopsVph -= group.flowVph * group.stopRatio;
  const isServed = periodFlowVeh > 0;
  const profileDelayS = isServed ? (queueSteps * stepS) / periodFlowVeh : group.cycleS / 2;
  group.delayS = profileDelayS + group.incrementalDelayS;
  group.stopRatio =
    (isServed ? Math.min(1, stopped / periodFlowVeh) : 1) + group.incrementalDelayS / group.cycleS;
  group.queueVeh = longest + (group.flowVph * group.incrementalDelayS) / SECONDS_PER_HOUR;
  totals.delayVehHPerH += (group.flowVph * group.delayS) / SECONDS_PER_HOUR;
  totals.stopsVph += group.flowVph * group.stopRatio;
  return change > CHANGE_TOLERANCE * periodFlowVeh;
}

/** The step after the least value of arrivals minus discharge, summed from the start: there the queue is empty. */
function stepAfterEmptyQueue(arrivals: Float64Array, scale: number, discharge: Float64Array): number {
  const steps = discharge.length;
  let sum = 0;
  let least = 0;
  let after = 0;
  for (let step = 0; step < steps; step++) {
    sum += scale * (arrivals[step] as number) - (discharge[step] as number);
    if (sum < least) {
      least = sum;
      after = step + 1;
    }
  }
  return after === steps ? 0 : after;
}

/** Vehicles that each step can discharge, every cycle anew; a stretch that ends inside a step counts with its part of it. */
function fillSteps(
  steps: Float64Array,
  discharges: readonly Discharge[],
  { cycleS, periodS, stepS }: ProfileTime,
): void {
  steps.fill(0);
  for (let cycleStartS = 0; cycleStartS < periodS; cycleStartS += cycleS) {
    for (const discharge of discharges) {
      const startS = cycleStartS + discharge.startS;
      const endS = startS + discharge.lengthS;
      for (let step = Math.floor(startS / stepS); step * stepS < endS - 1e-9; step++) {
        const overlapS = Math.min(endS, (step + 1) * stepS) - Math.max(startS, step * stepS);
        const at = step % steps.length;
        steps[at] = (steps[at] as number) + overlapS * discharge.rateVps;
      }
    }
  }
}
