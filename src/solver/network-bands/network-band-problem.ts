/**
 * The green waves of several routes that share signals, as plain data: what is asked and what is answered.
 *
 * Every signal has one offset and runs one of its alternatives, whatever routes pass it. Each direction of a route is a
 * way: stops in order of travel, each with the greens that the way has there. All that a way needs to know of a signal
 * is in its stops, so routes may share links, turn, cross, or have an inbound way over other signals.
 */
import type { Interval } from "../../timing/cycle.ts";
import type { PerDirection, SignalChoice } from "../bands/band-problem.ts";

export interface BandStop {
  /** Place in `NetworkBandProblem.signals`. */
  readonly signal: number;
  /** From the first stop, less the time that queues on the way are given to go first, s. */
  readonly travelS: number;
  /**
   * By alternative of the signal: greens relative to the signal's local zero; starts may be negative or beyond the
   * cycle. A band goes through one of them.
   */
  readonly greens: readonly (readonly Interval[])[];
}

/** One direction of a route. A signal stands on it once at most. */
export interface BandWay {
  readonly stops: readonly BandStop[];
  /** What a second of its band is worth. */
  readonly weight: number;
  /** Its band shall be at least so wide, s; 0: it may be given up. */
  readonly floorS: number;
}

export interface BandRoute {
  readonly outbound: BandWay;
  /** Absent: a one-way route. */
  readonly inbound?: BandWay;
}

export interface NetworkBandProblem {
  readonly cycleS: number;
  /** Offsets are multiples of this; the cycle is a whole number of steps. */
  readonly resolutionS: number;
  readonly signals: readonly { readonly alternativeCount: number }[];
  readonly routes: readonly BandRoute[];
}

/** One choice per signal. */
export type SignalChoices = readonly SignalChoice[];

/** A floor that the answer does not reach. */
export interface MissedFloor {
  readonly route: number;
  readonly direction: "outbound" | "inbound";
  readonly bandwidthS: number;
  readonly floorS: number;
}

export interface NetworkBandAnswer {
  readonly kind: "solved";
  readonly signals: SignalChoices;
  /** By route; 0 for a direction that has none. */
  readonly bandwidthS: readonly PerDirection<number>[];
  /** Sum over all ways of weight × band. */
  readonly value: number;
  /** No offsets on the resolution and no alternatives whatever that hold all floors are worth more. */
  readonly bound: number;
  /** (bound − value) ÷ bound, 0…1. */
  readonly gap: number;
  /** Empty, or floors that no plan was found to hold together; there may be one. */
  readonly missed: readonly MissedFloor[];
  readonly work: {
    /** A scan asks for all offsets of a signal, or all shifts of several, at once. */
    readonly scans: number;
    /** Exact solutions of single routes in proofs. */
    readonly solves: number;
    /** The limits came before the proof that nothing is better. */
    readonly isStopped: boolean;
  };
}

/** Proved: one of these routes, by their places, cannot have its floors, or all of them not together. */
export interface NoNetworkBand {
  readonly kind: "floorsNotReached";
  readonly routes: readonly number[];
}
