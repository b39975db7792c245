import fc from "fast-check";
import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "./arterial.test-support.ts";
import { buildFlowProfiles, type FlowProfiles, moveOffset, settle } from "./cyclic-flow-profile.ts";
import { findDeterministicQueue } from "./deterministic-queue.ts";
import { groupFlows } from "./evaluate-plan.ts";
import { buildFlowNetwork } from "./flow-network.ts";
import { dispersePlatoon } from "./platoon-dispersion.ts";

const SIGNALS = 6;
const network = buildFlowNetwork({
  index: buildNetworkIndex(buildArterial([300, 180, 520, 240, 400])),
  flows: groupFlows(Array.from({ length: SIGNALS }, (_, i) => buildArterialFlows(i)).flat()),
  intersectionIds: Array.from({ length: SIGNALS }, (_, i) => `A${i}`),
});
const profilesAt = (offsetsS: readonly number[], cycleS = 90): FlowProfiles =>
  buildFlowProfiles(
    network,
    offsetsS.map((offsetS, i) => buildArterialPlan(i, { cycleS, offsetS })),
  );
const offsets = fc.array(
  fc.integer({ min: 0, max: 899 }).map((it) => it / 10),
  {
    minLength: SIGNALS,
    maxLength: SIGNALS,
  },
);

const sumOf = (values: Iterable<number>) => [...values].reduce((sum, it) => sum + it, 0);

test("an even stream at an isolated signal has the queue of D/D/1", () => {
  const profiles = profilesAt([0, 0, 0, 0, 0, 0], 100);
  const position = known(network.members[0], "member").firstGroup;
  const group = known(profiles.groups[position + 1], "eastbound through");
  const greenS = 100 - 30 - 15 - 4;
  const saturationFlowVph = (group.capacityVph * 100) / greenS;
  const queue = findDeterministicQueue({
    flowVph: group.flowVph,
    saturationFlowVph,
    redS: 100 - greenS,
    greenS,
  });
  expect(group.delayS - group.incrementalDelayS).toBeCloseTo(queue?.meanDelayS ?? Number.NaN, 6);
  // Waits in that queue are spread evenly from red down to 0; at 15 m/s a full stop costs 7.5 s, and less is a part of one.
  const partial = 1 - 7.5 / (2 * (100 - greenS));
  const stopRatio = group.stopRatio - group.incrementalDelayS / 100;
  expect(Math.abs(stopRatio - (queue?.stopRatio ?? Number.NaN) * partial)).toBeLessThan(1e-3);
});

test("every lane group discharges in a cycle what arrives in it, never faster than it can", () => {
  fc.assert(
    fc.property(offsets, fc.integer({ min: 60, max: 140 }), (offsetsS, cycleS) => {
      const { groups, profileSteps } = profilesAt(offsetsS, cycleS);
      for (const { steps, firstDeparture, firstDischarged, periodFlowVeh } of groups) {
        const departures = profileSteps.departures.subarray(firstDeparture, firstDeparture + steps);
        expect(sumOf(departures)).toBeCloseTo(periodFlowVeh, 9);
        const excess = departures.map((departing, step) => {
          const at = firstDischarged + step;
          return departing - (Number(profileSteps.discharged[at + 1]) - Number(profileSteps.discharged[at]));
        });
        expect(Math.max(...excess)).toBeLessThan(1e-12);
      }
    }),
    { seed: 3, numRuns: 30 },
  );
});

test("moving one offset and settling equals building anew", () => {
  fc.assert(
    fc.property(offsets, fc.nat(SIGNALS - 1), fc.nat(89), (offsetsS, position, offsetS) => {
      const moved = profilesAt(offsetsS);
      moveOffset(moved, position, offsetS);
      settle(moved);
      const rebuilt = profilesAt(offsetsS.with(position, offsetS));
      expect(moved.totals.delayVehHPerH).toBeCloseTo(rebuilt.totals.delayVehHPerH, 9);
      expect(moved.totals.stopsVph).toBeCloseTo(rebuilt.totals.stopsVph, 6);
    }),
    { seed: 4, numRuns: 50 },
  );
});

test("moving an offset back restores the totals without settling", () => {
  fc.assert(
    fc.property(offsets, fc.nat(SIGNALS - 1), fc.nat(89), (offsetsS, position, offsetS) => {
      const profiles = profilesAt(offsetsS);
      const before = { ...profiles.totals };
      moveOffset(profiles, position, offsetS);
      moveOffset(profiles, position, known(offsetsS[position], "offset"));
      expect(profiles.totals.delayVehHPerH).toBeCloseTo(before.delayVehHPerH, 9);
      expect(profiles.totals.stopsVph).toBeCloseTo(before.stopsVph, 6);
    }),
    { seed: 5, numRuns: 50 },
  );
});

test("arrivals on a link keep their mean, with a part that joins between the signals", () => {
  const profiles = profilesAt([0, 0, 0, 0, 0, 0]);
  for (const [position, link] of profiles.links.entries()) {
    expect(Number(profiles.profileSteps.platoons[link.first + link.steps]) / link.steps).toBeCloseTo(1, 9);
    const { evenRatio, feeders } = known(network.links[position], "link");
    expect(evenRatio + sumOf(feeders.map((it) => it.ratio))).toBeCloseTo(1, 12);
  }
  expect(network.links).toHaveLength(2 * (SIGNALS - 1));
});

test("arrivals are at random from outside, and less so the more saturated the signal upstream", () => {
  const street = buildFlowNetwork({
    index: buildNetworkIndex(buildArterial([300])),
    flows: groupFlows([
      { intersectionId: "A0", movementId: "EBT", flowVph: 900 },
      { intersectionId: "A0", movementId: "NBR", flowVph: 100 },
      { intersectionId: "A1", movementId: "EBT", flowVph: 1250 },
    ]),
    intersectionIds: ["A0", "A1"],
  });
  const filteringAt = (sideSplitS: number) => {
    const { groups } = buildFlowProfiles(street, [
      buildArterialPlan(0, { cycleS: 90, offsetS: 0, sideSplitS }),
      buildArterialPlan(1, { cycleS: 90, offsetS: 20 }),
    ]);
    const groupAt = (linkId: string) =>
      known(groups[street.groups.findIndex((it) => it.linkId === linkId && it.flowVph > 0)], linkId);
    const [through, side] = [groupAt("E0"), groupAt("N0")];
    expect([through.filteringFactor, side.filteringFactor]).toEqual([1, 1]);
    // Of 1250 veh/h 900 and 100 come from the signal, and 250 from between; all of the link is for one lane group.
    const { filteringFactor, arrivalRatio } = groupAt("E1");
    const brought = [
      { veh: 900 * through.servedRatio, factor: through.servedFactor },
      { veh: 100 * side.servedRatio, factor: side.servedFactor },
    ];
    const comingVeh = 250 + sumOf(brought.map((it) => it.veh));
    expect(arrivalRatio).toBeCloseTo(comingVeh / 1250, 9);
    const varianceVeh2 = 250 + sumOf(brought.map((it) => it.veh * it.factor));
    expect(filteringFactor).toBeCloseTo(varianceVeh2 / comingVeh, 9);
    return filteringFactor;
  };
  expect(filteringAt(40)).toBeLessThan(filteringAt(25));
});

test("delay behind an upstream signal is that of queues run second by second from an empty street", () => {
  const [cycleS, greenS, flowVps, travelTimeS, cycles] = [90, 41, 0.25, 30, 60];
  const street = buildFlowNetwork({
    index: buildNetworkIndex(buildArterial([travelTimeS * 15])),
    flows: groupFlows(
      ["A0", "A1"].map((intersectionId) => ({ intersectionId, movementId: "EBT", flowVph: flowVps * 3600 })),
    ),
    intersectionIds: ["A0", "A1"],
  });
  for (const offsetS of [0, 11, 29, 47, 80]) {
    const profiles = buildFlowProfiles(street, [
      buildArterialPlan(0, { cycleS, offsetS: 5 }),
      buildArterialPlan(1, { cycleS, offsetS }),
    ]);
    const upstream = runQueue(Array(cycleS * cycles).fill(flowVps), 5);
    const arrivals = dispersePlatoon({
      flows: upstream.departures,
      lagSteps: 0.8 * travelTimeS,
      smoothing: 1 / (1 + 0.35 * 0.8 * travelTimeS),
      steps: cycleS * cycles,
    });
    const group = profiles.groups.findLast((it) => it.flowVph > 0);
    expect(Number(group?.delayS) - Number(group?.incrementalDelayS)).toBeCloseTo(
      runQueue(arrivals, offsetS).lastCycleVehS / (flowVps * cycleS),
      5,
    );
  }

  /** Mean queue of each second, a vehicle per second discharged from 2 s after each start of green. */
  function runQueue(arrivals: readonly number[], offsetS: number) {
    let queue = 0;
    let lastCycleVehS = 0;
    const departures = arrivals.map((arriving, second) => {
      const sinceGreenS = (((second - offsetS - 2) % cycleS) + cycleS) % cycleS;
      const able = sinceGreenS < greenS ? 1 : 0;
      const before = queue;
      const departing = Math.min(able, queue + arriving);
      queue += arriving - departing;
      const clearing = queue > 0 || before === 0 ? 1 : before / (able - arriving);
      if (second >= arrivals.length - cycleS) lastCycleVehS += ((before + queue) / 2) * clearing;
      return departing;
    });
    return { departures, lastCycleVehS };
  }
});
