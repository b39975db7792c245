import fc from "fast-check";
import { expect, test } from "vitest";
import { listTransitionCycles } from "./list-transition-cycles.ts";
import { predictTransition } from "./predict-transition.ts";
import { intersectionArbitrary, planArbitrary } from "./random-plans.test-support.ts";
import { buildRingPlan } from "./ring-plan.ts";
import { advance, DEFAULT_TRANSITION, startSequencer } from "./sequencer.ts";
import { positionInCycleDs, type TimeBase } from "./time-zero.ts";

const START_UP_DS = 60;
const timeBase: TimeBase = { timeZero: { type: "epoch" }, timeZone: "UTC" };

const changeArbitrary = intersectionArbitrary.chain((intersection) =>
  fc.record({
    intersection: fc.constant(intersection),
    from: planArbitrary(intersection),
    to: planArbitrary(intersection),
    activateAtDs: fc.integer({ min: 52_600, max: 54_000 }),
  }),
);

test("cycles without lamps are those of the sequencer", () => {
  fc.assert(
    fc.property(changeArbitrary, ({ intersection, from, to, activateAtDs }) => {
      const { localZeroDs, cycleDs } = buildRingPlan(intersection, { plan: from, timeBase });
      const positionDs = positionInCycleDs(timeBase, { atDs: 50_000, cycleDs });
      const atDs = 50_000 - positionDs + localZeroDs - START_UP_DS;
      const started = startSequencer({ intersection, plan: from, timeBase, atDs });
      const { sequencer } = advance(started, 52_500);
      const transition = DEFAULT_TRANSITION;
      const request = { plan: to, timeBase, activateAtDs, transition };
      const predicted = predictTransition(sequencer, request);
      const cycles = listTransitionCycles(intersection, {
        from,
        to,
        timeBase,
        activateAtDs,
        transition,
        cyclesMax: 20,
      });
      if (predicted.kind !== "reached") return expect(cycles).toBeUndefined();
      expect(cycles?.length).toBe(predicted.cycles);
      const lengthDs = cycles?.reduce((sum, it) => sum + it.lengthDs, 0) ?? Number.NaN;
      expect(lengthDs / 10).toBeCloseTo(predicted.durationS, 6);
    }),
    { seed: 20261122, numRuns: 60 },
  );
});
