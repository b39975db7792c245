import { expect, test } from "vitest";
import {
  bestValueS,
  isTravelAllowed,
  listAllBands,
  measureBands,
  randomArterial,
  SAMPLE_S,
  seededRandom,
} from "./band-judge.test-support.ts";
import type { BandObjective } from "./band-problem.ts";
import { solveBandGrid } from "./solve-band-grid.ts";

const arterialCount = process.env["GREENWAVE_FULL"] === "1" ? 2000 : 24;

function listObjectives(cycleS: number): BandObjective[] {
  const floorsS = { outbound: 0.15 * cycleS, inbound: 0.05 * cycleS };
  return [
    { kind: "equal" },
    { kind: "ratio", inboundPerOutbound: 0.5 },
    { kind: "ratio", inboundPerOutbound: 2 },
    { kind: "weighted", weights: { outbound: 1, inbound: 3 }, floorsS },
    { kind: "weighted", weights: { outbound: 2, inbound: 1 }, floorsS },
    {
      kind: "weighted",
      weights: { outbound: 1, inbound: 1 },
      floorsS: { outbound: 0, inbound: 0.125 * cycleS },
    },
    { kind: "sum" },
    { kind: "outboundOnly" },
  ];
}

test("bands on the grid equal a brute force over all offsets and alternatives", () => {
  const random = seededRandom(20);
  for (let round = 0; round < arterialCount; round++) {
    const withSequences = round % 2 === 0;
    const size = {
      cycleS: 8 + Math.floor(random() * 13),
      signalCount: withSequences ? 2 + Math.floor(random() * 3) : 2 + Math.floor(random() * 4),
      alternativeCount: withSequences ? 2 + Math.floor(random() * 2) : 1,
      stepS: SAMPLE_S,
      greensPerCycle: round % 3 === 0 ? 2 : 1,
      ...(round % 4 < 2 ? {} : { spare: round % 8 < 4 ? 0.1 : 0.5 }),
    };
    const resolutionS = 1;
    const problem = randomArterial(random, size, { kind: "equal" });
    const pairs = listAllBands(problem, resolutionS);
    for (const objective of listObjectives(size.cycleS)) {
      const answer = solveBandGrid({ ...problem, objective }, { resolutionS });
      const label = `round ${round}, ${JSON.stringify(objective)}`;
      const value = answer.kind === "solved" ? answer.valueS : 0;
      expect(value, label).toBeCloseTo(bestValueS(objective, pairs), 9);
      if (answer.kind === "noBand") continue;
      expect(isTravelAllowed(problem, answer), label).toBe(true);
      const measured = measureBands(problem, answer);
      expect(measured.outbound, label).toBeGreaterThanOrEqual(answer.bandwidthS.outbound - 1e-9);
      expect(measured.inbound, label).toBeGreaterThanOrEqual(answer.bandwidthS.inbound - 1e-9);
    }
  }
}, 1_800_000);
