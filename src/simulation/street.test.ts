import { describe, expect, it } from "vitest";
import type { MovementFlow } from "../demand/demand.schema.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { buildSamplePlan } from "../timing/sample-plan.test-support.ts";
import { evaluatePlan } from "../traffic/evaluate-plan.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { simulatePlan } from "./simulate-plan.ts";

const index = buildNetworkIndex(buildSampleNetwork());
const { timingPlans } = buildSamplePlan();
const flowsOf = (factor: number): MovementFlow[] =>
  index.network.intersections.flatMap((at) =>
    at.movements.map((movement) => ({
      intersectionId: at.id,
      movementId: movement.id,
      flowVph: Math.round(factor * (movement.turn === "through" ? 400 : 60)),
      confidence: 1,
    })),
  );
const run = (seed: number, factor: number, periodS = 3600) =>
  simulatePlan({
    index,
    flows: flowsOf(factor),
    timingPlans,
    seed,
    warmUpS: 600,
    periodS,
    countPeriodS: 300,
    epochMs: 0,
  });

describe("the simulated street", () => {
  it("replays the same hour from the same seed and another from another", () => {
    expect(run(1, 1)).toEqual(run(1, 1));
    expect(run(1, 1).measures).not.toEqual(run(2, 1).measures);
  });

  it("carries the demand when there is capacity", () => {
    const hours = [1, 2, 3, 4].map((seed) => run(seed, 1).measures.vehicles);
    const wanted = flowsOf(1).reduce((sum, it) => sum + it.flowVph, 0);
    const mean = hours.reduce((sum, it) => sum + it, 0) / hours.length;
    expect(Math.abs(mean / wanted - 1)).toBeLessThan(0.03);
  });

  it("delays more when there is more traffic", () => {
    const light = run(5, 0.5).measures.meanDelayS;
    const heavy = run(5, 1.4).measures.meanDelayS;
    expect(heavy).toBeGreaterThan(light * 1.1);
  });

  it("delays light traffic as the traffic model does, which shares no code with it", () => {
    const light = run(7, 0.3, 4 * 3600).measures;
    const model = evaluatePlan({ index, timingPlans, flows: flowsOf(0.3) });
    expect(Math.abs(light.meanDelayS / model.meanDelayS - 1)).toBeLessThan(0.1);
  });

  it("counts at advance detectors what it was asked to carry", () => {
    const { counts } = run(3, 1, 4 * 3600);
    const link = index.network.detectors.find((it) => it.type === "advance")?.linkId;
    const arrival = index.arrivals.get(link ?? "");
    const here = new Set(
      arrival?.intersection.movements
        .filter((it) => it.approachId === arrival.approach.id)
        .map((it) => it.id),
    );
    const wanted = flowsOf(1)
      .filter((it) => it.intersectionId === arrival?.intersection.id && here.has(it.movementId))
      .reduce((sum, it) => sum + it.flowVph, 0);
    const own = new Set(
      index.network.detectors.filter((it) => it.linkId === link && it.type === "advance").map((it) => it.id),
    );
    const counted = counts.filter((it) => own.has(it.detectorId)).reduce((sum, it) => sum + it.countVeh, 0);
    expect(Math.abs((counted / (4 * 3600)) * SECONDS_PER_HOUR - wanted) / wanted).toBeLessThan(0.08);
  });
});
