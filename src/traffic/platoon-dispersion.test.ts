import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { createSeededRandom } from "../network/seeded-random.ts";
import { listLampChanges } from "../simulation/lamps.ts";
import { Street } from "../simulation/street.ts";
import { buildStreetLayout } from "../simulation/street-layout.ts";
import { buildArterial, buildArterialPlan } from "./arterial.test-support.ts";
import {
  calibrateDispersion,
  dispersePlatoon,
  dispersionOfTravelTimes,
  smoothingFactor,
} from "./platoon-dispersion.ts";

const TRAVEL_S = 40;

test("a platoon that spreads by known factors gives them back", () => {
  for (const [spread, lagRatio] of [
    [0.35, 0.8],
    [0.1, 0.9],
    [0.6, 0.65],
  ] as const) {
    const upstream = Array.from({ length: 120 }, (_, step) => (step % 60 < 25 ? 0.5 : 0));
    const smoothing = smoothingFactor(TRAVEL_S, { spread, lagRatio });
    const downstream = dispersePlatoon({
      flows: upstream,
      lagSteps: lagRatio * TRAVEL_S,
      smoothing,
      steps: 300,
    });
    const found = known(calibrateDispersion({ upstream, downstream, travelTimeSteps: TRAVEL_S }), "factors");
    expect(found.spread).toBeCloseTo(spread, 2);
    expect(found.lagRatio).toBeCloseTo(lagRatio, 6);
    expect(found.squaredError).toBeLessThan(1e-4);
  }
});

test("without vehicles there is nothing to calibrate", () => {
  expect(
    calibrateDispersion({ upstream: [0, 0], downstream: [0, 0, 0], travelTimeSteps: 20 }),
  ).toBeUndefined();
});

test("the street's own platoons keep their mean travel time and spread less than with moderate friction", () => {
  const network = buildArterial([TRAVEL_S * 15]);
  const atLink = { linkId: "E1", lanes: [1] };
  const index = buildNetworkIndex({
    ...network,
    detectors: [
      { ...atLink, id: "leaving", setbackM: TRAVEL_S * 15, type: "exit" },
      { ...atLink, id: "arriving", setbackM: 0, type: "advance" },
    ],
  });
  const periodS = 3600;
  const seen = { leaving: new Array<number>(periodS).fill(0), arriving: new Array<number>(periodS).fill(0) };
  const flows = ["A0", "A1"].map((intersectionId) => ({
    intersectionId,
    movementId: "EBT",
    flowVph: 1200,
    confidence: 1,
  }));
  const street = new Street({
    layout: buildStreetLayout(index, flows),
    random: createSeededRandom(11),
    startS: 0,
    onPulse: ({ detectorId, atS }) => {
      const counts = detectorId === "leaving" ? seen.leaving : seen.arriving;
      const step = Math.floor(atS);
      if (step < periodS) counts[step] = (counts[step] ?? 0) + 1;
    },
  });
  const timingPlans = [0, 1].map((i) => buildArterialPlan(i, { cycleS: 90, offsetS: 0 }));
  street.advance(periodS, listLampChanges({ index, timingPlans, fromS: 0, toS: periodS }));
  const found = known(
    calibrateDispersion({ upstream: seen.leaving, downstream: seen.arriving, travelTimeSteps: TRAVEL_S }),
    "factors",
  );
  const expected = dispersionOfTravelTimes({
    travelTimeSteps: TRAVEL_S,
    meanSteps: 1.01 * TRAVEL_S,
    deviationSteps: 0.1 * TRAVEL_S,
  });
  const meanSteps = ({ spread, lagRatio }: typeof expected) => TRAVEL_S * lagRatio * (1 + spread);
  expect(Math.abs(meanSteps(found) - meanSteps(expected))).toBeLessThan(1);
  // Speeds are normal and the model's spread is geometric: the best fit is wider than equal moments, and far from 0.35.
  expect(found.spread).toBeGreaterThan(expected.spread);
  expect(found.spread).toBeLessThan(0.25);
});
