import fc from "fast-check";
import { expect, test } from "vitest";
import { buildNetworkIndex } from "../network/find.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "./arterial.test-support.ts";
import { evaluatePlan } from "./evaluate-plan.ts";
import { leaveOver } from "./forward/left-over.ts";
import { uniformDelayS } from "./hcm-delay.ts";

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

test("an isolated intersection has the uniform delay of the HCM within 1 %, and what its greens leave over", () => {
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
        const leftOver = leaveOver({
          demandVps: flowVph / 3600,
          capacityVps: capacityVph / 3600,
          cycleS,
          greenRatio: effectiveGreenS / cycleS,
          ableVeh2: 0,
          filtering: 1,
          initialQueueVeh: 0,
        });
        const d1 = uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation });
        expect(Math.abs((through?.delayS ?? 0) - leftOver.delayS - d1)).toBeLessThan(0.01 * d1);
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

test("an offset that meets the platoon lowers its delay", () => {
  const index = buildNetworkIndex(buildArterial([450]));
  const outboundDelayS = (offsetS: number) =>
    evaluatePlan({
      index,
      timingPlans: [
        buildArterialPlan(0, { cycleS: 90, offsetS: 0 }),
        buildArterialPlan(1, { cycleS: 90, offsetS }),
      ],
      flows: [...buildArterialFlows(0), ...buildArterialFlows(1)],
    }).movements.find((it) => it.intersectionId === "A1" && it.movementId === "EBT")?.delayS ?? Number.NaN;
  const travelTimeS = 450 / 15;
  expect(outboundDelayS(travelTimeS)).toBeLessThan(0.4 * outboundDelayS(travelTimeS + 45));
});

test("platoons of a neighbor with another cycle count as even arrivals", () => {
  const index = buildNetworkIndex(buildArterial([450]));
  const delaysS = [0, 40, 80].map((offsetS) => {
    const measures = evaluatePlan({
      index,
      timingPlans: [
        buildArterialPlan(0, { cycleS: 90, offsetS: 0 }),
        buildArterialPlan(1, { cycleS: 100, offsetS }),
      ],
      flows: [...buildArterialFlows(0), ...buildArterialFlows(1)],
    });
    expect(measures.routes[0]?.directions[0]?.noBandReason).toContain("cycles differ");
    return measures.totalDelayVehHPerH;
  });
  expect(new Set(delaysS.map((it) => it.toFixed(9))).size).toBe(1);
});

test("totals are the sums over the movements as far as they arrive, and demand above capacity stays finite", () => {
  const index = buildNetworkIndex(buildArterial([300, 300]));
  const flows = range(3).flatMap((i) => buildArterialFlows(i, { EBT: 2900, NBL: 500 }));
  const measures = evaluatePlan({
    index,
    timingPlans: range(3).map((i) => buildArterialPlan(i, { cycleS: 90, offsetS: 20 * i })),
    flows,
  });
  const sum = (value: (it: (typeof measures.movements)[number]) => number) =>
    measures.movements.reduce((total, it) => total + value(it), 0);
  expect(sum((it) => it.flowVph)).toBeCloseTo(
    flows.reduce((total, it) => total + it.flowVph, 0),
    6,
  );
  expect(measures.totalDelayVehHPerH).toBeLessThan(sum((it) => it.flowVph * it.delayS) / 3600);
  const one = evaluatePlan({
    index,
    timingPlans: [buildArterialPlan(0, { cycleS: 90, offsetS: 0 })],
    flows: buildArterialFlows(0, { EBT: 2900, NBL: 500 }),
  });
  const sumOfOne = one.movements.reduce((total, it) => total + it.flowVph * it.delayS, 0);
  expect(sumOfOne / 3600).toBeCloseTo(one.totalDelayVehHPerH, 9);
  expect(measures.largestDegreeOfSaturation).toBeGreaterThan(1);
  for (const it of measures.movements)
    expect(Number.isFinite(it.delayS + it.stopRatio + it.queueVeh)).toBe(true);
});

test("intersections without flow or plan are left out, and directions that stop there", () => {
  const index = buildNetworkIndex(buildArterial([300, 300]));
  const measures = evaluatePlan({
    index,
    timingPlans: range(3).map((i) => buildArterialPlan(i, { cycleS: 90, offsetS: 0 })),
    flows: [...buildArterialFlows(0), ...buildArterialFlows(1)],
  });
  expect(new Set(measures.movements.map((it) => it.intersectionId))).toEqual(new Set(["A0", "A1"]));
  expect(measures.routes[0]?.directions).toEqual([]);
});
