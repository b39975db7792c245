/**
 * What plans do to a street whose queues may grow past their storage: delay over a period that begins with given queues,
 * with spill-back, and what the spill-back costs.
 *
 * The queues of link-transmission.ts are run in whole seconds through a warm-up and then the measured period. They are
 * fluid and grow by themselves, so of d₂ only the random part is added (incremental-delay.ts), at the degree of saturation
 * that each lane group met: what reached it ÷ what its greens could let go.
 *
 * | measure | meaning |
 * | delay   | vehicles that wait in a queue, inside or outside the network, on average over the period (veh·h/h) |
 * | blocked | of those, the ones whose signal was green while the link ahead had no room |
 * | stops   | vehicles that do not pass their stop line at once |
 *
 * Limits: those of link-transmission.ts; actuated signals run their splits.
 * Cost: lane groups × seconds.
 */
import { known } from "../../errors.ts";
import type { NetworkIndex } from "../../network/find.ts";
import { toTenths } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import type { FlowOfMovement } from "../evaluate-plan.ts";
import { buildForwardStreet, type ForwardStreet } from "./forward-street.ts";
import { fillSteps, listRatePieces } from "./group-rates.ts";
import { filteringOf, randomDelayS } from "./incremental-delay.ts";
import { advance } from "./link-transmission.ts";
import { createTransmission, startTally, type Transmission } from "./transmission-state.ts";
import { walkRings } from "./walk-rings.ts";

export interface SpillbackMeasures {
  /** veh·h/h, random delay included. */
  readonly totalDelayVehHPerH: number;
  readonly totalStopsVph: number;
  readonly blockedVehHPerH: number;
  /** Part of the delay that waits for room outside the network. */
  readonly outsideVehHPerH: number;
  /** Vehicles over all stop lines per hour. */
  readonly servedVph: number;
  readonly movements: readonly SpillbackMovement[];
  /** Links without room for some that wanted in, the most costly first. */
  readonly spillbacks: readonly Spillback[];
}

export interface SpillbackMovement {
  readonly intersectionId: string;
  readonly movementId: string;
  readonly arrivedVph: number;
  readonly departedVph: number;
  readonly delayVehHPerH: number;
  readonly longestQueueVeh: number;
  /** Part of its delay that it spends upstream of the mouth of a turn bay, unable to pass. */
  readonly heldVehHPerH: number;
}

export interface Spillback {
  readonly linkId: string;
  readonly storageVeh: number;
  /** Lost upstream for want of room here, veh·h/h; part of the period in which that happened, 0…1. */
  readonly blockedVehHPerH: number;
  readonly blockedRatio: number;
  readonly outsideVehHPerH: number;
}

const STEP_S = 1;
const WARM_UP_CYCLES = 3;
const PERIOD_S = 900;

export interface SpillbackQuestion {
  readonly index: NetworkIndex;
  readonly timingPlans: readonly TimingPlan[];
  /** Initial queues stand at the stop lines when the warm-up begins. */
  readonly flows: readonly FlowOfMovement[];
  /** Absent: three of the longest cycles, none when there are initial queues; and 900 s. */
  readonly warmUpS?: number;
  readonly periodS?: number;
}

/** A street in motion. */
export interface RunningStreet {
  readonly street: ForwardStreet;
  readonly state: Transmission;
}

/** Intersections without a timing plan or without any flow are left out. */
export const evaluateWithSpillback = (question: SpillbackQuestion): SpillbackMeasures =>
  runMeasured(startStreet(question), question);

/** The street at second 0, before anybody has come. */
export function startStreet(
  question: Pick<SpillbackQuestion, "index" | "timingPlans" | "flows">,
): RunningStreet {
  const withFlow = new Set(question.flows.map((it) => it.intersectionId));
  const timingPlans = question.timingPlans.filter((it) => withFlow.has(it.intersectionId));
  const street = buildForwardStreet({
    ...question,
    intersectionIds: timingPlans.map((it) => it.intersectionId),
  });
  const state = createTransmission({
    street,
    able: listAble(street, timingPlans),
    stepS: STEP_S,
  });
  return { street, state };
}

/** Runs the street through the warm-up and the period, and measures the period. */
export function runMeasured(
  { street, state }: RunningStreet,
  question: Pick<SpillbackQuestion, "timingPlans" | "warmUpS" | "periodS">,
): SpillbackMeasures {
  const warmUpSteps = Math.round((question.warmUpS ?? usualWarmUpS(street, question.timingPlans)) / STEP_S);
  const steps = Math.round((question.periodS ?? PERIOD_S) / STEP_S);
  for (let step = 0; step < warmUpSteps; step++) advance(state);
  startTally(state);
  for (let step = 0; step < steps; step++) advance(state);
  return sumUp(street, state, { warmUpSteps, steps });
}

/** Discharge per second of each lane group over the shortest time in which both seconds and cycles are whole. */
function listAble(street: ForwardStreet, timingPlans: readonly TimingPlan[]): Float64Array[] {
  const greens = street.intersections.map((it, at) => walkRings(it, known(timingPlans[at], "timing plan")));
  return street.groups.map(({ laneGroup, at }) => {
    const { cycleS } = known(timingPlans[at], "timing plan");
    let cycles = 1;
    while ((toTenths(cycleS) * cycles) % toTenths(STEP_S) !== 0) cycles += 1;
    const able = new Float64Array(Math.round((cycleS * cycles) / STEP_S));
    const pieces = listRatePieces({ group: laneGroup, greens: known(greens[at], "greens"), cycleS });
    fillSteps(able, pieces, { fromS: 0, stepS: STEP_S, cycleS });
    return able;
  });
}

function usualWarmUpS(street: ForwardStreet, timingPlans: readonly TimingPlan[]): number {
  if (street.groups.some((it) => it.laneGroup.initialQueueVeh > 0)) return 0;
  return WARM_UP_CYCLES * timingPlans.reduce((longest, it) => Math.max(longest, it.cycleS), 0);
}

function sumUp(
  street: ForwardStreet,
  state: Transmission,
  time: { readonly warmUpSteps: number; readonly steps: number },
): SpillbackMeasures {
  const { tally } = state;
  const perHour = SECONDS_PER_HOUR / (time.steps * STEP_S);
  const sinceStartH = ((time.warmUpSteps + time.steps) * STEP_S) / SECONDS_PER_HOUR;
  const saturationOf = (group: number): number =>
    (tally.arrived[group] as number) / Math.max(1, tally.couldLeave[group] as number);
  const movements = street.groups.flatMap(({ laneGroup, link }, group) => {
    const arrivedVph = (tally.arrived[group] as number) * perHour;
    const randomS = randomDelayS({
      degreeOfSaturation: saturationOf(group),
      capacityVph: Math.max(1, tally.couldLeave[group] as number) * perHour,
      periodH: sinceStartH,
      filtering: filteringOf(known(street.links[link], `link ${link}`), saturationOf),
    });
    const delayVehHPerH =
      (tally.waited[group] as number) / time.steps + (arrivedVph * randomS) / SECONDS_PER_HOUR;
    return laneGroup.members.map(({ movement, share }) => ({
      intersectionId: laneGroup.intersectionId,
      movementId: movement.id,
      arrivedVph: arrivedVph * share,
      departedVph: (tally.departed[group] as number) * perHour * share,
      delayVehHPerH: delayVehHPerH * share,
      longestQueueVeh: (tally.longest[group] as number) * share,
      heldVehHPerH: ((tally.held[group] as number) / time.steps) * share,
    }));
  });
  const spillbacks = street.links
    .map(({ link }, at) => ({
      linkId: link.id,
      storageVeh: state.storage[at] as number,
      blockedVehHPerH: (tally.blocked[at] as number) / time.steps,
      blockedRatio: (tally.blockedSteps[at] as number) / time.steps,
      outsideVehHPerH: (tally.outside[at] as number) / time.steps,
    }))
    .filter((it) => it.blockedRatio > 0)
    .sort((a, b) => b.blockedVehHPerH + b.outsideVehHPerH - a.blockedVehHPerH - a.outsideVehHPerH);
  const outsideVehHPerH = sumOf(spillbacks, (it) => it.outsideVehHPerH);
  return {
    totalDelayVehHPerH: sumOf(movements, (it) => it.delayVehHPerH) + outsideVehHPerH,
    totalStopsVph: tally.joinedQueue.reduce((sum, it) => sum + it, 0) * perHour,
    blockedVehHPerH: sumOf(spillbacks, (it) => it.blockedVehHPerH),
    outsideVehHPerH,
    servedVph: sumOf(movements, (it) => it.departedVph),
    movements,
    spillbacks,
  };
}

const sumOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((sum, it) => sum + value(it), 0);
