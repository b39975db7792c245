/**
 * Delay, stops and queues of a plan, measured again by code that shares nothing with the search: own walk of the rings,
 * own discharge, own platoons, own queues, own left-over. What it takes as given are the lane groups with their flows,
 * saturation flows and conflicts (traffic/lane-group.ts).
 *
 * Every lane group is run forward from an empty street, period by period, under what reaches it, until nothing changes:
 * the periodic state of the fluid queue that traffic/cyclic-flow-profile.ts describes (D. I. Robertson, RRL report LR 253),
 * in the same steps of period ÷ round(period), so that both have the same fixed point.
 *
 *   q'(k) = F q(k) + (1 − F) q'(k − 1),  F = 1 / (1 + 0.35 · 0.8 T),  0.8 T later        T: travel time in steps
 *
 * Intersections whose cycles are in the ratio of a power of two and that links connect repeat together with the longest
 * of them; neighbors with any other cycle send even arrivals.
 * Cost: sweeps × links × steps, upstream before downstream: one sweep for an arterial, more where streets form loops.
 */
import { known } from "../../errors.ts";
import type { NetworkIndex } from "../../network/find.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import type { FlowOfMovement } from "../evaluate-plan.ts";
import type { MovementMeasures } from "../measures.ts";
import { buildForwardStreet, type ForwardStreet, type StreetLink } from "./forward-street.ts";
import { bring, buildPeriodicQueue, measurePeriod, type PeriodicQueue, runPeriod } from "./periodic-queue.ts";
import { walkRings } from "./walk-rings.ts";

export interface Remeasured {
  /** All vehicles, veh·h/h and stops per hour. */
  readonly delayVehHPerH: number;
  readonly stopsVph: number;
  readonly movements: readonly Omit<MovementMeasures, "storageVeh" | "isSpilling">[];
}

/** Clocks of one intersection's steps: step k begins at `phaseS + k · stepS`. */
interface Clock {
  readonly periodS: number;
  readonly stepS: number;
  readonly steps: number;
  readonly phaseS: number;
}

const MAX_SWEEPS = 100;
/** Arrivals of an empty link have come to repeat when a round changes them by less than this part of their mean. */
const SETTLED = 1e-9;
/** Departures that changed by less than this part of what is served are not handed on. */
const SAME = 1e-6;

/** Intersections without a timing plan or without any flow are left out, as in `evaluatePlan`. */
export function remeasurePlan(input: {
  readonly index: NetworkIndex;
  readonly timingPlans: readonly TimingPlan[];
  readonly flows: readonly FlowOfMovement[];
}): Remeasured {
  const withFlow = new Set(input.flows.map((it) => it.intersectionId));
  const timingPlans = input.timingPlans.filter((it) => withFlow.has(it.intersectionId));
  const street = buildForwardStreet({
    ...input,
    intersectionIds: timingPlans.map((it) => it.intersectionId),
  });
  const clocks = listClocks(street, timingPlans);
  const queues = listQueues(street, timingPlans, clocks);
  bringAll(street, queues);
  return sumUp(street, queues, sweep(street, clocks, queues));
}

/**
 * What comes to each lane group, link by link until nothing changes: feeders bring what they serve, and a part s of a stream
 * with variance ÷ mean I has 1 − s (1 − I), weighed by its part of what comes.
 */
function bringAll(street: ForwardStreet, queues: readonly PeriodicQueue[]): void {
  const { links, groups } = street;
  const order = listUpstreamFirst(street);
  for (let round = 0, isChanged = true; round < MAX_SWEEPS && isChanged; round++) {
    isChanged = false;
    for (const position of order) {
      const { feeders, joiningVph, keptRatio, flowVph, groups: at } = known(links[position], "link");
      if (feeders.length === 0) continue;
      let comingVph = joiningVph;
      let evenerVph = 0;
      for (const { group, flowVph: vph } of feeders) {
        const { comingRatio, leftOver, group: from } = known(queues[group], `queue ${group}`);
        const broughtVph = vph * keptRatio * comingRatio * leftOver.servedRatio;
        comingVph += broughtVph;
        evenerVph += ((broughtVph * vph * keptRatio) / from.flowVph) * (1 - leftOver.servedFactor);
      }
      for (const group of at) {
        const queue = known(queues[group], `queue ${group}`);
        const comingRatio = flowVph > 0 ? comingVph / flowVph : queue.comingRatio;
        if (Math.abs(comingRatio - queue.comingRatio) > SETTLED) isChanged = true;
        const { linkRatio } = known(groups[group], `group ${group}`);
        bring(queue, { comingRatio, filtering: comingVph > 0 ? 1 - (linkRatio * evenerVph) / comingVph : 1 });
      }
    }
  }
}

/** All lane groups, their steps in one array. */
function listQueues(
  street: ForwardStreet,
  timingPlans: readonly TimingPlan[],
  clocks: readonly Clock[],
): PeriodicQueue[] {
  const greens = street.intersections.map((it, at) => walkRings(it, known(timingPlans[at], "timing plan")));
  const stepsOf = (at: number): number => known(clocks[at], "clock").steps;
  let end = 0;
  const steps = new Float64Array(street.groups.reduce((sum, { at }) => sum + 2 * stepsOf(at), 0));
  const take = (at: number): Float64Array => {
    const begin = end;
    end += stepsOf(at);
    return steps.subarray(begin, end);
  };
  return street.groups.map(({ laneGroup, at }) =>
    buildPeriodicQueue({
      ...known(clocks[at], "clock"),
      group: laneGroup,
      greens: known(greens[at], "greens"),
      cycleS: known(timingPlans[at], "timing plan").cycleS,
      able: take(at),
      departures: take(at),
    }),
  );
}

function listClocks(street: ForwardStreet, timingPlans: readonly TimingPlan[]): Clock[] {
  const periodsS = timingPlans.map((it) => it.cycleS);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const { from, to, feeders } of street.links) {
      if (from === undefined || feeders.length === 0) continue;
      const [oneS = 0, otherS = 0] = [periodsS[from], periodsS[to]];
      if (oneS === otherS || !Number.isInteger(Math.log2(oneS / otherS))) continue;
      periodsS[from] = Math.max(oneS, otherS);
      periodsS[to] = periodsS[from];
      isChanged = true;
    }
  }
  return periodsS.map((periodS, at) => {
    const steps = Math.max(1, Math.round(periodS));
    const stepS = periodS / steps;
    return { periodS, steps, stepS, phaseS: known(timingPlans[at], "timing plan").offsetS % stepS };
  });
}

/** Runs the groups of every link whose arrivals changed until none has. Answers the arrivals of each link. */
function sweep(
  street: ForwardStreet,
  clocks: readonly Clock[],
  queues: readonly PeriodicQueue[],
): Float64Array[] {
  const { links, groups } = street;
  const fedBy = groups.map((): number[] => []);
  for (const [position, { feeders }] of links.entries()) {
    for (const { group } of feeders) fedBy[group]?.push(position);
  }
  const arrivals = links.map((it) => new Float64Array(known(clocks[it.to], "clock").steps));
  const scratch = new Float64Array(Math.max(0, ...clocks.map((it) => it.steps)));
  const isDirty = new Uint8Array(links.length).fill(1);
  const order = listUpstreamFirst(street);
  for (let round = 0; round < MAX_SWEEPS && isDirty.includes(1); round++) {
    for (const position of order) {
      if (isDirty[position] === 0) continue;
      isDirty[position] = 0;
      const link = known(links[position], `link ${position}`);
      const arriving = known(arrivals[position], `arrivals ${position}`);
      bringArrivals(arriving, { link, clocks, queues, scratch });
      for (const group of link.groups) {
        if (runPeriod(known(queues[group], `queue ${group}`), arriving) < SAME) continue;
        for (const next of fedBy[group] ?? []) isDirty[next] = 1;
      }
    }
  }
  return arrivals;
}

/** Links after those that feed them, as far as streets form no loop. */
function listUpstreamFirst({ links, groups }: ForwardStreet): number[] {
  const order: number[] = [];
  const visits = new Uint8Array(links.length);
  for (const root of links.keys()) {
    const stack = [root];
    for (let link = stack.at(-1); link !== undefined; link = stack.at(-1)) {
      const visit = (visits[link] as number) + 1;
      visits[link] = visit;
      if (visit > 1) stack.pop();
      if (visit === 2) order.push(link);
      if (visit > 1) continue;
      for (const { group } of known(links[link], `link ${link}`).feeders) {
        const upstream = known(groups[group], `group ${group}`).link;
        if (visits[upstream] === 0) stack.push(upstream);
      }
    }
  }
  return order;
}

/** Writes the arrivals at the stop line in each step of a period, relative to their mean. */
function bringArrivals(
  arrivals: Float64Array,
  by: {
    readonly link: StreetLink;
    readonly clocks: readonly Clock[];
    readonly queues: readonly PeriodicQueue[];
    readonly scratch: Float64Array;
  },
): void {
  const { link, clocks, queues, scratch } = by;
  const to = known(clocks[link.to], "clock downstream");
  const from = link.from === undefined ? undefined : known(clocks[link.from], "clock upstream");
  if (from === undefined || from.periodS !== to.periodS) {
    arrivals.fill(1);
    return;
  }
  const { steps, stepS } = from;
  const bringsVph = ({ group, flowVph }: StreetLink["feeders"][number]): number => {
    const { comingRatio, leftOver } = known(queues[group], `queue ${group}`);
    return flowVph * comingRatio * leftOver.servedRatio;
  };
  const totalVph = link.feeders.reduce((sum, it) => sum + bringsVph(it), link.joiningVph);
  scratch.fill(link.joiningVph / totalVph, 0, steps);
  for (const feeder of link.feeders) {
    const { departures, servedVeh } = known(queues[feeder.group], `queue ${feeder.group}`);
    const ratio = bringsVph(feeder) / totalVph;
    const perVehicle = servedVeh > 0 ? (ratio * steps) / servedVeh : 0;
    const even = servedVeh > 0 ? 0 : ratio;
    for (let step = 0; step < steps; step++) {
      scratch[step] = (scratch[step] as number) + even + perVehicle * (departures[step] as number);
    }
  }
  disperse(scratch, steps, 1 / (1 + (link.spread * link.firstVehicleRatio * link.travelTimeS) / stepS));
  const laterS = link.firstVehicleRatio * link.travelTimeS + from.phaseS - to.phaseS;
  delay(scratch, laterS / stepS, arrivals);
}

/** Robertson's recurrence on the first `steps` values in place, from an empty link round after round until it repeats. */
function disperse(profile: Float64Array, steps: number, smoothing: number): void {
  let end = 0;
  let before = -1;
  while (Math.abs(end - before) > SETTLED) {
    before = end;
    for (let step = 0; step < steps; step++) end += smoothing * ((profile[step] as number) - end);
  }
  for (let step = 0; step < steps; step++) {
    end += smoothing * ((profile[step] as number) - end);
    profile[step] = end;
  }
}

/** What leaves in step k arrives `lateSteps` after it, divided between the two steps that it falls into. */
function delay(leaving: Float64Array, lateSteps: number, arrivals: Float64Array): void {
  const steps = arrivals.length;
  const whole = Math.floor(lateSteps);
  const late = lateSteps - whole;
  arrivals.fill(0);
  let at = ((whole % steps) + steps) % steps;
  for (let step = 0; step < steps; step++) {
    const next = at + 1 === steps ? 0 : at + 1;
    arrivals[at] = (arrivals[at] as number) + (1 - late) * (leaving[step] as number);
    arrivals[next] = (arrivals[next] as number) + late * (leaving[step] as number);
    at = next;
  }
}

function sumUp(
  street: ForwardStreet,
  queues: readonly PeriodicQueue[],
  arrivals: readonly Float64Array[],
): Remeasured {
  let delayVehHPerH = 0;
  let stopsVph = 0;
  const staying = new Float64Array(Math.max(0, ...arrivals.map((it) => it.length)));
  const movements = street.groups.flatMap(({ laneGroup, link }, position) => {
    const queue = known(queues[position], `queue ${position}`);
    const { capacityVph } = queue;
    const arriving = known(arrivals[link], `arrivals ${link}`);
    const { delayS, stopRatio, queueVeh } = measurePeriod(queue, arriving, staying);
    const comingVph = laneGroup.flowVph * queue.comingRatio;
    delayVehHPerH += (comingVph * delayS) / SECONDS_PER_HOUR;
    stopsVph += comingVph * stopRatio;
    return laneGroup.members.map(({ movement, flowVph, share }) => ({
      intersectionId: laneGroup.intersectionId,
      movementId: movement.id,
      flowVph,
      capacityVph: capacityVph * share,
      degreeOfSaturation: laneGroup.flowVph / capacityVph,
      delayS,
      stopRatio,
      queueVeh: queueVeh * share,
    }));
  });
  return { delayVehHPerH, stopsVph, movements };
}
