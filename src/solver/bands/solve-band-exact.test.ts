import { expect, test } from "vitest";
import { compareWithMaxband } from "./compare-with-maxband.test-support.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";

test("bands at a fixed cycle equal MAXBAND, and exceed it only by a one-way plan", async () => {
  const counts = await compareWithMaxband({
    seed: 11,
    rounds: isFull ? 300 : 8,
    sizes: isFull ? 36 : 5,
    cycleOf: (cycleS) => ({ leastS: cycleS, mostS: cycleS }),
  });
  expect(counts.equal).toBeGreaterThan(0);
  if (isFull) process.stdout.write(`MAXBAND, fixed cycle: ${JSON.stringify(counts)}\n`);
}, 14_400_000);
