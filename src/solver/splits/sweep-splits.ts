/**
 * Splits in closed form, fast enough to be asked for every intersection and cycle of a sweep: the largest reserve whose
 * needs fit the cycle (split-needs.ts), found by a few exact Newton steps, then slack by policy.
 *
 * Where each stream is served by one phase this is the optimum of the linear program in solve-splits.ts. A stream that
 * several phases serve asks its first one for what the others, at their own needs, leave over: feasible, but the linear
 * program may find a larger reserve.
 */
import { placeSlack } from "./place-slack.ts";
import { solveThroughput } from "./solve-throughput.ts";
import { createNeeds, findLargestReserve, largestReserveBound, reserveOf } from "./split-needs.ts";
import { describeMisfit, type SplitAnswer, type SplitQuestion } from "./split-problem.ts";

/** Rounds in which streams of several phases take account of the needs of the others. */
const SHARED_ROUNDS = 3;

export function sweepSplits(question: SplitQuestion): SplitAnswer {
  const { problem, cycleS, slack } = question;
  if (slack === "throughput") return solveThroughput(question);
  const reason = describeMisfit(problem, cycleS);
  if (reason !== undefined) return { kind: "infeasible", reason };
  const bound = largestReserveBound(problem, cycleS);
  const limit = slack === "equal" ? bound : Math.min(bound, 1 / question.targetDegreeOfSaturation);
  const needs = createNeeds(problem.phases.length);
  let givenS: ArrayLike<number> = problem.phases.map((it) => it.minSplitS);
  const rounds = problem.streams.some((it) => it.phases.length > 1) ? SHARED_ROUNDS : 1;
  for (let round = 0; round < rounds; round++) {
    findLargestReserve(needs, { problem, cycleS, lengthS: cycleS, limit, givenS });
    if (round + 1 < rounds) givenS = needs.needS.slice();
  }
  const splitsS = placeSlack({ problem, cycleS, slack, needS: needs.needS });
  return { kind: "solved", splitsS, reserve: reserveOf(problem, splitsS, cycleS) };
}
