/** What vehicles suffered on a simulated street in one measured period. */
import { known } from "../errors.ts";
import type { Vehicle } from "./arrival-queue.ts";
import type { LayoutMovement } from "./street-layout.ts";

/** Of the vehicles that reach their stop line in the measured period. */
export interface MovementTally {
  arrivals: number;
  departures: number;
  stops: number;
  /** From arrival to departure, also after the period; of who still waits, up to now, s. */
  delayS: number;
}

/** One measured period of a street, from `fromS` until it is told to stop. */
export class PeriodTally {
  readonly #movements: readonly LayoutMovement[];
  readonly #tallies: readonly MovementTally[];
  readonly #fromS: number;
  #toS = Number.POSITIVE_INFINITY;
  #entryDelayS = 0;

  constructor(movements: readonly LayoutMovement[], fromS: number) {
    this.#movements = movements;
    this.#fromS = fromS;
    this.#tallies = movements.map(() => ({ arrivals: 0, departures: 0, stops: 0, delayS: 0 }));
  }

  /** Vehicles that come from now on are not measured; those that came before are, to their departure. */
  stop(nowS: number): void {
    this.#toS = nowS;
  }

  /** Measured vehicles that still wait. */
  get waitingVeh(): number {
    return this.#tallies.reduce((sum, it) => sum + it.arrivals - it.departures, 0);
  }

  /** Vehicles that wait outside for `stepS` from `nowS` on. */
  countOutside(waitingVeh: number, nowS: number, stepS: number): void {
    if (nowS < this.#toS) this.#entryDelayS += waitingVeh * stepS;
  }

  countArrival(vehicle: Vehicle): void {
    if (this.#isMeasured(vehicle)) known(this.#tallies[vehicle.movement], "tally").arrivals += 1;
  }

  countDeparture(vehicle: Vehicle, atS: number): void {
    if (!this.#isMeasured(vehicle)) return;
    const tally = known(this.#tallies[vehicle.movement], "tally");
    const { fullStopS } = known(this.#movements[vehicle.movement], "movement");
    const waitedS = atS - vehicle.arriveS;
    tally.departures += 1;
    tally.delayS += waitedS;
    tally.stops += Math.min(1, waitedS / fullStopS);
  }

  /** Tallies by movement key, the waiting of vehicles still in queue included. */
  measure(
    queued: Iterable<Vehicle>,
    nowS: number,
  ): { movements: ReadonlyMap<string, Readonly<MovementTally>>; entryDelayS: number; periodS: number } {
    const tallies = this.#tallies.map((it) => ({ ...it }));
    for (const vehicle of queued) {
      if (this.#isMeasured(vehicle))
        known(tallies[vehicle.movement], "tally").delayS += nowS - vehicle.arriveS;
    }
    return {
      movements: new Map(this.#movements.map(({ key }, at) => [key, known(tallies[at], key)])),
      entryDelayS: this.#entryDelayS,
      periodS: Math.min(nowS, this.#toS) - this.#fromS,
    };
  }

  #isMeasured({ arriveS }: Vehicle): boolean {
    return arriveS >= this.#fromS && arriveS < this.#toS;
  }
}
