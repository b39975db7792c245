/**
 * Gives the time that no stream needs to phases, by policy:
 *
 * - `coordinated`: the cycle's slack to the coordinated phases.
 * - `leastDelay`: second by second to where it saves most delay (HCM d1 + d2, which is convex in green, so taking the
 *   best second first is optimal but for the last second and for streams that several phases serve).
 * - `equal`: the needs are those at the largest common reserve already; what is left goes as under `coordinated`.
 *
 * A ring that needs less than its barrier group lasts fills up to it: its coordinated phase under `coordinated`, the best
 * seconds under `leastDelay`, otherwise all its streams at the largest reserve of their own.
 */
import { assert } from "../errors.ts";
import { incrementalDelayS, uniformDelayS } from "../traffic/hcm-delay.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import type { SlackPolicy } from "./route-request.ts";
import { createNeeds, findLargestReserve, largestReserveBound } from "./split-needs.ts";
import { mostOf, type SplitProblem, type SplitStream } from "./split-problem.ts";

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
  const splitsS = Array.from(input.needS);
  if (input.slack === "leastDelay") placeByDelay(input, splitsS);
  else placeByRank(input, splitsS);
  return splitsS;
}

const sumOf = (cell: readonly number[], splitsS: readonly number[]): number => {
  let sum = 0;
  for (const it of cell) sum += splitsS[it] ?? 0;
  return sum;
};

const lengthOf = (rings: readonly (readonly number[])[], splitsS: readonly number[]): number =>
  rings.reduce((longest, cell) => Math.max(longest, sumOf(cell, splitsS)), 0);

/** How much longer a barrier group can get, by the maximum greens of its rings. */
function roomOf(problem: SplitProblem, rings: readonly (readonly number[])[], lengthS: number): number {
  let roomS = Number.POSITIVE_INFINITY;
  for (const cell of rings) roomS = Math.min(roomS, mostOf(problem, cell) - lengthS);
  return roomS;
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
      const addedS = Math.min(slackS, roomOf(problem, rings, lengthS));
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

function placeByDelay(input: PlaceInput, splitsS: number[]): void {
  const { problem, cycleS } = input;
  const gains = problem.phases.map((_, position) => gainOf(input, splitsS, position));
  const bestOf = (cell: readonly number[]) =>
    cell.reduce((best, it) => ((gains[it] ?? 0) > (gains[best] ?? 0) ? it : best), cell[0] ?? 0);
  const fill = (cell: readonly number[], lengthS: number): void => {
    for (let missingS = lengthS - sumOf(cell, splitsS); missingS > ROUNDING_S; ) {
      const best = bestOf(cell);
      const roomS = (problem.phases[best]?.maxSplitS ?? 0) - (splitsS[best] ?? 0);
      const byS = Math.min(1, missingS, roomS);
      assert(byS > 0, `no phase of ${cell.join("+")} may get ${missingS} s more`);
      splitsS[best] = (splitsS[best] ?? 0) + byS;
      for (const it of cell) gains[it] = gainOf(input, splitsS, it);
      missingS -= byS;
    }
  };
  const lengthsS = problem.cells.map((rings) => lengthOf(rings, splitsS));
  for (const [group, rings] of problem.cells.entries()) {
    for (const cell of rings) fill(cell, lengthsS[group] ?? 0);
  }
  let slackS = cycleS - lengthsS.reduce((sum, it) => sum + it, 0);
  while (slackS > ROUNDING_S) {
    let best = 0;
    let mostGain = Number.NEGATIVE_INFINITY;
    for (const [group, rings] of problem.cells.entries()) {
      const gain = rings.reduce((sum, cell) => sum + (gains[bestOf(cell)] ?? 0), 0);
      if (gain > mostGain) {
        mostGain = gain;
        best = group;
      }
    }
    const rings = problem.cells[best] ?? [];
    const byS = Math.min(1, slackS, roomOf(problem, rings, lengthsS[best] ?? 0));
    assert(byS > 0, `no barrier group may get ${slackS} s more`);
    lengthsS[best] = (lengthsS[best] ?? 0) + byS;
    for (const cell of rings) fill(cell, lengthsS[best] ?? 0);
    slackS -= byS;
  }
}

/** A coordinated phase wins where nothing is saved anywhere, veh. */
const COORDINATED_BONUS = 1e-9;

/** Delay that one more second of this phase saves, veh·s per second; nothing can be gained beyond its maximum green. */
function gainOf(input: PlaceInput, splitsS: number[], position: number): number {
  const phase = input.problem.phases[position];
  const splitS = splitsS[position] ?? 0;
  if (phase === undefined || splitS >= phase.maxSplitS - ROUNDING_S) return Number.NEGATIVE_INFINITY;
  let gain = phase.isCoordinated ? COORDINATED_BONUS : 0;
  for (const stream of input.problem.streams) {
    if (!stream.phases.includes(position)) continue;
    let greenS = -stream.lostS;
    for (const it of stream.phases) greenS += splitsS[it] ?? 0;
    gain +=
      stream.flowVps * (delayS(stream, greenS, input.cycleS) - delayS(stream, greenS + 1, input.cycleS));
  }
  return gain;
}

function delayS(stream: SplitStream, greenS: number, cycleS: number): number {
  const effectiveGreenS = Math.min(cycleS, Math.max(0, greenS));
  const servedVeh = Math.max(1e-3, stream.rateVps * effectiveGreenS + stream.extraVeh);
  const degreeOfSaturation = (stream.flowVps * cycleS) / servedVeh;
  const capacityVph = (servedVeh * SECONDS_PER_HOUR) / cycleS;
  return (
    uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation }) +
    incrementalDelayS({ degreeOfSaturation, capacityVph })
  );
}
