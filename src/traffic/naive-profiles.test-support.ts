/**
 * A judge of cyclic-flow-profile.ts: the same model run as it is told, vehicle parcels in lists, every street swept again
 * until nothing changes. It shares the compiled network and the discharges, and nothing else.
 */
import { known } from "../errors.ts";
import { wrapS } from "../timing/cycle.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildDischarges } from "./discharge.ts";
import type { FlowLink, FlowNetwork } from "./flow-network.ts";
import { incrementalDelayS } from "./hcm-delay.ts";

export interface NaiveGroup {
  readonly delayS: number;
  readonly stopRatio: number;
  readonly queueVeh: number;
}

interface NaiveQueue {
  readonly discharge: readonly number[];
  readonly flowVph: number;
  readonly capacityVph: number;
  readonly cycleS: number;
  readonly stepS: number;
  readonly fullStopS: number;
  readonly served: number;
  /** I of d2. */
  filtering: number;
  departures: number[];
  measures: NaiveGroup;
}

/** Measures of each lane group; all members have one period, the longest cycle. */
export function runNaiveProfiles(
  network: FlowNetwork,
  timingPlans: readonly TimingPlan[],
  sweeps: number,
): NaiveGroup[] {
  const periodS = Math.max(...timingPlans.map((it) => it.cycleS));
  const steps = Math.round(periodS);
  const queues = network.members.flatMap((member, at) => {
    const plan = known(timingPlans[at], "plan");
    const greens = buildMovementGreens(member.intersection, { ...plan, offsetS: 0 });
    return network.groups.slice(member.firstGroup, member.endGroup).map((group): NaiveQueue => {
      const discharges = buildDischarges({ group, greens, cycleS: plan.cycleS });
      const discharge = Array.from({ length: steps }, (_, step) =>
        sumOf(discharges, (it) => overlapS(step, it, plan.cycleS, periodS / steps, periodS) * it.rateVps),
      );
      const perHour = 3600 / periodS;
      const able = sumOf(discharge, (it) => it);
      return {
        discharge,
        flowVph: group.flowVph,
        capacityVph: Math.max(1, able * perHour),
        cycleS: plan.cycleS,
        stepS: periodS / steps,
        fullStopS: group.fullStopS,
        served: Math.min(able, Math.max(group.flowVph, 0.01) / perHour),
        filtering: 1,
        departures: discharge.map((it) => it / able),
        measures: { delayS: 0, stopRatio: 0, queueVeh: 0 },
      };
    });
  });
  for (const link of network.links) {
    const filtering = filteringOf(link, queues);
    for (const group of link.fed) known(queues[group], "queue").filtering = filtering;
  }
  const arrivals = new Map<number, number[]>();
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const link of network.links) {
      const profile = arrivalsOf(link, queues, timingPlans, periodS);
      for (const group of link.fed) arrivals.set(group, profile);
      for (const group of link.fed) runQueue(known(queues[group], "queue"), profile);
    }
    for (const [at, queue] of queues.entries()) {
      if (!arrivals.has(at)) runQueue(queue, Array(steps).fill(1));
    }
  }
  return queues.map((it) => it.measures);
}

/** HCM's I for what comes through the signal upstream, 1 for the rest. */
function filteringOf({ feeders, evenRatio }: FlowLink, queues: readonly NaiveQueue[]): number {
  const brought = sumOf(feeders, (it) => it.ratio);
  const weighed = sumOf(feeders, ({ group, ratio }) => {
    const { flowVph, capacityVph } = known(queues[group], "feeder");
    return flowVph > capacityVph ? ratio : (ratio * flowVph) / capacityVph;
  });
  return evenRatio + brought * (1 - 0.91 * (weighed / brought) ** 2.68);
}

/** Seconds of a step in which a discharge holds that repeats every cycle. */
function overlapS(
  step: number,
  of: { readonly startS: number; readonly lengthS: number },
  cycleS: number,
  stepS: number,
  periodS: number,
): number {
  let sum = 0;
  for (let startS = of.startS - periodS; startS < 2 * periodS; startS += cycleS) {
    sum += Math.max(0, Math.min((step + 1) * stepS, startS + of.lengthS) - Math.max(step * stepS, startS));
  }
  return sum;
}

function arrivalsOf(
  link: FlowLink,
  queues: readonly NaiveQueue[],
  plans: readonly TimingPlan[],
  periodS: number,
): number[] {
  const steps = Math.round(periodS);
  const stepS = periodS / steps;
  const mixed = Array.from({ length: steps }, (_, step) => {
    const brought = sumOf(link.feeders, ({ group, ratio }) => {
      const { departures, served } = known(queues[group], "feeder");
      return served > 0 ? (ratio * steps * (departures[step] ?? 0)) / sumOf(departures, (it) => it) : ratio;
    });
    return link.evenRatio + brought;
  });
  const smoothing = 1 / (1 + (0.35 * 0.8 * link.travelTimeS) / stepS);
  const dispersed: number[] = [];
  let arriving = 1;
  for (let step = 0; step < 40 * steps; step++) {
    arriving += smoothing * (Number(mixed[step % steps]) - arriving);
    dispersed[step % steps] = arriving;
  }
  const [from, to] = [known(plans[link.from], "plan"), known(plans[link.to], "plan")];
  const shift = wrapS(from.offsetS - to.offsetS + 0.8 * link.travelTimeS, periodS) / stepS;
  const [whole, late] = [Math.floor(shift), shift % 1];
  const at = (step: number): number => Number(dispersed[(((step - whole) % steps) + steps) % steps]);
  return dispersed.map((_, step) => (1 - late) * at(step) + late * at(step - 1));
}

/** Three periods from an empty street; the last one counts. */
function runQueue(queue: NaiveQueue, arrivals: readonly number[]): void {
  const steps = arrivals.length;
  const parcels: { came: number; veh: number }[] = [];
  let waiting = 0;
  let [queueSteps, stops, longest] = [0, 0, 0];
  for (let step = 0; step < 3 * steps; step++) {
    if (step === 2 * steps) [queueSteps, stops, longest] = [0, 0, 0];
    const able = Number(queue.discharge[step % steps]);
    const arriving = (queue.served * Number(arrivals[step % steps])) / steps;
    parcels.push({ came: step, veh: arriving });
    const departing = Math.min(able, waiting + arriving);
    const left = able >= waiting + arriving ? 0 : waiting + arriving - able;
    queueSteps += ((waiting + left) / 2) * (left > 0 || waiting === 0 ? 1 : waiting / (able - arriving));
    stops += takeFromHead(parcels, departing, (came) =>
      Math.min(1, ((step - came) * queue.stepS) / queue.fullStopS),
    );
    waiting = left;
    longest = Math.max(longest, left);
    queue.departures[step % steps] = departing;
  }
  const { flowVph, capacityVph, cycleS, served, filtering } = queue;
  const d2 = incrementalDelayS({
    degreeOfSaturation: flowVph / capacityVph,
    capacityVph,
    filteringFactor: filtering,
  });
  queue.measures = {
    delayS: d2 + (served > 0 ? (queueSteps * queue.stepS) / served : cycleS / 2),
    stopRatio: d2 / cycleS + (served > 0 ? Math.min(1, stops / served) : 1),
    queueVeh: longest + (flowVph * d2) / 3600,
  };
}

function takeFromHead(
  parcels: { came: number; veh: number }[],
  departing: number,
  stopOf: (came: number) => number,
): number {
  let rest = departing;
  let stops = 0;
  while (rest > 0) {
    const [head] = parcels;
    if (head === undefined) break;
    const taken = Math.min(rest, head.veh);
    stops += taken * stopOf(head.came);
    head.veh -= taken;
    rest -= taken;
    if (head.veh <= 0) parcels.shift();
  }
  return stops;
}

const sumOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((sum, it) => sum + value(it), 0);
