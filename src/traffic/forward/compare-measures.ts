/**
 * Does an answer's own claim agree with the re-measurement? Both solve the same fluid model in the same steps, so they may
 * differ by what each stops iterating at, and by nothing else: a disagreement is a fault of one of them.
 */
import type { PlanMeasures } from "../measures.ts";
import type { Remeasured } from "./remeasure-plan.ts";

/** One measure that differs; without a movement it is a total. */
export interface Disagreement {
  readonly intersectionId?: string;
  readonly movementId?: string;
  readonly measure: "delayS" | "stopRatio" | "queueVeh" | "totalDelayVehHPerH" | "totalStopsVph" | "presence";
  readonly claimed: number;
  readonly remeasured: number;
}

/** What two measures may differ by: this part of the larger, and beyond it the slack in the measure's own unit. */
const SAME_RATIO = 1e-3;
const SLACK = { delayS: 0.01, stopRatio: 1e-3, queueVeh: 0.01 } as const;

/** Every measure of a movement with traffic, and both totals; empty when the claim holds. */
export function compareMeasures(claimed: PlanMeasures, remeasured: Remeasured): Disagreement[] {
  const disagreements: Disagreement[] = [];
  const found = new Map(remeasured.movements.map((it) => [`${it.intersectionId} ${it.movementId}`, it]));
  for (const claim of claimed.movements) {
    if (claim.flowVph === 0) continue;
    const { intersectionId, movementId } = claim;
    const other = found.get(`${intersectionId} ${movementId}`);
    const here = { intersectionId, movementId };
    if (other === undefined) {
      disagreements.push({ ...here, measure: "presence", claimed: 1, remeasured: 0 });
      continue;
    }
    for (const measure of ["delayS", "stopRatio", "queueVeh"] as const) {
      if (differ(claim[measure], other[measure], SLACK[measure]))
        disagreements.push({ ...here, measure, claimed: claim[measure], remeasured: other[measure] });
    }
  }
  const totals = [
    ["totalDelayVehHPerH", claimed.totalDelayVehHPerH, remeasured.delayVehHPerH],
    ["totalStopsVph", claimed.totalStopsVph, remeasured.stopsVph],
  ] as const;
  for (const [measure, claim, other] of totals) {
    if (differ(claim, other, 0)) disagreements.push({ measure, claimed: claim, remeasured: other });
  }
  return disagreements;
}

/** Written so that a value that is no number differs from everything. */
const differ = (one: number, other: number, slack: number): boolean =>
  !(Math.abs(one - other) <= SAME_RATIO * Math.max(Math.abs(one), Math.abs(other)) + slack);
