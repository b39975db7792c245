/**
 * One cycle length of a route with given splits: the widest bands on the controllers' resolution, and on demand every
 * offset that leaves those bands as they are.
 */
import { known } from "../../errors.ts";
import type { Intersection } from "../../network/network.schema.ts";
import type { Interval } from "../../timing/cycle.ts";
import { buildGreensOf, buildPhaseTimes, type MovementGreens } from "../../timing/phase-times.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { listFreeOffsets } from "../bands/band-freedom.ts";
import {
  type BandAlternative,
  type BandObjective,
  type BandPlan,
  type BandProblem,
  type PerDirection,
  settleTravel,
} from "../bands/band-problem.ts";
import { solveBandGrid } from "../bands/solve-band-grid.ts";
import type { RouteSignal, RouteSignals } from "./route-signals.ts";

export interface RouteCandidate {
  readonly cycleS: number;
  /** One per signal of the route, offsets by the bands (0 where there is no band). */
  readonly timingPlans: readonly TimingPlan[];
  readonly band: BandPlan | undefined;
  /** What the bands answer. */
  readonly problem: BandProblem | undefined;
}

/** One way to run each signal: the same splits in every sequence that may be chosen, with today's offset. */
export type SignalAlternatives = readonly TimingPlan[];

export interface CandidateInput {
  readonly route: RouteSignals;
  readonly cycleS: number;
  readonly alternatives: readonly SignalAlternatives[];
  readonly resolutionS: number;
  /** Absent: no band is looked for. */
  readonly objective: BandObjective | undefined;
  /** For `equal`: what is left beyond the common band goes by these weights; absent: it stays offset freedom. */
  readonly widenBy?: PerDirection<number>;
}

export function buildCandidate(of: CandidateInput): RouteCandidate {
  const { cycleS, alternatives, objective } = of;
  if (objective === undefined) return buildUnbanded(of);
  const problem = buildBandProblem({ ...of, objective });
  const band = solveBands(problem, of);
  if (band === undefined) return buildUnbanded(of);
  const timingPlans = band.signals.map(({ alternative, offsetS }, at) => ({
    ...known(alternatives[at]?.[alternative], "chosen alternative"),
    offsetS,
  }));
  return { cycleS, band, problem: settleTravel(problem, band), timingPlans };
}

/** The bands of a route through these plans, their offsets left open. */
export const buildBandProblem = ({
  route,
  cycleS,
  alternatives,
  objective,
}: Pick<CandidateInput, "route" | "cycleS" | "alternatives"> & {
  readonly objective: BandObjective;
}): BandProblem => ({
  cycleS,
  signals: route.signals.map((signal, at) => ({
    alternatives: known(alternatives[at], "alternatives").map((plan) => bandAlternative(signal, plan)),
  })),
  links: route.links,
  queueClearanceS: route.queueClearanceS,
  objective,
});

/** Today's sequences and, where they are on the cycle, today's offsets. */
const buildUnbanded = ({ cycleS, alternatives }: CandidateInput): RouteCandidate => ({
  cycleS,
  band: undefined,
  problem: undefined,
  timingPlans: alternatives.map((plans) => known(plans[0], "alternative")),
});

/** Offsets per signal, in order around the cycle, that keep the bands; all of the grid where there is no band. */
export function listAllowedOffsets({ resolutionS }: CandidateInput, candidate: RouteCandidate): number[][] {
  const { band, problem, cycleS, timingPlans } = candidate;
  if (band === undefined || problem === undefined) {
    const steps = Array.from({ length: Math.round(cycleS / resolutionS) }, (_, step) => step * resolutionS);
    return timingPlans.map(() => steps);
  }
  return listFreeOffsets(problem, band, { resolutionS }).map((choices, at) =>
    choices
      .filter((it) => it.alternative === band.signals[at]?.alternative)
      .map((it) => it.offsetS)
      .sort((a, b) => a - b),
  );
}

/** The route's greens with an offset of 0, for each direction; always where a direction does not pass. */
function bandAlternative(signal: RouteSignal, plan: TimingPlan): BandAlternative {
  const atZero = { ...plan, offsetS: 0 };
  const times = buildPhaseTimes(signal.intersection, atZero);
  const greensFor = (movementId: string | undefined): readonly Interval[] =>
    movementId === undefined
      ? [{ startS: 0, lengthS: plan.cycleS }]
      : bandGreens(
          signal.intersection,
          movementId,
          buildGreensOf(signal.intersection, atZero, movementId, times),
        );
  return { outbound: greensFor(signal.outboundMovementId), inbound: greensFor(signal.inboundMovementId) };
}

/** Greens that carry a band: protected ones; permitted ones of a through movement that has no others. */
export function bandGreens(
  at: Intersection,
  movementId: string,
  greens: MovementGreens,
): readonly Interval[] {
  const isThrough = at.movements.find((it) => it.id === movementId)?.turn === "through";
  return greens.protected.length > 0 || !isThrough ? greens.protected : greens.permitted;
}

function solveBands(
  problem: BandProblem,
  { resolutionS, widenBy }: Pick<CandidateInput, "resolutionS" | "widenBy">,
): BandPlan | undefined {
  const band = solveBandGrid(problem, { resolutionS });
  if (band.kind === "noBand") return undefined;
  if (widenBy === undefined || problem.objective.kind !== "equal") return band;
  const floorS = Math.min(band.bandwidthS.outbound, band.bandwidthS.inbound) - ROUNDING_S;
  const objective: BandObjective = {
    kind: "weighted",
    weights: widenBy,
    floorsS: { outbound: floorS, inbound: floorS },
  };
  const wider = solveBandGrid({ ...problem, objective }, { resolutionS });
  return wider.kind === "solved" ? wider : band;
}

/** A floor that an earlier answer set must not be missed by its own rounding, s. */
export const ROUNDING_S = 1e-7;
