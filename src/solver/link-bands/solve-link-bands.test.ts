import { expect, test } from "vitest";
import { SAMPLE_S, seededRandom } from "../bands/band-judge.test-support.ts";
import { createHighsEngine } from "../lp/highs.ts";
import { findBestByBruteForce, randomLinkBandProblem } from "./link-band-judge.test-support.ts";
import type { LinkBandAnswer, LinkBandProblem } from "./link-band-problem.ts";
import { buildMultibandModel } from "./multiband-model.test-support.ts";
import { solveLinkBands } from "./solve-link-bands.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";
const bruteForceCount = isFull ? 2000 : 200;
const modelCount = isFull ? 300 : 4;

const KINDS = (["equal", "free"] as const).flatMap((halves) =>
  (["meetsGreens", "mayMeetRed"] as const).map((centerLine) => ({ halves, centerLine })),
);

const kindOf = (round: number): Pick<LinkBandProblem, "halves" | "centerLine"> =>
  KINDS[round % KINDS.length] ?? { halves: "equal", centerLine: "meetsGreens" };

const worthOf = (answer: LinkBandAnswer): number => (answer.kind === "solved" ? answer.valueS : -1);

test("link bands equal a brute force over all offsets, sequences and center lines", () => {
  const random = seededRandom(7);
  for (let round = 0; round < bruteForceCount; round++) {
    const size = {
      cycleS: 6 + Math.floor(random() * 5),
      signalCount: 2 + Math.floor(random() * 3),
      alternativeCount: 1 + (round % 2),
      greensPerCycle: round % 3 === 0 ? 2 : 1,
      stepS: SAMPLE_S,
    };
    if (size.alternativeCount === 2) size.signalCount = Math.min(size.signalCount, 3);
    const problem = randomLinkBandProblem(random, size, kindOf(round));
    const answer = solveLinkBands(problem, { resolutionS: 1 });
    expect(worthOf(answer), `round ${round}`).toBeCloseTo(findBestByBruteForce(problem, 1), 9);
  }
}, 1_800_000);

test("link bands equal the published mixed-integer programs on the same grid, and never exceed them off it", async () => {
  const engine = await createHighsEngine();
  const random = seededRandom(11);
  for (let round = 0; round < modelCount; round++) {
    const size = {
      cycleS: 30 + Math.floor(random() * 31),
      signalCount: 2 + Math.floor(random() * 3),
      alternativeCount: 1 + (round % 2),
    };
    const problem = randomLinkBandProblem(random, size, kindOf(round >> 1));
    const resolutionS = size.cycleS / 12;
    const answer = solveLinkBands(problem, { resolutionS });
    const onGrid = engine.solve(buildMultibandModel(problem, resolutionS));
    const label = `round ${round}`;
    expect(worthOf(answer), label).toBeCloseTo(onGrid.kind === "optimal" ? onGrid.objective : -1, 5);
    const offGrid = engine.solve(buildMultibandModel(problem));
    if (answer.kind === "noBand") continue;
    expect(offGrid.kind, label).toBe("optimal");
    if (offGrid.kind !== "optimal") continue;
    expect(answer.valueS, label).toBeLessThanOrEqual(offGrid.objective + 1e-6);
    expect(offGrid.objective, label).toBeLessThanOrEqual(answer.aloneS.reduce((sum, it) => sum + it, 1e-6));
  }
}, 3_600_000);
