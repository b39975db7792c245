import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex, getIntersection, type NetworkIndex } from "../../network/find.ts";
import { parseNetwork } from "../../network/parse-network.ts";
import { buildRandomArterial } from "../../simulation/random-arterial.test-support.ts";
import { buildMovementGreens } from "../../timing/phase-times.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "../arterial.test-support.ts";
import { findDeterministicQueue } from "../deterministic-queue.ts";
import { evaluatePlan, type FlowOfMovement } from "../evaluate-plan.ts";
import { findOverflow } from "../overflow.ts";
import { compareMeasures } from "./compare-measures.ts";
import { remeasurePlan } from "./remeasure-plan.ts";
import { walkRings } from "./walk-rings.ts";

const numRuns = process.env["GREENWAVE_FULL"] === "1" ? 1000 : 40;

interface Case {
  readonly index: NetworkIndex;
  readonly timingPlans: readonly TimingPlan[];
  readonly flows: readonly FlowOfMovement[];
}

/** Arterials of two to six signals; `cyclesS` to choose each signal's cycle from, relative to the first. */
const arterials = (cycleRatios: readonly number[], loads: { readonly max: number }): fc.Arbitrary<Case> =>
  fc
    .record({
      spacingsM: fc.array(fc.integer({ min: 40, max: 900 }), { minLength: 1, maxLength: 5 }),
      cycleTenths: fc.integer({ min: 1000, max: 1600 }),
      seeds: fc.array(
        fc.record({
          ratio: fc.constantFrom(...cycleRatios),
          offset: fc.double({ min: 0, max: 0.999, noNaN: true }),
          sideSplitS: fc.integer({ min: 12, max: 20 }),
          isLagging: fc.boolean(),
          through: fc.integer({ min: 0, max: loads.max }),
          left: fc.integer({ min: 0, max: 250 }),
        }),
        { minLength: 6, maxLength: 6 },
      ),
    })
    .map(({ spacingsM, cycleTenths, seeds }) => {
      const signals = seeds.slice(0, spacingsM.length + 1);
      return {
        index: buildNetworkIndex(buildArterial(spacingsM)),
        timingPlans: signals.map(({ ratio, offset, sideSplitS, isLagging }, i) => {
          // An even number of tenths, so that its half is a whole number of them.
          const cycleS = Math.round(2 * Math.round(cycleTenths / 2) * ratio) / 10;
          const offsetS = Math.floor(offset * cycleS * 10) / 10;
          const plan = buildArterialPlan(i, { cycleS, offsetS, sideSplitS });
          return isLagging ? { ...plan, sequenceId: "lag-lag" } : plan;
        }),
        flows: signals.flatMap(({ through, left }, i) =>
          buildArterialFlows(i, { EBT: through, WBT: 900 - through / 3, NBL: left, EBL: left / 2 }).map(
            (it) => ({ ...it, initialQueueVeh: it.flowVph > 800 ? left / 10 : 0 }),
          ),
        ),
      };
    });

/** Largest differences of what both say about movements with traffic, delay in s. */
function largestDifference(input: Case) {
  const claimed = evaluatePlan(input).movements;
  const found = remeasurePlan(input).movements;
  expect(found).toHaveLength(claimed.length);
  const worst = { delayS: 0, stopRatio: 0, queueVeh: 0 };
  for (const [at, claim] of claimed.entries()) {
    const other = known(found[at], "movement");
    expect([other.intersectionId, other.movementId]).toEqual([claim.intersectionId, claim.movementId]);
    if (claim.flowVph === 0) continue;
    for (const measure of ["delayS", "stopRatio", "queueVeh"] as const)
      worst[measure] = Math.max(worst[measure], Math.abs(claim[measure] - other[measure]));
  }
  return worst;
}

function readNetwork(id: string): Case {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../../networks/${id}/${name}.json`, import.meta.url), "utf8"));
  const parsed = parseNetwork(read("network"));
  if (parsed.kind !== "ok") throw new Error(`network ${id} has faults`);
  const { timingPlans } = read("plan") as { timingPlans: TimingPlan[] };
  const { flows } = read("demand") as { flows: FlowOfMovement[] };
  return { index: buildNetworkIndex(parsed.network), timingPlans, flows };
}

test("turns that are permitted in every phase are measured alike, whatever the offset", () => {
  const usual = buildArterial([400]);
  const network = {
    ...usual,
    intersections: usual.intersections.map((it) => ({
      ...it,
      phases: it.phases.map((phase) => ({ ...phase, permittedMovements: ["NBL", "SBL"] })),
    })),
  };
  const index = buildNetworkIndex(network);
  const timingPlans = [0, 37].map((offsetS, i) => buildArterialPlan(i, { cycleS: 100, offsetS }));
  const flows = [0, 1].flatMap((i) => buildArterialFlows(i));
  const claimed = evaluatePlan({ index, timingPlans, flows });
  expect(compareMeasures(claimed, remeasurePlan({ index, timingPlans, flows }))).toEqual([]);
});

describe("the re-measurement", { timeout: 600_000 }, () => {
  test("agrees with the profiles that the search uses, group by group, whatever the load", () => {
    fc.assert(
      fc.property(arterials([1], { max: 2400 }), (input) => {
        const worst = largestDifference(input);
        expect(worst.delayS).toBeLessThan(1e-4);
        expect(worst.stopRatio).toBeLessThan(1e-5);
        expect(worst.queueVeh).toBeLessThan(1e-4);
        expect(compareMeasures(evaluatePlan(input), remeasurePlan(input))).toEqual([]);
      }),
      { seed: 11, numRuns },
    );
  });

  test("agrees with them on streets with permitted and shared left turns and queues at the start", () => {
    for (let seed = 1; seed <= numRuns / 2; seed++) {
      const { initialQueues, ...street } = buildRandomArterial(seed, { from: 0.5, to: 1.2 });
      const queues = new Map(
        initialQueues.map((it) => [`${it.intersectionId} ${it.movementId}`, it.queueVeh]),
      );
      const flows = street.flows.map((it) => ({
        ...it,
        initialQueueVeh: queues.get(`${it.intersectionId} ${it.movementId}`) ?? 0,
      }));
      const input = { ...street, flows };
      expect(compareMeasures(evaluatePlan(input), remeasurePlan(input))).toEqual([]);
    }
  });

  test("agrees with them on half and double cycles, and beside cycles that do not fit", () => {
    fc.assert(
      fc.property(arterials([1, 0.5, 0.75], { max: 900 }), (input) => {
        expect(compareMeasures(evaluatePlan(input), remeasurePlan(input))).toEqual([]);
      }),
      { seed: 12, numRuns },
    );
  });

  test.each(["district", "euclid-avenue", "canal-street"])("agrees with them on %s", (id) => {
    const input = readNetwork(id);
    expect(compareMeasures(evaluatePlan(input), remeasurePlan(input))).toEqual([]);
  });

  test("agrees with them where traffic comes that is asked to go nowhere", () => {
    const input = {
      index: buildNetworkIndex(buildArterial([200])),
      timingPlans: [0, 1].map((i) => buildArterialPlan(i, { cycleS: 80, offsetS: 0 })),
      flows: [...buildArterialFlows(0), { intersectionId: "A1", movementId: "NBT", flowVph: 100 }],
    };
    expect(compareMeasures(evaluatePlan(input), remeasurePlan(input))).toEqual([]);
  });

  test("walks the rings of the shipped networks to the greens of the plans", () => {
    const { index, timingPlans } = readNetwork("district");
    for (const plan of timingPlans) {
      const intersection = getIntersection(index, plan.intersectionId);
      const shifted = { ...plan, offsetS: (plan.offsetS * 7 + 0.3) % plan.cycleS };
      const expected = buildMovementGreens(intersection, shifted);
      // On networks of this size toEqual takes seconds.
      expect(isDeepStrictEqual(walkRings(intersection, shifted), expected), plan.intersectionId).toBe(true);
    }
  });

  test("finds a claim that belongs to an offset one second off", () => {
    fc.assert(
      fc.property(arterials([1], { max: 1200 }), fc.nat(5), (input, which) => {
        const at = which % input.timingPlans.length;
        const plan = known(input.timingPlans[at], "plan");
        const moved = { ...plan, offsetS: (plan.offsetS + 1) % plan.cycleS };
        const other = remeasurePlan({ ...input, timingPlans: input.timingPlans.with(at, moved) });
        expect(compareMeasures(evaluatePlan(input), other)).not.toEqual([]);
      }),
      { seed: 13, numRuns: 30 },
    );
  });

  test("has the queue of D/D/1 at an isolated signal, and what its greens leave over beside it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 160 }),
        fc.integer({ min: 50, max: 1500 }),
        (cycleS, flowVph) => {
          const greenS = cycleS - 24 - 15 - 4;
          const capacityVph = (3600 * greenS) / cycleS;
          fc.pre(flowVph < capacityVph);
          const { movements } = remeasurePlan({
            index: buildNetworkIndex(buildArterial([])),
            timingPlans: [buildArterialPlan(0, { cycleS, offsetS: 3, sideSplitS: 24 })],
            flows: buildArterialFlows(0, { EBT: flowVph, EBR: 0 }),
          });
          const through = known(
            movements.find((it) => it.movementId === "EBT"),
            "through",
          );
          const queue = findDeterministicQueue({
            flowVph,
            saturationFlowVph: 3600,
            redS: cycleS - greenS,
            greenS,
          });
          const overflow = findOverflow({
            flowVph,
            capacityVph,
            cycleS,
            greenRatio: greenS / cycleS,
            dischargeVeh2: 0,
            filteringFactor: 1,
            initialQueueVeh: 0,
          });
          expect(through.delayS - overflow.delayS).toBeCloseTo(queue?.meanDelayS ?? Number.NaN, 6);
        },
      ),
      { seed: 14, numRuns },
    );
  });
});
