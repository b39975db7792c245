/** Several scenarios' indices as one number. */
import { assert } from "../../errors.ts";
import type { Risk, RiskFigures } from "./robust-request.ts";

/** The share of `tail` where another risk was asked for. */
const USUAL_TAIL = 0.1;

export interface Weighted {
  readonly weight: number;
  readonly index: number;
}

export function riskOf(risk: Risk, scenarios: readonly Weighted[]): number {
  switch (risk.kind) {
    case "expected":
      return meanOfWorst(scenarios, 1);
    case "worst":
      return Math.max(...scenarios.map((it) => it.index));
    case "tail":
      return meanOfWorst(scenarios, risk.share);
  }
}

export const riskFigures = (risk: Risk, scenarios: readonly Weighted[]): RiskFigures => ({
  expected: riskOf({ kind: "expected" }, scenarios),
  worst: riskOf({ kind: "worst" }, scenarios),
  tail: meanOfWorst(scenarios, risk.kind === "tail" ? risk.share : USUAL_TAIL),
});

/** Mean over the worst `share` of the weight; the scenario at its edge counts with the part that is needed. */
function meanOfWorst(scenarios: readonly Weighted[], share: number): number {
  const total = scenarios.reduce((sum, it) => sum + it.weight, 0);
  assert(total > 0 && share > 0 && share <= 1, `weight ${total}, share ${share}`);
  let left = share * total;
  let sum = 0;
  for (const { weight, index } of [...scenarios].sort((a, b) => b.index - a.index)) {
    const part = Math.min(weight, left);
    sum += part * index;
    left -= part;
  }
  return sum / (share * total);
}
