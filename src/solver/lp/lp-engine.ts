/**
 * Linear and mixed-integer programs as plain data, and the port of the engines that solve them.
 * Tolerance of every engine: 1e-6 on rows, bounds and integrality of what it returns; answers are checked before they
 * are handed on.
 */

export interface LpVariable {
  readonly name: string;
  /** −Infinity: free below. */
  readonly lower: number;
  readonly upper: number;
  /** Coefficient in the objective. */
  readonly objective: number;
  readonly integer?: boolean;
}

/** lower ≤ Σ coefficient · variable ≤ upper; equal bounds make an equation. */
export interface LpRow {
  readonly name: string;
  readonly lower: number;
  readonly upper: number;
  readonly terms: readonly { readonly variable: number; readonly coefficient: number }[];
}

export interface LpModel {
  readonly sense: "maximize" | "minimize";
  readonly variables: readonly LpVariable[];
  readonly rows: readonly LpRow[];
}

export interface LpSolution {
  readonly objective: number;
  /** One per variable, in the model's order. */
  readonly values: readonly number[];
}

export type LpAnswer =
  | ({ readonly kind: "optimal" } & LpSolution)
  | { readonly kind: "infeasible" }
  | { readonly kind: "unbounded" }
  /** The limit came first. No solution is better than `bound`, where the engine knows one. */
  | { readonly kind: "limit"; readonly incumbent?: LpSolution; readonly bound?: number }
  /** The engine claims a solution that breaks the model, or cannot say what it found. */
  | { readonly kind: "rejected"; readonly reason: string };

export interface LpEngine {
  /**
   * Blocks until it is done. The same model gives the same answer.
   * @param options.workLimit nodes of branch and bound; absent: none. Models without integers are never limited.
   */
  solve(model: LpModel, options?: { readonly workLimit?: number }): LpAnswer;
}

const TOLERANCE = 1e-6;

/** The values as a solution of the model, or the first thing that they break. */
export function checkSolution(
  model: LpModel,
  values: readonly number[],
):
  | { readonly kind: "holds"; readonly solution: LpSolution }
  | { readonly kind: "broken"; readonly reason: string } {
  const at = (variable: number): number => values[variable] ?? Number.NaN;
  for (const [i, { name, lower, upper, integer }] of model.variables.entries()) {
    const value = at(i);
    if (!isWithin(value, lower, upper)) return broken(`${name} = ${value} outside [${lower}, ${upper}]`);
    if (integer === true && Math.abs(value - Math.round(value)) > TOLERANCE) {
      return broken(`${name} = ${value} is no whole number`);
    }
  }
  for (const { name, lower, upper, terms } of model.rows) {
    const activity = terms.reduce((sum, it) => sum + it.coefficient * at(it.variable), 0);
    if (!isWithin(activity, lower, upper)) {
      return broken(`row ${name} = ${activity} outside [${lower}, ${upper}]`);
    }
  }
  const objective = model.variables.reduce((sum, it, i) => sum + it.objective * at(i), 0);
  return { kind: "holds", solution: { objective, values } };
}

/** Coefficient by variable, each variable once and without zeros: neither engine can be trusted with those. */
export function collectTerms(row: LpRow): Map<number, number> {
  const collected = new Map<number, number>();
  for (const { variable, coefficient } of row.terms) {
    collected.set(variable, (collected.get(variable) ?? 0) + coefficient);
  }
  for (const [variable, coefficient] of collected) if (coefficient === 0) collected.delete(variable);
  return collected;
}

const broken = (reason: string) => ({ kind: "broken", reason }) as const;

/** False for NaN. The tolerance grows with the size of the numbers. */
function isWithin(value: number, lower: number, upper: number): boolean {
  const slack = TOLERANCE * Math.max(1, Math.abs(value));
  return value >= lower - slack && value <= upper + slack;
}
