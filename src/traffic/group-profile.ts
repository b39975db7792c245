/**
 * The queue of one lane group over an average period: a vertical queue of fluid vehicles, periodic, and the delay, stops
 * and longest queue that follow from it. A period holds one cycle, or 2, 4 … of them (common-period.ts).
 *
 * The queue begins where it must be empty: after the instant at which the sum of arrivals less possible discharge is
 * least. From there on, with U and V the vehicles that have arrived and that could have left since then, the queue is
 * U − V less its value where it was last empty, and a vehicle waits from where U passes it to where V does.
 * A demand above capacity is cut to capacity here; the rest of it is what is left over (overflow.ts), of which each cycle
 * counts as one more stop. A vehicle that waits less than a full stop costs counts as that part of one (full-stop.ts).
 *
 * Cost: two passes over the steps with discharge; a stretch without is one subtraction of sums.
 */
import { SECONDS_PER_HOUR } from "../units.ts";
import { capacityOfDischargesVph, type Discharge, summarizeDischarges } from "./discharge.ts";
import { fillSteps, listGreens, type ProfileTime, sumUp } from "./discharge-steps.ts";
import type { LaneGroup } from "./lane-group.ts";
import { findOverflow } from "./overflow.ts";
import type { ArrivalProfile, ProfileSteps } from "./profile-steps.ts";

/** One lane group; profiles begin where its own plan's cycle would with an offset of zero. */
export interface GroupProfile {
  readonly flowVph: number;
  /** T: how long the demand lasts. */
  readonly periodH: number;
  readonly initialQueueVeh: number;
  readonly storageVeh: number;
  readonly fullStopS: number;
  capacityVph: number;
  /** Capacity, 0 where it never gets green. */
  dischargeVph: number;
  /** Greens per cycle, the part of the cycle with discharge, and the variance of what can leave in a cycle, veh². */
  greensPerCycle: number;
  greenRatio: number;
  dischargeVeh2: number;
  cycleS: number;
  stepS: number;
  /** Steps of the period, and where they begin in the flat arrays. */
  steps: number;
  firstDischarged: number;
  firstDeparture: number;
  /** Where it discharges over two periods: [from, to, from, to …] in whole steps. */
  readonly greens: number[];
  /** Vehicles of the profile per period: demand, cut to capacity. */
  periodFlowVeh: number;
  /** I: 1 for arrivals at random. */
  filteringFactor: number;
  /** Part of the demand that arrives in the period, and that leaves in it. */
  arrivalRatio: number;
  servedRatio: number;
  /** Variance ÷ mean of what leaves in a cycle. */
  servedFactor: number;
  /** What chance, a demand above capacity and a queue at the start add, s per vehicle. */
  incrementalDelayS: number;
  delayS: number;
  stopRatio: number;
  queueVeh: number;
  /** Its part of the totals. */
  delayVehHPerH: number;
  stopsVph: number;
}

/** A vehicle that asks for the delay of a lane group without traffic, veh/h. */
const PROBE_VPH = 0.01;
/** Stands for the capacity of a movement that never gets green, veh/h, so that its delay is finite. */
const NO_CAPACITY_VPH = 1;
/** Departures that changed by less than this part of the flow are not carried on. */
const CHANGE_TOLERANCE = 1e-10;
/** Changes of I, and of the part that is let through, that are not carried on. */
const SAME_ARRIVALS = 1e-9;
/** A queue shorter than this is rounding. */
const NEGLIGIBLE_VEH = 1e-12;

/** A lane group before it has a plan: its place in the flat arrays, `setDischarges` and `serve` follow. */
export const buildGroupProfile = (
  { flowVph, initialQueueVeh, storageVeh, fullStopS }: LaneGroup,
  periodH: number,
): GroupProfile => ({
  flowVph,
  periodH,
  initialQueueVeh,
  storageVeh,
  fullStopS,
  capacityVph: NO_CAPACITY_VPH,
  dischargeVph: 0,
  greensPerCycle: 1,
  greenRatio: 1,
  dischargeVeh2: 0,
  cycleS: 1,
  stepS: 1,
  steps: 1,
  firstDischarged: 0,
  firstDeparture: 0,
  greens: [],
  periodFlowVeh: 0,
  filteringFactor: 1,
  arrivalRatio: 1,
  servedRatio: 1,
  servedFactor: 1,
  incrementalDelayS: 0,
  delayS: 0,
  stopRatio: 0,
  queueVeh: 0,
  delayVehHPerH: 0,
  stopsVph: 0,
});

/**
 * Gives a lane group the discharges of a plan. Its delay and stops stay as they were until it is served, and its
 * departures are spread over all of its green.
 */
export function setDischarges(
  { discharged, departures }: ProfileSteps,
  group: GroupProfile,
  discharges: readonly Discharge[],
  time: ProfileTime,
): void {
  const { cycleS, stepS } = time;
  const { steps, firstDischarged, firstDeparture } = group;
  const dischargeVph = capacityOfDischargesVph(discharges, cycleS);
  group.capacityVph = Math.max(NO_CAPACITY_VPH, dischargeVph);
  group.cycleS = cycleS;
  const { greensPerCycle, greenRatio, dischargeVeh2 } = summarizeDischarges(discharges, cycleS);
  group.greensPerCycle = greensPerCycle;
  group.greenRatio = greenRatio;
  group.dischargeVeh2 = dischargeVeh2;
  group.stepS = stepS;
  group.dischargeVph = dischargeVph;
  addOverflow(group);
  const served = departures.subarray(firstDeparture, firstDeparture + steps);
  fillSteps(served, discharges, time);
  listGreens(group.greens, served);
  const perPeriod = sumUp(discharged, firstDischarged, served);
  for (let step = 0; step < steps; step++) {
    served[step] = (served[step] as number) * (perPeriod > 0 ? group.periodFlowVeh / perPeriod : 0);
  }
}

/**
 * Gives a lane group the I of its arrivals and the part of its demand that signals upstream let through. Its delay and
 * stops follow when it is served. Answers whether anything changed.
 */
export function setArrivals(group: GroupProfile, filteringFactor: number, arrivalRatio: number): boolean {
  const isSame =
    Math.abs(group.filteringFactor - filteringFactor) < SAME_ARRIVALS &&
    Math.abs(group.arrivalRatio - arrivalRatio) < SAME_ARRIVALS;
  if (isSame) return false;
  group.filteringFactor = filteringFactor;
  group.arrivalRatio = arrivalRatio;
  addOverflow(group);
  return true;
}

/** What the queue of the average cycle does not know, and so what leaves. */
function addOverflow(group: GroupProfile): void {
  const { capacityVph, steps, stepS } = group;
  const flowVph = Math.max(PROBE_VPH, group.flowVph * group.arrivalRatio);
  group.periodFlowVeh = (Math.min(group.dischargeVph, flowVph) * steps * stepS) / SECONDS_PER_HOUR;
  const overflow = findOverflow({
    flowVph,
    capacityVph,
    cycleS: group.cycleS / group.greensPerCycle,
    greenRatio: group.greenRatio,
    dischargeVeh2: group.dischargeVeh2 / group.greensPerCycle,
    filteringFactor: group.filteringFactor,
    initialQueueVeh: group.initialQueueVeh,
    periodH: group.periodH,
  });
  group.incrementalDelayS = overflow.delayS;
  group.servedRatio = group.arrivalRatio * overflow.servedRatio;
  group.servedFactor = overflow.servedFactor;
}

/** Sums over lane groups. */
export interface ProfileTotals {
  /** Mean number of vehicles that is delayed (veh·h/h). */
  delayVehHPerH: number;
  stopsVph: number;
  /**
   * What queues beyond their storage are priced at, veh·h/h: per lane group (Q − S)² ÷ S, with Q its largest queue and S
   * what fits, 0 where Q ≤ S. After the quadratic queuing penalty of TRANSYT-7F's performance index, here relative to
   * the storage: each vehicle too many counts as (Q − S) ÷ S delayed vehicles. Smooth where the queue reaches S.
   */
  spillVehHPerH: number;
}

/**
 * Runs the queue of one lane group through a period under these arrivals, and replaces its part of the totals. Answers
 * whether its departures changed.
 */
export function serve(
  profileSteps: ProfileSteps,
  totals: ProfileTotals,
  group: GroupProfile,
  arrivals: ArrivalProfile,
): boolean {
  totals.delayVehHPerH -= group.delayVehHPerH;
  totals.stopsVph -= group.stopsVph;
  totals.spillVehHPerH -= spillPriceOf(group);
  const inflow = buildInflow(profileSteps, group, arrivals);
  const change = runQueue(profileSteps, group, inflow);
  recordStops(group, countStops(profileSteps, group, inflow));
  const arrivingVph = group.flowVph * group.arrivalRatio;
  group.delayVehHPerH = (arrivingVph * group.delayS) / SECONDS_PER_HOUR;
  group.stopsVph = arrivingVph * group.stopRatio;
  totals.delayVehHPerH += group.delayVehHPerH;
  totals.stopsVph += group.stopsVph;
  totals.spillVehHPerH += spillPriceOf(group);
  return change > CHANGE_TOLERANCE * group.periodFlowVeh;
}

/** One lane group's part of `spillVehHPerH`. */
export function spillPriceOf({ queueVeh, storageVeh }: GroupProfile): number {
  const excessVeh = queueVeh - storageVeh;
  return excessVeh > 0 ? (excessVeh * excessVeh) / storageVeh : 0;
}

/** What has arrived by the end of step k: promptVeh · platoons[at + k] + lateVeh · platoons[at + k − 1]. */
interface Inflow {
  readonly at: number;
  readonly promptVeh: number;
  readonly lateVeh: number;
  /** The step after which the queue is empty. */
  readonly start: number;
}

/** Finds the step after the least value of arrivals less discharge, which is the end of a step that discharges. */
function buildInflow(
  { discharged, platoons }: ProfileSteps,
  { steps, periodFlowVeh, firstDischarged, greens }: GroupProfile,
  { first, lead, lateRatio }: ArrivalProfile,
): Inflow {
  const lateVeh = (periodFlowVeh / steps) * lateRatio;
  const promptVeh = periodFlowVeh / steps - lateVeh;
  const at = first + lead;
  let least = Number.POSITIVE_INFINITY;
  let start = 0;
  for (let green = 0; green < greens.length / 2; green += 2) {
    const greenTo = greens[green + 1] as number;
    for (let step = (greens[green] as number) + 1; step <= greenTo; step++) {
      const came =
        promptVeh * (platoons[at + step] as number) + lateVeh * (platoons[at + step - 1] as number);
      const queue = came - (discharged[firstDischarged + step] as number);
      if (queue >= least) continue;
      least = queue;
      start = step;
    }
  }
  return { at: lead + start > steps ? at - steps : at, promptVeh, lateVeh, start };
}

/** Departures, delay and longest queue; answers by how many vehicles the departures changed. */
function runQueue(
  { discharged, departures, platoons }: ProfileSteps,
  group: GroupProfile,
  { at, promptVeh, lateVeh, start }: Inflow,
): number {
  const { steps, firstDischarged, firstDeparture, greens } = group;
  const end = start + steps;
  let came = promptVeh * (platoons[at + start] as number) + lateVeh * (platoons[at + start - 1] as number);
  let able = discharged[firstDischarged + start] as number;
  const perPeriod = discharged[firstDischarged + steps] as number;
  // U − V where the queue was last empty.
  let level = came - able;
  let queue = 0;
  let queueSteps = 0;
  let longestVeh = 0;
  let change = 0;
  let step = start;
  for (let green = firstGreenAfter(greens, start); step < end; green += 2) {
    const greenFrom = Math.min(end, Math.max(start, greens[green] ?? end));
    if (greenFrom > step) {
      let cameSum = 0;
      for (let k = step + 1; k <= greenFrom; k++) cameSum += platoons[at + k] as number;
      const atStep = platoons[at + step] as number;
      const atGreen = platoons[at + greenFrom] as number;
      cameSum = promptVeh * cameSum + lateVeh * (cameSum + atStep - atGreen);
      came = promptVeh * atGreen + lateVeh * (platoons[at + greenFrom - 1] as number);
      const left = came - able - level;
      queueSteps += cameSum - (greenFrom - step) * (able + level) + (queue - left) / 2;
      queue = left;
      if (left > longestVeh) longestVeh = left;
      step = greenFrom;
    }
    const greenTo = Math.min(end, greens[green + 1] ?? end);
    const turn = step < steps ? 0 : steps;
    while (step < greenTo) {
      const departure = firstDeparture + step - turn;
      step++;
      const cameBefore = came;
      const ableBefore = able;
      came = promptVeh * (platoons[at + step] as number) + lateVeh * (platoons[at + step - 1] as number);
      able = (discharged[firstDischarged + step - turn] as number) + (turn > 0 ? perPeriod : 0);
      const left = came - able - level;
      let departing = able - ableBefore;
      if (left > 0) {
        queueSteps += (queue + left) / 2;
        queue = left;
        if (left > longestVeh) longestVeh = left;
      } else {
        const arriving = came - cameBefore;
        if (queue > 0) queueSteps += (queue * queue) / (departing - arriving) / 2;
        departing = queue + arriving;
        queue = 0;
        level = came - able;
      }
      change += Math.abs(departing - (departures[departure] as number));
      departures[departure] = departing;
    }
  }
  recordQueue(group, queueSteps * group.stepS, longestVeh);
  return change;
}

function recordQueue(group: GroupProfile, queueVehS: number, longestVeh: number): void {
  const { flowVph, arrivalRatio, initialQueueVeh, cycleS, periodFlowVeh, incrementalDelayS } = group;
  const profileDelayS = periodFlowVeh > 0 ? queueVehS / periodFlowVeh : cycleS / 2;
  group.delayS = profileDelayS + incrementalDelayS;
  const leftOverVeh = (flowVph * arrivalRatio * incrementalDelayS) / SECONDS_PER_HOUR;
  group.queueVeh = longestVeh + Math.max(initialQueueVeh, leftOverVeh);
}

function recordStops(group: GroupProfile, stoppedVeh: number): void {
  const { cycleS, periodFlowVeh, incrementalDelayS } = group;
  const profileStops = periodFlowVeh > 0 ? Math.min(1, stoppedVeh / periodFlowVeh) : 1;
  group.stopRatio = profileStops + incrementalDelayS / cycleS;
}

/** Vehicles that stop: each that leaves counts with the part of a full stop that it has waited. */
function countStops(
  { departures, platoons }: ProfileSteps,
  { steps, firstDeparture, greens, fullStopS, stepS }: GroupProfile,
  { at, promptVeh, lateVeh, start }: Inflow,
): number {
  const end = start + steps;
  const fullStopSteps = fullStopS / stepS;
  const fullSteps = Math.ceil(fullStopSteps);
  let goneBy = promptVeh * (platoons[at + start] as number) + lateVeh * (platoons[at + start - 1] as number);
  let stoppedVeh = 0;
  for (let green = firstGreenAfter(greens, start); (greens[green] ?? end) < end; green += 2) {
    const greenTo = Math.min(end, greens[green + 1] as number);
    for (let step = Math.max(start, greens[green] as number); step < greenTo; step++) {
      const goneBefore = goneBy;
      goneBy += departures[firstDeparture + (step < steps ? step : step - steps)] as number;
      const came =
        promptVeh * (platoons[at + step] as number) + lateVeh * (platoons[at + step - 1] as number);
      const goBy = Math.min(goneBy, came);
      let headBy = goneBefore;
      if (goBy - headBy < NEGLIGIBLE_VEH) continue;
      // From the head of the queue on: who came a full stop ago or earlier, then who came ever later.
      for (let waited = Math.min(fullSteps, step + 1 - start); waited > 0 && headBy < goBy; waited--) {
        const then = at + step + 1 - waited;
        const cameBy = promptVeh * (platoons[then] as number) + lateVeh * (platoons[then - 1] as number);
        const upTo = Math.min(cameBy, goBy);
        if (upTo <= headBy) continue;
        stoppedVeh += (upTo - headBy) * Math.min(1, waited / fullStopSteps);
        headBy = upTo;
      }
    }
  }
  return stoppedVeh;
}

/** The first green that does not end before this step is over. */
function firstGreenAfter(greens: readonly number[], step: number): number {
  let green = 0;
  while ((greens[green + 1] ?? Number.POSITIVE_INFINITY) <= step) green += 2;
  return green;
}
