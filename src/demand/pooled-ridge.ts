/**
 * Ridge regression of one target on a few features, pooled over all detectors and updated as counts come in: normal
 * equations with forgetting. One detector alone has too few days to fit a dozen weights; together they have enough.
 */
import { Matrix, solve } from "ml-matrix";

/** Ridge: weight of "all coefficients are 0", in units of vehicles (rows weigh by the root of the usual count). */
const RIDGE = 50;
/** Half of the evidence is older than this many days. */
const HALF_LIFE_DAYS = 14;

export interface PooledRidge {
  /** Σ weight · x xᵀ, row by row. */
  readonly gram: Float64Array;
  /** Σ weight · x y. */
  readonly moment: Float64Array;
  readonly coefficients: Float64Array;
}

export interface RidgeRows {
  /** One row of features per detector. */
  readonly features: Float32Array;
  /** NaN: no row. */
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

export const createPooledRidge = (size: number): PooledRidge => ({
  gram: new Float64Array(size * size),
  moment: new Float64Array(size),
  coefficients: new Float64Array(size),
});

/** The fit with one row more per detector. `slots`: of a day. */
export function learnRows(fit: PooledRidge, rows: RidgeRows, slots: number): PooledRidge {
  const size = fit.moment.length;
  const keep = 0.5 ** (1 / (HALF_LIFE_DAYS * slots));
  const gram = fit.gram.map((it) => it * keep);
  const moment = fit.moment.map((it) => it * keep);
  for (let row = 0; row < rows.targets.length; row += 1) {
    const target = rows.targets[row] ?? Number.NaN;
    if (Number.isNaN(target)) continue;
    const weight = rows.weights[row] ?? 0;
    const base = row * size;
    for (let i = 0; i < size; i += 1) {
      const x = weight * (rows.features[base + i] ?? 0);
      if (x === 0) continue;
      moment[i] = (moment[i] ?? 0) + x * target;
      for (let j = 0; j < size; j += 1) {
        gram[i * size + j] = (gram[i * size + j] ?? 0) + x * (rows.features[base + j] ?? 0);
      }
    }
  }
  return { gram, moment, coefficients: solveRidge(gram, moment) };
}

/** What the fit expects of one row of features. */
export function expectTarget({ coefficients }: PooledRidge, features: Float32Array, row: number): number {
  let sum = 0;
  const base = row * coefficients.length;
  for (let i = 0; i < coefficients.length; i += 1) sum += (coefficients[i] ?? 0) * (features[base + i] ?? 0);
  return sum;
}

function solveRidge(gram: Float64Array, moment: Float64Array): Float64Array {
  const size = moment.length;
  const system = Matrix.from1DArray(size, size, gram).add(Matrix.eye(size).mul(RIDGE));
  return Float64Array.from(solve(system, Matrix.columnVector(moment)).to1DArray());
}
