import { expect, test } from "vitest";
import { createHighsEngine } from "../lp/highs.ts";
import type { LpEngine } from "../lp/lp-engine.ts";
import { measureBands, randomArterial, seededRandom } from "./band-judge.test-support.ts";
import type { BandObjective, BandProblem } from "./band-problem.ts";
import {
  buildMaxbandModel,
  type MaxbandAlternative,
  type MaxbandInput,
} from "./maxband-model.test-support.ts";
import { solveBandExact } from "./solve-band-exact.ts";

const isFull = process.env["GREENWAVE_FULL"] === "1";

type MaxbandGoal = Pick<MaxbandInput, "weights" | "floors" | "outboundPerInbound">;

function toMaxbandGoal({ objective, cycleS }: BandProblem): MaxbandGoal {
  const floors = { outbound: 0, inbound: 0 };
  switch (objective.kind) {
    case "weighted": {
      const { weights, floorsS } = objective;
      return { weights, floors: { outbound: floorsS.outbound / cycleS, inbound: floorsS.inbound / cycleS } };
    }
    case "sum":
      return { weights: { outbound: 1, inbound: 1 }, floors };
    case "equal":
    case "ratio": {
      const share = objective.kind === "equal" ? 1 : 1 / objective.inboundPerOutbound;
      return {
        weights: { outbound: 1, inbound: 0 },
        floors,
        outboundPerInbound: { least: share, most: share },
      };
    }
    case "outboundOnly":
      throw new Error("MAXBAND has no one-way plan");
  }
}

/** The MAXBAND optimum in seconds; `undefined` when nothing threads the greens. */
function solveByMaxband(engine: LpEngine, problem: BandProblem): number | undefined {
  const { cycleS, queueClearanceS } = problem;
  const model = buildMaxbandModel({
    cycleS: { least: cycleS, most: cycleS },
    ...toMaxbandGoal(problem),
    signals: problem.signals.map(({ alternatives }) =>
      alternatives.flatMap(({ outbound, inbound }) =>
        outbound.flatMap((out) =>
          inbound.map(
            (back): MaxbandAlternative => ({
              outStart: out.startS / cycleS,
              outGreen: out.lengthS / cycleS,
              inStart: back.startS / cycleS,
              inGreen: back.lengthS / cycleS,
            }),
          ),
        ),
      ),
    ),
    links: problem.links.map(({ outboundTravelS, inboundTravelS }) => {
      const travelS = {
        outbound: outboundTravelS - queueClearanceS.outbound,
        inbound: inboundTravelS - queueClearanceS.inbound,
      };
      return { lengthM: 1, shortestS: travelS, longestS: travelS };
    }),
  });
  const answer = engine.solve(model);
  if (answer.kind === "infeasible") return undefined;
  if (answer.kind !== "optimal") throw new Error(`MAXBAND ends with ${JSON.stringify(answer)}`);
  return answer.objective * cycleS;
}

function listObjectives(cycleS: number): BandObjective[] {
  return [
    { kind: "equal" },
    { kind: "ratio", inboundPerOutbound: 0.5 },
    {
      kind: "weighted",
      weights: { outbound: 1, inbound: 2 },
      floorsS: { outbound: 0.08 * cycleS, inbound: 0.04 * cycleS },
    },
    {
      kind: "weighted",
      weights: { outbound: 3, inbound: 1 },
      floorsS: { outbound: 0.02 * cycleS, inbound: 0.06 * cycleS },
    },
    { kind: "sum" },
  ];
}

test("bands with continuous offsets equal MAXBAND, and exceed it only by a one-way plan", async () => {
  const engine = await createHighsEngine();
  const random = seededRandom(11);
  const rounds = isFull ? 250 : 10;
  for (let round = 0; round < rounds; round++) {
    const cycleS = 50 + Math.floor(70 * random());
    const size = {
      cycleS,
      signalCount: 6 + Math.floor(random() * (isFull ? 15 : 4)),
      alternativeCount: 1 + (round % 4),
    };
    const objectives = listObjectives(cycleS);
    const objective = objectives[round % objectives.length] ?? { kind: "equal" };
    const problem = randomArterial(random, size, objective);
    const answer = solveBandExact(problem);
    const judged = solveByMaxband(engine, problem);
    const label = `round ${round}: ${JSON.stringify(size)} ${objective.kind}`;
    if (answer.kind === "noBand") {
      expect(judged ?? 0, label).toBeLessThan(1e-6 * cycleS);
      continue;
    }
    const isOneWay = answer.bandwidthS.outbound === 0 || answer.bandwidthS.inbound === 0;
    if (isOneWay) expect(answer.valueS, label).toBeGreaterThan((judged ?? 0) - 1e-6 * cycleS);
    else expect(Math.abs(answer.valueS - (judged ?? 0)), label).toBeLessThan(1e-6 * cycleS);
    const measured = measureBands(problem, answer);
    expect(measured.outbound, label).toBeGreaterThan(answer.bandwidthS.outbound - 1e-6);
    expect(measured.inbound, label).toBeGreaterThan(answer.bandwidthS.inbound - 1e-6);
  }
}, 900_000);
