import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleToMargins } from "./furness.ts";

interface Case {
  readonly id: string;
  readonly oracle: string;
  readonly input: { seed: number[][]; rows: number[]; cols: number[]; iterations?: number };
  readonly expect: readonly { readonly path: string; readonly value: number; readonly tol: number }[];
}

const file = new URL("../../../shared/cases/cases.json", import.meta.url);
const cases: Case[] = existsSync(file)
  ? JSON.parse(readFileSync(file, "utf8")).filter((it: Case) => it.oracle === "ipf")
  : [];

describe.skipIf(cases.length === 0)("published tables", () => {
  it.each(cases)("$id is met within its tolerance", ({ input, expect: expected }) => {
    const { matrix, maxError } = scaleToMargins({
      seed: input.seed,
      rows: input.rows,
      columns: input.cols,
      ...(input.iterations === undefined ? {} : { iterations: input.iterations }),
    });
    for (const { path, value, tol } of expected) {
      const [name, row, column] = path.split(".");
      const actual =
        name === "odds_ratio_drift"
          ? oddsRatioDrift(input.seed, matrix)
          : name === "max_error"
            ? maxError
            : (matrix[Number(row)]?.[Number(column)] ?? Number.NaN);
      expect(Math.abs(actual - value), `${path}: ${actual} against ${value}`).toBeLessThanOrEqual(tol);
    }
  });
});

/** Largest relative change of an odds ratio of any two rows and columns. */
function oddsRatioDrift(
  seed: readonly (readonly number[])[],
  matrix: readonly (readonly number[])[],
): number {
  let drift = 0;
  const ratio = (of: readonly (readonly number[])[], at: readonly number[]) => {
    const [i = 0, k = 0, j = 0, l = 0] = at;
    const cell = (row: number, column: number) => of[row]?.[column] ?? 0;
    return (cell(i, j) * cell(k, l)) / (cell(i, l) * cell(k, j));
  };
  for (let i = 0; i < seed.length; i += 1) {
    for (let k = i + 1; k < seed.length; k += 1) {
      for (let j = 0; j < (seed[0]?.length ?? 0); j += 1) {
        for (let l = j + 1; l < (seed[0]?.length ?? 0); l += 1) {
          const before = ratio(seed, [i, k, j, l]);
          if (!Number.isFinite(before) || before === 0) continue;
          drift = Math.max(drift, Math.abs(ratio(matrix, [i, k, j, l]) / before - 1));
        }
      }
    }
  }
  return drift;
}

it("a table that agrees with its margins stays", () => {
  expect(
    scaleToMargins({
      seed: [
        [1, 2],
        [3, 4],
      ],
      rows: [3, 7],
      columns: [4, 6],
    }).matrix,
  ).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

it("a free margin is left alone", () => {
  const { matrix, maxError } = scaleToMargins({
    seed: [
      [1, 1],
      [1, 3],
    ],
    rows: [4, undefined],
    columns: [undefined, undefined],
  });
  expect(matrix).toEqual([
    [2, 2],
    [1, 3],
  ]);
  expect(maxError).toBe(0);
});

it("margins that contradict the seed's zeros are told by the error", () => {
  const { matrix, maxError } = scaleToMargins({
    seed: [
      [1, 0],
      [1, 1],
    ],
    rows: [5, 5],
    columns: [2, 8],
    iterations: 100,
  });
  expect((matrix[0]?.[0] ?? 0) + (matrix[1]?.[0] ?? 0)).toBeCloseTo(2, 9);
  expect(maxError).toBeGreaterThan(1);
});

it("rows or columns of another number than the table's are a bug", () => {
  expect(() => scaleToMargins({ seed: [[1]], rows: [1, 2], columns: [1] })).toThrow(/1 rows has 2/);
});

it("any positive table meets any agreeing margins and keeps its odds ratios", () => {
  const size = fc.integer({ min: 1, max: 6 });
  const table = fc.tuple(size, size).chain(([rows, columns]) => {
    const of = () =>
      fc.array(
        fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: columns, maxLength: columns }),
        {
          minLength: rows,
          maxLength: rows,
        },
      );
    return fc.tuple(of(), of());
  });
  fc.assert(
    fc.property(table, ([seed, other]) => {
      const rows = other.map((row) => row.reduce((sum, it) => sum + it, 0));
      const columns = (other[0] ?? []).map((_, at) => other.reduce((sum, row) => sum + (row[at] ?? 0), 0));
      const { matrix, maxError } = scaleToMargins({ seed, rows, columns });
      expect(maxError).toBeLessThan(1e-9);
      expect(oddsRatioDrift(seed, matrix)).toBeLessThan(1e-12);
    }),
    { seed: 31, numRuns: 100 },
  );
});
