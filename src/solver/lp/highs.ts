/**
 * `LpEngine` on HiGHS compiled to WebAssembly: the strong one, for integer models of any size. Solving blocks the thread.
 * Set to prove optimality: no gap, tolerances of 1e-9.
 */
import loadHighs, { type Highs } from "highs";
import { checkSolution, collectTerms, type LpAnswer, type LpEngine, type LpModel } from "./lp-engine.ts";

/**
 * Loads the WebAssembly module (some tens of milliseconds); the engine can be used any number of times.
 * @param options.timeLimitS of one solve; with it an answer depends on the machine: for measurements.
 */
export async function createHighsEngine(options: { readonly timeLimitS?: number } = {}): Promise<LpEngine> {
  const highs = await loadHighs();
  return { solve: (model, { workLimit } = {}) => solveWith(highs, model, { ...options, workLimit }) };
}

function solveWith(
  highs: Highs,
  model: LpModel,
  { workLimit, timeLimitS }: { readonly workLimit: number | undefined; readonly timeLimitS?: number },
): LpAnswer {
  const native = highs.createModel(toPackageModel(highs, model));
  try {
    native.options.set({
      output_flag: false,
      mip_rel_gap: 0,
      mip_abs_gap: 0,
      primal_feasibility_tolerance: 1e-9,
      dual_feasibility_tolerance: 1e-9,
      mip_feasibility_tolerance: 1e-9,
      ...(workLimit === undefined ? {} : { mip_max_nodes: workLimit }),
      ...(timeLimitS === undefined ? {} : { time_limit: timeLimitS }),
    });
    native.run();
    if (native.getModelStatus() === highs.constants.modelStatus["unboundedOrInfeasible"]) {
      // Only presolve stops short of telling the two apart.
      native.options.set({ presolve: "off" });
      native.run();
    }
    return readAnswer(highs, model, {
      status: native.getModelStatus(),
      values: () => [...native.getSolution().colValue],
      bound: () => Number(native.info.get("mip_dual_bound")),
    });
  } finally {
    native.dispose();
  }
}

function toPackageModel({ constants }: Highs, { sense, variables, rows }: LpModel) {
  const termsOfRows = rows.map((it) => [...collectTerms(it)]);
  const starts = new Int32Array(rows.length + 1);
  for (const [i, terms] of termsOfRows.entries()) starts[i + 1] = (starts[i] ?? 0) + terms.length;
  const { continuous, integer } = constants.variableType;
  return {
    numCols: variables.length,
    numRows: rows.length,
    sense: constants.objectiveSense[sense],
    colCost: Float64Array.from(variables, (it) => it.objective),
    colLower: Float64Array.from(variables, (it) => it.lower),
    colUpper: Float64Array.from(variables, (it) => it.upper),
    rowLower: Float64Array.from(rows, (it) => it.lower),
    rowUpper: Float64Array.from(rows, (it) => it.upper),
    integrality: Int32Array.from(variables, (it) => (it.integer ? integer : continuous)),
    matrix: {
      format: "csr" as const,
      numRows: rows.length,
      numCols: variables.length,
      starts,
      indices: Int32Array.from(termsOfRows.flat(), ([variable]) => variable),
      values: Float64Array.from(termsOfRows.flat(), ([, coefficient]) => coefficient),
    },
  };
}

function readAnswer(
  { constants }: Highs,
  model: LpModel,
  outcome: { readonly status: number; readonly values: () => number[]; readonly bound: () => number },
): LpAnswer {
  const { modelStatus } = constants;
  switch (outcome.status) {
    case modelStatus["infeasible"]:
      return { kind: "infeasible" };
    case modelStatus["unbounded"]:
      return { kind: "unbounded" };
    case modelStatus["optimal"]: {
      const check = checkSolution(model, outcome.values());
      return check.kind === "holds"
        ? { kind: "optimal", ...check.solution }
        : { kind: "rejected", reason: check.reason };
    }
    case modelStatus["timeLimit"]:
    case modelStatus["iterationLimit"]:
    case modelStatus["solutionLimit"]: {
      const check = checkSolution(model, outcome.values());
      const bound = outcome.bound();
      return check.kind === "holds"
        ? { kind: "limit", bound, incumbent: check.solution }
        : { kind: "limit", bound };
    }
    default:
      return { kind: "rejected", reason: `HiGHS ended with model status ${outcome.status}` };
  }
}
