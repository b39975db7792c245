import fc from "fast-check";
import { expect, it } from "vitest";
import { scaleToMargins } from "./furness.ts";
import { oddsRatioDrift } from "./odds-ratios.test-support.ts";

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
