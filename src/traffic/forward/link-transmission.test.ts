import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import type { Network } from "../../network/network.schema.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "../arterial.test-support.ts";
import { startStreet } from "./evaluate-with-spillback.ts";
import { advance } from "./link-transmission.ts";
import { backwardWaveMps, type Transmission } from "./transmission-state.ts";

const sumOf = (values: Iterable<number>) => [...values].reduce((sum, it) => sum + it, 0);
const SPEED_MPS = 15;

/** Left turns of the main street in bays of this length. */
const withBays = (network: Network, storageM: number): Network => ({
  ...network,
  intersections: network.intersections.map((it) => ({
    ...it,
    movements: it.movements.map((movement) =>
      movement.id === "EBL" || movement.id === "WBL" ? { ...movement, storageM } : movement,
    ),
  })),
});

/** One street from west to east with a cycle of 80 s, of which the main green has 61 s less the side street's split. */
function startOneWay(of: {
  readonly spacingsM: readonly number[];
  readonly flowVph: number;
  readonly sideSplitsS: readonly number[];
  readonly offsetsS?: readonly number[];
  readonly queuesVeh?: readonly number[];
}) {
  const signals = of.sideSplitsS.map((_, i) => `A${i}`);
  return startStreet({
    index: buildNetworkIndex(buildArterial(of.spacingsM)),
    timingPlans: of.sideSplitsS.map((sideSplitS, i) =>
      buildArterialPlan(i, { cycleS: 80, offsetS: of.offsetsS?.[i] ?? 0, sideSplitS }),
    ),
    flows: signals.map((intersectionId, i) => ({
      intersectionId,
      movementId: "EBT",
      flowVph: of.flowVph,
      initialQueueVeh: of.queuesVeh?.[i] ?? 0,
    })),
  });
}

/** Vehicles on the links, that left over a stop line to somewhere outside, and that wait to come in. */
const present = (state: Transmission) => sumOf(state.entered) - sumOf(state.left);

describe("queues forward in time", () => {
  test("lose and make no vehicle, keep within storage, and discharge no more than they can", () => {
    fc.assert(
      fc.property(
        fc.record({
          spacingsM: fc.array(fc.integer({ min: 30, max: 300 }), { minLength: 1, maxLength: 4 }),
          flowVph: fc.integer({ min: 0, max: 3000 }),
          leftVph: fc.integer({ min: 0, max: 500 }),
          offsetsS: fc.array(fc.nat(79), { minLength: 5, maxLength: 5 }),
          bayM: fc.integer({ min: 15, max: 100 }),
        }),
        ({ spacingsM, flowVph, leftVph, offsetsS, bayM }) => {
          const signals = spacingsM.length + 1;
          const { street, state } = startStreet({
            index: buildNetworkIndex(withBays(buildArterial(spacingsM), bayM)),
            timingPlans: offsetsS
              .slice(0, signals)
              .map((offsetS, i) => buildArterialPlan(i, { cycleS: 80, offsetS })),
            flows: offsetsS
              .slice(0, signals)
              .flatMap((_, i) => buildArterialFlows(i, { EBT: flowVph, EBL: leftVph, WBL: leftVph })),
          });
          const worst = { lost: 0, overStorage: 0, unaccounted: 0, overAble: 0, negative: 0, overBay: 0 };
          for (let step = 0; step < 300; step++) {
            const before = present(state) + sumOf(state.outside);
            advance(state);
            const gained = sumOf(state.entering) + sumOf(state.joining) - sumOf(state.departing);
            const lost = Math.abs(present(state) + sumOf(state.outside) - before - gained);
            worst.lost = Math.max(worst.lost, lost);
            for (const [link, { groups }] of street.links.entries()) {
              const onLink = (state.entered[link] ?? 0) - (state.left[link] ?? 0);
              const queued = sumOf(groups.map((it) => (state.queue[it] ?? 0) + (state.held[it] ?? 0)));
              worst.overStorage = Math.max(worst.overStorage, onLink - (state.storage[link] ?? 0));
              worst.unaccounted = Math.max(worst.unaccounted, queued - onLink);
            }
            for (const [group, leaving] of state.departing.entries()) {
              const able = known(state.able[group], "discharge");
              worst.overAble = Math.max(worst.overAble, leaving - (able[step % able.length] ?? 0));
              worst.negative = Math.max(
                worst.negative,
                -(state.queue[group] ?? 0),
                -(state.held[group] ?? 0),
              );
              worst.overBay = Math.max(worst.overBay, (state.queue[group] ?? 0) - (state.bayVeh[group] ?? 0));
            }
          }
          for (const [what, veh] of Object.entries(worst)) expect(veh, what).toBeLessThan(1e-8);
        },
      ),
      { seed: 21, numRuns: 20 },
    );
  });

  test("grow on one link as D/D/1 does above capacity", () => {
    // 31 s of effective green at one vehicle per second in 80 s; 0.5 vehicles per second come.
    const { state } = startOneWay({ spacingsM: [], flowVph: 1800, sideSplitsS: [30] });
    const through = state.joining.length === 0 ? -1 : state.linkRatio.indexOf(1);
    const fillS = 300;
    state.storage.fill(1e6);
    for (let step = 0; step < fillS; step++) advance(state);
    const begin = state.queue[through] ?? 0;
    const cycles = 5;
    for (let step = 0; step < 80 * cycles; step++) advance(state);
    expect((state.queue[through] ?? 0) - begin).toBeCloseTo(cycles * (0.5 * 80 - 31), 3);
  });

  test("wait for room: a lane group that leads into a full link discharges nothing", () => {
    const queuesVeh = [20, (2 * 100) / 7.6];
    const { state } = startOneWay({
      spacingsM: [100],
      flowVph: 900,
      sideSplitsS: [30, 30],
      offsetsS: [0, 30],
      queuesVeh,
    });
    const [first, second] = [...state.queue.entries()].filter(([, veh]) => veh > 0).map(([group]) => group);
    let blockedSteps = 0;
    for (let step = 0; step < 80; step++) {
      const stood = state.left[state.linkOf[second ?? -1] ?? -1] === 0;
      advance(state);
      const hasGreen = (state.sending[first ?? -1] ?? 0) > 0;
      if (!stood || !hasGreen) continue;
      blockedSteps += 1;
      expect(state.departing[first ?? -1]).toBe(0);
    }
    expect(blockedSteps).toBeGreaterThan(10);
    expect(sumOf(state.tally.blocked)).toBeGreaterThan(100);
  });

  test("a full link takes vehicles in when the wave of its head has travelled back", () => {
    for (const lengthM of [60, 100, 150]) {
      const full = (2 * lengthM) / 7.6;
      const { state } = startOneWay({
        spacingsM: [lengthM],
        flowVph: 1800,
        sideSplitsS: [30, 30],
        queuesVeh: [40, full],
      });
      const link = state.entered.findIndex((it) => Math.abs(it - full) < 1e-9);
      let movesAtS = -1;
      let entersAtS = -1;
      for (let step = 0; step < 160 && entersAtS < 0; step++) {
        advance(state);
        if (movesAtS < 0 && (state.left[link] ?? 0) > 0) movesAtS = step;
        if ((state.entered[link] ?? 0) > full + 1e-9) entersAtS = step;
      }
      const waveS = lengthM / backwardWaveMps(SPEED_MPS);
      expect(Math.abs(entersAtS - movesAtS - waveS)).toBeLessThan(1.01);
    }
  });

  test("the backward wave runs at five to six and a half meters per second in towns", () => {
    for (const speedMps of [11, 13.9, 16.7, 20]) {
      expect(backwardWaveMps(speedMps)).toBeGreaterThan(4.9);
      expect(backwardWaveMps(speedMps)).toBeLessThan(6.5);
    }
  });

  test("a full turn bay shuts a lane, and a queue across its mouth keeps turning vehicles out", () => {
    const heldVeh = (lanes: number, storageM: number, flows: Readonly<Record<string, number>>) => {
      const network = withBays(buildArterial([]), storageM);
      const { street, state } = startStreet({
        index: buildNetworkIndex({ ...network, links: network.links.map((it) => ({ ...it, lanes })) }),
        timingPlans: [buildArterialPlan(0, { cycleS: 80, offsetS: 0 })],
        flows: buildArterialFlows(0, flows),
      });
      let [left, through] = [0, 0];
      for (let step = 0; step < 600; step++) {
        advance(state);
        for (const [group, { laneGroup }] of street.groups.entries()) {
          const { movement } = known(laneGroup.members[0], "member");
          if (movement.id === "EBL") left = Math.max(left, state.held[group] ?? 0);
          if (movement.id === "EBT") through = Math.max(through, state.held[group] ?? 0);
        }
      }
      return { left, through };
    };
    // 200 left turns per hour are 4.4 a cycle: they fit into a long bay, not into one of two vehicles.
    expect(heldVeh(2, 150, { EBT: 200, EBL: 200 })).toEqual({ left: 0, through: 0 });
    // The other lane still carries 1,900 through vehicles per hour, but there may be no other lane.
    const beside = heldVeh(2, 15.2, { EBT: 300, EBL: 200 });
    expect(beside.left).toBeGreaterThan(1);
    expect(beside.through).toBe(0);
    expect(heldVeh(1, 15.2, { EBT: 300, EBL: 200 }).through).toBeGreaterThan(1);
    // 1,300 through vehicles per hour stand 9 long in each lane: past the mouth of a bay of 6.
    const starved = heldVeh(2, 45, { EBT: 1300, EBL: 60 });
    expect(starved.left).toBeGreaterThan(0);
    expect(starved.through).toBe(0);
  });
});
