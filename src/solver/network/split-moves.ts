/**
 * Splits next to given ones: some seconds of green from one phase to another of its ring and barrier group, or from one
 * barrier group to another in all rings at once. Least splits, maximum greens and ring sums are kept; across barrier
 * groups each ring gives where it has most to spare and takes where its streams are most saturated.
 */
import { fromTenths, toTenths } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { type SplitProblem, servedVeh } from "../splits/split-problem.ts";

/** All moves by `byS`, a multiple of the controller's resolution. */
export function listSplitMoves(problem: SplitProblem, plan: TimingPlan, byS: number): TimingPlan[] {
  const splitsS = problem.phases.map(
    ({ phase }) => plan.splits.find((it) => it.phase === phase)?.splitS ?? 0,
  );
  const moves: (readonly (readonly [giver: number, taker: number])[])[] = [];
  for (const rings of problem.cells) {
    for (const cell of rings) {
      for (const giver of cell) {
        for (const taker of cell) if (giver !== taker) moves.push([[giver, taker]]);
      }
    }
  }
  const saturations = listSaturations(problem, splitsS, plan.cycleS);
  for (const giving of problem.cells) {
    for (const taking of problem.cells) {
      if (giving === taking) continue;
      moves.push(
        giving.map((cell, ring) => [
          bestOf(cell, (it) => -(saturations[it] ?? 0)),
          bestOf(taking[ring] ?? [], (it) => saturations[it] ?? 0),
        ]),
      );
    }
  }
  return moves.flatMap((move) => {
    const moved = shift(problem, splitsS, move, byS);
    return moved === undefined ? [] : [withSplits(plan, problem, moved)];
  });
}

function shift(
  problem: SplitProblem,
  splitsS: readonly number[],
  move: readonly (readonly [number, number])[],
  byS: number,
): number[] | undefined {
  const moved = [...splitsS];
  for (const [giver, taker] of move) {
    moved[giver] = fromTenths(toTenths(moved[giver] ?? 0) - toTenths(byS));
    moved[taker] = fromTenths(toTenths(moved[taker] ?? 0) + toTenths(byS));
    if ((moved[giver] ?? 0) < (problem.phases[giver]?.minSplitS ?? 0)) return undefined;
    if ((moved[taker] ?? 0) > (problem.phases[taker]?.maxSplitS ?? 0)) return undefined;
  }
  return moved;
}

const withSplits = (plan: TimingPlan, { phases }: SplitProblem, splitsS: readonly number[]): TimingPlan => ({
  ...plan,
  splits: phases.map(({ phase }, position) => ({ phase, splitS: splitsS[position] ?? 0 })),
});

/** By position of the phase: the largest degree of saturation of the streams that it serves. */
function listSaturations(problem: SplitProblem, splitsS: readonly number[], cycleS: number): number[] {
  const saturations = problem.phases.map(() => 0);
  for (const stream of problem.streams) {
    let splitS = 0;
    for (const phase of stream.phases) splitS += splitsS[phase] ?? 0;
    const saturation = (stream.flowVps * cycleS) / Math.max(1e-3, servedVeh(stream, splitS, cycleS));
    for (const phase of stream.phases) saturations[phase] = Math.max(saturations[phase] ?? 0, saturation);
  }
  return saturations;
}

const bestOf = (cell: readonly number[], value: (position: number) => number): number =>
  cell.reduce((best, it) => (value(it) > value(best) ? it : best), cell[0] ?? 0);
