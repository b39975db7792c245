import { expect, test } from "vitest";
import { buildNetworkIndex, getLink } from "../../network/find.ts";
import { buildArterial, buildArterialFlows, buildArterialPlan } from "../../traffic/arterial.test-support.ts";
import { evaluateWithSpillback } from "../../traffic/forward/evaluate-with-spillback.ts";
import { negativeOffsetS } from "./negative-offset.ts";

const CYCLE_S = 90;
const SPACING_M = 100;
const index = buildNetworkIndex(buildArterial([SPACING_M]));

/** More than the second signal can serve, and turns into the link while the main street has red. */
const JAM = {
  EBT: 2600,
  EBR: 0,
  EBL: 0,
  WBT: 100,
  WBL: 0,
  WBR: 0,
  NBL: 20,
  NBT: 100,
  SBT: 100,
  SBL: 20,
  SBR: 20,
};
const flows = [
  ...buildArterialFlows(0, { ...JAM, NBR: 200 }),
  ...buildArterialFlows(1, { ...JAM, EBT: 2800, NBR: 40 }).map((it) =>
    it.movementId === "EBT" ? { ...it, initialQueueVeh: 26 } : it,
  ),
];

/** What leaves the jammed link in an hour when the second signal is `offsetS` later than the first. */
function leavingVph(offsetS: number): number {
  const sideSplitS = 30;
  const { movements } = evaluateWithSpillback({
    index,
    flows,
    timingPlans: [
      buildArterialPlan(0, { cycleS: CYCLE_S, offsetS: 0, sideSplitS }),
      buildArterialPlan(1, { cycleS: CYCLE_S, offsetS, sideSplitS }),
    ],
  });
  return movements.find((it) => it.intersectionId === "A1" && it.movementId === "EBT")?.departedVph ?? 0;
}

test("the negative offset is the time of the backward wave over the link", () => {
  const link = getLink(index, "E1");
  // 1900 veh/h and lane, 7.6 m, 15 m/s: w = 0.5278 · 15 / (15 / 7.6 − 0.5278) = 5.475 m/s; 100 m take 18.3 s.
  expect(negativeOffsetS({ link, cycleS: CYCLE_S, resolutionS: 1 })).toBe(CYCLE_S - 18);
  expect(negativeOffsetS({ link, cycleS: CYCLE_S, resolutionS: 0.1 })).toBe(CYCLE_S - 18.3);
  // On a link as long as the wave travels in a cycle it is simultaneous.
  expect(negativeOffsetS({ link, cycleS: 18, resolutionS: 1 })).toBe(0);
});

test("on a jammed street simultaneous and negative offsets lose next to nothing of what the best offset serves, others a third", () => {
  const servedVph = Array.from({ length: CYCLE_S / 5 }, (_, it) => leavingVph(it * 5));
  const best = Math.max(...servedVph);
  const negativeS = negativeOffsetS({ link: getLink(index, "E1"), cycleS: CYCLE_S, resolutionS: 1 });
  for (const offsetS of [0, negativeS]) expect(leavingVph(offsetS)).toBeGreaterThan(0.97 * best);
  expect(Math.min(...servedVph)).toBeLessThan(0.67 * best);
});
