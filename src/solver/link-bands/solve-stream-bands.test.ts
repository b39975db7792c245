import { expect, test } from "vitest";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { SAMPLE_S, seededRandom } from "../bands/band-judge.test-support.ts";
import { createHighsEngine } from "../lp/highs.ts";
import { solveStreamBands } from "./solve-stream-bands.ts";
import { findBestStreamsByBruteForce, randomStreamProblem } from "./stream-band-judge.test-support.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";
const modelCount = isFull ? 300 : 3;
const searchCount = isFull ? 300 : 20;

const engine = await createHighsEngine();

function randomSmallProblem(random: () => number, round: number) {
  return randomStreamProblem(random, {
    cycleS: 8 + Math.floor(random() * 5),
    signalCount: round % 2 === 0 ? 3 : 4,
    alternativeCount: round % 2 === 0 ? 2 : 1,
    streamCount: 3 + Math.floor(random() * 4),
    greensPerCycle: round % 3 === 0 ? 2 : 1,
    stepS: SAMPLE_S,
  });
}

/** The answer of a small random problem, never above the brute force, which its bound is never below. */
function solveRandom(random: () => number, round: number, work: { workLimit: number; nodeLimit: number }) {
  const problem = randomSmallProblem(random, round);
  const plan = solveStreamBands(problem, {
    resolutionS: 1,
    starts: [],
    random: createSeededRandom(round),
    engine,
    ...work,
  });
  const bestS = findBestStreamsByBruteForce(problem, 1);
  expect(plan.valueS, `round ${round}`).toBeLessThanOrEqual(bestS + 1e-6);
  expect(plan.boundS, `round ${round}`).toBeGreaterThanOrEqual(bestS - 1e-6);
  return { plan, bestS };
}

test("stream bands proved by the model equal a brute force over all offsets and alternatives", () => {
  const random = seededRandom(31);
  for (let round = 0; round < modelCount; round++) {
    const { plan, bestS } = solveRandom(random, round, { workLimit: 50, nodeLimit: 100_000 });
    if (!plan.work.isStopped) expect(plan.valueS, `round ${round}`).toBeCloseTo(bestS, 5);
  }
}, 3_600_000);

test("the search alone stays below its bound, and mostly reaches the brute force", () => {
  const random = seededRandom(32);
  let reached = 0;
  for (let round = 0; round < searchCount; round++) {
    const { plan, bestS } = solveRandom(random, round, { workLimit: 300, nodeLimit: 0 });
    if (plan.valueS > bestS - 1e-6) reached += 1;
  }
  expect(reached).toBeGreaterThanOrEqual(0.95 * searchCount);
}, 3_600_000);
