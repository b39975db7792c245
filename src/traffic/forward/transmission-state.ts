/**
 * The state of a street in the link transmission model (link-transmission.ts), in flat arrays, and how it begins.
 */
import { runningSpeedOf } from "../../network/find.ts";
import type { Link } from "../../network/network.schema.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { type ForwardStreet, JAM_SPACING_M, type StreetGroup, type StreetLink } from "./forward-street.ts";

/** Base saturation flow of a lane, HCM 2010 chapter 18, veh/s. */
export const LANE_VPS = 1900 / SECONDS_PER_HOUR;

/** Speed of the wave that travels back through a standing queue when its head starts to move, m/s. */
export function backwardWaveMps(speedMps: number): number {
  const jamFlowVps = speedMps / JAM_SPACING_M;
  return jamFlowVps > LANE_VPS
    ? Math.min(speedMps, (LANE_VPS * speedMps) / (jamFlowVps - LANE_VPS))
    : speedMps;
}

/** Vehicles that a link holds when it is full. */
const storageOf = (link: Link): number => link.storageVeh ?? (link.lanes * link.lengthM) / JAM_SPACING_M;

/** A link and the lane groups at its end; `bays` are those with a turn bay. */
export interface TransmissionLink {
  readonly lanes: number;
  readonly groups: readonly number[];
  readonly bays: readonly number[];
}

/** Changed in place by `advance`. Everything is in vehicles and steps. */
export interface Transmission {
  readonly stepS: number;
  /** Steps done. */
  step: number;
  readonly links: readonly TransmissionLink[];
  readonly storage: Float64Array;
  /** From entry to stop line, and of the backward wave, in steps; F of the dispersion. */
  readonly lag: Float64Array;
  readonly back: Float64Array;
  readonly smoothing: Float64Array;
  /** What joins a link per step, and what waits outside for room. */
  readonly joining: Float64Array;
  readonly outside: Float64Array;
  /** N_up and N_dn of a link. */
  readonly entered: Float64Array;
  readonly left: Float64Array;
  /** Of a link in this step: what reaches its stop line, what is sent to it, what of that has room, what enters. */
  readonly arriving: Float64Array;
  readonly sentTo: Float64Array;
  readonly roomRatio: Float64Array;
  readonly entering: Float64Array;
  /** Rings per link: vehicles that entered in a step; N_dn when a step begins. */
  readonly ringSize: number;
  readonly enteredRing: Float64Array;
  readonly leftRing: Float64Array;
  /** Of a lane group: its link, its part of the traffic there, lanes, vehicles that its bay holds (or Infinity). */
  readonly linkOf: Int32Array;
  readonly linkRatio: Float64Array;
  readonly laneCount: Float64Array;
  readonly bayVeh: Float64Array;
  /** What it can discharge in each step; repeats at its end. */
  readonly able: readonly Float64Array[];
  /** Its queue in its own lanes, and its vehicles upstream of the mouth of a bay that cannot get past. */
  readonly queue: Float64Array;
  readonly held: Float64Array;
  readonly sending: Float64Array;
  readonly departing: Float64Array;
  /** Links that lane group g leads into: [outletOf[g], outletOf[g + 1]), with the part of g that gets there. */
  readonly outletOf: Int32Array;
  readonly outletLink: Int32Array;
  readonly outletRatio: Float64Array;
  readonly tally: Tally;
}

/** Sums since the last `startTally`. */
export interface Tally {
  /** Of a lane group: vehicle-steps in the queue, and those of them upstream of the mouth of a bay. */
  readonly waited: Float64Array;
  readonly held: Float64Array;
  /** Vehicles that came, that left, that did not pass at once, and that its greens could have let go. */
  readonly arrived: Float64Array;
  readonly departed: Float64Array;
  readonly joinedQueue: Float64Array;
  readonly couldLeave: Float64Array;
  readonly longest: Float64Array;
  /** Of a link: vehicle-steps of queues upstream that had green and no room here; steps in which that happened. */
  readonly blocked: Float64Array;
  readonly blockedSteps: Float64Array;
  /** Vehicle-steps outside. */
  readonly outside: Float64Array;
}

/** A street that is empty but for the initial queues at its stop lines. */
export function createTransmission(input: {
  readonly street: ForwardStreet;
  readonly able: readonly Float64Array[];
  readonly stepS: number;
}): Transmission {
  const { street, able, stepS } = input;
  const perLink = (value: (link: StreetLink) => number): Float64Array =>
    Float64Array.from(street.links, value);
  const perGroup = (value: (group: StreetGroup) => number): Float64Array =>
    Float64Array.from(street.groups, value);
  const initialVeh = perGroup((it) => it.laneGroup.initialQueueVeh);
  const lag = perLink((it) => Math.max(1, (it.firstVehicleRatio * it.travelTimeS) / stepS));
  const back = perLink(({ link }) =>
    Math.max(1, link.lengthM / backwardWaveMps(runningSpeedOf(link)) / stepS),
  );
  const ringSize = Math.ceil(Math.max(1, ...lag, ...back)) + 2;
  const bayVeh = perGroup((it) => it.bayVeh);
  const queue = initialVeh.map((veh, group) => Math.min(veh, bayVeh[group] as number));
  const held = initialVeh.map((veh, group) => veh - (queue[group] as number));
  return {
    stepS,
    step: 0,
    links: street.links.map(({ link, groups }) => ({
      lanes: link.lanes,
      groups,
      bays: groups.filter((it) => (bayVeh[it] as number) < Number.POSITIVE_INFINITY),
    })),
    storage: perLink(({ link }) => storageOf(link)),
    lag,
    back,
    smoothing: perLink((it) => 1 / (1 + (it.spread * it.firstVehicleRatio * it.travelTimeS) / stepS)),
    joining: perLink((it) => (it.joiningVph * stepS) / SECONDS_PER_HOUR),
    outside: perLink(() => 0),
    entered: perLink(({ groups }) => groups.reduce((sum, it) => sum + (initialVeh[it] as number), 0)),
    left: perLink(() => 0),
    arriving: perLink(() => 0),
    sentTo: perLink(() => 0),
    roomRatio: perLink(() => 1),
    entering: perLink(() => 0),
    ringSize,
    enteredRing: new Float64Array(street.links.length * ringSize),
    leftRing: new Float64Array(street.links.length * ringSize),
    linkOf: Int32Array.from(street.groups, (it) => it.link),
    linkRatio: perGroup((it) => it.linkRatio),
    laneCount: perGroup((it) => it.laneGroup.lanes),
    bayVeh,
    able,
    queue,
    held,
    sending: perGroup(() => 0),
    departing: perGroup(() => 0),
    ...buildOutlets(street),
    tally: createTally(street.links.length, street.groups.length),
  };
}

function buildOutlets(street: ForwardStreet): Pick<Transmission, "outletOf" | "outletLink" | "outletRatio"> {
  const positions = new Map(street.links.map((it, position) => [it.link.id, position]));
  const outletOf = [0];
  const outletLink: number[] = [];
  const outletRatio: number[] = [];
  for (const { laneGroup } of street.groups) {
    for (const { movement, share } of laneGroup.members) {
      const link = positions.get(movement.toLinkId);
      if (link === undefined || share === 0) continue;
      outletLink.push(link);
      outletRatio.push(share * (street.links[link]?.keptRatio ?? 1));
    }
    outletOf.push(outletLink.length);
  }
  return {
    outletOf: Int32Array.from(outletOf),
    outletLink: Int32Array.from(outletLink),
    outletRatio: Float64Array.from(outletRatio),
  };
}

const createTally = (links: number, groups: number): Tally => ({
  waited: new Float64Array(groups),
  held: new Float64Array(groups),
  arrived: new Float64Array(groups),
  departed: new Float64Array(groups),
  joinedQueue: new Float64Array(groups),
  couldLeave: new Float64Array(groups),
  longest: new Float64Array(groups),
  blocked: new Float64Array(links),
  blockedSteps: new Float64Array(links),
  outside: new Float64Array(links),
});

export function startTally({ tally }: Transmission): void {
  for (const sums of Object.values(tally)) sums.fill(0);
}
