/**
 * One route by itself, exactly, round those of its signals that stay where they are: the ones marked in the scorer. These
 * are one signal to the others, with the greens that all of them leave.
 */
import { known } from "../../errors.ts";
import type { BandAnswer, BandPlan, BandProblem } from "../bands/band-problem.ts";
import { solveBandExact } from "../bands/solve-band-exact.ts";
import { solveBandGrid } from "../bands/solve-band-grid.ts";
import type { SpaceRoute } from "./band-space.ts";
import { buildRouteProblem, type RouteProblem, toIntervals } from "./route-problem.ts";
import { gatherArcs, type Scorer } from "./score-shifts.ts";

/**
 * The most that the route can be worth; −∞ where it cannot have its floors.
 * `onResolution` is exact; `continuous` lets the offsets of the other signals be any: a little more, and far faster.
 */
export function worthRoundMarked(
  scorer: Scorer,
  route: SpaceRoute,
  offsets: "onResolution" | "continuous",
): number {
  const problem = buildProblem(scorer, route);
  const answer = solve(problem, offsets === "continuous" ? solveBandExact : solveOnResolution);
  if (answer.kind === "solved") return worthOf(problem, answer);
  const { floorsS } = problem.objective;
  return floorsS.outbound > 0 || floorsS.inbound > 0 ? Number.NEGATIVE_INFINITY : 0;
}

/** Moves the other signals to where the route is worth that; where it has no band, nothing moves. */
export function placeRoute(scorer: Scorer, route: SpaceRoute): void {
  const answer = solve(buildProblem(scorer, route), solveOnResolution);
  if (answer.kind === "noBand") return;
  for (const [i, signal] of listFree(scorer, route).entries()) {
    // The first signal of the answer stands for all that are marked.
    const { alternative, offsetS } = known(answer.signals[i + 1], "choice");
    scorer.placement.alternatives[signal] = alternative;
    scorer.placement.offsets[signal] = offsetS;
  }
}

const listFree = ({ marked }: Scorer, { signals }: SpaceRoute): number[] =>
  signals.filter((it) => marked[it] === 0);

function buildProblem(scorer: Scorer, route: SpaceRoute): RouteProblem {
  const { space } = scorer;
  const commonOf = (way: number | undefined) =>
    toIntervals(way === undefined ? undefined : gatherArcs(scorer, way, 1), space.steps);
  const common = { outbound: commonOf(route.outbound), inbound: commonOf(route.inbound) };
  return buildRouteProblem(space, route, { signals: listFree(scorer, route), common });
}

/** A plan that holds the floors may be worth nothing, which the band solver does not look for: then any will do. */
function solve(problem: RouteProblem, solveBands: (problem: BandProblem) => BandAnswer): BandAnswer {
  const answer = solveBands(problem);
  const { weights, floorsS } = problem.objective;
  const isForFloors =
    [weights.outbound, weights.inbound].includes(0) && floorsS.outbound + floorsS.inbound > 0;
  if (answer.kind === "solved" || !isForFloors) return answer;
  const objective = { ...problem.objective, weights: { outbound: 1, inbound: 1 } };
  return solveBands({ ...problem, objective });
}

/** Times are in steps of the resolution. */
const solveOnResolution = (problem: BandProblem): BandAnswer => solveBandGrid(problem, { resolutionS: 1 });

const worthOf = ({ objective: { weights } }: RouteProblem, { bandwidthS }: BandPlan): number =>
  weights.outbound * bandwidthS.outbound + weights.inbound * bandwidthS.inbound;
