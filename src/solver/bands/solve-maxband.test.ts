import { expect, test } from "vitest";
import { createHighsEngine } from "../lp/highs.ts";
import type { LpEngine } from "../lp/lp-engine.ts";
import { randomArterial, seededRandom } from "./band-judge.test-support.ts";
import { listMaxbandSignals, toMaxbandGoal, toMaxbandLinks } from "./maxband-judge.test-support.ts";
import { buildMaxbandModel } from "./maxband-model.test-support.ts";
import { solveBandCycle } from "./solve-band-cycle.ts";
import { solveMaxband } from "./solve-maxband.ts";

const rounds = process.env["GREENWAVE_FULL"] === "1" ? 60 : 5;

test("with limits on the change of speed the answer equals another formulation of MAXBAND", async () => {
  const engine = await createHighsEngine();
  const random = seededRandom(31);
  for (let round = 0; round < rounds; round++) {
    const size = { cycleS: 80, signalCount: 4 + (round % 5), alternativeCount: 1 + (round % 2), spare: 0.15 };
    const problem = {
      ...randomArterial(random, size, { kind: "sum" }),
      queueClearanceS: { outbound: 0, inbound: 0 },
    };
    const lengthsM = problem.links.map(() => 200 + Math.round(400 * random()));
    const slownessMax = 0.02 + 0.05 * random();
    const outboundPerInbound = { least: 0.8, most: 1.5 };
    const answer = solveMaxband(engine, {
      problem,
      cycle: { leastS: 70, mostS: 95 },
      outboundPerInbound,
      speedChange: { lengthsM, slownessMax },
    });
    const judged = engine.solve(
      buildMaxbandModel({
        cycleS: { least: 70, most: 95 },
        ...toMaxbandGoal(problem),
        outboundPerInbound,
        slownessChangeMax: slownessMax,
        signals: listMaxbandSignals(problem),
        links: toMaxbandLinks(problem, lengthsM),
      }),
    );
    const label = `round ${round}`;
    expect(answer.kind, label).toBe(judged.kind === "optimal" ? "solved" : "noBand");
    if (answer.kind !== "solved" || judged.kind !== "optimal") continue;
    expect(Math.abs(answer.value - judged.objective), label).toBeLessThan(1e-6);
    for (const direction of ["outbound", "inbound"] as const) {
      const slowness = answer.plan.travelS.map((it, i) => it[direction] / (lengthsM[i] ?? 1));
      for (const [i, next] of slowness.slice(1).entries()) {
        expect(Math.abs(next - (slowness[i] ?? 0)), label).toBeLessThan(slownessMax + 1e-6);
      }
    }
  }
}, 600_000);

test("without such limits it equals the exact solver", async () => {
  const engine = await createHighsEngine();
  const random = seededRandom(32);
  for (let round = 0; round < rounds; round++) {
    const size = { cycleS: 80, signalCount: 4 + (round % 5), alternativeCount: 2, spare: 0.1 };
    const problem = randomArterial(random, size, { kind: "ratio", inboundPerOutbound: 0.7 });
    const cycle = { leastS: 60, mostS: 110 };
    const exact = solveBandCycle(problem, cycle);
    const answer = solveMaxband(engine, { problem, cycle });
    if (exact.kind === "noBand") expect(answer).not.toHaveProperty("plan");
    else expect(answer).toMatchObject({ kind: "solved", value: expect.closeTo(exact.value, 6) });
  }
}, 600_000);

test("a claim that its bands do not hold is rejected", () => {
  const liar: LpEngine = {
    solve: ({ variables }) => ({
      kind: "optimal",
      objective: 1.8,
      values: variables.map(({ name, lower }) => (name === "pick" ? 1 : name.startsWith("b") ? 0.9 : lower)),
    }),
  };
  const problem = randomArterial(
    seededRandom(1),
    { cycleS: 80, signalCount: 3, alternativeCount: 1 },
    { kind: "sum" },
  );
  expect(solveMaxband(liar, { problem, cycle: { leastS: 80, mostS: 80 } }).kind).toBe("rejected");
});
