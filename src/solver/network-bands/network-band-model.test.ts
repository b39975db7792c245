import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { createHighsEngine } from "../lp/highs.ts";
import { measureNetworkBands } from "./measure-network-bands.ts";
import { bruteForce, randomNetwork } from "./network-band-judge.test-support.ts";
import { buildNetworkBandModel } from "./network-band-model.ts";
import type { NetworkBandAnswer, NetworkBandProblem } from "./network-band-problem.ts";
import { solveNetworkBands } from "./solve-network-bands.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";
const SAME = 1e-5;

const listWeights = ({ routes }: NetworkBandProblem): number[] =>
  routes.flatMap(({ outbound, inbound }) => [outbound.weight, inbound?.weight ?? 0]);

/** Offsets on the resolution are half a step off at most, so each band loses one step at most. */
const lostToResolution = (problem: NetworkBandProblem): number =>
  problem.resolutionS * listWeights(problem).reduce((sum, it) => sum + it, 0);

function worthOf({ routes }: NetworkBandProblem, bands: NetworkBandAnswer["bandwidthS"]): number {
  return routes.reduce(
    (sum, { outbound, inbound }, at) =>
      sum + outbound.weight * (bands[at]?.outbound ?? 0) + (inbound?.weight ?? 0) * (bands[at]?.inbound ?? 0),
    0,
  );
}

test("the integer program is worth a little more than the brute force on the resolution, never less", async () => {
  const engine = await createHighsEngine();
  const random = createSeededRandom(1);
  for (let round = 0; round < (isFull ? 100 : 4); round++) {
    const problem = randomNetwork(random, {
      cycleS: 8,
      routes: [
        [0, 1, 2],
        [2, 3, 0],
      ],
      alternativeCounts: [2, 1, 2, 1],
      ...(round % 2 === 0 ? { floorRatio: 0.2 } : {}),
    });
    const best = bruteForce(problem);
    const { model, readChoices } = buildNetworkBandModel(problem);
    const answer = engine.solve(model);
    if (answer.kind !== "optimal") {
      expect(best, `round ${round}`).toBeUndefined();
      continue;
    }
    expect(answer.objective, `round ${round}`).toBeGreaterThanOrEqual((best ?? 0) - SAME);
    if (best !== undefined && round % 2 === 1) {
      expect(answer.objective, `round ${round}`).toBeLessThanOrEqual(best + lostToResolution(problem) + SAME);
    }
    const measured = worthOf(problem, measureNetworkBands(problem, readChoices(answer.values)));
    expect(measured, `round ${round}`).toBeGreaterThanOrEqual(
      answer.objective - lostToResolution(problem) - SAME,
    );
  }
}, 600_000);

test("two longer routes that cross twice are worth what the integer program says, but for the resolution", async () => {
  const engine = await createHighsEngine();
  const random = createSeededRandom(2);
  for (let round = 0; round < (isFull ? 30 : 2); round++) {
    const problem = randomNetwork(random, {
      cycleS: 60,
      routes: [
        [0, 1, 2, 3, 4],
        [5, 1, 6, 3],
      ],
      alternativeCounts: [1, 2, 1, 1, 2, 1, 1],
    });
    const milp = engine.solve(buildNetworkBandModel(problem).model);
    const answer = solveNetworkBands(problem, { seed: 1 });
    if (milp.kind !== "optimal" || answer.kind !== "solved") throw new Error(`${milp.kind}, ${answer.kind}`);
    expect(answer.value, `round ${round}`).toBeLessThanOrEqual(milp.objective + SAME);
    expect(answer.value, `round ${round}`).toBeGreaterThanOrEqual(
      milp.objective - lostToResolution(problem) - SAME,
    );
    expect(known(answer.gap, "gap"), `round ${round}`).toBeLessThan(SAME);
  }
}, 600_000);
