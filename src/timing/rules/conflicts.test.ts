import { expect, it } from "vitest";
import type { Intersection } from "../../network/network.schema.ts";
import { withCrossing, withPhase } from "../../network/sample-network.test-support.ts";
import { judgeSample, samplePlanWith, sampleWith } from "../judge-sample.test-support.ts";
import { buildSamplePlan, withSplits } from "../sample-plan.test-support.ts";

const splitsOfA = buildSamplePlan().timingPlans[0]?.splits ?? [];
const intergreens = (list: Intersection["intergreens"]) => sampleWith(() => ({ intergreens: list }));

it("rule 5: the configured intergreen lies between end and start of conflicting greens, to the tenth", () => {
  // Phase 6 ends its green 5.3 s before the barrier, phase 8 follows 11 s after it.
  const between = (intergreenS: number) =>
    judgeSample({ network: intergreens([{ from: "WBT", to: "NBT", intergreenS }]) });
  expect(between(16.3)).toEqual([]);
  expect(between(16.4)).toEqual(["BLOCK 5 A 16.4 16.3"]);
});

it("rule 5: the matrix is asymmetric", () => {
  const back = (intergreenS: number) =>
    judgeSample({ network: intergreens([{ from: "NBT", to: "WBT", intergreenS }]) }).filter((it) =>
      it.includes(" 5 A"),
    );
  expect(back(17.3)).toEqual([]);
  expect(back(17.4)).toEqual(["BLOCK 5 A 17.4 17.3"]);
});

it("rule 5: from a crossing the intergreen counts from the end of walk", () => {
  // pedS beside phase 2 of 28 s: 10 s walk, then 18 s to the start of phase 3.
  const from = (intergreenS: number) =>
    judgeSample({ network: intergreens([{ from: "pedS", to: "NBL", intergreenS }]) });
  expect(from(18)).toEqual([]);
  expect(from(18.1)).toEqual(["BLOCK 5 A 18.1 18"]);
});

it("rule 5: a permitted stream keeps the intergreen to the streams that it does not run with", () => {
  // NBR runs permitted in phase 8 and merges with EBT, which ends 16.3 s earlier less a second.
  const network = (intergreenS: number) => intergreens([{ from: "EBT", to: "NBR", intergreenS }]);
  expect(judgeSample({ network: network(16.3) })).toEqual([]);
  expect(judgeSample({ network: network(16.4) })).toEqual(["BLOCK 5 A 16.4 16.3"]);
});

it("rule 6: conflicting streams in one phase are blocked", () => {
  const network = sampleWith(({ phases }) => ({
    phases: withPhase(phases, 2, { protectedMovements: ["EBT", "WBL"] }),
  }));
  expect(judgeSample({ network })).toContain("BLOCK 6 A 0 26.5");
});

it("rule 6: a permitted stream may run against what it yields to, not against a cross street", () => {
  const permitted = (movement: string) =>
    sampleWith(({ phases }) => ({
      phases: withPhase(phases, 2, { permittedMovements: ["EBR", movement] }),
    }));
  const together = (found: readonly string[]) => found.filter((it) => it.includes(" 6 A"));
  expect(together(judgeSample({ network: permitted("EBL") }))).toEqual([]);
  // Skewed barriers: the plan runs phase 4 beside phase 6, and EBR of phase 2 no longer only beside its own.
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 6: 40, 7: 5 }) });
  expect(together(judgeSample({ plan })).length).toBeGreaterThan(0);
});

it("rule 6: a crossing that still clears when conflicting traffic starts is blocked", () => {
  const network = sampleWith(({ crossings }) => ({
    crossings: withCrossing(crossings, "pedS", { walkS: 18, clearanceS: 10.4 }),
  }));
  expect(judgeSample({ network })).toEqual(["BLOCK 17 A 33.7 28", "BLOCK 6 A 0 0.4"]);
});

it("rule 12: 3 s of steady don't walk lie between clearance and conflicting traffic", () => {
  // pedS beside phase 2: the split of 28 s less walk and clearance.
  const buffer = (walkS: number) =>
    judgeSample({
      network: sampleWith(({ crossings }) => ({ crossings: withCrossing(crossings, "pedS", { walkS }) })),
    }).filter((it) => it.includes(" 12 A"));
  expect(buffer(14.6)).toEqual([]);
  expect(buffer(14.7)).toEqual(["BLOCK 12 A 3 2.9"]);
});

it("rule 12: an actuated crossing that does not fit holds what follows, so no conflict is seen", () => {
  const network = sampleWith(({ crossings }) => ({
    crossings: withCrossing(crossings, "pedS", { walkS: 30, service: "actuated" }),
  }));
  expect(judgeSample({ network })).toEqual(["WARN 13 A 45.7 28"]);
});

it("a stream that is green all the time conflicts with everything that it crosses", () => {
  const network = sampleWith(({ phases }) => ({
    phases: [1, 2, 3, 4].reduce(
      (list, number) =>
        withPhase(list, number, {
          protectedMovements: [
            ...(list.find((it) => it.number === number)?.protectedMovements ?? []).filter(
              (it) => it !== "EBT",
            ),
            "EBT",
          ],
        }),
      [...phases],
    ),
  }));
  expect(judgeSample({ network }).filter((it) => it.includes(" 6 A")).length).toBeGreaterThan(3);
});

it("of several overlaps or gaps of one pair the worst is told", () => {
  const also = { 2: "SBT", 6: "EBL", 8: "EBL" } as const;
  const twice = sampleWith(({ phases }) => ({
    phases: Object.entries(also).reduce(
      (list, [number, id]) => withPhase(list, Number(number), { protectedMovements: [id] }),
      [...phases],
    ),
  }));
  // EBL and SBT together for 25.5 s in phases 6 and 2, and for 28.1 s in phases 8 and 4.
  expect(judgeSample({ network: twice })).toContain("BLOCK 6 A 0 28.1");
  const walks = sampleWith(({ phases }) => ({
    phases: withPhase(phases, 6, { crossings: ["pedN", "pedS"] }),
    intergreens: [{ from: "pedS", to: "NBL", intergreenS: 30 }],
  }));
  // Walk ends 18 s before phase 3 beside phase 2, and 17 s before it beside phase 6.
  expect(judgeSample({ network: walks })).toContain("BLOCK 5 A 30 17");
  // With phase 6 beginning before phase 2 it is the other way round.
  const plan = samplePlanWith({ splits: withSplits(splitsOfA, { 5: 10, 6: 29 }) });
  expect(judgeSample({ network: walks, plan })).toContain("BLOCK 5 A 30 18");
});
