/**
 * Bands by mixed-integer programming (maxband-model.ts), through the port of the linear-program engines: for limits on the
 * change of speed, which the exact method cannot express. The answer is checked by following its bands; it states its
 * bound, so that a stopped search says how far from the optimum it can be.
 */
import { known } from "../../errors.ts";
import { wrapS } from "../../timing/cycle.ts";
import type { LpEngine } from "../lp/lp-engine.ts";
import {
  type BandPlan,
  type NoBand,
  type PerDirection,
  type SignalChoice,
  scaleToCycle,
} from "./band-problem.ts";
import { findBrokenClaim } from "./check-plan.ts";
import { buildMaxbandModel, type MaxbandModel, type MaxbandQuestion } from "./maxband-model.ts";
import { noBandOf } from "./solve-band-exact.ts";

export type MaxbandAnswer =
  | {
      readonly kind: "solved";
      readonly cycleS: number;
      /** The bands at that cycle, times in seconds. `limits` is empty: the engine does not say what binds. */
      readonly plan: BandPlan;
      /** The objective, share of the cycle, and what none can exceed. */
      readonly value: number;
      readonly bound: number;
    }
  | NoBand
  /** The limit came before any plan. */
  | { readonly kind: "limit"; readonly bound?: number }
  /** The engine's answer does not hold. */
  | { readonly kind: "rejected"; readonly reason: string };

/** @param options.workLimit nodes of branch and bound; absent: none. */
export function solveMaxband(
  engine: LpEngine,
  question: MaxbandQuestion,
  options: { readonly workLimit?: number } = {},
): MaxbandAnswer {
  const built = buildMaxbandModel(question);
  const answer = engine.solve(built.model, options);
  switch (answer.kind) {
    case "infeasible":
      return noBandOf(question.problem);
    case "unbounded":
      return { kind: "rejected", reason: "bands without end" };
    case "rejected":
      return answer;
    case "limit": {
      const { incumbent, bound = 2 } = answer;
      return incumbent === undefined
        ? { kind: "limit", bound }
        : readPlan(question, built, { ...incumbent, bound });
    }
    case "optimal":
      return readPlan(question, built, { ...answer, bound: answer.objective });
  }
}

function readPlan(
  { problem }: MaxbandQuestion,
  { bands, frequency, signals, travel }: MaxbandModel,
  answer: { readonly values: readonly number[]; readonly objective: number; readonly bound: number },
): MaxbandAnswer {
  const at = (variable: number): number => known(answer.values[variable], "value");
  const cycleS = 1 / at(frequency);
  const travelS = travel.map(
    (it): PerDirection<number> => ({ outbound: at(it.outbound) * cycleS, inbound: at(it.inbound) * cycleS }),
  );
  let outboundAtS = 0;
  const placed = signals.map(({ picks, waits, choices }, i) => {
    if (i > 0) outboundAtS += known(travelS[i - 1], "link").outbound - problem.queueClearanceS.outbound;
    const choice = known(choices[picks.findIndex((it) => at(it) > 0.5)], "picked choice");
    const offsetS = outboundAtS - (choice.outStartS + at(waits.outbound)) * cycleS;
    return {
      alternative: choice.alternative,
      offsetS,
      inboundStartS: offsetS + (choice.inStartS + at(waits.inbound)) * cycleS,
    };
  });
  const first = known(placed[0], "first signal");
  const valueS = answer.objective * cycleS;
  const plan: BandPlan = {
    kind: "solved",
    bandwidthS: { outbound: at(bands.outbound) * cycleS, inbound: at(bands.inbound) * cycleS },
    bandStartS: {
      outbound: wrapS(-first.offsetS, cycleS),
      inbound: wrapS(first.inboundStartS - first.offsetS, cycleS),
    },
    signals: placed.map(
      ({ alternative, offsetS }): SignalChoice => ({
        alternative,
        offsetS: wrapS(offsetS - first.offsetS, cycleS),
      }),
    ),
    travelS,
    valueS,
    boundS: answer.bound * cycleS,
    limits: [],
  };
  const broken = findBrokenClaim(scaleToCycle(problem, cycleS), plan);
  if (broken !== undefined) return { kind: "rejected", reason: broken };
  return { kind: "solved", cycleS, plan, value: answer.objective, bound: answer.bound };
}
