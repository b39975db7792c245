/** Webster's cycle and greens: stages by their critical flow ratio `y`, or by `flow` and `sat`; `lost_total` s per cycle. */
import { z } from "zod";
import { findWebsterCycleS, listWebsterGreensS } from "../../src/traffic/webster.ts";
import { Amount, type Answer, PositiveQuantity, REMARKS, readInput } from "./case.ts";

const StageSchema = z.union(
  [
    z.strictObject({ ...REMARKS, y: Amount }).transform(({ y }) => y),
    z
      .strictObject({ ...REMARKS, flow: Amount, sat: PositiveQuantity })
      .transform(({ flow, sat }) => flow / sat),
  ],
  "wanted y, or flow and sat",
);
const WebsterSchema = z.strictObject({
  ...REMARKS,
  stages: z.array(StageSchema).min(1),
  lost_total: Amount,
  /** For which the greens are asked; absent: Webster's. */
  cycle: PositiveQuantity.optional(),
});

export function answerWebster(input: unknown): Answer {
  const { stages: criticalFlowRatios, lost_total: cycleLostTimeS, cycle } = readInput(WebsterSchema, input);
  const webster_cycle = findWebsterCycleS({ criticalFlowRatios, cycleLostTimeS });
  const cycleS = cycle ?? webster_cycle;
  return {
    webster_cycle,
    effective_greens:
      cycleS === undefined ? undefined : listWebsterGreensS({ criticalFlowRatios, cycleLostTimeS, cycleS }),
  };
}
