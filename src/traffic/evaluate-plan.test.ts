import fc from "fast-check";
import { expect, test } from "vitest";
import { buildNetworkIndex } from "../network/find.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "./arterial.fixture.ts";
import { evaluatePlan } from "./evaluate-plan.ts";
import { incrementalDelayS, uniformDelayS } from "./hcm-delay.ts";

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

test("an isolated intersection has the uniform delay of the HCM within 1 %", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 160 }),
      fc.integer({ min: 50, max: 1600 }),
      fc.integer({ min: 20, max: 30 }),
      (cycleS, flowVph, sideSplitS) => {
        const measures = evaluatePlan({
          index: buildNetworkIndex(buildArterial([])),
          timingPlans: [buildArterialPlan(0, { cycleS, offsetS: 7, sideSplitS })],
          flows: buildArterialFlows(0, { EBT: flowVph, EBR: 0 }),
        });
        const through = measures.movements.find((it) => it.movementId === "EBT");
        const effectiveGreenS = cycleS - sideSplitS - 15 - 4;
        const capacityVph = (3600 * effectiveGreenS) / cycleS;
        const degreeOfSaturation = flowVph / capacityVph;
        expect(through?.capacityVph).toBeCloseTo(capacityVph, 6);
        const d2 = incrementalDelayS({ degreeOfSaturation, capacityVph });
        const d1 = uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation });
        expect(Math.abs((through?.delayS ?? 0) - d2 - d1)).toBeLessThan(0.01 * d1);
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});

test("shifting all offsets changes no measure", () => {
  const index = buildNetworkIndex(buildArterial([400, 250, 610]));
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 89 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 89 }),
      (offsetsS, shiftS) => {
        const evaluate = (byS: number) =>
          evaluatePlan({
            index,
            timingPlans: offsetsS.map((offsetS, i) =>
              buildArterialPlan(i, { cycleS: 90, offsetS: (offsetS + byS) % 90 }),
            ),
            flows: range(4).flatMap((i) => buildArterialFlows(i)),
          });
        const [before, after] = [evaluate(0), evaluate(shiftS)];
        expect(after.totalDelayVehHPerH).toBeCloseTo(before.totalDelayVehHPerH, 9);
        expect(after.totalStopsVph).toBeCloseTo(before.totalStopsVph, 6);
        for (const [i, direction] of (before.routes[0]?.directions ?? []).entries()) {
          expect(after.routes[0]?.directions[i]?.bandwidthS).toBeCloseTo(direction.bandwidthS, 9);
          expect(after.routes[0]?.directions[i]?.travelTimeS).toBeCloseTo(direction.travelTimeS, 9);
        }
      },
    ),
    { seed: 2, numRuns: 50 },
  );
});
