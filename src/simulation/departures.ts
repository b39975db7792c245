/**
 * When the first vehicle of a lane may pass its stop line: the lamps of all movements, and the gaps that those without
 * protected green wait for.
 *
 * Model: with protected green from `startupLostTimeS` after its start until END_GAIN_S into yellow; without it in gaps of
 * the movements that it conflicts with, and up to SNEAKERS vehicles as its permitted green ends.
 * Sources: end gain and sneakers HCM 2010 ch. 31; critical gap 4.5 s and follow-up 2.5 s as in Synchro's UTDF files.
 */
import { known } from "../errors.ts";
import type { SeededRandom } from "../network/seeded-random.ts";
import type { Lamp, LampChange } from "./lamps.ts";
import { type LayoutMovement, movementKey, type StreetLayout } from "./street-layout.ts";

/** Part of the yellow that vehicles use, s. */
export const END_GAIN_S = 2;
const CRITICAL_GAP_S = 4.5;
const FOLLOW_UP_S = 2.5;
/** Vehicles that turn at the end of a permitted green without a gap, and for how long after it, s. */
const SNEAKERS = 2;
const SNEAKER_WINDOW_S = 3.5;

/** What a vehicle that looks for a gap sees of a movement that may go first. */
export interface RivalTraffic {
  /** One of its vehicles is at the head of a lane. */
  standsFirst(movement: number): boolean;
  /** Its next free arrival at the stop line, s; Infinity when none is under way. */
  nextArrivalS(movement: number): number;
}

/** A departure, s, and the headway to the vehicle behind, s. */
export interface Departure {
  readonly atS: number;
  readonly headwayS: number;
  /** In a gap, or as its permitted green ends. */
  readonly isYielding: boolean;
}

interface SignalState {
  lamp: Lamp;
  /** Earliest departure of its first vehicle while it is protected. */
  firstDepartureS: number;
  closedAtS: number;
  closedFrom: Lamp;
  sneaked: number;
}

/** The lamps that a street's movements see, and who may leave under them. */
export class Departures {
  readonly #layout: StreetLayout;
  readonly #random: SeededRandom;
  readonly #rivals: RivalTraffic;
  readonly #states: SignalState[];

  constructor(of: { layout: StreetLayout; random: SeededRandom; rivals: RivalTraffic; startS: number }) {
    this.#layout = of.layout;
    this.#random = of.random;
    this.#rivals = of.rivals;
    this.#states = of.layout.movements.map(() => ({
      lamp: "closed",
      firstDepartureS: of.startS,
      closedAtS: of.startS - 2 * SNEAKER_WINDOW_S,
      closedFrom: "closed",
      sneaked: 0,
    }));
  }

  show(change: LampChange): void {
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

  /** Movements whose last green lets nobody leave any more from some instant in [fromS, toS) on, with its end, s. */
  listGreensOver(fromS: number, toS: number): { movement: number; closedAtS: number }[] {
    return this.#states.flatMap(({ lamp, closedAtS }, movement) => {
      const overAtS = closedAtS + SNEAKER_WINDOW_S;
      return lamp === "closed" && overAtS >= fromS && overAtS < toS ? [{ movement, closedAtS }] : [];
    });
  }

  /** The departure of a movement's first vehicle in [earliestS, endS), a sneaker counted; undefined: none. */
  take(at: number, earliestS: number, endS: number): Departure | undefined {
    const movement = known(this.#layout.movements[at], "movement");
    const state = known(this.#states[at], movement.key);
    const { headwayS } = movement;
    if (state.lamp === "protected") {
      const atS = Math.max(earliestS, state.firstDepartureS);
      return atS < endS ? { atS, headwayS, isYielding: false } : undefined;
    }
    const sinceClosedS = earliestS - state.closedAtS;
    if (state.lamp === "closed" && state.closedFrom === "protected" && sinceClosedS < END_GAIN_S) {
      return { atS: earliestS, headwayS, isYielding: false };
    }
    if (state.lamp === "closed" && state.closedFrom === "permitted" && sinceClosedS < SNEAKER_WINDOW_S) {
      if (state.sneaked >= SNEAKERS) return undefined;
      state.sneaked += 1;
      return { atS: earliestS, headwayS: FOLLOW_UP_S, isYielding: true };
    }
    const mayYield = state.lamp === "permitted" || movement.turnsOnRed;
    if (mayYield && this.#isGapOpen(movement, earliestS))
      return { atS: earliestS, headwayS: FOLLOW_UP_S, isYielding: true };
    return undefined;
  }

  /** No vehicle that goes first stands at its stop line or reaches it within the critical gap. */
  #isGapOpen(movement: LayoutMovement, atS: number): boolean {
    return movement.conflicts.every((other) => {
      const state = known(this.#states[other], "conflicting movement");
      const rival = known(this.#layout.movements[other], "conflicting movement");
      const isRunning = state.lamp !== "closed" || atS - state.closedAtS < END_GAIN_S;
      const goesFirst =
        state.lamp === "protected" || state.closedFrom === "protected" || rival.rank < movement.rank;
      if (!isRunning || !goesFirst) return true;
      return !this.#rivals.standsFirst(other) && this.#rivals.nextArrivalS(other) > atS + CRITICAL_GAP_S;
    });
  }
}
