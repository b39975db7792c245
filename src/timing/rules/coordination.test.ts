import { expect, it } from "vitest";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { judgeSample } from "../judge-sample.test-support.ts";
import { buildSamplePlan } from "../sample-plan.test-support.ts";

/** The sample plan with other cycles; only rule 19 is of interest. */
const cycles = (cyclesS: readonly number[]) => {
  const plan = buildSamplePlan();
  return {
    ...plan,
    timingPlans: plan.timingPlans.map((it, at) => ({ ...it, cycleS: cyclesS[at] ?? it.cycleS })),
  };
};
const rule19 = (cyclesS: readonly number[], origin?: "imported") =>
  judgeSample({ plan: cycles(cyclesS), ...(origin === undefined ? {} : { origin }) }).filter((it) =>
    it.includes(" 19 "),
  );

it("rule 19: signals of one route run one cycle, or exactly half or twice of it", () => {
  expect(rule19([80, 80, 80])).toEqual([]);
  expect(rule19([80, 40, 80])).toEqual([]);
  expect(rule19([80, 160, 80])).toEqual([]);
  expect(rule19([114, 116, 114])).toEqual(["BLOCK 19 B 114 116"]);
  expect(rule19([80, 80, 80.1])).toEqual(["BLOCK 19 C 80 80.1"]);
});

it("rule 19: a running plan that breaches it is reported, not refused", () => {
  expect(rule19([165, 140, 140], "imported")).toEqual(["WARN 19 A 140 165"]);
});

it("rule 19: a signal that is left with the cycle that it has today is reported, a new breach is refused", () => {
  const against = (before: readonly number[], after: readonly number[]) =>
    judgeSample({ plan: cycles(after), running: { ...cycles(before), revision: 6 } }).filter((it) =>
      it.includes(" 19 "),
    );
  expect(against([80, 80, 65], [90, 90, 65])).toEqual(["WARN 19 C 90 65"]);
  expect(against([80, 80, 65], [90, 90, 66])).toEqual(["BLOCK 19 C 90 66"]);
  expect(against([80, 80, 80], [90, 90, 80])).toEqual(["BLOCK 19 C 90 80"]);
});

it("rule 19: signals that share no route of the plan may differ", () => {
  const plan = cycles([80, 100, 80]);
  const [a, b] = plan.timingPlans;
  const judged = (timingPlans: typeof plan.timingPlans, routes: readonly string[]) =>
    judgeSample({
      plan: { ...plan, timingPlans },
      network: withRoutes(routes),
    }).filter((it) => it.includes(" 19 "));
  expect(a && b ? judged([a, b], ["A", "C"]) : []).toEqual([]);
  expect(a && b ? judged([a, b], ["A", "B"]) : []).toEqual(["BLOCK 19 B 80 100"]);
});

/** One one-way route through these intersections. */
function withRoutes(ids: readonly string[]) {
  const stops = ids.map((intersectionId) => ({ intersectionId, movementId: "EBT" }));
  return buildSampleNetwork({
    routes: [{ id: "one-way", tier: "ordinary", outbound: { stops, queueClearanceS: 0 } }],
  });
}
