/**
 * `LpEngine` on javascript-lp-solver: small, pure JavaScript, at once ready. For linear programs and small integer ones.
 *
 * The package answers `feasible: true` also where its clock stopped the search (seen: a value above the true optimum), so
 * its time limit is never set where its answer is used. It counts no work either: an integer model with a work limit is
 * refused. It knows variables from 0 up or free; others are moved to begin at 0, and upper bounds become rows.
 */
import solver, { type PackageModel, type PackageResult } from "javascript-lp-solver";
import { assert } from "../../errors.ts";
import {
  checkSolution,
  collectTerms,
  type LpAnswer,
  type LpEngine,
  type LpModel,
  type LpVariable,
} from "./lp-engine.ts";

export const jslpEngine: LpEngine = {
  solve(model, options = {}) {
    assert(
      options.workLimit === undefined || !model.variables.some((it) => it.integer),
      "javascript-lp-solver cannot limit its work on an integer model",
    );
    return readResult(model, solver.Solve(toPackageModel(model), 1e-9));
  },
};

/** For measurements only: what it calls optimal may be where the clock stopped it. */
export const createTimedJslpEngine = (timeLimitS: number): LpEngine => ({
  solve: (model) =>
    readResult(model, solver.Solve({ ...toPackageModel(model), timeout: timeLimitS * 1000 }, 1e-9)),
});

/** Names by position, so that no name of the model meets one of the package. */
const variableKey = (index: number): string => `v${index}`;
const rowKey = (index: number): string => `r${index}`;
const boundKey = (index: number): string => `b${index}`;
const OBJECTIVE = "objective";

/** Where the package's variable has its zero. */
const originOf = ({ lower }: LpVariable): number => (Number.isFinite(lower) ? lower : 0);

function toPackageModel(model: LpModel): PackageModel {
  const variables: Record<string, Record<string, number>> = {};
  const constraints: Record<string, { min?: number; max?: number }> = {};
  const ints: Record<string, 1> = {};
  const unrestricted: Record<string, 1> = {};
  for (const [i, variable] of model.variables.entries()) {
    const coefficients: Record<string, number> = { [OBJECTIVE]: variable.objective };
    if (Number.isFinite(variable.upper)) {
      constraints[boundKey(i)] = { max: variable.upper - originOf(variable) };
      coefficients[boundKey(i)] = 1;
    }
    if (variable.integer) ints[variableKey(i)] = 1;
    if (!Number.isFinite(variable.lower)) unrestricted[variableKey(i)] = 1;
    variables[variableKey(i)] = coefficients;
  }
  for (const [i, row] of model.rows.entries()) {
    let shift = 0;
    for (const [variable, coefficient] of collectTerms(row)) {
      const target = variables[variableKey(variable)];
      const source = model.variables[variable];
      assert(target !== undefined && source !== undefined, `row ${row.name}: no variable ${variable}`);
      target[rowKey(i)] = coefficient;
      shift += coefficient * originOf(source);
    }
    constraints[rowKey(i)] = {
      ...(Number.isFinite(row.lower) ? { min: row.lower - shift } : {}),
      ...(Number.isFinite(row.upper) ? { max: row.upper - shift } : {}),
    };
  }
  const opType = model.sense === "maximize" ? "max" : "min";
  return { optimize: OBJECTIVE, opType, constraints, variables, ints, unrestricted };
}

/** The package leaves out variables that are 0. */
function readResult(model: LpModel, result: PackageResult): LpAnswer {
  if (!result.feasible) return { kind: "infeasible" };
  if (!result.bounded) return { kind: "unbounded" };
  const values = model.variables.map((variable, i) => {
    const value = originOf(variable) + Number(result[variableKey(i)] ?? 0);
    return variable.integer ? Math.round(value) : value;
  });
  const check = checkSolution(model, values);
  return check.kind === "holds"
    ? { kind: "optimal", ...check.solution }
    : { kind: "rejected", reason: check.reason };
}
