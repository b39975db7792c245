import fc from "fast-check";
import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "./arterial.test-support.ts";
import { buildFlowProfiles } from "./cyclic-flow-profile.ts";
import { groupFlows } from "./evaluate-plan.ts";
import { buildFlowNetwork } from "./flow-network.ts";
import { runNaiveProfiles } from "./naive-profiles.test-support.ts";

const SIGNALS = 3;
const index = buildNetworkIndex(buildArterial([310, 95]));
const signal = fc.record({
  isHalf: fc.boolean(),
  offset: fc.integer({ min: 0, max: 1199 }),
  sideSplitS: fc.integer({ min: 18, max: 24 }),
  through: fc.integer({ min: 200, max: 1900 }),
});

test("delay, stops and queues are those of parcels of vehicles that are followed one by one", () => {
  fc.assert(
    fc.property(
      fc.array(signal, { minLength: SIGNALS, maxLength: SIGNALS }),
      fc.constantFrom(120, 117.4),
      (signals, periodS) => {
        const network = buildFlowNetwork({
          index,
          flows: groupFlows(
            signals.flatMap(({ through }, i) => buildArterialFlows(i, { EBT: through, WBT: 2000 - through })),
          ),
          intersectionIds: signals.map((_, i) => `A${i}`),
        });
        const plans = signals.map(({ isHalf, offset, sideSplitS }, i) => {
          const cycleS = i > 0 && isHalf ? periodS / 2 : periodS;
          return buildArterialPlan(i, { cycleS, offsetS: (offset / 10) % cycleS, sideSplitS });
        });
        const judged = runNaiveProfiles(network, plans, 3);
        for (const [at, group] of buildFlowProfiles(network, plans).groups.entries()) {
          const expected = known(judged[at], "judged");
          expect(group.delayS).toBeCloseTo(expected.delayS, 8);
          expect(group.stopRatio).toBeCloseTo(expected.stopRatio, 9);
          expect(group.queueVeh).toBeCloseTo(expected.queueVeh, 8);
        }
      },
    ),
    { seed: 21, numRuns: process.env["GREENWAVE_FULL"] === "1" ? 300 : 25 },
  );
});
