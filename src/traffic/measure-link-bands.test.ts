import { expect, test } from "vitest";
import { createSeededRandom } from "../network/seeded-random.ts";
import { type DirectionPassages, findCenterLine, measureLinkBands } from "./measure-link-bands.ts";

/** Three signals 10 s apart: greens from 0 to 30, from 6 to 26 and from 24 to 50 of a cycle of 60 s. */
const street = (halves: "equal" | "free"): DirectionPassages => ({
  cycleS: 60,
  halves,
  passages: [
    { arrivalS: 0, greens: [{ startS: 0, lengthS: 30 }] },
    { arrivalS: 10, greens: [{ startS: 6, lengthS: 20 }] },
    { arrivalS: 20, greens: [{ startS: 24, lengthS: 26 }] },
  ],
});

test("each link's band has what both ends leave on either side of the line", () => {
  // The line stands 10 s into the first green, 14 s into the second and 6 s into the third.
  expect(measureLinkBands(street("free"), 10)).toEqual([
    { beforeS: 10, afterS: 6 },
    { beforeS: 6, afterS: 6 },
  ]);
  expect(measureLinkBands(street("equal"), 10)).toEqual([
    { beforeS: 6, afterS: 6 },
    { beforeS: 6, afterS: 6 },
  ]);
});

test("a line that meets red at a signal leaves the links on both sides without a band", () => {
  expect(measureLinkBands(street("free"), 58)).toEqual([
    { beforeS: 0, afterS: 0 },
    { beforeS: 0, afterS: 0 },
  ]);
});

test("queues, cycles and a green that never ends do not confuse the line", () => {
  const always = { cycleS: 60, halves: "free" as const };
  const passages = [
    { arrivalS: 0, greens: [{ startS: 50, lengthS: 60 }] },
    { arrivalS: 130, greens: [{ startS: 55, lengthS: 20 }] },
  ];
  expect(measureLinkBands({ ...always, passages }, 52)).toEqual([{ beforeS: 7, afterS: 13 }]);
});

test("the best center line is not beaten by any of many others", () => {
  const random = createSeededRandom(9);
  for (let round = 0; round < 60; round++) {
    const cycleS = 60;
    const direction: DirectionPassages = {
      cycleS,
      halves: round % 2 === 0 ? "equal" : "free",
      passages: Array.from({ length: 2 + (round % 4) }, (_, i) => ({
        arrivalS: i * (5 + 40 * random.uniform()),
        greens: Array.from({ length: 1 + (round % 2) }, (_unused, part) => ({
          startS: part * 30 + 8 * random.uniform(),
          lengthS: 10 + 10 * random.uniform(),
        })),
      })),
    };
    const weights = direction.passages.slice(1).map(() => random.uniform());
    const { valueS, centerLineS } = findCenterLine(direction, weights);
    const worthAt = (lineS: number): number =>
      measureLinkBands(direction, lineS).reduce(
        (sum, it, i) => sum + (weights[i] ?? 0) * (it.beforeS + it.afterS),
        0,
      );
    expect(worthAt(centerLineS), `round ${round}`).toBeCloseTo(valueS, 9);
    let bestS = 0;
    for (let lineS = 0; lineS < cycleS; lineS += 0.05) bestS = Math.max(bestS, worthAt(lineS));
    expect(bestS, `round ${round}`).toBeLessThanOrEqual(valueS + 1e-9);
  }
});
