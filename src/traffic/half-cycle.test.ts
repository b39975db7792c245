import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import type { Intersection, Network } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "./arterial.test-support.ts";
import { listPeriodsS } from "./common-period.ts";
import { buildFlowProfiles, type FlowProfiles } from "./cyclic-flow-profile.ts";
import { groupFlows } from "./evaluate-plan.ts";
import { buildFlowNetwork } from "./flow-network.ts";

const SIGNALS = 3;
const network = buildArterial([300, 240]);
/** Without side-street lefts, whose opposing queue the discharge model takes for one green per cycle. */
const flows = groupFlows(
  [0, 1, 2].flatMap((i) => buildArterialFlows(i, { EBT: 1100, WBT: 900, NBL: 0, SBL: 0 })),
);
const compile = (of: Network) =>
  buildFlowNetwork({
    index: buildNetworkIndex(of),
    flows,
    intersectionIds: Array.from({ length: SIGNALS }, (_, i) => `A${i}`),
  });
const full = (i: number, offsetS: number) => buildArterialPlan(i, { cycleS: 120, offsetS });
const half = (i: number, offsetS: number): TimingPlan =>
  buildArterialPlan(i, { cycleS: 60, offsetS, sideSplitS: 18 });

test("a half-cycle member is the same plan written as a full cycle with two greens", () => {
  const twice = { ...network, intersections: network.intersections.map(withEveryPhaseTwice) };
  for (const offsetS of [0, 17.3, 44]) {
    const asHalf = buildFlowProfiles(compile(network), [full(0, 10), half(1, offsetS), full(2, 33)]);
    const asFull = buildFlowProfiles(compile(twice), [
      full(0, 10),
      writtenTwice(half(1, offsetS)),
      full(2, 33),
    ]);
    for (const [position, group] of asHalf.groups.entries()) {
      const other = known(asFull.groups[position], "group");
      if (group.flowVph === 0) continue;
      expect(group.delayS).toBeCloseTo(other.delayS, 9);
      expect(group.queueVeh).toBeCloseTo(other.queueVeh, 9);
      expect(group.stopRatio - group.incrementalDelayS / group.cycleS).toBeCloseTo(
        other.stopRatio - other.incrementalDelayS / other.cycleS,
        9,
      );
    }
  }
});

test("offsets matter between a half cycle and a full one, in both directions", () => {
  const delayAt = (offsetS: number): number =>
    buildFlowProfiles(compile(network), [full(0, 0), half(1, offsetS), full(2, 40)]).totals.delayVehHPerH;
  const delays = [0, 15, 30, 45].map(delayAt);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(0.02 * Math.min(...delays));
});

test("members share a period over links whose cycles are in the ratio of a power of two", () => {
  const periods = (cyclesS: readonly number[]): number[] => [
    ...listPeriodsS(
      compile(network),
      cyclesS.map((cycleS) => ({ cycleS })),
    ),
  ];
  expect(periods([60, 120, 60])).toEqual([120, 120, 120]);
  expect(periods([60, 60, 60])).toEqual([60, 60, 60]);
  expect(periods([45.1, 90.2, 100])).toEqual([90.2, 90.2, 100]);
  expect(periods([60, 90, 120])).toEqual([60, 90, 120]);
  expect(periods([30, 60, 120])).toEqual([120, 120, 120]);
});

test("two half cycles have the delay that they have alone, whether their period holds one of them or two", () => {
  const alone = buildFlowProfiles(compile(network), [half(0, 0), half(1, 20), half(2, 40)]);
  const apart = buildFlowNetwork({
    index: buildNetworkIndex(network),
    flows,
    intersectionIds: ["A0", "A1"],
  });
  // The third member forces a period of 120 s on the street; the first two repeat their half in it.
  const shared = buildFlowProfiles(compile(network), [half(0, 0), half(1, 20), full(2, 40)]);
  const two = buildFlowProfiles(apart, [half(0, 0), half(1, 20)]);
  const eastboundOf = (profiles: FlowProfiles) =>
    profiles.groups.filter((_, at) => profiles.network.groups[at]?.linkId === "E1").map((it) => it.delayS);
  for (const [at, delayS] of eastboundOf(two).entries()) {
    expect(eastboundOf(alone)[at]).toBeCloseTo(delayS, 9);
    expect(eastboundOf(shared)[at]).toBeCloseTo(delayS, 9);
  }
});

/** Phase 1 again as 11 and so on, and the sequence of a half cycle two times in one. */
function withEveryPhaseTwice(intersection: Intersection): Intersection {
  return {
    ...intersection,
    phases: intersection.phases.flatMap((it) => [it, { ...it, number: it.number + 10 }]),
    sequences: [
      ...intersection.sequences,
      ...intersection.sequences.map(({ id, rings }) => ({
        id: `${id} twice`,
        rings: rings.map((groups) => [
          ...groups.map((it) => [...it]),
          ...groups.map((it) => it.map((n) => n + 10)),
        ]),
      })),
    ],
  };
}

const writtenTwice = (plan: TimingPlan): TimingPlan => ({
  ...plan,
  cycleS: 2 * plan.cycleS,
  sequenceId: `${plan.sequenceId} twice`,
  splits: plan.splits.flatMap((it) => [it, { ...it, phase: it.phase + 10 }]),
});
