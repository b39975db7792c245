import { expect, test } from "vitest";
import { describeCycle } from "./describe-splits.ts";
import { explainCycle } from "./explain-cycle.ts";
import type { SplitProblem } from "./split-problem.ts";

/** Two stages at 0.5 veh/s with 4 s lost each. */
const twoStages = (intersectionId: string, flowsVps: readonly [number, number]): SplitProblem => ({
  intersectionId,
  sequenceId: "s",
  resolutionS: 1,
  phases: [2, 4].map((phase) => ({ phase, minSplitS: 9, maxSplitS: 999, isCoordinated: phase === 2 })),
  cells: [[[0, 1]]],
  streams: flowsVps.map((flowVps, position) => ({
    movementIds: [`M${position}`],
    flowVps,
    rateVps: 0.5,
    extraVeh: 0,
    extraVps: 0,
    lostS: 4,
    phases: [position],
  })),
});

const explain = () =>
  explainCycle({
    problems: [twoStages("S01", [0.2, 0.15]), twoStages("S02", [0.25, 0.15])],
    cycleS: 80,
    cycles: [16, 30, 36, 60, 70, 72, 80, 100],
    targetDegreeOfSaturation: 0.9,
  });

/**
 * By hand: needs 8 + C (v₁ + v₂) / 0.45 ≤ C. S02: (0.25 + 0.15) / 0.45 = 0.8889, C ≥ 8 / 0.1111 = 72 s. S01: 0.7778, 36 s.
 * At 80 s the critical path of S02 is 4 + 44.44 and 4 + 26.67: 0.89 s are spare. At 60 s 52 s of green carry
 * 0.5 · 52 = 26 vehicles of 24: a degree of saturation of 0.923.
 */
test("the intersection that needs the longest cycle is the critical one", () => {
  const explained = explain();
  expect(explained.intersections.map((it) => [it.intersectionId, it.neededCycleS])).toEqual([
    ["S02", 72],
    ["S01", 36],
  ]);
  const [critical] = explained.intersections;
  expect(critical?.criticalPath.map((it) => Number(it.needS.toFixed(2)))).toEqual([48.44, 30.67]);
  expect(critical?.spareS).toBeCloseTo(80 - 8 - 80 * (0.4 / 0.45), 9);
  const at60 = explained.cycles.find((it) => it.cycleS === 60);
  expect(at60?.short).toEqual([{ intersectionId: "S02", degreeOfSaturation: expect.closeTo(24 / 26, 9) }]);
});

test("longer cycles cost delay where nobody needs them, and minimums rule the shortest out", () => {
  const { cycles } = explain();
  const delayAt = (cycleS: number) => cycles.find((it) => it.cycleS === cycleS)?.delayVehHPerH ?? 0;
  expect(delayAt(100)).toBeGreaterThan(delayAt(80));
  expect(cycles[0]?.delayVehHPerH).toBeUndefined();
  expect(cycles[0]?.misfits).toEqual([
    "intersection S01: minimums of phases 2+4 need 18 s, cycle is 16 s",
    "intersection S02: minimums of phases 2+4 need 18 s, cycle is 16 s",
  ]);
});

test("the cycle is told in sentences", () => {
  const sentences = describeCycle(explain());
  expect(sentences.slice(0, 3)).toEqual([
    "S02 is the critical intersection: it needs a cycle of at least 72 s; phases 2+4 need 79.1 s of 80 s at a degree of saturation of 0.9.",
    "All others would do with 36 s less; the next is S01.",
    "A cycle of 16 s does not fit: intersection S01: minimums of phases 2+4 need 18 s, cycle is 16 s.",
  ]);
  expect(sentences[5]).toMatch(
    /^A cycle of 60 s would (cost|save) [\d.]+ veh·h\/h at the signals by themselves, and S02 would reach a degree of saturation of 0.92\.$/,
  );
});
