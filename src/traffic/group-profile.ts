/**
 * The queue of one lane group over an average period: a vertical queue of fluid vehicles, periodic, and the delay, stops
 * and longest queue that follow from it. A period holds one cycle, or 2, 4 … of them (common-period.ts).
 *
 * The queue begins where it must be empty: after the instant at which the sum of arrivals less possible discharge is
 * least. From there on, with U and V the vehicles that have arrived and that could have left since then, the queue is
 * U − V less its value where it was last empty, and a vehicle waits from where U passes it to where V does.
 * A demand above capacity is cut to capacity here; the rest of it is in d2 (hcm-delay.ts), of which each cycle
 * counts as one more stop. A vehicle that waits less than a full stop costs counts as that part of one (full-stop.ts).
 *
 * Cost: two passes over the steps, and a look back at those that the end of a queue waited less than a full stop.
 */
import { SECONDS_PER_HOUR } from "../units.ts";
import { capacityOfDischargesVph, type Discharge } from "./discharge.ts";
import { incrementalDelayS } from "./hcm-delay.ts";
import type { LaneGroup } from "./lane-group.ts";
import type { ArrivalProfile, ProfileSteps } from "./profile-steps.ts";

/** One lane group; profiles begin where its own plan's cycle would with an offset of zero. */
export interface GroupProfile {
  readonly flowVph: number;
  readonly fullStopS: number;
  capacityVph: number;
  cycleS: number;
  stepS: number;
  /** Steps of the period, and where they begin in the flat arrays. */
  steps: number;
  firstDischarged: number;
  firstDeparture: number;
  /** Vehicles of the profile per period: demand, cut to capacity. */
  periodFlowVeh: number;
  /** d2, s per vehicle. */
  incrementalDelayS: number;
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

/** A lane group before it has a plan: its place in the flat arrays, `setDischarges` and `serve` follow. */
export const buildGroupProfile = ({ flowVph, fullStopS }: LaneGroup): GroupProfile => ({
  flowVph,
  fullStopS,
  capacityVph: NO_CAPACITY_VPH,
  cycleS: 1,
  stepS: 1,
  steps: 1,
  firstDischarged: 0,
  firstDeparture: 0,
  periodFlowVeh: 0,
  incrementalDelayS: 0,
  delayS: 0,
  stopRatio: 0,
  queueVeh: 0,
});

/** Gives a lane group the discharges of a plan; its delay and stops stay as they were until it is served. */
export function setDischarges(
  { discharged }: ProfileSteps,
  group: GroupProfile,
  discharges: readonly Discharge[],
  time: ProfileTime,
): void {
  const { cycleS, periodS, stepS } = time;
  cumulateDischarges(discharged, group, discharges, time);
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
 * Runs the queue of one lane group through a period under these arrivals, and replaces its part of the totals. Answers
 * whether its departures changed.
 */
export function serve(
  profileSteps: ProfileSteps,
  totals: { delayVehHPerH: number; stopsVph: number },
  group: GroupProfile,
  arrivals: ArrivalProfile,
): boolean {
  totals.delayVehHPerH -= (group.flowVph * group.delayS) / SECONDS_PER_HOUR;
  totals.stopsVph -= group.flowVph * group.stopRatio;
  const isChanged = runQueue(profileSteps, group, arrivals);
  totals.delayVehHPerH += (group.flowVph * group.delayS) / SECONDS_PER_HOUR;
  totals.stopsVph += group.flowVph * group.stopRatio;
  return isChanged;
}

function runQueue(profileSteps: ProfileSteps, group: GroupProfile, arrivals: ArrivalProfile): boolean {
  const { discharged, departures, platoons } = profileSteps;
  const { steps, periodFlowVeh, firstDeparture } = group;
  const lateVeh = (periodFlowVeh / steps) * arrivals.lateRatio;
  const promptVeh = periodFlowVeh / steps - lateVeh;
  const fullStopSteps = group.fullStopS / group.stepS;
  const start = findEmptyQueue(profileSteps, group, arrivals);
  const from =
    arrivals.first + (arrivals.lead + start > steps ? arrivals.lead + start - steps : arrivals.lead + start);
  const to = group.firstDischarged + start;
  let came = promptVeh * (platoons[from] as number) + lateVeh * (platoons[from - 1] as number);
  let able = discharged[to] as number;
  // U − V where the queue was last empty, and the step after which that was.
  let level = came - able;
  let emptyAfter = 0;
  let queue = 0;
  let queueSteps = 0;
  let stopped = 0;
  let longest = 0;
  let change = 0;
  for (let step = 1; step <= steps; step++) {
    const cameBefore = came;
    const ableBefore = able;
    came = promptVeh * (platoons[from + step] as number) + lateVeh * (platoons[from + step - 1] as number);
    able = discharged[to + step] as number;
    const left = came - able - level;
    let departing = able - ableBefore;
    if (queue > 0 && departing > 0) {
      // From the vehicle at the head of the queue on: who came a full stop ago or earlier, then who came ever later.
      let goneBy = ableBefore + level;
      const goBy = left > 0 ? able + level : cameBefore;
      let waited = Math.min(Math.ceil(fullStopSteps), step - emptyAfter);
      for (; waited > 0 && goneBy < goBy; waited--) {
        const at = from + step - waited;
        const cameBy = promptVeh * (platoons[at] as number) + lateVeh * (platoons[at - 1] as number);
        const upTo = cameBy < goBy ? cameBy : goBy;
        if (upTo <= goneBy) continue;
        stopped += (upTo - goneBy) * (waited < fullStopSteps ? waited / fullStopSteps : 1);
        goneBy = upTo;
      }
    }
    if (left > 0) {
      queueSteps += (queue + left) / 2;
      queue = left;
      if (left > longest) longest = left;
    } else {
      const arriving = came - cameBefore;
      if (queue > 0) queueSteps += (queue * (queue / (departing - arriving))) / 2;
      departing = queue + arriving;
      queue = 0;
      level = came - able;
      emptyAfter = step;
    }
    const at = firstDeparture + (start + step > steps ? start + step - steps : start + step) - 1;
    change += Math.abs(departing - (departures[at] as number));
    departures[at] = departing;
  }
  recordQueue(group, { queueVehS: queueSteps * group.stepS, stoppedVeh: stopped, longestVeh: longest });
  return change > CHANGE_TOLERANCE * periodFlowVeh;
}

/** The step after the least value of arrivals less discharge: there the queue is empty. */
function findEmptyQueue(
  { discharged, platoons }: ProfileSteps,
  { steps, periodFlowVeh, firstDischarged }: GroupProfile,
  { first, lead, lateRatio }: ArrivalProfile,
): number {
  const lateVeh = (periodFlowVeh / steps) * lateRatio;
  const promptVeh = periodFlowVeh / steps - lateVeh;
  const from = first + lead;
  let before = platoons[from] as number;
  let least = promptVeh * before + lateVeh * (platoons[from - 1] as number);
  let start = 0;
  for (let step = 1; step <= steps; step++) {
    const now = platoons[from + step] as number;
    const queue = promptVeh * now + lateVeh * before - (discharged[firstDischarged + step] as number);
    before = now;
    if (queue < least) {
      least = queue;
      start = step;
    }
  }
  return start;
}

/** Delay, stops and queue per vehicle from those of one period. */
function recordQueue(
  group: GroupProfile,
  of: { readonly queueVehS: number; readonly stoppedVeh: number; readonly longestVeh: number },
): void {
  const { flowVph, cycleS, periodFlowVeh, incrementalDelayS } = group;
  const isServed = periodFlowVeh > 0;
  group.delayS = incrementalDelayS + (isServed ? of.queueVehS / periodFlowVeh : cycleS / 2);
  group.stopRatio = incrementalDelayS / cycleS + (isServed ? Math.min(1, of.stoppedVeh / periodFlowVeh) : 1);
  group.queueVeh = of.longestVeh + (flowVph * incrementalDelayS) / SECONDS_PER_HOUR;
}

/** Vehicles that can be discharged by the end of each step; a stretch that ends inside a step counts with its part. */
function cumulateDischarges(
  discharged: Float64Array,
  { steps, firstDischarged }: GroupProfile,
  discharges: readonly Discharge[],
  { cycleS, periodS, stepS }: ProfileTime,
): void {
  const first = firstDischarged + 1;
  discharged.fill(0, firstDischarged, first + steps);
  for (let cycleStartS = 0; cycleStartS < periodS; cycleStartS += cycleS) {
    for (const discharge of discharges) {
      const startS = cycleStartS + discharge.startS;
      const endS = startS + discharge.lengthS;
      for (let step = Math.floor(startS / stepS); step * stepS < endS - 1e-9; step++) {
        const overlapS = Math.min(endS, (step + 1) * stepS) - Math.max(startS, step * stepS);
        const at = first + (step % steps);
        discharged[at] = (discharged[at] as number) + overlapS * discharge.rateVps;
      }
    }
  }
  for (let at = first; at < first + steps; at++) {
    discharged[at] = (discharged[at] as number) + (discharged[at - 1] as number);
  }
  const perPeriod = discharged[first + steps - 1] as number;
  for (let at = first; at < first + steps; at++)
    discharged[at + steps] = perPeriod + (discharged[at] as number);
}
