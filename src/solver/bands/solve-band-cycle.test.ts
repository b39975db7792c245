import { expect, test } from "vitest";
import { randomArterial, seededRandom } from "./band-judge.test-support.ts";
import { compareWithMaxband } from "./compare-with-maxband.test-support.ts";
import { solveBandCycle } from "./solve-band-cycle.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";

test("bands over a range of cycles equal MAXBAND, and exceed it only by a one-way plan", async () => {
  const counts = await compareWithMaxband({
    seed: 12,
    rounds: isFull ? 200 : 4,
    sizes: isFull ? 36 : 5,
    cycleOf: (cycleS) => ({ leastS: 0.8 * cycleS, mostS: 1.2 * cycleS }),
  });
  expect(counts.equal).toBeGreaterThan(0);
  if (isFull) process.stdout.write(`MAXBAND, range of cycles: ${JSON.stringify(counts)}\n`);
}, 14_400_000);

test("a stopped search over cycles states a bound that holds, and replays", () => {
  const random = seededRandom(4);
  for (let round = 0; round < 10; round++) {
    const problem = randomArterial(
      random,
      { cycleS: 80, signalCount: 12, alternativeCount: 2, spare: 0.05 },
      { kind: "equal" },
    );
    const range = { leastS: 60, mostS: 110 };
    const full = solveBandCycle(problem, range);
    const stopped = solveBandCycle(problem, range, { workLimit: 3 });
    expect(stopped).toEqual(solveBandCycle(problem, range, { workLimit: 3 }));
    if (full.kind !== "solved" || stopped.kind !== "solved") continue;
    expect(stopped.value).toBeLessThanOrEqual(full.value + 1e-8);
    expect(stopped.bound).toBeGreaterThanOrEqual(full.value);
  }
});
