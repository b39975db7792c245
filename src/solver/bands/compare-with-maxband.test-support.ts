/**
 * The exact solvers against MAXBAND as a mixed-integer program on HiGHS, on random arterials with sequences, several greens
 * and speed ranges. What HiGHS does not prove in a minute is compared with its bounds and counted.
 */
import { expect } from "vitest";
import { createHighsEngine } from "../lp/highs.ts";
import type { LpModel } from "../lp/lp-engine.ts";
import { isTravelAllowed, measureBands, randomArterial, seededRandom } from "./band-judge.test-support.ts";
import { type BandAnswer, type BandObjective, type BandProblem, scaleToCycle } from "./band-problem.ts";
import { findBrokenClaim } from "./check-plan.ts";
import {
  holdAlternatives,
  listMaxbandSignals,
  toMaxbandGoal,
  toMaxbandLinks,
} from "./maxband-judge.test-support.ts";
import { buildMaxbandModel } from "./maxband-model.test-support.ts";
import { type CycleRange, solveBandCycle } from "./solve-band-cycle.ts";
import { solveBandExact } from "./solve-band-exact.ts";

const PROOF_LIMIT_S = 60;

const toMaxband = (problem: BandProblem, cycle: CycleRange): LpModel =>
  buildMaxbandModel({
    cycleS: { least: cycle.leastS, most: cycle.mostS },
    ...toMaxbandGoal(problem),
    signals: listMaxbandSignals(problem),
    links: toMaxbandLinks(problem),
  });

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

/** What the judged solvers have in common: a plan at a cycle, its value as a share of that cycle. */
interface Answered {
  readonly answer: BandAnswer;
  readonly cycleS: number;
  readonly value: number;
}

function askOurs(problem: BandProblem, cycle: CycleRange): Answered {
  if (cycle.leastS === cycle.mostS) {
    const answer = solveBandExact(problem);
    const value = answer.kind === "solved" ? answer.valueS / problem.cycleS : 0;
    return { answer, cycleS: problem.cycleS, value };
  }
  const answer = solveBandCycle(problem, cycle);
  if (answer.kind === "noBand") return { answer, cycleS: problem.cycleS, value: 0 };
  expect(answer.bound - answer.value).toBeLessThan(1e-8);
  return { answer: answer.plan, cycleS: answer.cycleS, value: answer.value };
}

/** How many of each outcome; a disagreement fails the test that asks. Arterials have 5 signals and up to `sizes` − 1 more. */
export async function compareWithMaxband(of: {
  readonly seed: number;
  readonly rounds: number;
  readonly sizes: number;
  readonly cycleOf: (cycleS: number) => CycleRange;
}) {
  const { seed, rounds, sizes, cycleOf } = of;
  const engine = await createHighsEngine({ timeLimitS: PROOF_LIMIT_S });
  const random = seededRandom(seed);
  const counts = { rounds, equal: 0, oneWay: 0, none: 0, unproven: 0, missed: 0 };
  for (let round = 0; round < counts.rounds; round++) {
    const cycleS = 50 + Math.floor(70 * random());
    const size = {
      cycleS,
      signalCount: 5 + Math.floor(random() * sizes),
      alternativeCount: 1 + (round % 4),
      greensPerCycle: round % 7 === 0 ? 2 : 1,
      ...(round % 2 === 0 ? {} : { spare: 0.1 }),
    };
    const objectives = listObjectives(cycleS);
    const objective = objectives[round % objectives.length] ?? { kind: "equal" };
    const problem = randomArterial(random, size, objective);
    const cycle = cycleOf(cycleS);
    const { answer, value, ...at } = askOurs(problem, cycle);
    const model = toMaxband(problem, cycle);
    const judged = engine.solve(model);
    const label = `round ${round}: ${JSON.stringify({ ...size, ...cycle, objective })}`;
    if (answer.kind === "solved") {
      const scaled = scaleToCycle(problem, at.cycleS);
      expect(findBrokenClaim(scaled, answer), label).toBeUndefined();
      expect(isTravelAllowed(scaled, answer), label).toBe(true);
      const measured = measureBands(scaled, answer);
      expect(measured.outbound, label).toBeGreaterThan(answer.bandwidthS.outbound - 1e-6);
      expect(measured.inbound, label).toBeGreaterThan(answer.bandwidthS.inbound - 1e-6);
    }
    const isOneWay =
      answer.kind === "solved" && (answer.bandwidthS.outbound === 0 || answer.bandwidthS.inbound === 0);
    if (judged.kind === "limit") {
      counts.unproven += 1;
      expect(value, label).toBeGreaterThan((judged.incumbent?.objective ?? 0) - 1e-6);
      if (!isOneWay) expect(value, label).toBeLessThan((judged.bound ?? 2) + 1e-6);
      continue;
    }
    expect(["optimal", "infeasible"], label).toContain(judged.kind);
    const theirs = judged.kind === "optimal" ? judged.objective : 0;
    if (answer.kind === "noBand") counts.none += 1;
    else counts[isOneWay ? "oneWay" : Math.abs(value - theirs) < 1e-6 ? "equal" : "missed"] += 1;
    if (isOneWay) expect(value, label).toBeGreaterThan(theirs - 1e-6);
    else if (answer.kind === "solved" && value > theirs + 1e-6) {
      // HiGHS calls a lesser value optimal now and then: held to our alternatives, it finds ours.
      const held = engine.solve(holdAlternatives(model, problem, answer));
      expect(held, label).toMatchObject({ kind: "optimal", objective: expect.closeTo(value, 6) });
    } else expect(Math.abs(value - theirs), label).toBeLessThan(1e-6);
  }
  return counts;
}
