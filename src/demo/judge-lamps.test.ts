import { describe, expect, it } from "vitest";
import { known } from "../errors.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import type { IndicationChange } from "../timing/indications.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildSamplePlan } from "../timing/sample-plan.test-support.ts";
import { advance, DEFAULT_TRANSITION, requestPlan, startSequencer } from "../timing/sequencer.ts";
import { judgeLamps } from "./judge-lamps.ts";

const START_DS = 17_900_244_000;
const intersection = known(buildSampleNetwork().intersections[0], "intersection");
const plan = known(
  buildSamplePlan().timingPlans.find((it) => it.intersectionId === intersection.id),
  "plan",
);
const shifted: TimingPlan = { ...plan, offsetS: (plan.offsetS + 20) % plan.cycleS };

/** Ten cycles of `first`, then thirty under `then`. */
function logLamps(first: TimingPlan, then: TimingPlan): IndicationChange[] {
  const timeBase = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;
  const cycleDs = plan.cycleS * 10;
  const before = advance(
    startSequencer({ intersection, plan: first, timeBase, atDs: START_DS }),
    START_DS + 10 * cycleDs,
  );
  const after = advance(
    requestPlan(before.sequencer, {
      plan: then,
      timeBase,
      activateAtDs: START_DS,
      transition: DEFAULT_TRANSITION,
    }),
    START_DS + 40 * cycleDs,
  );
  return [...before.changes, ...after.changes];
}

describe("the judge of lamps", () => {
  const log = logLamps(plan, shifted);

  it("sees a plan come into step and run without a fault", () => {
    const verdict = judgeLamps(intersection, shifted, log);
    expect(verdict.cycles).toBeGreaterThan(15);
    expect(verdict.faults).toEqual([]);
    expect(verdict.conflictDs).toBe(0);
    expect(verdict.inStepDs).toBeGreaterThan(START_DS + 10 * plan.cycleS * 10);
  });

  it("does not take an offset, a cycle or a split that is a tenth or a second off for the plan", () => {
    expect(judgeLamps(intersection, { ...shifted, offsetS: shifted.offsetS + 0.1 }, log).cycles).toBe(0);
    expect(judgeLamps(intersection, { ...shifted, cycleS: shifted.cycleS + 1 }, log).cycles).toBe(0);
    const [first, ...rest] = shifted.splits;
    const split = known(first, "split");
    const other = { ...shifted, splits: [{ ...split, splitS: split.splitS + 1 }, ...rest] };
    expect(judgeLamps(intersection, other, log).faults.join()).toContain(`phase ${split.phase}: split of`);
  });

  it("counts the tenths in which conflicting movements both go", () => {
    const [a, b] = known(
      intersection.conflicts.find((pair) =>
        pair.every((id) => intersection.movements.some((it) => it.id === id)),
      ),
      "conflicting movements",
    );
    const show = (movementId: string, atDs: number, indication: "protected" | "red"): IndicationChange => ({
      type: "movement",
      atDs,
      movementId,
      indication,
    });
    const lit = [show(a, 10, "protected"), show(b, 20, "protected"), show(a, 23, "red"), show(b, 40, "red")];
    expect(judgeLamps(intersection, plan, lit).conflictDs).toBe(3);
  });
});
