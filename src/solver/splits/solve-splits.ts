/**
 * Splits of one intersection for one sequence and cycle as a continuous linear program:
 *
 *   maximize μ   subject to   s (Σ xₚ − ℓ) + e ≥ μ v C      for every stream
 *                             Σ of a ring's xₚ in a barrier group = L of the group,   Σ L = C
 *                             least split ≤ xₚ ≤ maximum,   μ ≤ 1 ÷ target degree of saturation
 *
 * x: split; L: length of a barrier group; μ: the reserve, by which all flows can be multiplied (R. E. Allsop, Estimating
 * the traffic capacity of a signalized road junction, Transportation Research 6, 1972). So every stream reaches the
 * target if that is possible, else all share the largest common reserve. A second program finds the least time that
 * this μ needs; what is left of the cycle goes by policy (place-slack.ts). For `equal`, μ has no upper limit.
 *
 * sweep-splits.ts answers the same question in closed form for sweeps; where streams have one phase each the two agree.
 */
import { jslpEngine } from "../lp/jslp.ts";
import type { LpModel, LpRow, LpVariable } from "../lp/lp-engine.ts";
import { placeSlack } from "./place-slack.ts";
import { solveThroughput } from "./solve-throughput.ts";
import { largestReserveBound, reserveOf } from "./split-needs.ts";
import {
  describeMisfit,
  mostOf,
  type SplitAnswer,
  type SplitProblem,
  type SplitQuestion,
} from "./split-problem.ts";
import { sweepSplits } from "./sweep-splits.ts";

/** What the second program may give up of μ, so that rounding does not make it infeasible. */
const RESERVE_TOLERANCE = 1e-9;
/** Weight of the splits themselves against the length of the barrier groups in the second program. */
const SPLIT_WEIGHT = 1e-3;

/** The linear program's answer; the closed form's, should the engine return none that holds. */
export function solveSplits(question: SplitQuestion): SplitAnswer {
  const { problem, cycleS, slack } = question;
  if (slack === "throughput") return solveThroughput(question);
  const reason = describeMisfit(problem, cycleS);
  if (reason !== undefined) return { kind: "infeasible", reason };
  const needS = problem.streams.length === 0 ? problem.phases.map((it) => it.minSplitS) : findNeeds(question);
  if (needS === undefined) return sweepSplits(question);
  const splitsS = placeSlack({ problem, cycleS, slack, needS });
  return { kind: "solved", splitsS, reserve: reserveOf(problem, splitsS, cycleS) };
}

/** The least splits at the largest reserve; `undefined` when the engine's answer does not hold. */
function findNeeds(question: SplitQuestion): number[] | undefined {
  const { problem, cycleS, slack, targetDegreeOfSaturation } = question;
  const bound = largestReserveBound(problem, cycleS);
  const limit = slack === "equal" ? bound : Math.min(bound, 1 / targetDegreeOfSaturation);
  const most = jslpEngine.solve(buildModel(problem, cycleS, { aim: "reserve", limit }));
  if (most.kind !== "optimal") return undefined;
  const reserve = most.objective * (1 - RESERVE_TOLERANCE);
  const least = jslpEngine.solve(buildModel(problem, cycleS, { aim: "time", reserve }));
  if (least.kind !== "optimal") return undefined;
  return problem.phases.map((it, position) => Math.max(it.minSplitS, least.values[position] ?? 0));
}

type Aim =
  | { readonly aim: "reserve"; readonly limit: number }
  | { readonly aim: "time"; readonly reserve: number };

/** Variables: a split per phase, a length per barrier group, the reserve. */
function buildModel(problem: SplitProblem, cycleS: number, aim: Aim): LpModel {
  const { phases, cells, streams } = problem;
  const isTime = aim.aim === "time";
  const reserveAt = phases.length + cells.length;
  const variables: LpVariable[] = [
    ...phases.map((it) => ({
      name: `split ${it.phase}`,
      lower: it.minSplitS,
      upper: Math.min(it.maxSplitS, cycleS),
      objective: isTime ? SPLIT_WEIGHT : 0,
    })),
    ...cells.map((rings, group) => ({
      name: `length ${group}`,
      lower: 0,
      upper: Math.min(cycleS, ...rings.map((cell) => mostOf(problem, cell))),
      objective: isTime ? 1 : 0,
    })),
    isTime
      ? { name: "reserve", lower: aim.reserve, upper: aim.reserve, objective: 0 }
      : { name: "reserve", lower: 0, upper: aim.limit, objective: 1 },
  ];
  const rows: LpRow[] = cells.flatMap((rings, group) =>
    rings.map((cell, ring) => ({
      name: `ring ${ring} group ${group}`,
      lower: Number.NEGATIVE_INFINITY,
      upper: 0,
      terms: [
        ...cell.map((variable) => ({ variable, coefficient: 1 })),
        { variable: phases.length + group, coefficient: -1 },
      ],
    })),
  );
  rows.push({
    name: "cycle",
    lower: Number.NEGATIVE_INFINITY,
    upper: cycleS,
    terms: cells.map((_, group) => ({ variable: phases.length + group, coefficient: 1 })),
  });
  for (const stream of streams) {
    rows.push({
      name: stream.movementIds.join("+"),
      lower: stream.rateVps * stream.lostS - stream.extraVeh - stream.extraVps * cycleS,
      upper: Number.POSITIVE_INFINITY,
      terms: [
        ...stream.phases.map((variable) => ({ variable, coefficient: stream.rateVps })),
        { variable: reserveAt, coefficient: -stream.flowVps * cycleS },
      ],
    });
  }
  return { sense: isTime ? "minimize" : "maximize", variables, rows };
}
