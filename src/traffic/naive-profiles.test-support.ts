/**
 * A judge of cyclic-flow-profile.ts: the same model run as it is told, vehicle parcels in lists, every street swept again
 * until nothing changes. It shares the compiled network and the discharges, and nothing else.
 */
import { known } from "../errors.ts";
import { wrapS } from "../timing/cycle.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildDischarges, summarizeDischarges } from "./discharge.ts";
import type { FlowLink, FlowNetwork } from "./flow-network.ts";
import { type LeftOver, leaveOver } from "./forward/left-over.ts";

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
  readonly able: number;
  readonly greens: ReturnType<typeof summarizeDischarges>;
  /** Part of the demand that comes, and vehicles per period that leave. */
  coming: number;
  served: number;
  leftOver: LeftOver;
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
      const queue: NaiveQueue = {
        discharge,
        able,
        greens: summarizeDischarges(discharges, plan.cycleS),
        coming: 1,
        served: 0,
        leftOver: { delayS: 0, servedRatio: 1, servedFactor: 1 },
        flowVph: group.flowVph,
        capacityVph: Math.max(1, able * perHour),
        cycleS: plan.cycleS,
        stepS: periodS / steps,
        fullStopS: group.fullStopS,
        departures: discharge.map((it) => it / able),
        measures: { delayS: 0, stopRatio: 0, queueVeh: 0 },
      };
      meter(queue, periodS, 1, 1);
      return queue;
    });
  });
  for (const link of network.links) meterLink(link, queues, periodS);
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

function meter(queue: NaiveQueue, periodS: number, coming: number, filtering: number): void {
  const comingVph = Math.max(0.01, queue.flowVph * coming);
  queue.coming = coming;
  queue.served = Math.min(queue.able, (comingVph * periodS) / 3600);
  const { greensPerCycle, greenRatio, dischargeVeh2 } = queue.greens;
  queue.leftOver = leaveOver({
    demandVps: comingVph / 3600,
    capacityVps: queue.capacityVph / 3600,
    cycleS: queue.cycleS / greensPerCycle,
    greenRatio,
    ableVeh2: dischargeVeh2 / greensPerCycle,
    filtering,
    initialQueueVeh: 0,
  });
}

/** Links come after those that feed them. */
function meterLink(
  { feeders, evenRatio, fed }: FlowLink,
  queues: readonly NaiveQueue[],
  periodS: number,
): void {
  const streams = feeders.map(({ group, ratio, share }) => {
    const { coming, leftOver } = known(queues[group], "feeder");
    return { veh: ratio * coming * leftOver.servedRatio, factor: 1 - share + share * leftOver.servedFactor };
  });
  const coming = evenRatio + sumOf(streams, (it) => it.veh);
  const factor = (evenRatio + sumOf(streams, (it) => it.veh * it.factor)) / coming;
  const lanes = fed.map((group) => known(queues[group], "queue"));
  const linkVph = sumOf(lanes, (it) => it.flowVph);
  for (const queue of lanes) {
    const part = linkVph > 0 ? queue.flowVph / linkVph : 0;
    meter(queue, periodS, coming, 1 - part + part * factor);
  }
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
      const { departures, served, coming, leftOver } = known(queues[group], "feeder");
      const part = ratio * coming * leftOver.servedRatio;
      return served > 0 ? (part * steps * (departures[step] ?? 0)) / sumOf(departures, (it) => it) : part;
    });
    return (link.evenRatio + brought) / known(queues[known(link.fed[0], "fed")], "fed queue").coming;
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
  const { flowVph, coming, cycleS, served, leftOver } = queue;
  queue.measures = {
    delayS: leftOver.delayS + (served > 0 ? (queueSteps * queue.stepS) / served : cycleS / 2),
    stopRatio: leftOver.delayS / cycleS + (served > 0 ? Math.min(1, stops / served) : 1),
    queueVeh: longest + (flowVph * coming * leftOver.delayS) / 3600,
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
