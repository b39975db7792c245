/**
 * Turning shares that learn: the least squares of estimate-turning-shares.ts over all periods so far, where a period
 * weighs less the older it is. The past is kept as a square-root information filter (G. J. Bierman, Factorization Methods
 * for Discrete Sequential Estimation, 1977, ch. V): its observations, triangularized, are as many rows as there are
 * shares, with the same least squares. So learning is exact, and the sums and bounds of shares hold at every update.
 *
 * Cost: one triangularization and one small quadratic program per intersection and period.
 */
import { Matrix, QrDecomposition } from "ml-matrix";
import { assert, known } from "../errors.ts";
import {
  listTurningObservations,
  solveTurningShares,
  type TurningProblem,
  type TurningShare,
} from "./estimate-turning-shares.ts";
import type { ShareObservation } from "./simplex-least-squares.ts";

/** What periods so far say, in a few rows; at first none. */
export type TurningMemory = readonly ShareObservation[];

export interface LearnedTurning {
  readonly memory: TurningMemory;
  readonly shares: ReadonlyMap<string, TurningShare>;
}

/**
 * The shares after the new periods of `problem`, whose movements and their order are those of every earlier call.
 * `keep`: what the past weighs beside them, 0.9–0.98 per quarter hour (half of it in 1.5–8.5 h).
 */
export function learnTurningShares(
  memory: TurningMemory,
  { problem, keep }: { readonly problem: TurningProblem; readonly keep: number },
): LearnedTurning {
  assert(keep >= 0 && keep <= 1, `keep ${keep} is not between 0 and 1`);
  const faded = memory.map((it) => ({ ...it, weight: it.weight * keep }));
  const learned = triangularize([...faded, ...listTurningObservations(problem)]);
  return { memory: learned, shares: solveTurningShares(problem, learned) };
}

/** As many observations as there are shares, and one, with the same sum of weighted squares for any shares. */
function triangularize(observations: readonly ShareObservation[]): ShareObservation[] {
  const size = (observations[0]?.coefficients.length ?? 0) + 1;
  if (observations.length <= size) return [...observations];
  const rows = new Matrix(
    observations.map(({ coefficients, value, weight }) =>
      [...coefficients, value].map((it) => Math.sqrt(weight) * it),
    ),
  );
  const upper = new QrDecomposition(rows).upperTriangularMatrix;
  return Array.from({ length: size }, (_, at) => {
    const row = upper.getRow(at);
    return { coefficients: row.slice(0, -1), value: known(row.at(-1), "value"), weight: 1 };
  });
}
