import fc from "fast-check";
import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "./arterial.test-support.ts";
import {
  buildFlowProfiles,
  type FlowProfiles,
  moveOffset,
  replacePlan,
  settle,
} from "./cyclic-flow-profile.ts";
import { groupFlows } from "./evaluate-plan.ts";
import { buildFlowNetwork } from "./flow-network.ts";

const SIGNALS = 5;
const network = buildFlowNetwork({
  index: buildNetworkIndex(buildArterial([300, 180, 520, 240])),
  flows: groupFlows(Array.from({ length: SIGNALS }, (_, i) => buildArterialFlows(i)).flat()),
  intersectionIds: Array.from({ length: SIGNALS }, (_, i) => `A${i}`),
});

/** Full cycle of 120 s, or half of it; splits, sequence and offset at will. */
const plan = fc.record({
  isHalf: fc.boolean(),
  offset: fc.integer({ min: 0, max: 1199 }),
  sideSplitS: fc.integer({ min: 18, max: 25 }),
  sequenceId: fc.constantFrom("lead-lead", "lag-lag"),
});
type Choice = typeof plan extends fc.Arbitrary<infer T> ? T : never;
const planOf = (i: number, { isHalf, offset, sideSplitS, sequenceId }: Choice): TimingPlan => {
  const cycleS = isHalf ? 60 : 120;
  return {
    ...buildArterialPlan(i, { cycleS, offsetS: (offset / 10) % cycleS, sideSplitS }),
    sequenceId,
  };
};
const plans = fc.array(plan, { minLength: SIGNALS, maxLength: SIGNALS });
const build = (choices: readonly Choice[]): FlowProfiles =>
  buildFlowProfiles(
    network,
    choices.map((it, i) => planOf(i, it)),
  );
const expectSameTotals = (one: FlowProfiles["totals"], other: FlowProfiles["totals"]): void => {
  expect(one.delayVehHPerH).toBeCloseTo(other.delayVehHPerH, 9);
  expect(one.stopsVph).toBeCloseTo(other.stopsVph, 6);
};

test("replacing plans and settling equals building anew, half cycles and changed periods included", () => {
  fc.assert(
    fc.property(plans, plans, fc.array(fc.nat(SIGNALS - 1), { maxLength: 4 }), (before, after, positions) => {
      const profiles = build(before);
      const choices = [...before];
      for (const position of positions) {
        choices[position] = known(after[position], "choice");
        replacePlan(profiles, position, planOf(position, choices[position]));
      }
      settle(profiles);
      expectSameTotals(profiles.totals, build(choices).totals);
    }),
    { seed: 11, numRuns: 60 },
  );
});

test("a replaced plan is right at the member and its neighbors without settling, whatever their cycles", () => {
  const cycle = fc.constantFrom<number | undefined>(undefined, 87);
  fc.assert(
    fc.property(plans, plan, fc.nat(SIGNALS - 1), cycle, (choices, other, position, oddCycleS) => {
      const ofNeighbor = (position + 1) % SIGNALS;
      const profiles = buildFlowProfiles(
        network,
        choices.map((it, i) => {
          const usual = planOf(i, it);
          return i === ofNeighbor && oddCycleS !== undefined
            ? buildArterialPlan(i, { cycleS: oddCycleS, offsetS: usual.offsetS % oddCycleS })
            : usual;
        }),
      );
      replacePlan(profiles, position, planOf(position, other));
      const near = network.members.flatMap(({ firstGroup, endGroup }, at) =>
        Math.abs(at - position) <= 1 ? profiles.groups.slice(firstGroup, endGroup) : [],
      );
      const delaysS = near.map((it) => it.delayS);
      settle(profiles);
      expect(near.map((it) => it.delayS)).toEqual(delaysS);
    }),
    { seed: 15, numRuns: 60 },
  );
});

test("putting a plan back restores the totals without settling", () => {
  fc.assert(
    fc.property(plans, plan, fc.nat(SIGNALS - 1), (choices, other, position) => {
      const profiles = build(choices);
      const before = { ...profiles.totals };
      replacePlan(profiles, position, planOf(position, other));
      replacePlan(profiles, position, planOf(position, known(choices[position], "choice")));
      expectSameTotals(profiles.totals, before);
    }),
    { seed: 12, numRuns: 60 },
  );
});

test("replacing a plan by itself with another offset is the same as moving the offset", () => {
  fc.assert(
    fc.property(plans, fc.nat(SIGNALS - 1), fc.nat(599), (choices, position, offset) => {
      const [moved, replaced] = [build(choices), build(choices)];
      moveOffset(moved, position, offset / 10);
      const choice = { ...known(choices[position], "choice"), offset };
      replacePlan(replaced, position, planOf(position, choice));
      expectSameTotals(replaced.totals, moved.totals);
    }),
    { seed: 13, numRuns: 40 },
  );
});

test("an offset of a half-cycle member may as well be a whole cycle of its own later", () => {
  fc.assert(
    fc.property(plans, fc.nat(SIGNALS - 1), fc.nat(599), (choices, position, offset) => {
      const half = choices.with(position, { ...known(choices[position], "choice"), isHalf: true, offset });
      const profiles = build(half);
      const before = { ...profiles.totals };
      moveOffset(profiles, position, offset / 10 + 60);
      settle(profiles);
      expectSameTotals(profiles.totals, before);
    }),
    { seed: 14, numRuns: 40 },
  );
});
