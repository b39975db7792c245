import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHighsEngine } from "./highs.ts";
import { jslpEngine } from "./jslp.ts";
import { checkSolution, type LpEngine, type LpModel, type LpRow, type LpVariable } from "./lp-engine.ts";

const inf = Number.POSITIVE_INFINITY;

function variable(objective: number, rest: Partial<LpVariable> = {}): LpVariable {
  return { name: "x", lower: 0, upper: inf, objective, ...rest };
}

function row(coefficients: readonly number[], bounds: Partial<LpRow>): LpRow {
  const terms = coefficients.map((coefficient, i) => ({ variable: i, coefficient }));
  return { name: "row", lower: -inf, upper: inf, ...bounds, terms };
}

const maximize = (variables: LpVariable[], rows: LpRow[]): LpModel => ({
  sense: "maximize",
  variables,
  rows,
});

/** What every engine must do. */
function describeLpEngine(name: string, makeEngine: () => LpEngine | Promise<LpEngine>): void {
  const check = async (model: LpModel, objective: number, values?: number[]) => {
    const answer = (await makeEngine()).solve(model);
    expect(answer.kind).toBe("optimal");
    if (answer.kind !== "optimal") return;
    expect(answer.objective).toBeCloseTo(objective, 6);
    for (const [i, value] of (values ?? []).entries()) expect(answer.values[i]).toBeCloseTo(value, 6);
  };

  describe(name, () => {
    // Wyndor Glass Co., Hillier and Lieberman, Introduction to Operations Research, section 3.1.
    test("a linear program is solved", async () => {
      const rows = [row([1, 0], { upper: 4 }), row([0, 2], { upper: 12 }), row([3, 2], { upper: 18 })];
      await check(maximize([variable(3), variable(5)], rows), 36, [2, 6]);
    });

    test("minimizing keeps the sense of the objective", async () => {
      const rows = [row([1, 1], { lower: 2 })];
      await check({ sense: "minimize", variables: [variable(2), variable(3)], rows }, 4, [2, 0]);
    });

    test("an equation holds", async () => {
      await check(maximize([variable(1), variable(2)], [row([1, 1], { lower: 3, upper: 3 })]), 6, [0, 3]);
    });

    test("a variable may have negative bounds", async () => {
      const bounded = variable(-1, { lower: -5, upper: -2 });
      await check(maximize([bounded], [row([1], { upper: 10 })]), 5, [-5]);
    });

    test("a free variable may be negative", async () => {
      const free = variable(-1, { lower: -inf });
      await check(
        maximize([free, variable(0)], [row([1, 1], { lower: -7 }), row([0, 1], { upper: 3 })]),
        10,
        [-10, 3],
      );
    });

    test("a variable that occurs twice in a row counts with the sum of its coefficients", async () => {
      const twice = {
        name: "row",
        lower: -inf,
        upper: 6,
        terms: [1, 2].map((coefficient) => ({ variable: 0, coefficient })),
      };
      await check(maximize([variable(1)], [twice]), 2, [2]);
    });

    test("an integer program is solved to integers", async () => {
      const integer = { integer: true };
      const rows = [row([2, 3], { upper: 12 }), row([4, 1], { upper: 14 })];
      await check(maximize([variable(5, integer), variable(4, integer)], rows), 23, [3, 2]);
    });

    test("an integer variable may begin below zero", async () => {
      await check(
        maximize([variable(1, { integer: true, lower: -3, upper: 5 })], [row([2], { upper: -3 })]),
        -2,
        [-2],
      );
    });

    test("a program without a feasible point is infeasible", async () => {
      const model = maximize([variable(1)], [row([1], { upper: 1 }), row([1], { lower: 2 })]);
      expect((await makeEngine()).solve(model).kind).toBe("infeasible");
    });

    test("a program whose objective has no end is unbounded", async () => {
      const model = maximize([variable(1), variable(0)], [row([1, -1], { upper: 1 })]);
      expect((await makeEngine()).solve(model).kind).toBe("unbounded");
    });
  });
}

describeLpEngine("javascript-lp-solver", () => jslpEngine);
describeLpEngine("HiGHS", createHighsEngine);

test("the two engines agree on random small programs", async () => {
  const highs = await createHighsEngine();
  const numbers = fc.integer({ min: -5, max: 5 });
  const models = fc
    .record({ variables: fc.integer({ min: 1, max: 5 }), rows: fc.integer({ min: 1, max: 5 }) })
    .chain((size) =>
      fc.record({
        objective: fc.array(numbers, { minLength: size.variables, maxLength: size.variables }),
        integer: fc.array(fc.boolean(), { minLength: size.variables, maxLength: size.variables }),
        matrix: fc.array(fc.array(numbers, { minLength: size.variables, maxLength: size.variables }), {
          minLength: size.rows,
          maxLength: size.rows,
        }),
        right: fc.array(fc.integer({ min: -4, max: 20 }), { minLength: size.rows, maxLength: size.rows }),
      }),
    );
  fc.assert(
    fc.property(models, ({ objective, integer, matrix, right }) => {
      const model = maximize(
        objective.map((it, i) => variable(it, { integer: integer[i] ?? false, upper: 9 })),
        matrix.map((it, i) => row(it, { upper: right[i] ?? 0 })),
      );
      const ours = jslpEngine.solve(model);
      const theirs = highs.solve(model);
      expect(ours.kind).toBe(theirs.kind);
      if (ours.kind === "optimal" && theirs.kind === "optimal") {
        expect(ours.objective).toBeCloseTo(theirs.objective, 5);
      }
    }),
    { seed: 7, numRuns: process.env["GREENWAVE_FULL"] === "1" ? 2000 : 200 },
  );
});

test("a stopped search says so", async () => {
  const highs = await createHighsEngine();
  // A knapsack of Jeroslow: even coefficients and an odd right side need exponentially many nodes without cuts.
  const variables = Array.from({ length: 15 }, () => variable(1, { integer: true, upper: 1 }));
  const rows = [
    row(
      variables.map((_, i) => 200 + 7 * i * i),
      { upper: 3001 },
    ),
    row(
      variables.map((_, i) => 301 + 3 * i),
      { upper: 2111 },
    ),
  ];
  expect(highs.solve(maximize(variables, rows), { workLimit: 0 }).kind).toBe("limit");
});

test("a solution that breaks a bound, a row or integrality is refused", () => {
  const model = maximize([variable(1, { integer: true, upper: 4 })], [row([1], { upper: 3 })]);
  expect(checkSolution(model, [3]).kind).toBe("holds");
  expect(checkSolution(model, [5]).kind).toBe("broken");
  expect(checkSolution(model, [4]).kind).toBe("broken");
  expect(checkSolution(model, [2.5]).kind).toBe("broken");
  expect(checkSolution(model, []).kind).toBe("broken");
});
