import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { createSeededRandom, type SeededRandom } from "../../network/seeded-random.ts";
import { measureNetworkBands } from "./measure-network-bands.ts";
import { bruteForce, randomNetwork, randomRoutes } from "./network-band-judge.test-support.ts";
import type { NetworkBandAnswer, NetworkBandProblem } from "./network-band-problem.ts";
import { solveNetworkBands } from "./solve-network-bands.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";
const networkCount = isFull ? 600 : 30;

const SAME = 1e-6;

/** Undefined where no plan holds the floors. */
function checkAgainstBruteForce(
  problem: NetworkBandProblem,
  label: string,
): { readonly answer: NetworkBandAnswer; readonly best: number } | undefined {
  const best = bruteForce(problem);
  const answer = solveNetworkBands(problem, { seed: 1 });
  if (answer.kind === "floorsNotReached") {
    expect(best, label).toBeUndefined();
    return undefined;
  }
  if (best === undefined) {
    expect(answer.missed, label).not.toHaveLength(0);
    return undefined;
  }
  expect(answer.bound, label).toBeGreaterThanOrEqual(best - SAME);
  if (answer.missed.length === 0) expect(answer.value, label).toBeLessThanOrEqual(best + SAME);
  return { answer, best };
}

test("two routes that share up to two signals are solved exactly: value, bound and brute force are one", () => {
  const random = createSeededRandom(1);
  for (let round = 0; round < networkCount; round++) {
    const problem = randomNetwork(random, {
      cycleS: random.integer(8, 10),
      routes: known(
        [
          [
            [0, 1],
            [1, 2],
          ],
          [
            [0, 1, 2],
            [2, 0],
          ],
          [
            [0, 1],
            [3, 1, 0],
          ],
          [
            [2, 0, 3],
            [0, 1, 2],
          ],
        ][round % 4],
        "routes",
      ),
      alternativeCounts: Array.from({ length: 4 }, () => random.integer(1, 2)),
      ...(round % 2 === 0 ? { floorRatio: 0.25 } : {}),
    });
    const checked = checkAgainstBruteForce(problem, `round ${round}`);
    if (checked === undefined) continue;
    const { answer } = checked;
    expect(answer.missed, `round ${round}`).toEqual([]);
    expect(answer.gap, `round ${round}`).toBeLessThan(SAME);
  }
}, 600_000);

test("networks of three routes and five signals: never above the brute force, the bound never below it", () => {
  const random = createSeededRandom(2);
  let solved = 0;
  let best = 0;
  for (let round = 0; round < networkCount / 5; round++) {
    const problem = randomCoupledNetwork(random, round % 2 === 0);
    const checked = checkAgainstBruteForce(problem, `round ${round}`);
    if (checked === undefined) continue;
    solved += 1;
    const { answer } = checked;
    if (answer.missed.length === 0 && answer.value > checked.best - SAME) best += 1;
  }
  expect(best / solved).toBeGreaterThanOrEqual(0.9);
}, 1_800_000);

function randomCoupledNetwork(random: SeededRandom, hasFloors: boolean): NetworkBandProblem {
  return randomNetwork(random, {
    cycleS: 8,
    routes: randomRoutes(random, 3, 5),
    alternativeCounts: [2, 1, 2, 1, 1],
    ...(hasFloors ? { floorRatio: 0.25 } : {}),
  });
}

function randomGrid(random: SeededRandom, side: number): NetworkBandProblem {
  const across = Array.from({ length: side }, (_, row) =>
    Array.from({ length: side }, (_, i) => row * side + i),
  );
  const along = Array.from({ length: side }, (_, column) =>
    Array.from({ length: side }, (_, i) => i * side + column),
  );
  return randomNetwork(random, {
    cycleS: 60,
    routes: [...across, ...along],
    alternativeCounts: Array.from({ length: side * side }, () => random.integer(1, 3)),
  });
}

test("no answer is worse than its start, whatever the limit", () => {
  const random = createSeededRandom(3);
  for (let round = 0; round < 8; round++) {
    const problem = randomGrid(random, 3);
    const start = problem.signals.map((it) => ({
      alternative: random.integer(0, it.alternativeCount - 1),
      offsetS: random.integer(0, 599) / 10,
    }));
    const startValue = worthOf(problem, measureNetworkBands(problem, start));
    for (const scanLimit of [0, 1, 50]) {
      const answer = solveNetworkBands(problem, { seed: round, start, scanLimit, solveLimit: 0 });
      expect(answer.kind).toBe("solved");
      if (answer.kind === "solved") expect(answer.value).toBeGreaterThanOrEqual(startValue);
    }
  }
});

function worthOf({ routes }: NetworkBandProblem, bands: NetworkBandAnswer["bandwidthS"]): number {
  return routes.reduce(
    (sum, { outbound, inbound }, at) =>
      sum + outbound.weight * (bands[at]?.outbound ?? 0) + (inbound?.weight ?? 0) * (bands[at]?.inbound ?? 0),
    0,
  );
}

test("a stopped search replays identically, has a bound, and more work is no worse", () => {
  const problem = randomGrid(createSeededRandom(4), 4);
  const solve = (scanLimit: number): NetworkBandAnswer => {
    const answer = solveNetworkBands(problem, { seed: 5, scanLimit });
    if (answer.kind === "solved") return answer;
    throw new Error("no floors were asked for");
  };
  const short = solve(100);
  expect(solve(100)).toEqual(short);
  expect(short.work.isStopped).toBe(true);
  expect(short.gap).toBeCloseTo((short.bound - short.value) / short.bound, 12);
  expect(solve(0).value).toBeLessThanOrEqual(short.value);
  expect(solve(4000).value).toBeGreaterThan(short.value);
});

test("a floor is held where it costs other routes more than it is worth", () => {
  const random = createSeededRandom(6);
  const free = randomGrid(random, 3);
  const first = known(free.routes[0], "route");
  const before = solveNetworkBands(free, { seed: 1 });
  const floorS = 12;
  const floored = {
    ...free,
    routes: [{ ...first, outbound: { ...first.outbound, weight: 0, floorS } }, ...free.routes.slice(1)],
  };
  const after = solveNetworkBands(floored, { seed: 1 });
  expect(before.kind).toBe("solved");
  if (after.kind !== "solved") throw new Error(after.kind);
  expect(after.missed).toEqual([]);
  expect(after.bandwidthS[0]?.outbound).toBeGreaterThanOrEqual(floorS - SAME);
});

test("a floor wider than a green is named with its route", () => {
  const problem = randomGrid(createSeededRandom(7), 2);
  const [first, ...others] = problem.routes;
  const floored = { ...known(first, "route").outbound, floorS: 59 };
  expect(solveNetworkBands({ ...problem, routes: [...others, { outbound: floored }] }, { seed: 1 })).toEqual({
    kind: "floorsNotReached",
    routes: [others.length],
  });
});
