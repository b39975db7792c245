/**
 * Furness' method (iterative proportional fitting): scales the rows and columns of a table until its sums are the wanted
 * margins; the odds ratios of the seed stay. Source: K. P. Furness, "Time function iteration", Traffic Engineering and
 * Control 7 (1965); W. E. Deming, F. F. Stephan (1940).
 *
 * The factors of rows and columns are kept apart from the seed, so odds ratios do not drift with the iterations. Limits:
 * margins that contradict each other or the seed's zeros are met as far as the last scaling goes (columns), `maxError`
 * tells.
 */
import { assert, known } from "../errors.ts";

export interface FurnessProblem {
  /** Rows of equal length, ≥ 0. */
  readonly seed: readonly (readonly number[])[];
  /** Wanted sums, ≥ 0; `undefined`: free. */
  readonly rows: readonly (number | undefined)[];
  readonly columns: readonly (number | undefined)[];
  /** Exactly this many (rows, then columns); absent: until the margins are met. */
  readonly iterations?: number;
}

export interface FurnessTable {
  readonly matrix: number[][];
  /** Largest deviation from a wanted sum. */
  readonly maxError: number;
}

/** Largest deviation that counts as met, relative to the largest margin. */
const TOLERANCE = 1e-13;
const MAX_ITERATIONS = 10_000;

export function scaleToMargins({ seed, rows, columns, iterations }: FurnessProblem): FurnessTable {
  assert(
    seed.length === rows.length && seed.every((it) => it.length === columns.length),
    `a table of ${seed.length} rows has ${rows.length} row sums and ${columns.length} column sums`,
  );
  const rowFactors = rows.map(() => 1);
  const columnFactors = columns.map(() => 1);
  const transposed = columns.map((_, column) => seed.map((row) => known(row[column], "cell")));
  const largest = Math.max(0, ...rows.map((it) => it ?? 0), ...columns.map((it) => it ?? 0));
  for (let done = 0; done < (iterations ?? MAX_ITERATIONS); done += 1) {
    rescale(seed, { wanted: rows, own: rowFactors, other: columnFactors });
    rescale(transposed, { wanted: columns, own: columnFactors, other: rowFactors });
    // Columns are met by the last scaling; what is left to see is the rows.
    if (iterations === undefined && errorOf(seed, rows, { rowFactors, columnFactors }) <= TOLERANCE * largest)
      break;
  }
  const matrix = seed.map((row, i) =>
    row.map(
      (cell, j) => known(rowFactors[i], "row factor") * cell * known(columnFactors[j], "column factor"),
    ),
  );
  return {
    matrix,
    maxError: Math.max(
      0,
      ...rows.map((wanted, i) => deviation(wanted, sum(known(matrix[i], "row")))),
      ...columns.map((wanted, j) => deviation(wanted, sum(matrix.map((row) => known(row[j], "cell"))))),
    ),
  };
}

interface Scaling {
  readonly wanted: readonly (number | undefined)[];
  readonly own: number[];
  readonly other: readonly number[];
}

/** Sets each factor so that its line has the wanted sum; a line of zeros cannot be scaled and keeps its factor. */
function rescale(lines: readonly (readonly number[])[], { wanted, own, other }: Scaling): void {
  for (const [at, line] of lines.entries()) {
    const target = wanted[at];
    const unscaled = weightedSum(line, other);
    if (target !== undefined && unscaled > 0) own[at] = target / unscaled;
  }
}

function errorOf(
  seed: readonly (readonly number[])[],
  rows: readonly (number | undefined)[],
  { rowFactors, columnFactors }: { rowFactors: readonly number[]; columnFactors: readonly number[] },
): number {
  return Math.max(
    0,
    ...seed.map((row, i) =>
      deviation(rows[i], known(rowFactors[i], "factor") * weightedSum(row, columnFactors)),
    ),
  );
}

const weightedSum = (line: readonly number[], weights: readonly number[]): number =>
  line.reduce((total, cell, at) => total + cell * known(weights[at], "weight"), 0);
const sum = (values: readonly number[]): number => values.reduce((total, it) => total + it, 0);
const deviation = (wanted: number | undefined, actual: number): number =>
  wanted === undefined ? 0 : Math.abs(wanted - actual);
