/**
 * The fluid queue of one lane group in the state that repeats every period, for the re-measurement.
 *
 * From an empty street one period of arrivals leaves the queue that every later period begins with, as long as no more
 * arrives than can leave; the next period is measured. A demand above capacity is cut to it, and left-over.ts has the rest.
 * A vehicle that waits less than a full stop costs counts as that part of a stop; each cycle left over is one more stop.
 * A group without traffic is measured by a trickle; one that never gets green waits half a cycle.
 */
import { SECONDS_PER_HOUR } from "../../units.ts";
import type { LaneGroup } from "../lane-group.ts";
import { fillSteps, listRatePieces, type RatePiece } from "./group-rates.ts";
import { type LeftOver, leaveOver } from "./left-over.ts";
import type { Greens } from "./walk-rings.ts";

const TRICKLE_VPH = 0.01;
/** Stands in for no capacity at all, veh/h, so that its delay is a number. */
const LEAST_CAPACITY_VPH = 1;

export interface PeriodicQueue {
  readonly capacityVph: number;
  /** Capacity, or 0. */
  readonly trueCapacityVph: number;
  readonly periodS: number;
  /** Vehicles served per period: what comes, cut to capacity. */
  servedVeh: number;
  /** Part of the demand that signals upstream let through. */
  comingRatio: number;
  leftOver: LeftOver;
  /** From green to green, s; the part of the cycle that is green, and the variance of what can leave in between, veh². */
  readonly greenToGreenS: number;
  readonly greenRatio: number;
  readonly ableVeh2: number;
  readonly group: LaneGroup;
  readonly cycleS: number;
  readonly stepS: number;
  /** Wait that counts as one stop, in steps. */
  readonly fullStopSteps: number;
  /** Vehicles that can leave in each step, and that do. */
  readonly able: Float64Array;
  readonly departures: Float64Array;
}

export interface QueueMeasures {
  /** Control delay, s per vehicle. */
  readonly delayS: number;
  readonly stopRatio: number;
  readonly queueVeh: number;
}

export function buildPeriodicQueue(input: {
  readonly group: LaneGroup;
  readonly greens: ReadonlyMap<string, Greens>;
  readonly cycleS: number;
  readonly periodS: number;
  readonly stepS: number;
  readonly phaseS: number;
  /** One value per step each; see the fields of the same name. */
  readonly able: Float64Array;
  readonly departures: Float64Array;
}): PeriodicQueue {
  const { group, cycleS, stepS, able, departures } = input;
  const pieces = listRatePieces(input);
  const sumOver = (value: (piece: RatePiece) => number): number =>
    pieces.reduce((sum, it) => sum + value(it) * (it.toS - it.fromS), 0);
  const trueCapacityVph = (sumOver((it) => it.rateVps) * SECONDS_PER_HOUR) / cycleS;
  const greens = countGreens(pieces, cycleS);
  fillSteps(able, pieces, { fromS: input.phaseS, stepS, cycleS });
  const queue: PeriodicQueue = {
    capacityVph: Math.max(LEAST_CAPACITY_VPH, trueCapacityVph),
    trueCapacityVph,
    periodS: input.periodS,
    servedVeh: 0,
    comingRatio: 1,
    leftOver: { delayS: 0, servedRatio: 1, servedFactor: 1 },
    greenToGreenS: cycleS / greens,
    greenRatio: sumOver(() => 1) / cycleS,
    ableVeh2: sumOver((it) => it.scatterVps) / greens,
    group,
    cycleS,
    stepS,
    fullStopSteps: group.fullStopS / stepS,
    able,
    departures,
  };
  bring(queue, { comingRatio: 1, filtering: 1 });
  return queue;
}

/** Pieces that do not begin where the one before ends, at least one. */
function countGreens(pieces: readonly RatePiece[], cycleS: number): number {
  const apart = pieces.filter(({ fromS }, at) => {
    const before = at > 0 ? pieces[at - 1] : pieces.at(-1);
    const beforeS = (before?.toS ?? 0) - (at > 0 ? 0 : cycleS);
    return fromS - beforeS > 1e-9;
  });
  return Math.max(1, apart.length);
}

/** Lets so much of the demand come, with so much scatter. */
export function bring(
  queue: PeriodicQueue,
  by: { readonly comingRatio: number; readonly filtering: number },
): void {
  const comingVph = Math.max(TRICKLE_VPH, queue.group.flowVph * by.comingRatio);
  queue.comingRatio = by.comingRatio;
  queue.servedVeh = (Math.min(queue.trueCapacityVph, comingVph) * queue.periodS) / SECONDS_PER_HOUR;
  queue.leftOver = leaveOver({
    demandVps: comingVph / SECONDS_PER_HOUR,
    capacityVps: queue.capacityVph / SECONDS_PER_HOUR,
    cycleS: queue.greenToGreenS,
    greenRatio: queue.greenRatio,
    ableVeh2: queue.ableVeh2,
    filtering: by.filtering,
    initialQueueVeh: queue.group.initialQueueVeh,
  });
}

/**
 * Runs the queue under arrivals relative to their mean and replaces its departures. Answers by how much they changed,
 * as a part of what is served.
 */
export function runPeriod({ able, departures, servedVeh }: PeriodicQueue, arrivals: Float64Array): number {
  if (servedVeh === 0) return 0;
  const steps = able.length;
  const mean = servedVeh / steps;
  let queue = 0;
  for (let step = 0; step < steps; step++) {
    queue = Math.max(0, queue + mean * (arrivals[step] as number) - (able[step] as number));
  }
  let change = 0;
  for (let step = 0; step < steps; step++) {
    const present = queue + mean * (arrivals[step] as number);
    const departing = Math.min(present, able[step] as number);
    change += Math.abs(departing - (departures[step] as number));
    departures[step] = departing;
    queue = present - departing;
  }
  return change / servedVeh;
}

/** Delay, stops and longest queue under the arrivals that the queue was last run with; `staying` is room to work in. */
export function measurePeriod(
  of: PeriodicQueue,
  arrivals: Float64Array,
  staying: Float64Array,
): QueueMeasures {
  const { able, departures, servedVeh, cycleS } = of;
  const { delayS: addedDelayS } = of.leftOver;
  const { flowVph, initialQueueVeh } = of.group;
  const addedQueueVeh = Math.max(
    initialQueueVeh,
    (flowVph * of.comingRatio * addedDelayS) / SECONDS_PER_HOUR,
  );
  const addedStops = addedDelayS / cycleS;
  if (servedVeh === 0)
    return { delayS: cycleS / 2 + addedDelayS, stopRatio: 1 + addedStops, queueVeh: addedQueueVeh };
  const steps = able.length;
  const mean = servedVeh / steps;
  let startVeh = 0;
  let waitedSteps = 0;
  let longest = 0;
  for (let round = 0; round < 2; round++) {
    let queue = startVeh;
    waitedSteps = 0;
    for (let step = 0; step < steps; step++) {
      const arriving = mean * (arrivals[step] as number);
      const possible = able[step] as number;
      const after = Math.max(0, queue + arriving - possible);
      waitedSteps += meanQueue(queue, after, arriving, possible);
      staying[step] = Math.min(arriving, after);
      if (after > longest) longest = after;
      queue = after;
    }
    if (round === 0) startVeh = queue;
  }
  const stops = countStops({ departures, staying, startVeh, fullStopSteps: of.fullStopSteps });
  return {
    delayS: (waitedSteps * of.stepS) / servedVeh + addedDelayS,
    stopRatio: Math.min(1, stops / servedVeh) + addedStops,
    queueVeh: longest + addedQueueVeh,
  };
}

/** Mean of a fluid queue over one step, the emptying inside the step included; vehicles. Called in every step. */
export function meanQueue(before: number, after: number, arriving: number, possible: number): number {
  if (after > 0) return (before + after) / 2;
  return before > 0 ? (before * before) / (possible - arriving) / 2 : 0;
}

/**
 * Stops per period: the queue leaves in the order it came, each vehicle counted by how long it waited. `staying`: of the
 * vehicles that arrive in a step, those that are still there at its end.
 */
function countStops(of: {
  readonly departures: Float64Array;
  readonly staying: Float64Array;
  readonly startVeh: number;
  readonly fullStopSteps: number;
}): number {
  const { departures, staying, startVeh, fullStopSteps } = of;
  const steps = departures.length;
  // Whoever is first in the queue at the start came in the step `came` of the period before.
  let came = steps;
  let inFront = 0;
  for (let rest = startVeh; rest > 0 && came > 0; rest -= inFront) {
    came -= 1;
    inFront = Math.min(rest, staying[came] as number);
  }
  came -= steps;
  let stops = 0;
  let queue = startVeh;
  for (let step = 0; step < steps; step++) {
    let leaving = Math.min(queue, departures[step] as number);
    queue -= leaving;
    while (leaving > 0 && came < step) {
      const taken = Math.min(leaving, inFront);
      stops += taken * Math.min(1, (step - came) / fullStopSteps);
      leaving -= taken;
      inFront -= taken;
      if (inFront <= 0) {
        came += 1;
        inFront = came < step ? (staying[(came + steps) % steps] as number) : 0;
      }
    }
    if (came === step) inFront = staying[step] as number;
    queue += staying[step] as number;
  }
  return stops;
}
