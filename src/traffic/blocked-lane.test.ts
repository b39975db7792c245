import { expect, test } from "vitest";
import { createSeededRandom } from "../network/seeded-random.ts";
import { passBeforeBlocking } from "./blocked-lane.ts";

test("before the first vehicle that waits, those of a geometric distribution leave", () => {
  for (const p of [0.05, 0.3, 0.8]) {
    for (const most of [0, 1, 7, 40]) {
      const { meanVeh, varianceVeh2 } = passBeforeBlocking(p, most, 0);
      expect(meanVeh).toBeCloseTo(((1 - p) / p) * (1 - (1 - p) ** most), 12);
      const probabilities = Array.from({ length: most + 1 }, (_, k) => (1 - p) ** k * (k < most ? p : 1));
      const square = probabilities.reduce((sum, it, k) => sum + k * k * it, 0);
      expect(varianceVeh2).toBeCloseTo(square - meanVeh ** 2, 9);
    }
  }
  expect(passBeforeBlocking(0.2, 3.5, 0).meanVeh).toBeCloseTo(
    (passBeforeBlocking(0.2, 3, 0).meanVeh + passBeforeBlocking(0.2, 4, 0).meanVeh) / 2,
    12,
  );
});

test("two lanes whose turns wait for each other move on when both have one at the head", () => {
  const random = createSeededRandom(71);
  const runs = 40_000;
  for (const [p, facingP, headways] of [
    [0.1, 0.06, 25],
    [0.3, 0.5, 12],
    [0.05, 0.9, 8],
  ] as const) {
    let [sum, square] = [0, 0];
    for (let run = 0; run < runs; run++) {
      let turns = random.uniform() < p;
      let facingTurns = random.uniform() < facingP;
      let left = 0;
      for (let headway = 0; headway < headways; headway++) {
        const isBlocked = turns && !facingTurns;
        const isOtherBlocked = facingTurns && !turns;
        if (!isBlocked) {
          left += 1;
          turns = random.uniform() < p;
        }
        if (!isOtherBlocked) facingTurns = random.uniform() < facingP;
      }
      sum += left;
      square += left * left;
    }
    const { meanVeh, varianceVeh2 } = passBeforeBlocking(p, headways, facingP);
    const mean = sum / runs;
    expect(Math.abs(meanVeh / mean - 1)).toBeLessThan(0.01);
    expect(Math.abs(varianceVeh2 / (square / runs - mean ** 2) - 1)).toBeLessThan(0.04);
  }
});
