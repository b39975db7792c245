/**
 * Bands of single streams as plain data: what is asked and what is answered.
 *
 * A stream enters the route at one signal, by a turning movement as a rule, and leaves it at another one. Its band is a
 * stretch of trajectories of one width that meets the stream's own green at every signal on its way, wherever in the
 * cycle that is; a band narrower than a least width is no band and worth nothing.
 * Source: Arsava, Xie and Gartner, Arterial progression optimization using OD-BAND, Transportation Research Record 2558
 * (2016).
 */
import type { Interval } from "../../timing/cycle.ts";
import type { SignalChoice } from "../bands/band-problem.ts";

/** One signal on the way of a stream. */
export interface StreamStop {
  /** Place among the problem's signals. */
  readonly signal: number;
  /** Per alternative of the signal, relative to its local zero. */
  readonly greens: readonly (readonly Interval[])[];
  /** From the stream's first stop, less the time won by queues that go first, s. */
  readonly arrivalS: number;
}

export interface BandStream {
  /** What a second of its band is worth, > 0: its demand, as a rule. */
  readonly weight: number;
  /** In order of travel, each signal at most once. */
  readonly stops: readonly StreamStop[];
}

export interface StreamBandProblem {
  readonly cycleS: number;
  /** How many alternatives each signal has; neighbors stand next to each other. */
  readonly alternativeCounts: readonly number[];
  readonly streams: readonly BandStream[];
  /** A narrower band is dropped, s. */
  readonly leastBandS: number;
}

/** Of one stream; width 0: it has none. */
export interface StreamBand {
  readonly bandwidthS: number;
  /** When it begins to pass the stream's first stop, on the common cycle, s. */
  readonly startS: number;
}

/** What keeps the band of a stream from growing. */
export type StreamBandLimit =
  /** It is as wide as the green at this signal. */
  | { readonly kind: "green"; readonly stream: number; readonly signal: number }
  /** The offsets serve other streams better. */
  | { readonly kind: "offsets"; readonly stream: number }
  /** It would be narrower than the least width. */
  | { readonly kind: "dropped"; readonly stream: number };

export interface StreamBandPlan {
  /** One per signal. The first signal's offset is 0. */
  readonly signals: readonly SignalChoice[];
  readonly bands: readonly StreamBand[];
  /** Σ weight · width over the streams, weighted s. */
  readonly valueS: number;
  /** No offsets reach more, on the grid (`proof: "model"`) or off it (`proof: "pairs"`). */
  readonly boundS: number;
  /** (bound − value) ÷ bound, 0…1. */
  readonly gap: number;
  readonly proof: "model" | "pairs";
  readonly limits: readonly StreamBandLimit[];
  /** Shifts of a set of signals around the whole cycle that were weighed; `isStopped`: a limit came before the proof. */
  readonly work: { readonly scans: number; readonly isStopped: boolean };
}
