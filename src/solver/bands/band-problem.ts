/**
 * The two-way green wave of one route as plain data: what is asked and what is answered.
 *
 * A band is a stretch of trajectories that meets a green at every signal of the route. Its width is the same all along
 * the route and it moves at the links' travel times, which may be a range (progression speeds from a least to a
 * highest). Signals stand in outbound order; inbound traffic meets them in reverse. Every start is relative to the
 * signal's own local zero; the answer's offset places that zero on the common cycle, so unequal greens and any shift
 * between the two directions' greens are ordinary.
 */
import type { Interval } from "../../timing/cycle.ts";

export type Direction = "outbound" | "inbound";

export interface PerDirection<T> {
  readonly outbound: T;
  readonly inbound: T;
}

/**
 * One way to run a signal (a phase sequence, as a rule): the greens of the route's two movements. Several greens per
 * cycle are allowed; a band goes through one of them. Starts may be negative or beyond the cycle, s.
 */
export type BandAlternative = PerDirection<readonly Interval[]>;

export interface BandSignal {
  readonly alternatives: readonly BandAlternative[];
}

/** The stretch from one signal to the next one outbound. Travel times are those at the highest progression speed. */
export interface BandLink {
  readonly outboundTravelS: number;
  readonly inboundTravelS: number;
  /** How much longer each band may take, up to the lowest progression speed, s; absent: not at all. */
  readonly spareTravelS?: PerDirection<number>;
}

/**
 * What the band is for. Only `sum`, a zero floor and `outboundOnly` may end in a one-way plan, and each asks for it.
 * - `equal`: the largest band that both directions have.
 * - `ratio`: the widest pair with inbound ÷ outbound = `inboundPerOutbound`.
 * - `weighted`: the largest weighted sum in which each direction has its floor; a direction with floor 0 may be given up.
 * - `sum`: the largest outbound + inbound; often gives up one direction.
 * - `outboundOnly`: a one-way route; inbound greens and travel times are not read.
 */
export type BandObjective =
  | { readonly kind: "equal" }
  | { readonly kind: "ratio"; readonly inboundPerOutbound: number }
  | {
      readonly kind: "weighted";
      readonly weights: PerDirection<number>;
      readonly floorsS: PerDirection<number>;
    }
  | { readonly kind: "sum" }
  | { readonly kind: "outboundOnly" };

export interface BandProblem {
  readonly cycleS: number;
  /** In outbound order. */
  readonly signals: readonly BandSignal[];
  /** `links[i]` joins signals i and i + 1. */
  readonly links: readonly BandLink[];
  /**
   * Time that a standing queue needs before the platoon arrives, at every signal but the first of a direction: the band
   * leaves a signal so much earlier than it would arrive (τ of Little, Kelson and Gartner 1981).
   */
  readonly queueClearanceS: PerDirection<number>;
  readonly objective: BandObjective;
}

/** What keeps the objective from growing. Signals by their place in `BandProblem.signals`. */
export type BandLimit =
  /** The band is as wide as the green of this signal. */
  | { readonly kind: "green"; readonly direction: Direction; readonly signal: number }
  /** These two signals leave no more room for both directions together, whatever their offsets. */
  | { readonly kind: "pair"; readonly signals: readonly [number, number] }
  /** The direction stands at the floor that was asked for. */
  | { readonly kind: "floor"; readonly direction: Direction };

export interface SignalChoice {
  /** Place in `BandSignal.alternatives`. */
  readonly alternative: number;
  /** Local zero on the common cycle, in [0, cycle), s. */
  readonly offsetS: number;
}

export interface BandPlan {
  readonly kind: "solved";
  readonly bandwidthS: PerDirection<number>;
  /** When the band begins to pass the first signal of the list, on the common cycle, s. */
  readonly bandStartS: PerDirection<number>;
  /** One per signal of the problem. The first signal's offset is 0. */
  readonly signals: readonly SignalChoice[];
  /** One per link of the problem: how long the bands take, s. */
  readonly travelS: readonly PerDirection<number>[];
  /** The objective's value: common band, outbound band (ratio, outbound only) or (weighted) sum, s. */
  readonly valueS: number;
  /** No offsets whatever reach more than this, s. Equal to `valueS` where offsets are continuous. */
  readonly boundS: number;
  /** What binds at the bound. */
  readonly limits: readonly BandLimit[];
}

/** No plan has what was asked: no band of any width, or not both floors. */
export interface NoBand {
  readonly kind: "noBand";
  readonly reason: "noCommonBand" | "floorsNotReached";
}

export type BandAnswer = BandPlan | NoBand;

/** The problem with its links' travel times settled to those that the plan's bands take. */
export const settleTravel = (problem: BandProblem, plan: Pick<BandPlan, "travelS">): BandProblem => ({
  ...problem,
  links: plan.travelS.map((it) => ({ outboundTravelS: it.outbound, inboundTravelS: it.inbound })),
});

/** The same street at another cycle: what lies on the cycle scales with it, travel times and queue clearance stay. */
export function scaleToCycle(problem: BandProblem, cycleS: number): BandProblem {
  const factor = cycleS / problem.cycleS;
  const scale = (greens: readonly Interval[]): Interval[] =>
    greens.map((it) => ({ startS: it.startS * factor, lengthS: it.lengthS * factor }));
  const { objective } = problem;
  return {
    ...problem,
    cycleS,
    signals: problem.signals.map(({ alternatives }) => ({
      alternatives: alternatives.map((it) => ({ outbound: scale(it.outbound), inbound: scale(it.inbound) })),
    })),
    objective:
      objective.kind !== "weighted"
        ? objective
        : {
            ...objective,
            floorsS: {
              outbound: objective.floorsS.outbound * factor,
              inbound: objective.floorsS.inbound * factor,
            },
          },
  };
}
