/**
 * Least squares over shares: minimizes Σ weight · (coefficients · x − value)² + λ · |x − prior|² where x ≥ 0 and the
 * shares of every group sum to 1. A primal active-set method for this strictly convex quadratic program (J. Nocedal,
 * S. J. Wright, Numerical Optimization, 2nd ed., algorithm 16.3): exact up to rounding, no step size to choose.
 *
 * Symbols: H = AᵀWA + λI, f = AᵀWb + λ·prior, E x = 1 the sums.
 */
import { inverse, Matrix, solve } from "ml-matrix";
import { assert, known } from "../errors.ts";

export interface ShareObservation {
  /** One per share. */
  readonly coefficients: readonly number[];
  readonly value: number;
  /** 1 ÷ variance of the value. */
  readonly weight: number;
}

export interface ShareProblem {
  readonly observations: readonly ShareObservation[];
  /** Positions of the shares that sum to 1 together; every share is in one group. */
  readonly groups: readonly (readonly number[])[];
  /** In each group ≥ 0 and summing to 1. */
  readonly prior: readonly number[];
  /** λ > 0: 1 ÷ variance of the prior. */
  readonly priorWeight: number;
}

export interface ShareEstimate {
  readonly shares: number[];
  /**
   * What the observations say about each share rather than the prior, 0…1: 1 − variance after ÷ variance before, both
   * with the sums kept (bounds left out of account). A share alone in its group is known.
   */
  readonly resolution: number[];
}

/** Below this a multiplier counts as not negative, relative to the largest entry of H. */
const TOLERANCE = 1e-11;

export function solveShares(problem: ShareProblem): ShareEstimate {
  const { prior, priorWeight } = problem;
  assert(priorWeight > 0, `prior weight ${priorWeight} must be positive: the optimum would not be unique`);
  const hessian = buildHessian(problem);
  const linear = buildLinear(problem);
  const size = prior.length;
  const scale = Math.max(...hessian.to1DArray());
  const shares = [...prior];
  const free = shares.map((it) => it > 0);
  for (let step = 0; step <= 20 * (size + 1); step += 1) {
    const { target, sumPrices } = solveOverFree({ hessian, linear, groups: problem.groups, free });
    const blocking = moveToward(shares, target, free);
    if (blocking !== undefined) {
      free[blocking] = false;
      continue;
    }
    const release = findMostNegativePrice({
      hessian,
      linear,
      shares,
      free,
      sumPrices,
      groups: problem.groups,
    });
    if (release === undefined || release.price >= -TOLERANCE * scale) {
      return { shares, resolution: findResolution(hessian, problem) };
    }
    free[release.at] = true;
  }
  throw new Error(`assertion failed: active set of ${size} shares does not settle`);
}

interface Reduced {
  readonly hessian: Matrix;
  readonly linear: readonly number[];
  readonly groups: ShareProblem["groups"];
  readonly free: readonly boolean[];
}

/** The optimum over the free shares with the sums kept and the others at 0, and the multipliers of the sums. */
function solveOverFree({ hessian, linear, groups, free }: Reduced): {
  target: number[];
  sumPrices: number[];
} {
  const positions = free.flatMap((it, at) => (it ? [at] : []));
  const count = positions.length;
  const system = Matrix.zeros(count + groups.length, count + groups.length);
  const right = Matrix.zeros(count + groups.length, 1);
  for (const [row, i] of positions.entries()) {
    for (const [column, j] of positions.entries()) system.set(row, column, hessian.get(i, j));
    right.set(row, 0, known(linear[i], "linear term"));
    const group = count + groups.findIndex((it) => it.includes(i));
    system.set(row, group, 1);
    system.set(group, row, 1);
  }
  for (const group of groups.keys()) right.set(count + group, 0, 1);
  const solution = solve(system, right).to1DArray();
  const target = free.map(() => 0);
  for (const [row, i] of positions.entries()) target[i] = known(solution[row], "share");
  return { target, sumPrices: solution.slice(count) };
}

/** Goes toward the target as far as no share turns negative; the position of the one that stopped it. */
function moveToward(
  shares: number[],
  target: readonly number[],
  free: readonly boolean[],
): number | undefined {
  let blocking: number | undefined;
  let step = 1;
  for (const [at, share] of shares.entries()) {
    const change = known(target[at], "target") - share;
    if (!free[at] || share + change >= 0) continue;
    if (share / -change < step) {
      step = share / -change;
      blocking = at;
    }
  }
  for (const [at, share] of shares.entries()) {
    shares[at] =
      step === 1 ? known(target[at], "target") : share + step * (known(target[at], "target") - share);
  }
  if (blocking !== undefined) shares[blocking] = 0;
  return blocking;
}

/** Of the shares held at 0, the one whose release lowers the objective most: gradient + multiplier of its sum. */
function findMostNegativePrice(
  of: Reduced & { readonly shares: readonly number[]; readonly sumPrices: readonly number[] },
): { at: number; price: number } | undefined {
  const gradient = of.hessian.mmul(Matrix.columnVector([...of.shares])).to1DArray();
  const held = of.free.flatMap((isFree, at) => {
    if (isFree) return [];
    const group = of.groups.findIndex((it) => it.includes(at));
    const price =
      known(gradient[at], "gradient") -
      known(of.linear[at], "linear term") +
      known(of.sumPrices[group], "price");
    return [{ at, price }];
  });
  return held.sort((a, b) => a.price - b.price)[0];
}

function buildHessian({ observations, prior, priorWeight }: ShareProblem): Matrix {
  const hessian = Matrix.eye(prior.length).mul(priorWeight);
  for (const { coefficients, weight } of observations) {
    for (const [i, a] of coefficients.entries()) {
      if (a === 0) continue;
      for (const [j, b] of coefficients.entries()) hessian.set(i, j, hessian.get(i, j) + weight * a * b);
    }
  }
  return hessian;
}

const buildLinear = ({ observations, prior, priorWeight }: ShareProblem): number[] =>
  prior.map((share, at) =>
    observations.reduce(
      (sum, it) => sum + it.weight * known(it.coefficients[at], "coefficient") * it.value,
      priorWeight * share,
    ),
  );

/** The inverse of the full system holds the variances of the shares with the sums kept. */
function findResolution(hessian: Matrix, { groups, priorWeight }: ShareProblem): number[] {
  const size = hessian.rows;
  const system = Matrix.zeros(size + groups.length, size + groups.length);
  system.setSubMatrix(hessian, 0, 0);
  const freedom = new Array<number>(size).fill(0);
  for (const [at, group] of groups.entries()) {
    for (const it of group) {
      system.set(size + at, it, 1);
      system.set(it, size + at, 1);
      freedom[it] = 1 - 1 / group.length;
    }
  }
  const variances = inverse(system).diagonal();
  return freedom.map((it, at) =>
    it === 0 ? 1 : Math.min(1, Math.max(0, 1 - (priorWeight * known(variances[at], "variance")) / it)),
  );
}
