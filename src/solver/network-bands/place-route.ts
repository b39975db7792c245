/**
 * One route by itself, exactly, round those of its signals that stay where they are: the ones marked in the scorer. These
 * are one signal to the others, with the greens that all of them leave.
 */
import { known } from "../../errors.ts";
import type { BandAnswer } from "../bands/band-problem.ts";
import { solveBandGrid } from "../bands/solve-band-grid.ts";
import type { SpaceRoute } from "./band-space.ts";
import { buildRouteProblem, toIntervals } from "./route-problem.ts";
import { gatherArcs, type Scorer } from "./score-shifts.ts";

/** The most that the route can be worth, offsets on the resolution; −∞ where it cannot have its floors. */
export function worthRoundMarked(scorer: Scorer, route: SpaceRoute): number {
  const answer = solveRoundMarked(scorer, route);
  if (answer.kind === "solved") return answer.valueS;
  const { ways } = scorer.space;
  const hasFloor = [route.outbound, route.inbound].some(
    (it) => it !== undefined && known(ways[it], `way ${it}`).floor > 0,
  );
  return hasFloor ? Number.NEGATIVE_INFINITY : 0;
}

/** Moves the other signals to where the route is worth that; where it has no band, nothing moves. */
export function placeRoute(scorer: Scorer, route: SpaceRoute): void {
  const answer = solveRoundMarked(scorer, route);
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

function solveRoundMarked(scorer: Scorer, route: SpaceRoute): BandAnswer {
  const { space } = scorer;
  const commonOf = (way: number | undefined) =>
    toIntervals(way === undefined ? undefined : gatherArcs(scorer, way, 1), space.steps);
  const common = { outbound: commonOf(route.outbound), inbound: commonOf(route.inbound) };
  const problem = buildRouteProblem(space, route, { signals: listFree(scorer, route), common });
  return solveBandGrid(problem, { resolutionS: 1 });
}
