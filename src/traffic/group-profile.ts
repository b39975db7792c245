/**
 * The queue of one lane group over an average cycle: a vertical queue of fluid vehicles, periodic, and the delay, stops
 * and longest queue that follow from it.
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
  readonly capacityVph: number;
  readonly cycleS: number;
  /** Discharge possible in each step, veh. */
  readonly discharge: Float64Array;
  /** Vehicles of the profile per cycle: demand, cut to capacity. */
  readonly cycleFlowVeh: number;
  /** d2, s per vehicle. */
  readonly incrementalDelayS: number;
  /** Wait that counts as one stop, in steps. */
  readonly fullStopSteps: number;
  /** Departures in each step, veh. */
  readonly departures: Float64Array;
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
/** Whole steps of a cycle, about a second each. */
export const stepsOf = (cycleS: number): number => Math.max(1, Math.round(cycleS));

/** A lane group before any vehicle has been served. */
export function buildGroupProfile(
  group: LaneGroup,
  discharges: readonly Discharge[],
  time: { readonly cycleS: number; readonly stepS: number },
): GroupProfile {
  const discharge = toSteps(discharges, time);
  const capacityVph = Math.max(NO_CAPACITY_VPH, capacityOfDischargesVph(discharges, time.cycleS));
  const servedVph = Math.min(
    capacityOfDischargesVph(discharges, time.cycleS),
    Math.max(group.flowVph, PROBE_VPH),
  );
  return {
    flowVph: group.flowVph,
    capacityVph,
    cycleS: time.cycleS,
    discharge,
    cycleFlowVeh: (servedVph * time.cycleS) / SECONDS_PER_HOUR,
    incrementalDelayS: incrementalDelayS({ degreeOfSaturation: group.flowVph / capacityVph, capacityVph }),
    fullStopSteps: group.fullStopS / time.stepS,
    departures: new Float64Array(discharge.length),
    delayS: 0,
    stopRatio: 0,
    queueVeh: 0,
  };
}

/**
 * Runs the queue of one lane group through a cycle under arrivals that are relative to their mean, and replaces its
 * part of the totals. Answers whether its departures changed.
 */
export function serve(
  totals: { delayVehHPerH: number; stopsVph: number },
  group: GroupProfile,
  arrivals: Float64Array,
): boolean {
  const { discharge, departures, cycleFlowVeh, fullStopSteps } = group;
  const steps = discharge.length;
  const scale = cycleFlowVeh / steps;
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
  const isServed = cycleFlowVeh > 0;
  const profileDelayS = isServed ? (queueSteps * group.cycleS) / steps / cycleFlowVeh : group.cycleS / 2;
  group.delayS = profileDelayS + group.incrementalDelayS;
  group.stopRatio =
    (isServed ? Math.min(1, stopped / cycleFlowVeh) : 1) + group.incrementalDelayS / group.cycleS;
  group.queueVeh = longest + (group.flowVph * group.incrementalDelayS) / SECONDS_PER_HOUR;
  totals.delayVehHPerH += (group.flowVph * group.delayS) / SECONDS_PER_HOUR;
  totals.stopsVph += group.flowVph * group.stopRatio;
  return change > CHANGE_TOLERANCE * cycleFlowVeh;
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

/** Vehicles that each step can discharge; a stretch that ends inside a step counts with its part of it. */
function toSteps(
  discharges: readonly Discharge[],
  time: { readonly cycleS: number; readonly stepS: number },
): Float64Array {
  const steps = new Float64Array(stepsOf(time.cycleS));
  for (const { startS, lengthS, rateVps } of discharges) {
    const endS = startS + lengthS;
    for (let step = Math.floor(startS / time.stepS); step * time.stepS < endS - 1e-9; step++) {
      const overlapS = Math.min(endS, (step + 1) * time.stepS) - Math.max(startS, step * time.stepS);
      steps[step % steps.length] = (steps[step % steps.length] as number) + overlapS * rateVps;
    }
  }
  return steps;
}
