import fc from "fast-check";
import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "./arterial.test-support.ts";
import { buildFlowProfiles, moveOffset, settle } from "./cyclic-flow-profile.ts";
import { groupFlows } from "./evaluate-plan.ts";
import { buildFlowNetwork } from "./flow-network.ts";

const SIGNALS = 8;
const network = buildFlowNetwork({
  index: buildNetworkIndex(buildArterial([300, 180, 520, 240, 400, 260, 330])),
  flows: groupFlows(Array.from({ length: SIGNALS }, (_, i) => buildArterialFlows(i)).flat()),
  intersectionIds: Array.from({ length: SIGNALS }, (_, i) => `A${i}`),
});
const offsets = fc.array(fc.nat(89), { minLength: SIGNALS, maxLength: SIGNALS });

test("a move is right at the member and its neighbors, and what it leaves for later is a small part of the delay", () => {
  let [largest, sum, moves] = [0, 0, 0];
  fc.assert(
    fc.property(offsets, fc.nat(SIGNALS - 1), fc.integer({ min: 1, max: 89 }), (offsetsS, member, byS) => {
      const profiles = buildFlowProfiles(
        network,
        offsetsS.map((offsetS, i) => buildArterialPlan(i, { cycleS: 90, offsetS })),
      );
      moveOffset(profiles, member, (known(offsetsS[member], "offset") + byS) % 90);
      const near = network.members.flatMap(({ firstGroup, endGroup }, at) =>
        Math.abs(at - member) <= 1 ? profiles.groups.slice(firstGroup, endGroup) : [],
      );
      const delaysS = near.map((it) => it.delayS);
      const local = profiles.totals.delayVehHPerH;
      settle(profiles);
      expect(near.map((it) => it.delayS)).toEqual(delaysS);
      const gap = Math.abs(local / profiles.totals.delayVehHPerH - 1);
      largest = Math.max(largest, gap);
      sum += gap;
      moves += 1;
    }),
    { seed: 31, numRuns: 200 },
  );
  // Parts of the delay of a street of eight signals: what one move changes two and more links on.
  expect(sum / moves).toBeLessThan(0.006);
  expect(largest).toBeLessThan(0.04);
});
