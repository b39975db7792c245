import fc from "fast-check";
import { expect, test } from "vitest";
import { buildNetworkIndex } from "../network/find.ts";
import type { Network } from "../network/network.schema.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "./arterial.test-support.ts";
import { buildFlowProfiles, moveOffset } from "./cyclic-flow-profile.ts";
import { evaluatePlan, type FlowOfMovement, groupFlows } from "./evaluate-plan.ts";
import { buildFlowNetwork } from "./flow-network.ts";
import { initialQueueDelayS } from "./hcm-delay.ts";

test("d3 is the longer wait, on average, of those who arrive behind the initial queue", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 50, max: 1500 }),
      fc.integer({ min: 200, max: 1200 }),
      (initialQueueVeh, flowVph, capacityVph) => {
        let waitH = 0;
        const slices = 20_000;
        for (let slice = 0; slice < slices; slice++) {
          const growthVeh = (((slice + 0.5) / slices) * (flowVph - capacityVph)) / 4;
          waitH += (Math.max(0, initialQueueVeh + growthVeh) - Math.max(0, growthVeh)) / capacityVph / slices;
        }
        const d3S = initialQueueDelayS({ initialQueueVeh, flowVph, capacityVph });
        expect(Math.abs(d3S - 3600 * waitH)).toBeLessThan(1e-3 * (1 + d3S));
      },
    ),
    { seed: 41, numRuns: 200 },
  );
});

const measure = (network: Network, flows: readonly FlowOfMovement[]) =>
  evaluatePlan({
    index: buildNetworkIndex(network),
    timingPlans: [buildArterialPlan(0, { cycleS: 90, offsetS: 0 })],
    flows,
  });
const street = buildArterial([]);
const withQueue = (initialQueueVeh: number) =>
  buildArterialFlows(0).map((it) => (it.movementId === "EBT" ? { ...it, initialQueueVeh } : it));

test("an initial queue delays its own lane group, longer than it lasts where there is no spare capacity", () => {
  const [none, some] = [measure(street, withQueue(0)), measure(street, withQueue(12))];
  for (const [at, { movementId, delayS }] of some.movements.entries()) {
    const before = none.movements[at]?.delayS ?? Number.NaN;
    if (movementId === "EBT" || movementId === "EBR") expect(delayS).toBeGreaterThan(before + 0.4);
    else expect(delayS).toBe(before);
  }
  expect(measure(street, buildArterialFlows(0))).toEqual(none);
});

test("a lane group stores what its link or bay holds, and spills when its largest queue is longer", () => {
  const withBay: Network = {
    ...street,
    intersections: street.intersections.map((it) => ({
      ...it,
      movements: it.movements.map((movement) =>
        movement.id === "EBL" ? { ...movement, storageM: 7.6 * 4 } : movement,
      ),
    })),
  };
  const of = (network: Network, id: string, queueVeh = 0) =>
    measure(network, withQueue(queueVeh)).movements.find((it) => it.movementId === id);
  // 300 m in two lanes, which left and through share by three lanes at the stop line; the bay leaves both to the others.
  expect(of(street, "EBT")?.storageVeh).toBeCloseTo(((2 * 300) / 7.6) * (2 / 3), 9);
  expect(of(street, "EBL")?.storageVeh).toBeCloseTo((2 * 300) / 7.6 / 3, 9);
  expect(of(withBay, "EBT")?.storageVeh).toBeCloseTo((2 * 300) / 7.6, 9);
  expect(of(withBay, "EBL")?.storageVeh).toBeCloseTo(4, 9);
  expect(of(withBay, "EBT", 60)?.isSpilling).toBe(false);
  expect(of(withBay, "EBT", 80)?.isSpilling).toBe(true);
  expect(measure(withBay, withQueue(60)).spillingLaneGroups).toBe(0);
  expect(measure(withBay, withQueue(80)).spillingLaneGroups).toBe(1);
});

test("the price of what does not fit grows from 0 with the square of the excess, and moves keep it up to date", () => {
  const network = buildFlowNetwork({
    index: buildNetworkIndex(buildArterial([120, 120])),
    flows: groupFlows([0, 1, 2].flatMap((i) => buildArterialFlows(i, { EBT: 1700 }))),
    intersectionIds: ["A0", "A1", "A2"],
  });
  const profiles = buildFlowProfiles(
    network,
    [0, 30, 60].map((offsetS, i) => buildArterialPlan(i, { cycleS: 90, offsetS })),
  );
  const priceOf = () =>
    profiles.groups
      .filter((it) => it.queueVeh > it.storageVeh)
      .reduce((sum, it) => sum + (it.queueVeh - it.storageVeh) ** 2 / it.storageVeh, 0);
  expect(profiles.totals.spillVehHPerH).toBeGreaterThan(0);
  expect(profiles.totals.spillVehHPerH).toBeCloseTo(priceOf(), 9);
  moveOffset(profiles, 1, 77);
  expect(profiles.totals.spillVehHPerH).toBeCloseTo(priceOf(), 9);
});
