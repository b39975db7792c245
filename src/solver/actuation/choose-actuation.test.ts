import fc from "fast-check";
import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "../../timing/sample-plan.test-support.ts";
import { validatePlan } from "../../timing/validate-plan.ts";
import type { FlowOfMovement } from "../../traffic/evaluate-plan.ts";
import { chooseActuation } from "./choose-actuation.ts";

const network = buildSampleNetwork({
  intersections: buildSampleNetwork().intersections.map((it) => ({
    ...it,
    crossings: it.crossings.map((crossing) => ({ ...crossing, service: "actuated" as const })),
  })),
});
const index = buildNetworkIndex(network);
const { timingPlans } = buildSamplePlan();

/** The same flow for every movement of a kind, veh/h. */
const flowsOf = (vph: { main: number; side: number; left: number }): FlowOfMovement[] =>
  network.intersections.flatMap(({ id: intersectionId, movements }) =>
    movements.map(({ id: movementId, turn }) => {
      const isMain = movementId.startsWith("E") || movementId.startsWith("W");
      const flowVph = turn === "through" ? (isMain ? vph.main : vph.side) : vph.left;
      return { intersectionId, movementId, flowVph };
    }),
  );
const choose = (vph: Parameters<typeof flowsOf>[0]) =>
  chooseActuation({ index, timingPlans, flows: flowsOf(vph) });

test("at night every intersection is better free", () => {
  const { choices } = choose({ main: 40, side: 20, left: 5 });
  expect(choices.map((it) => it.mode)).toEqual(["free", "free", "free"]);
  expect(known(choices[0], "choice of A").reason).toMatch(/^Better free: coordinated \d/);
});

test("a street whose controllers see nobody stays coordinated", () => {
  const { choices } = chooseActuation({
    index: buildNetworkIndex({ ...network, detectors: [] }),
    timingPlans,
    flows: flowsOf({ main: 400, side: 100, left: 40 }),
  });
  expect(choices.map((it) => it.mode)).toEqual(["coordinated", "coordinated", "coordinated"]);
});

test("passage follows from setback and speed, and free signals rest in the coordinated phases", () => {
  const { timingPlans: chosen } = choose({ main: 40, side: 20, left: 5 });
  const phases = known(chosen[0]?.actuation, "actuation of A").phases;
  const of = (number: number) =>
    known(
      phases.find((it) => it.phase === number),
      `phase ${number}`,
    );
  // 60 m at 13.4 m/s are 4.5 s, of which 4 s are used; left turns have a loop at the stop line: 3 s − 6 m / 13.4 m/s.
  expect(of(2)).toMatchObject({ passageS: 4, recall: "min" });
  expect(of(1)).toMatchObject({ passageS: 2.6, recall: "none" });
  expect(of(4).recall).toBe("none");
});

test("a phase without detectors is on maximum recall", () => {
  const blind = { ...network, detectors: network.detectors.filter((it) => it.id !== "stop.A.N.left") };
  const { timingPlans: chosen } = chooseActuation({
    index: buildNetworkIndex(blind),
    timingPlans,
    flows: flowsOf({ main: 400, side: 100, left: 40 }),
  });
  expect(chosen[0]?.actuation?.phases.find((it) => it.phase === 7)?.recall).toBe("max");
});

test("what is chosen passes the gate, whatever the flows", () => {
  fc.assert(
    fc.property(
      fc.record({
        main: fc.integer({ min: 0, max: 1500 }),
        side: fc.integer({ min: 0, max: 600 }),
        left: fc.integer({ min: 0, max: 300 }),
      }),
      (vph) => {
        const { timingPlans: chosen, choices } = choose(vph);
        const plan = { ...buildSamplePlan(), timingPlans: chosen };
        const { findings } = validatePlan({ network, plan, nowMs: SAMPLE_NOW_MS });
        expect(findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
        for (const it of choices) {
          expect(it.freeDelayVehHPerH).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(it.freeDelayVehHPerH)).toBe(true);
        }
      },
    ),
    { numRuns: 100, seed: 20_261_122 },
  );
});
