/**
 * A street of single vehicles, second by second: random arrivals, single speeds, lanes with queues, gaps to yield to,
 * links that fill up. It stands in for the real street in the demo and in tests, and judges plans independently of the
 * traffic model that the solver uses (no shared code).
 *
 * Model: a vehicle reaches its stop line after length ÷ (speed × its own factor); there it waits in the shortest lane of
 * its movement (vertical queue); vehicles leave a lane one headway apart (departures.ts), if the next link has room.
 * Delay is the time between free arrival and departure (period-tally.ts).
 * Limits: no lane changing, no pedestrians in the way of turning vehicles, turn bays do not overflow into the next lane.
 */
import { known } from "../errors.ts";
import type { SeededRandom } from "../network/seeded-random.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { ArrivalQueue, type Vehicle } from "./arrival-queue.ts";
import { Departures, END_GAIN_S } from "./departures.ts";
import type { LampChange } from "./lamps.ts";
import { PeriodTally } from "./period-tally.ts";
import type { LayoutMovement, StreetLayout } from "./street-layout.ts";

/** Standard deviation of single speeds ÷ the link's speed. */
const SPEED_DEVIATION = 0.1;
const STEP_S = 0.5;

/** A vehicle over a detector: the pulse that a controller sees. */
export interface DetectorPulse {
  readonly detectorId: string;
  readonly atS: number;
}

interface Lane {
  queue: Vehicle[];
  head: number;
  nextDepartureS: number;
  /** When its last vehicle without protected green left. */
  turnedAtS: number;
}

export class Street {
  #layout: StreetLayout;
  readonly #random: SeededRandom;
  readonly #arrivals: SeededRandom;
  readonly #onPulse: (pulse: DetectorPulse) => void;
  readonly #departures: Departures;
  readonly #lanes: Lane[];
  readonly #travelling: ArrivalQueue[];
  readonly #occupied: number[];
  readonly #entryQueues: number[];
  readonly #nextEntryS: number[];
  readonly #nextMidBlockS: number[];
  readonly #queued: number[];
  #tally: PeriodTally;
  #nowS: number;
  #serial = 0;
  #leftOverVeh: ReadonlyMap<string, number> | undefined;

  /** `arrivals`: of who appears when, so that the same vehicles come whatever the signals do; otherwise `random`. */
  constructor(options: {
    layout: StreetLayout;
    random: SeededRandom;
    arrivals?: SeededRandom;
    startS: number;
    onPulse?: (pulse: DetectorPulse) => void;
  }) {
    const { layout, random, startS } = options;
    this.#layout = layout;
    this.#random = random;
    this.#arrivals = options.arrivals ?? random;
    this.#onPulse = options.onPulse ?? (() => undefined);
    this.#nowS = startS;
    this.#tally = new PeriodTally(layout.movements, startS);
    this.#departures = new Departures({
      layout,
      random,
      startS,
      rivals: {
        standsFirst: (movement) => this.#standsFirst(movement),
        nextArrivalS: (movement) => this.#nextArrivalS(movement),
      },
    });
    this.#lanes = Array.from({ length: layout.laneCount }, () => ({
      queue: [],
      head: 0,
      nextDepartureS: 0,
      turnedAtS: startS - STEP_S,
    }));
    this.#travelling = layout.links.map(() => new ArrivalQueue());
    this.#occupied = layout.links.map(() => 0);
    this.#entryQueues = layout.links.map(() => 0);
    this.#queued = layout.movements.map(() => 0);
    this.#nextEntryS = layout.links.map((link) => this.#drawArrivalS(startS, link.entryVph));
    this.#nextMidBlockS = layout.links.map((link) => this.#drawArrivalS(startS, link.midBlockVph));
  }

  get nowS(): number {
    return this.#nowS;
  }

  /** Vehicles that wait at a stop line or outside, now. */
  get waitingVeh(): number {
    return this.#queued.reduce((sum, it) => sum + it, 0) + this.#entryQueues.reduce((sum, it) => sum + it, 0);
  }

  /** Vehicles that wait or roll up at a stop line now, by movement in the layout's order. */
  get queuesVeh(): readonly number[] {
    return this.#queued;
  }

  /** From now on other flows; `layout` is of the same network. Who is under way goes where they wanted to. */
  changeDemand(layout: StreetLayout): void {
    this.#layout = layout;
    for (const [link, { entryVph, midBlockVph }] of layout.links.entries()) {
      this.#nextEntryS[link] = this.#drawArrivalS(this.#nowS, entryVph);
      this.#nextMidBlockS[link] = this.#drawArrivalS(this.#nowS, midBlockVph);
    }
  }

  /** Forgets what was measured so far: the warm-up is over. */
  startMeasuring(): void {
    this.#leftOverVeh = undefined;
    this.#tally = new PeriodTally(this.#layout.movements, this.#nowS);
  }

  /** The period is over: vehicles that come from now on are not measured; those that came before are, to their departure. */
  stopMeasuring(): void {
    this.#tally.stop(this.#nowS);
  }

  /** Measured vehicles that still wait. */
  get measuredWaitingVeh(): number {
    return this.#tally.waitingVeh;
  }

  /**
   * From now until measuring starts, whatever a green leaves behind goes, and `queuesVeh` vehicles (by movement key) stand
   * there instead: the queues that the period begins with.
   */
  replaceLeftOver(queuesVeh: ReadonlyMap<string, number>): void {
    this.#leftOverVeh = queuesVeh;
  }

  /** At the end of a movement's green. */
  #replaceQueue(at: number, closedAtS: number): void {
    const { key, lanes, fromLink } = known(this.#layout.movements[at], "movement");
    for (const number of lanes) {
      const lane = known(this.#lanes[number], "lane");
      const waiting = lane.queue.slice(lane.head);
      const kept = waiting.filter((it) => it.movement !== at || it.arriveS >= closedAtS + END_GAIN_S);
      lane.queue = kept;
      lane.head = 0;
      this.#queued[at] = (this.#queued[at] ?? 0) - (waiting.length - kept.length);
      this.#occupy(fromLink, kept.length - waiting.length);
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
      this.#occupy(fromLink, 1);
    }
  }

  /** Tallies by movement key since `startMeasuring`, the waiting of vehicles still in queue included. */
  measure(): ReturnType<PeriodTally["measure"]> {
    return this.#tally.measure(
      this.#lanes.flatMap((it) => it.queue.slice(it.head)),
      this.#nowS,
    );
  }

  /** Moves the street to `toS`. `changes` are all lamp changes since the last call, in time order. */
  advance(toS: number, changes: readonly LampChange[]): void {
    let next = 0;
    while (this.#nowS + STEP_S <= toS + 1e-9) {
      const endS = this.#nowS + STEP_S;
      for (let change = changes[next]; change !== undefined && change.atS < endS; change = changes[++next]) {
        this.#departures.show(change);
      }
      if (this.#leftOverVeh !== undefined) {
        for (const { movement, closedAtS } of this.#departures.listGreensOver(this.#nowS, endS))
          this.#replaceQueue(movement, closedAtS);
      }
      this.#enter(endS);
      this.#arrive(endS);
      for (const [lane, state] of this.#lanes.entries()) {
        if (state.head < state.queue.length) this.#discharge(lane, state, endS);
      }
      this.#nowS = endS;
    }
  }

  #drawArrivalS(fromS: number, flowVph: number): number {
    return flowVph <= 0
      ? Number.POSITIVE_INFINITY
      : fromS + this.#arrivals.exponential(SECONDS_PER_HOUR / flowVph);
  }

  #enter(endS: number): void {
    for (const [link, layout] of this.#layout.links.entries()) {
      while ((this.#nextEntryS[link] ?? Number.POSITIVE_INFINITY) < endS) {
        this.#entryQueues[link] = (this.#entryQueues[link] ?? 0) + 1;
        this.#nextEntryS[link] = this.#drawArrivalS(this.#nextEntryS[link] ?? endS, layout.entryVph);
      }
      while ((this.#nextMidBlockS[link] ?? Number.POSITIVE_INFINITY) < endS) {
        const atS = this.#nextMidBlockS[link] ?? endS;
        this.#travel({ link, atS, share: this.#random.uniform(), leaves: false });
        this.#nextMidBlockS[link] = this.#drawArrivalS(atS, layout.midBlockVph);
      }
      while ((this.#entryQueues[link] ?? 0) > 0 && this.#hasRoom(link)) {
        this.#entryQueues[link] = (this.#entryQueues[link] ?? 0) - 1;
        this.#travel({ link, atS: this.#nowS + STEP_S * this.#random.uniform(), share: 1, leaves: false });
      }
      this.#tally.countOutside(this.#entryQueues[link] ?? 0, this.#nowS, STEP_S);
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
      const longer =
        shortest === undefined
          ? 1
          : shortest.queue.length - shortest.head - (state.queue.length - state.head);
      if (
        shortest === undefined ||
        longer > 0 ||
        (longer === 0 && state.nextDepartureS < shortest.nextDepartureS)
      )
        shortest = state;
    }
    this.#join(known(shortest, `lane of ${movement.key}`), vehicle);
  }

  #join(lane: Lane, vehicle: Vehicle): void {
    lane.queue.push(vehicle);
    this.#queued[vehicle.movement] = (this.#queued[vehicle.movement] ?? 0) + 1;
    this.#tally.countArrival(vehicle);
  }

  #occupy(link: number, vehicles: number): void {
    this.#occupied[link] = (this.#occupied[link] ?? 0) + vehicles;
  }

  #discharge(laneNumber: number, lane: Lane, endS: number): void {
    for (let vehicle = lane.queue[lane.head]; vehicle !== undefined; vehicle = lane.queue[lane.head]) {
      const movement = known(this.#layout.movements[vehicle.movement], "movement");
      const earliestS = Math.max(vehicle.arriveS, lane.nextDepartureS, this.#nowS);
      const leave = earliestS < endS ? this.#departures.take(vehicle.movement, earliestS, endS) : undefined;
      if (leave === undefined || !this.#hasRoom(movement.toLink)) break;
      lane.head += 1;
      lane.nextDepartureS = leave.atS + leave.headwayS;
      if (leave.isYielding) lane.turnedAtS = leave.atS;
      this.#depart(vehicle, movement, leave.atS, laneNumber);
    }
    if (lane.head > 64) {
      lane.queue.splice(0, lane.head);
      lane.head = 0;
    }
  }

  /**
   * One behind a vehicle that waits itself is in nobody's way, and comes to the stop line after it: two that face each
   * other and wait for the queues behind turn together.
   */
  #standsFirst(movement: number): boolean {
    if (this.#queued[movement] === 0) return false;
    return known(this.#layout.movements[movement], "movement").lanes.some((number) => {
      const { queue, head, turnedAtS } = known(this.#lanes[number], "lane");
      return queue[head]?.movement === movement && turnedAtS < this.#nowS;
    });
  }

  /** One that must queue up behind others reaches its stop line when they have gone. */
  #nextArrivalS(movement: number): number {
    const { fromLink, lanes } = known(this.#layout.movements[movement], "movement");
    const isTaken = (number: number): boolean => {
      const { queue, head } = known(this.#lanes[number], "lane");
      return head < queue.length;
    };
    if (lanes.every(isTaken)) return Number.POSITIVE_INFINITY;
    return this.#travelling[fromLink]?.earliestOf(movement) ?? Number.POSITIVE_INFINITY;
  }

  #depart(vehicle: Vehicle, movement: LayoutMovement, atS: number, lane: number): void {
    this.#tally.countDeparture(vehicle, atS);
    this.#queued[vehicle.movement] = (this.#queued[vehicle.movement] ?? 0) - 1;
    this.#occupy(movement.fromLink, -1);
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
