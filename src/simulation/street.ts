/**
 * A street of single vehicles, second by second: random arrivals, single speeds, lanes with queues, gaps to yield to,
 * links that fill up. It stands in for the real street in the demo and in tests, and judges plans independently of the
 * traffic model that the solver uses (no shared code).
 *
 * Model: a vehicle reaches its stop line after length ÷ (speed × its own factor); there it waits in the shortest lane of
 * its movement (vertical queue); vehicles leave a lane one headway apart, from `startupLostTimeS` after the start of green
 * until END_GAIN_S into yellow, if the next link has room. Without protected green a movement leaves in gaps of the movements
 * that it conflicts with. Delay is the time between free arrival and departure.
 * Sources: headways and end gain HCM 2010 ch. 31; critical gap 4.5 s and follow-up 2.5 s as in Synchro's UTDF files.
 * Limits: no lane changing, no pedestrians in the way of turning vehicles, turn bays do not overflow into the next lane.
 */
import { known } from "../errors.ts";
import type { SeededRandom } from "../network/seeded-random.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { ArrivalQueue, type Vehicle } from "./arrival-queue.ts";
import type { Lamp, LampChange } from "./lamps.ts";
import { type LayoutMovement, movementKey, type StreetLayout } from "./street-layout.ts";

/** Part of the yellow that vehicles use, s. */
const END_GAIN_S = 2;
const CRITICAL_GAP_S = 4.5;
const FOLLOW_UP_S = 2.5;
/** Vehicles that turn at the end of a permitted green without a gap, and for how long after it, s. */
const SNEAKERS = 2;
const SNEAKER_WINDOW_S = 3.5;
const SPEED_DEVIATION = 0.1;
const STEP_S = 0.5;

/** A vehicle over a detector: the pulse that a controller sees. */
export interface DetectorPulse {
  readonly detectorId: string;
  readonly atS: number;
}

/** Of the vehicles that reach their stop line in the measured period. */
export interface MovementTally {
  arrivals: number;
  departures: number;
  stops: number;
  /** From arrival to departure, also after the period; of who still waits, up to now, s. */
  delayS: number;
}

interface MovementState {
  lamp: Lamp;
  /** Earliest departure of its first vehicle while it is protected. */
  firstDepartureS: number;
  closedAtS: number;
  closedFrom: Lamp;
  sneaked: number;
}

interface Lane {
  queue: Vehicle[];
  head: number;
  nextDepartureS: number;
}

export class Street {
  readonly #layout: StreetLayout;
  readonly #random: SeededRandom;
  readonly #onPulse: (pulse: DetectorPulse) => void;
  readonly #states: MovementState[];
  readonly #lanes: Lane[];
  readonly #travelling: ArrivalQueue[];
  readonly #occupied: number[];
  readonly #entryQueues: number[];
  readonly #nextEntryS: number[];
  readonly #nextMidBlockS: number[];
  readonly #queued: number[];
  #tallies: MovementTally[] = [];
  #entryDelayS = 0;
  #measuredFromS: number;
  #measuredToS = Number.POSITIVE_INFINITY;
  #nowS: number;
  #serial = 0;
  #leftOverVeh: ReadonlyMap<string, number> | undefined;
  #completedTrips = 0;

  constructor(options: {
    layout: StreetLayout;
    random: SeededRandom;
    startS: number;
    onPulse?: (pulse: DetectorPulse) => void;
  }) {
    const { layout, random, startS } = options;
    this.#layout = layout;
    this.#random = random;
    this.#onPulse = options.onPulse ?? (() => undefined);
    this.#nowS = startS;
    this.#measuredFromS = startS;
    this.#states = layout.movements.map(() => ({
      lamp: "closed",
      firstDepartureS: startS,
      closedAtS: startS - 2 * SNEAKER_WINDOW_S,
      closedFrom: "closed",
      sneaked: 0,
    }));
    this.#lanes = Array.from({ length: layout.laneCount }, () => ({ queue: [], head: 0, nextDepartureS: 0 }));
    this.#travelling = layout.links.map(() => new ArrivalQueue());
    this.#occupied = layout.links.map(() => 0);
    this.#entryQueues = layout.links.map(() => 0);
    this.#queued = layout.movements.map(() => 0);
    this.#nextEntryS = layout.links.map((link) => this.#nextArrivalS(startS, link.entryVph));
    this.#nextMidBlockS = layout.links.map((link) => this.#nextArrivalS(startS, link.midBlockVph));
    this.startMeasuring();
  }

  get nowS(): number {
    return this.#nowS;
  }

  get completedTrips(): number {
    return this.#completedTrips;
  }

  /** Vehicles that wait at a stop line or outside, now. */
  get waitingVeh(): number {
    return this.#queued.reduce((sum, it) => sum + it, 0) + this.#entryQueues.reduce((sum, it) => sum + it, 0);
  }

  /** Forgets what was measured so far: the warm-up is over. */
  startMeasuring(): void {
    this.#leftOverVeh = undefined;
    this.#measuredFromS = this.#nowS;
    this.#measuredToS = Number.POSITIVE_INFINITY;
    this.#entryDelayS = 0;
    this.#completedTrips = 0;
    this.#tallies = this.#layout.movements.map(() => ({ arrivals: 0, departures: 0, stops: 0, delayS: 0 }));
  }

  /** The period is over: vehicles that come from now on are not measured; those that came before are, to their departure. */
  stopMeasuring(): void {
    this.#measuredToS = this.#nowS;
  }

  /** Measured vehicles that still wait. */
  get measuredWaitingVeh(): number {
    return this.#tallies.reduce((sum, it) => sum + it.arrivals - it.departures, 0);
  }

  /**
   * From now until measuring starts, whatever a green leaves behind goes, and `queuesVeh` vehicles (by movement key) stand
   * there instead: the queues that the period begins with.
   */
  replaceLeftOver(queuesVeh: ReadonlyMap<string, number>): void {
    this.#leftOverVeh = queuesVeh;
  }

  /** Where a green ended so long ago that nobody leaves any more. */
  #replaceWhereGreenEnded(endS: number): void {
    for (const [at, state] of this.#states.entries()) {
      const overAtS = state.closedAtS + SNEAKER_WINDOW_S;
      if (state.lamp === "closed" && overAtS >= this.#nowS && overAtS < endS)
        this.#replaceAtEndOfGreen(at, state);
    }
  }

  #replaceAtEndOfGreen(at: number, { closedAtS }: MovementState): void {
    const { key, lanes } = known(this.#layout.movements[at], "movement");
    const link = this.#linkOf(at);
    for (const number of lanes) {
      const lane = known(this.#lanes[number], "lane");
      const waiting = lane.queue.slice(lane.head);
      const kept = waiting.filter((it) => it.movement !== at || it.arriveS >= closedAtS + END_GAIN_S);
      lane.queue = kept;
      lane.head = 0;
      this.#queued[at] = (this.#queued[at] ?? 0) - (waiting.length - kept.length);
      this.#occupy(link, kept.length - waiting.length);
    }
    const arriveS = Number.NEGATIVE_INFINITY;
    for (let vehicle = 0; vehicle < (this.#leftOverVeh?.get(key) ?? 0); vehicle++) {
      const lane = known(this.#lanes[known(lanes[vehicle % lanes.length], "lane")], "lane");
      const standing = lane.queue.filter((it) => it.arriveS === arriveS).length;
      const serial = this.#serial++;
      lane.queue.splice(this.#random.integer(0, standing), 0, {
        movement: at,
        arriveS,
        serial,
        speedFactor: 1,
        leavesMidBlock: false,
      });
      this.#queued[at] = (this.#queued[at] ?? 0) + 1;
      this.#occupy(link, 1);
    }
  }

  /** Tallies per movement since `startMeasuring`, the waiting of vehicles still in queue included. */
  measure(): {
    movements: ReadonlyMap<string, Readonly<MovementTally>>;
    entryDelayS: number;
    periodS: number;
  } {
    const movements = new Map<string, MovementTally>();
    for (const [at, movement] of this.#layout.movements.entries()) {
      movements.set(movement.key, { ...known(this.#tallies[at], movement.key) });
    }
    for (const lane of this.#lanes) {
      for (const vehicle of lane.queue.slice(lane.head)) {
        if (!this.#isMeasured(vehicle)) continue;
        const key = known(this.#layout.movements[vehicle.movement], "movement").key;
        known(movements.get(key), key).delayS += this.#nowS - vehicle.arriveS;
      }
    }
    const toS = Math.min(this.#nowS, this.#measuredToS);
    return { movements, entryDelayS: this.#entryDelayS, periodS: toS - this.#measuredFromS };
  }

  /** Moves the street to `toS`. `changes` are all lamp changes since the last call, in time order. */
  advance(toS: number, changes: readonly LampChange[]): void {
    let next = 0;
    while (this.#nowS + STEP_S <= toS + 1e-9) {
      const endS = this.#nowS + STEP_S;
      for (let change = changes[next]; change !== undefined && change.atS < endS; change = changes[++next]) {
        this.#show(change);
      }
      if (this.#leftOverVeh !== undefined) this.#replaceWhereGreenEnded(endS);
      this.#enter(endS);
      this.#arrive(endS);
      for (const [lane, state] of this.#lanes.entries()) {
        if (state.head < state.queue.length) this.#discharge(lane, state, endS);
      }
      this.#nowS = endS;
    }
  }

  #show(change: LampChange): void {
    const key = movementKey(change.intersectionId, change.movementId);
    const position = known(this.#layout.movementByKey.get(key), key);
    const state = known(this.#states[position], key);
    if (state.lamp === change.lamp) return;
    if (change.lamp === "closed") {
      state.closedAtS = change.atS;
      state.closedFrom = state.lamp;
      state.sneaked = 0;
    } else if (state.lamp === "closed") {
      const { startupLostTimeS, headwayS } = known(this.#layout.movements[position], key);
      state.firstDepartureS = change.atS + startupLostTimeS + headwayS * this.#random.uniform();
    }
    state.lamp = change.lamp;
  }

  #nextArrivalS(fromS: number, flowVph: number): number {
    return flowVph <= 0
      ? Number.POSITIVE_INFINITY
      : fromS + this.#random.exponential(SECONDS_PER_HOUR / flowVph);
  }

  #enter(endS: number): void {
    for (const [link, layout] of this.#layout.links.entries()) {
      while ((this.#nextEntryS[link] ?? Number.POSITIVE_INFINITY) < endS) {
        this.#entryQueues[link] = (this.#entryQueues[link] ?? 0) + 1;
        this.#nextEntryS[link] = this.#nextArrivalS(this.#nextEntryS[link] ?? endS, layout.entryVph);
      }
      while ((this.#nextMidBlockS[link] ?? Number.POSITIVE_INFINITY) < endS) {
        const atS = this.#nextMidBlockS[link] ?? endS;
        this.#travel({ link, atS, share: this.#random.uniform(), leaves: false });
        this.#nextMidBlockS[link] = this.#nextArrivalS(atS, layout.midBlockVph);
      }
      while ((this.#entryQueues[link] ?? 0) > 0 && this.#hasRoom(link)) {
        this.#entryQueues[link] = (this.#entryQueues[link] ?? 0) - 1;
        this.#travel({ link, atS: this.#nowS + STEP_S * this.#random.uniform(), share: 1, leaves: false });
      }
      if (this.#nowS < this.#measuredToS) this.#entryDelayS += (this.#entryQueues[link] ?? 0) * STEP_S;
    }
  }

  #hasRoom(link: number): boolean {
    const layout = known(this.#layout.links[link], "link");
    return layout.turns.length === 0 || (this.#occupied[link] ?? 0) < layout.storageVeh;
  }

  /** A vehicle sets out on a link with `share` of its length before it. */
  #travel(of: { link: number; atS: number; share: number; leaves: boolean; speedFactor?: number }): void {
    const layout = known(this.#layout.links[of.link], "link");
    const speedFactor =
      of.speedFactor ?? Math.min(1.3, Math.max(0.7, this.#random.normal(1, SPEED_DEVIATION)));
    const travelS = (layout.travelS * of.share) / speedFactor;
    this.#occupy(of.link, 1);
    this.#travelling[of.link]?.push({
      movement: this.#chooseTurn(of.link),
      arriveS: of.atS + (of.leaves ? travelS / 2 : travelS),
      serial: this.#serial++,
      speedFactor,
      leavesMidBlock: of.leaves,
    });
  }

  #chooseTurn(link: number): number {
    const { turns } = known(this.#layout.links[link], "link");
    let remaining = this.#random.uniform();
    for (const turn of turns) {
      remaining -= turn.share;
      if (remaining < 0) return turn.movement;
    }
    return turns.at(-1)?.movement ?? -1;
  }

  #arrive(endS: number): void {
    for (const [link, travelling] of this.#travelling.entries()) {
      for (
        let first = travelling.first;
        first !== undefined && first.arriveS < endS;
        first = travelling.first
      ) {
        travelling.pop();
        const layout = known(this.#layout.links[link], "link");
        if (first.leavesMidBlock || first.movement < 0) {
          this.#occupy(link, -1);
          this.#completedTrips += 1;
          continue;
        }
        for (const detector of layout.advance) {
          const earlierS = (detector.setbackM / layout.lengthM) * layout.travelS;
          this.#pulseInLane(detector, layout.advance, first, first.arriveS - earlierS);
        }
        this.#joinShortestLane(first);
      }
    }
  }

  /** Detectors of single lanes: the vehicle is in one of them; which one follows from its serial number. */
  #pulseInLane(
    detector: { readonly id: string },
    all: readonly { readonly id: string }[],
    vehicle: { readonly serial: number },
    atS: number,
  ): void {
    if (all[vehicle.serial % all.length]?.id === detector.id) this.#onPulse({ detectorId: detector.id, atS });
  }

  #joinShortestLane(vehicle: Vehicle): void {
    const movement = known(this.#layout.movements[vehicle.movement], "movement");
    let shortest: Lane | undefined;
    for (const lane of movement.lanes) {
      const state = known(this.#lanes[lane], "lane");
      if (shortest === undefined || state.queue.length - state.head < shortest.queue.length - shortest.head) {
        shortest = state;
      }
    }
    this.#join(known(shortest, `lane of ${movement.key}`), vehicle);
  }

  #join(lane: Lane, vehicle: Vehicle): void {
    lane.queue.push(vehicle);
    this.#queued[vehicle.movement] = (this.#queued[vehicle.movement] ?? 0) + 1;
    if (this.#isMeasured(vehicle)) known(this.#tallies[vehicle.movement], "tally").arrivals += 1;
  }

  #isMeasured = ({ arriveS }: Vehicle): boolean =>
    arriveS >= this.#measuredFromS && arriveS < this.#measuredToS;

  #leaveQueue({ movement }: Vehicle): void {
    this.#queued[movement] = (this.#queued[movement] ?? 0) - 1;
    this.#occupy(this.#linkOf(movement), -1);
  }

  #occupy(link: number, vehicles: number): void {
    this.#occupied[link] = (this.#occupied[link] ?? 0) + vehicles;
  }

  #discharge(laneNumber: number, lane: Lane, endS: number): void {
    for (let vehicle = lane.queue[lane.head]; vehicle !== undefined; vehicle = lane.queue[lane.head]) {
      const movement = known(this.#layout.movements[vehicle.movement], "movement");
      const earliestS = Math.max(vehicle.arriveS, lane.nextDepartureS, this.#nowS);
      const leave =
        earliestS < endS ? this.#departure(movement, vehicle.movement, earliestS, endS) : undefined;
      if (leave === undefined || !this.#hasRoom(movement.toLink)) break;
      lane.head += 1;
      lane.nextDepartureS = leave.atS + leave.headwayS;
      this.#depart(vehicle, movement, leave.atS, laneNumber);
    }
    if (lane.head > 64) {
      lane.queue.splice(0, lane.head);
      lane.head = 0;
    }
  }

  /** When the first vehicle of a lane may leave in this step, and the headway behind it; undefined: not in this step. */
  #departure(
    movement: LayoutMovement,
    at: number,
    earliestS: number,
    endS: number,
  ): { atS: number; headwayS: number } | undefined {
    const state = known(this.#states[at], movement.key);
    const { headwayS } = movement;
    if (state.lamp === "protected") {
      const atS = Math.max(earliestS, state.firstDepartureS);
      return atS < endS ? { atS, headwayS } : undefined;
    }
    const sinceClosedS = earliestS - state.closedAtS;
    if (state.lamp === "closed" && state.closedFrom === "protected" && sinceClosedS < END_GAIN_S) {
      return { atS: earliestS, headwayS };
    }
    if (state.lamp === "closed" && state.closedFrom === "permitted" && sinceClosedS < SNEAKER_WINDOW_S) {
      if (state.sneaked >= SNEAKERS) return undefined;
      state.sneaked += 1;
      return { atS: earliestS, headwayS: FOLLOW_UP_S };
    }
    const mayYield = state.lamp === "permitted" || movement.turnsOnRed;
    if (mayYield && this.#gapOpen(movement, earliestS)) return { atS: earliestS, headwayS: FOLLOW_UP_S };
    return undefined;
  }

  /** No vehicle that goes first stands at its stop line or reaches it within the critical gap. */
  #gapOpen(movement: LayoutMovement, atS: number): boolean {
    return movement.conflicts.every((other) => {
      const state = known(this.#states[other], "conflicting movement");
      const rival = known(this.#layout.movements[other], "conflicting movement");
      const isRunning = state.lamp !== "closed" || atS - state.closedAtS < END_GAIN_S;
      const goesFirst =
        state.lamp === "protected" || state.closedFrom === "protected" || rival.rank < movement.rank;
      if (!isRunning || !goesFirst) return true;
      if ((this.#queued[other] ?? 0) > 0 && this.#standsFirst(other, rival)) return false;
      const link = this.#linkOf(other);
      return (this.#travelling[link]?.earliestOf(other) ?? Number.POSITIVE_INFINITY) > atS + CRITICAL_GAP_S;
    });
  }

  /** Is one of its vehicles at the head of a lane? One behind a vehicle that waits itself is in nobody's way. */
  #standsFirst(at: number, movement: LayoutMovement): boolean {
    return movement.lanes.some((number) => {
      const lane = known(this.#lanes[number], "lane");
      return lane.queue[lane.head]?.movement === at;
    });
  }

  readonly #linkOfMovement = new Map<number, number>();
  #linkOf(movement: number): number {
    if (this.#linkOfMovement.size === 0) {
      for (const [link, { turns }] of this.#layout.links.entries()) {
        for (const turn of turns) this.#linkOfMovement.set(turn.movement, link);
      }
    }
    return known(this.#linkOfMovement.get(movement), "link of a movement");
  }

  #depart(vehicle: Vehicle, movement: LayoutMovement, atS: number, lane: number): void {
    if (this.#isMeasured(vehicle)) {
      const tally = known(this.#tallies[vehicle.movement], movement.key);
      const waitedS = atS - vehicle.arriveS;
      tally.departures += 1;
      tally.delayS += waitedS;
      tally.stops += Math.min(1, waitedS / movement.fullStopS);
    }
    this.#leaveQueue(vehicle);
    this.#pulseStopLine(movement, lane, atS);
    const next = known(this.#layout.links[movement.toLink], "link");
    for (const detector of next.exits) this.#pulseInLane(detector, next.exits, vehicle, atS);
    const leaves = next.leaveShare > 0 && this.#random.uniform() < next.leaveShare;
    this.#travel({ link: movement.toLink, atS, share: 1, leaves, speedFactor: vehicle.speedFactor });
  }

  #pulseStopLine(movement: LayoutMovement, lane: number, atS: number): void {
    const detectors = movement.stopLineDetectors;
    const own = detectors[Math.max(0, movement.lanes.indexOf(lane)) % Math.max(1, detectors.length)];
    if (own !== undefined) this.#onPulse({ detectorId: own, atS });
  }
}
