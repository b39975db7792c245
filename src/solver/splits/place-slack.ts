/**
 * Gives the time that no stream needs to phases, by policy:
 *
 * - `coordinated`: the cycle's slack to the coordinated phases.
 * - `leastDelay`: second by second to where it saves most delay, on the controller's resolution (place-at-least-cost.ts).
 * - `equal`: the needs are those at the largest common reserve already; what is left goes as under `coordinated`.
 *
 * A ring that needs less than its barrier group lasts fills up to it: its coordinated phase under `coordinated`, the best
 * seconds under `leastDelay`, otherwise all its streams at the largest reserve of their own.
 */
import { placeAtLeastCost } from "./place-at-least-cost.ts";
import { createNeeds, findLargestReserve, largestReserveBound } from "./split-needs.ts";
import { lengthOf, mostOfGroup, type SlackPolicy, type SplitProblem, sumOf } from "./split-problem.ts";
import { streamDelayVehHPerH } from "./stream-delay.ts";

/** Shares of a second closer than this are rounding. */
const ROUNDING_S = 1e-9;

/**
 * Splits whose rings each add up to the cycle, none below its need. `needS` are splits that fit the cycle; that maximum
 * greens leave room for the whole cycle has been checked (`describeMisfit`).
 */
export function placeSlack(input: {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly slack: SlackPolicy;
  readonly needS: ArrayLike<number>;
}): number[] {
  if (input.slack === "leastDelay") return placeAtLeastCost({ ...input, costOf: streamDelayVehHPerH });
  const splitsS = Array.from(input.needS);
  placeByRank(input, splitsS);
  return splitsS;
}

type PlaceInput = Parameters<typeof placeSlack>[0];

function placeByRank(input: PlaceInput, splitsS: number[]): void {
  const { problem, cycleS } = input;
  const lengthsS = problem.cells.map((rings) => lengthOf(rings, splitsS));
  let slackS = cycleS - lengthsS.reduce((sum, it) => sum + it, 0);
  for (const wanted of [true, false]) {
    for (const [group, rings] of problem.cells.entries()) {
      const isCoordinated = rings.some((cell) => cell.some((it) => problem.phases[it]?.isCoordinated));
      if (isCoordinated !== wanted) continue;
      const lengthS = lengthsS[group] ?? 0;
      const addedS = Math.min(slackS, mostOfGroup(problem, rings) - lengthS);
      slackS -= addedS;
      for (const cell of rings) fillCell(input, cell, lengthS + addedS, splitsS);
    }
  }
}

/** Lengthens the phases of one ring and barrier group to `lengthS` together. */
function fillCell(input: PlaceInput, cell: readonly number[], lengthS: number, splitsS: number[]): void {
  if (lengthS - sumOf(cell, splitsS) < ROUNDING_S) return;
  const { phases } = input.problem;
  const lengthen = (position: number) => {
    const splitS = splitsS[position] ?? 0;
    const roomS = (phases[position]?.maxSplitS ?? 0) - splitS;
    splitsS[position] = splitS + Math.max(0, Math.min(lengthS - sumOf(cell, splitsS), roomS));
  };
  const coordinated = cell.find((it) => phases[it]?.isCoordinated);
  if (coordinated === undefined || input.slack !== "coordinated") raiseAlike(input, cell, lengthS, splitsS);
  if (coordinated !== undefined) lengthen(coordinated);
  for (const it of cell) lengthen(it);
}

/** Raises the streams of a cell to the largest reserve that its length allows. */
function raiseAlike(input: PlaceInput, cell: readonly number[], lengthS: number, splitsS: number[]): void {
  const { phases, streams } = input.problem;
  const problem = {
    ...input.problem,
    streams: streams.filter((it) => cell.includes(it.phases[0] ?? -1)),
    cells: [[cell]],
  };
  if (problem.streams.length === 0) return;
  const needs = createNeeds(phases.length);
  const limit = largestReserveBound(problem, input.cycleS);
  findLargestReserve(needs, { problem, cycleS: input.cycleS, lengthS, limit, givenS: splitsS });
  const raisedS = cell.map((it) => Math.max(splitsS[it] ?? 0, needs.needS[it] ?? 0));
  if (raisedS.reduce((sum, it) => sum + it, 0) > lengthS + ROUNDING_S) return;
  for (const [place, it] of cell.entries()) splitsS[it] = raisedS[place] ?? 0;
}
