/**
 * One cycle length of a route, worked out: splits (solved or kept), the widest bands on the controllers' resolution, and
 * every offset that leaves those bands as they are.
 */
import { known } from "../errors.ts";
import type { Intersection } from "../network/network.schema.ts";
import type { Interval } from "../timing/cycle.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { listFreeOffsets } from "./band-freedom.ts";
import type { BandAlternative, BandObjective, BandPlan, BandProblem } from "./band-problem.ts";
import type { RouteSignals } from "./route-signals.ts";
import { solveBandGrid } from "./solve-band-grid.ts";

export interface RouteCandidate {
  readonly cycleS: number;
  /** One per signal of the route, offsets by the bands (0 where there is no band). */
  readonly timingPlans: readonly TimingPlan[];
  readonly band: BandPlan | undefined;
  readonly problem: BandProblem;
  /** Offsets per signal, in order around the cycle, that keep the bands (all of the grid where there is no band). */
  readonly freeOffsetsS: readonly (readonly number[])[];
}

/** One way to run each signal: the same splits in every sequence that may be chosen, offset 0. */
export type SignalAlternatives = readonly TimingPlan[];

export function buildCandidate(of: {
  readonly route: RouteSignals;
  readonly cycleS: number;
  readonly alternatives: readonly SignalAlternatives[];
  readonly resolutionS: number;
  readonly objective: BandObjective;
  readonly weights: { readonly outbound: number; readonly inbound: number };
}): RouteCandidate {
  const { route, cycleS, alternatives, resolutionS } = of;
  const problem: BandProblem = {
    cycleS,
    signals: route.signals.map((signal, at) => ({
      alternatives: known(alternatives[at], "alternatives").map(
        (plan): BandAlternative => ({
          outbound: bandGreens(signal.intersection, plan, signal.outboundMovementId),
          inbound: bandGreens(signal.intersection, plan, signal.inboundMovementId),
        }),
      ),
    })),
    links: route.links,
    queueClearanceS: route.queueClearanceS,
    objective: of.objective,
  };
  const band = solveBands(problem, { resolutionS, weights: of.weights });
  const choice = band?.signals;
  const timingPlans = alternatives.map((plans, at) => ({
    ...known(plans[choice?.[at]?.alternative ?? 0], "chosen alternative"),
    offsetS: choice?.[at]?.offsetS ?? 0,
  }));
  const free = band === undefined ? undefined : listFreeOffsets(problem, band, { resolutionS });
  return {
    cycleS,
    timingPlans,
    band,
    problem,
    freeOffsetsS: alternatives.map((_, at) =>
      free === undefined
        ? Array.from({ length: Math.round(cycleS / resolutionS) }, (__, step) => step * resolutionS)
        : known(free[at], "free offsets")
            .filter((it) => it.alternative === choice?.[at]?.alternative)
            .map((it) => it.offsetS)
            .sort((a, b) => a - b),
    ),
  };
}

/** Greens that carry a band: protected ones, and permitted ones of a through movement; always for no movement. */
function bandGreens(at: Intersection, plan: TimingPlan, movementId: string | undefined): readonly Interval[] {
  if (movementId === undefined) return [{ startS: 0, lengthS: plan.cycleS }];
  const greens = known(buildMovementGreens(at, plan).get(movementId), `greens of ${movementId}`);
  const isThrough = at.movements.find((it) => it.id === movementId)?.turn === "through";
  return greens.protected.length > 0 || !isThrough ? greens.protected : greens.permitted;
}

/** `equal` never leaves green unused: what is left beyond the common band goes by weight, both keeping the common band. */
function solveBands(
  problem: BandProblem,
  of: {
    readonly resolutionS: number;
    readonly weights: { readonly outbound: number; readonly inbound: number };
  },
): BandPlan | undefined {
  const band = solveBandGrid(problem, of);
  if (band.kind === "noBand") return undefined;
  if (problem.objective.kind !== "equal") return band;
  const floorS = Math.min(band.bandwidthS.outbound, band.bandwidthS.inbound) - ROUNDING_S;
  const wider = solveBandGrid(
    {
      ...problem,
      objective: { kind: "weighted", weights: of.weights, floorsS: { outbound: floorS, inbound: floorS } },
    },
    of,
  );
  return wider.kind === "solved" ? wider : band;
}

/** A floor that an earlier answer set must not be missed by its own rounding, s. */
export const ROUNDING_S = 1e-7;
