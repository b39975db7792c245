/**
 * Plans for a typical day: the network solved for every quarter hour, the day divided into stretches, each stretch solved
 * for its mean flows, and the day divided again with those plans beside the others. Every plan is judged on every quarter
 * hour, so the plan of a stretch is the one that costs least over all of it, not in its middle.
 *
 * Limit: exact for these plans; a plan that nobody solved for might do better over a stretch.
 */
import type { NetworkIndex } from "../network/find.ts";
import { LEAST_IN_PLAN_MIN } from "../schedule/check-schedule.ts";
import { type ChosenSegmentation, chooseSegmentation } from "../schedule/choose-segmentation.ts";
import { QUARTERS } from "../schedule/day-profiles.ts";
import { type PricedDay, pricePlans } from "../schedule/price-plans.ts";
import { type DayCosts, segmentDay } from "../schedule/segment-day.ts";
import type { NetworkRequest } from "../solver/network/network-request.ts";
import { solveNetwork } from "../solver/network/solve-network.ts";
import { costOf } from "../solver/network/street.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { FlowOfMovement } from "../traffic/evaluate-plan.ts";

export const QUARTER_H = 24 / QUARTERS;
const LEAST_QUARTERS = LEAST_IN_PLAN_MIN / (60 * QUARTER_H);

export interface DayQuestion {
  readonly index: NetworkIndex;
  readonly running: readonly TimingPlan[];
  /** By quarter hour, the same movements in the same order. */
  readonly flows: readonly (readonly FlowOfMovement[])[];
  readonly solve: Pick<NetworkRequest, "cycle" | "splits" | "sequences">;
  readonly mostStretches: number;
}

export type PlannedDay =
  | {
      readonly kind: "planned";
      /** Today's first. */
      readonly plans: readonly (readonly TimingPlan[])[];
      readonly day: DayCosts;
      readonly chosen: ChosenSegmentation;
    }
  | { readonly kind: "infeasible"; readonly reasons: readonly string[] };

export function planDay(question: DayQuestion): PlannedDay {
  const { index, flows, mostStretches } = question;
  const plans = new Map([[JSON.stringify(question.running), question.running]]);
  const addPlanFor = (of: readonly FlowOfMovement[]): readonly string[] => {
    const answer = solveNetwork({
      ...question.solve,
      index,
      flows: of,
      running: question.running,
      floors: [],
      seed: 1,
      starts: 0,
    });
    if (answer.kind === "infeasible") return answer.reasons;
    plans.set(JSON.stringify(answer.timingPlans), answer.timingPlans);
    return [];
  };
  const priced: PricedDay = { index, flows, periodH: QUARTER_H, priceOf: costOf };
  const divide = () => {
    const all = [...plans.values()];
    const day = pricePlans(priced, all);
    const segmentations = segmentDay({ day, mostStretches, leastPeriods: LEAST_QUARTERS });
    return { plans: all, day, chosen: chooseSegmentation(day, segmentations) };
  };
  for (const of of flows) {
    const reasons = addPlanFor(of);
    if (reasons.length > 0) return { kind: "infeasible", reasons };
  }
  for (const { from, to } of divide().chosen.recommended.stretches)
    addPlanFor(meanFlows(flows.slice(from, to)));
  return { kind: "planned", ...divide() };
}

function meanFlows(periods: readonly (readonly FlowOfMovement[])[]): FlowOfMovement[] {
  return (periods[0] ?? []).map((movement, at) => ({
    ...movement,
    flowVph: periods.reduce((sum, it) => sum + (it[at]?.flowVph ?? 0), 0) / periods.length,
  }));
}
