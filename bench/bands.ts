/**
 * The exact band solvers against MAXBAND as a mixed-integer program, on the same streets in the same run: a fixed cycle
 * with four sequences per signal, and the cycle free from 60 to 110 s with speeds in a range. The engines are given the
 * tightest formulation known here (solver/bands/maxband-model.ts); building it is not timed. Ours is timed whole.
 */
import { createSeededRandom, type SeededRandom } from "../src/network/seeded-random.ts";
import type { BandAlternative, BandPlan, BandProblem } from "../src/solver/bands/band-problem.ts";
import { scaleToCycle } from "../src/solver/bands/band-problem.ts";
import { findBrokenClaim } from "../src/solver/bands/check-plan.ts";
import { buildMaxbandModel } from "../src/solver/bands/maxband-model.ts";
import { type CycleRange, solveBandCycle } from "../src/solver/bands/solve-band-cycle.ts";
import { solveBandExact } from "../src/solver/bands/solve-band-exact.ts";
import { createHighsEngine } from "../src/solver/lp/highs.ts";
import { createTimedJslpEngine } from "../src/solver/lp/jslp.ts";
import type { LpAnswer, LpEngine } from "../src/solver/lp/lp-engine.ts";
import type { Goal, Part } from "./part.ts";
import { describeSpread, summarize } from "./summarize.ts";

const FIXED = { leastS: 90, mostS: 90 };
const RANGE = { leastS: 60, mostS: 110 };
/** Objectives closer than this are equal, share of the cycle. */
const SAME = 1e-6;
const GOAL = { signals: 34, fixedRatio: 500, rangeRatio: 100, fixedP99Ms: 1 };

interface Setting {
  readonly name: "fixed" | "range";
  readonly cycle: CycleRange;
  readonly signals: number;
  readonly inboundPerOutbound: number;
  readonly streets: number;
  readonly repeats: number;
  /** Streets that javascript-lp-solver is given. */
  readonly jslpStreets: number;
}

interface Engines {
  readonly highs: LpEngine;
  readonly jslp: LpEngine;
}

export const bands: Part = async ({ isShort, print }) => {
  const limitS = isShort ? { highs: 2, jslp: 0.3 } : { highs: 20, jslp: 5 };
  const engines = {
    highs: await createHighsEngine({ timeLimitS: limitS.highs }),
    jslp: createTimedJslpEngine(limitS.jslp),
  };
  const runs = [];
  const wrong: string[] = [];
  warmUp(isShort ? 1 : 10);
  for (const signals of isShort ? [10, 34] : [10, 20, 34, 60]) {
    for (const name of ["fixed", "range"] as const) {
      for (const inboundPerOutbound of [1, 0.6]) {
        const run = measure(engines, {
          name,
          cycle: name === "fixed" ? FIXED : RANGE,
          signals,
          inboundPerOutbound,
          streets: isShort ? 1 : signals === 60 ? 2 : 5,
          repeats: isShort ? 5 : 50,
          jslpStreets: isShort ? 1 : 2,
        });
        runs.push(run);
        wrong.push(...run.wrong);
        const { ours, highs, jslp } = run;
        print(
          `${signals} signals, ${name} cycle, ratio ${inboundPerOutbound}: ${describeSpread(ours)}; ` +
            `HiGHS ${highs.p50Ms} ms = ${run.highsRatio} × (${run.unproven} of ${run.streets} not proved in ${limitS.highs} s), ` +
            `javascript-lp-solver ${jslp.p50Ms} ms = ${run.jslpRatio} × (${run.jslpWrong} of ${run.jslpStreets} wrong)`,
        );
      }
    }
  }
  return { figures: { limitS, runs }, goals: listGoals(runs), wrong };
};

type Run = ReturnType<typeof measure>;

function measure(engines: Engines, setting: Setting) {
  const { cycle, streets, repeats, signals, inboundPerOutbound, name, jslpStreets } = setting;
  const random = createSeededRandom(1000 * signals + 10 * inboundPerOutbound);
  const problems = Array.from({ length: streets }, () => buildStreet(random, setting));
  const oursMs = timeOurs(problems, cycle, repeats);
  const highsMs: number[] = [];
  const jslpMs: number[] = [];
  const wrong: string[] = [];
  let unproven = 0;
  let jslpWrong = 0;
  for (const [street, problem] of problems.entries()) {
    const label = `${name} cycle, ${signals} signals, ratio ${inboundPerOutbound}, street ${street}`;
    const { model } = buildMaxbandModel({ problem, cycle });
    const { value, fault } = askOurs(problem, cycle);
    if (fault !== undefined) wrong.push(`${label}: ${fault}`);
    const highs = time(() => engines.highs.solve(model));
    highsMs.push(highs.tookMs);
    if (highs.answer.kind === "limit") unproven += 1;
    const judged = judge(value, highs.answer);
    if (judged !== undefined) wrong.push(`${label}: ${judged}`);
    if (street < jslpStreets) {
      const jslp = time(() => engines.jslp.solve(model));
      jslpMs.push(jslp.tookMs);
      if (jslp.answer.kind !== "optimal" || Math.abs(jslp.answer.objective - value) > SAME) jslpWrong += 1;
    }
  }
  const ours = summarize(oursMs);
  const highs = summarize(highsMs);
  const jslp = summarize(jslpMs);
  return {
    name,
    signals,
    inboundPerOutbound,
    streets,
    jslpStreets,
    ours,
    highs,
    jslp,
    highsRatio: Math.round(median(highsMs) / median(oursMs)),
    jslpRatio: Math.round(median(jslpMs) / median(oursMs)),
    unproven,
    jslpWrong,
    wrong,
  };
}

/** Before the engines, whose memory would be collected on our time; the compiler fits the code to these streets first. */
function timeOurs(problems: readonly BandProblem[], cycle: CycleRange, repeats: number): number[] {
  for (const problem of problems) for (let repeat = 0; repeat < repeats; repeat++) askOurs(problem, cycle);
  return problems.flatMap((problem) =>
    Array.from({ length: repeats }, () => time(() => askOurs(problem, cycle)).tookMs),
  );
}

/** Value as a share of the cycle, and what is wrong with the plan that is to have it. */
function askOurs(
  problem: BandProblem,
  cycle: CycleRange,
): { readonly value: number; readonly fault?: string } {
  if (cycle.leastS === cycle.mostS) {
    const plan = solveBandExact(problem);
    return plan.kind === "noBand" ? { value: 0 } : check(problem, plan, plan.valueS / problem.cycleS);
  }
  const answer = solveBandCycle(problem, cycle);
  return answer.kind === "noBand"
    ? { value: 0 }
    : check(scaleToCycle(problem, answer.cycleS), answer.plan, answer.value);
}

function check(problem: BandProblem, plan: BandPlan, value: number) {
  const fault = findBrokenClaim(problem, plan);
  return fault === undefined ? { value } : { value, fault };
}

/** What the engine's answer says against the value; `undefined`: nothing. */
function judge(value: number, answer: LpAnswer): string | undefined {
  switch (answer.kind) {
    case "optimal":
      return Math.abs(answer.objective - value) > SAME
        ? `${value} against the optimum ${answer.objective}`
        : undefined;
    case "infeasible":
      return value > SAME ? `${value} where there is no band` : undefined;
    case "limit": {
      const least = answer.incumbent?.objective ?? 0;
      const most = answer.bound ?? 2;
      return value < least - SAME || value > most + SAME ? `${value} outside ${least} to ${most}` : undefined;
    }
    default:
      return `HiGHS: ${JSON.stringify(answer)}`;
  }
}

function time<T>(ask: () => T): { readonly answer: T; readonly tookMs: number } {
  const startedAtMs = performance.now();
  const answer = ask();
  return { answer, tookMs: performance.now() - startedAtMs };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Blocks of 200 to 600 m at 50 to 65 km/h, greens of 35 to 60 % with left turns of 8 to 15 % that lead or lag. */
function buildStreet(random: SeededRandom, { name, signals, inboundPerOutbound }: Setting): BandProblem {
  const cycleS = FIXED.mostS;
  const between = (least: number, most: number): number => least + (most - least) * random.uniform();
  return {
    cycleS,
    objective: inboundPerOutbound === 1 ? { kind: "equal" } : { kind: "ratio", inboundPerOutbound },
    queueClearanceS: { outbound: 0, inbound: 0 },
    signals: Array.from({ length: signals }, () => {
      const outS = between(0.35, 0.6) * cycleS;
      const inS = between(0.35, 0.6) * cycleS;
      const turnS = between(0.08, 0.15) * cycleS;
      const inTurnS = between(0.08, 0.15) * cycleS;
      const run = (outStartS: number, inStartS: number): BandAlternative => ({
        outbound: [{ startS: outStartS, lengthS: outS }],
        inbound: [{ startS: inStartS, lengthS: inS }],
      });
      const sequences = [run(turnS, inTurnS), run(turnS, 0), run(0, inTurnS), run(0, 0)];
      return { alternatives: name === "fixed" ? sequences : sequences.slice(0, 1) };
    }),
    links: Array.from({ length: signals - 1 }, () => {
      const lengthM = between(200, 600);
      const [leastS, mostS] = [lengthM / 18, lengthM / 14];
      const spareS = mostS - leastS;
      return name === "fixed"
        ? { outboundTravelS: lengthM / 16, inboundTravelS: lengthM / 16 }
        : {
            outboundTravelS: leastS,
            inboundTravelS: leastS,
            spareTravelS: { outbound: spareS, inbound: spareS },
          };
    }),
  };
}

function warmUp(streets: number): void {
  const random = createSeededRandom(1);
  for (const name of ["fixed", "range"] as const) {
    const cycle = name === "fixed" ? FIXED : RANGE;
    const setting = { name, cycle, signals: 34, inboundPerOutbound: 1, streets, repeats: 1, jslpStreets: 0 };
    for (let street = 0; street < streets; street++) {
      const problem = buildStreet(random, setting);
      for (let repeat = 0; repeat < 10; repeat++) askOurs(problem, cycle);
    }
  }
}

function listGoals(runs: readonly Run[]): Goal[] {
  return runs
    .filter((it) => it.signals === GOAL.signals)
    .flatMap(({ name, inboundPerOutbound, highsRatio, ours }) => {
      const what = `bands, ${GOAL.signals} signals, ${name} cycle, ratio ${inboundPerOutbound}`;
      const wanted = name === "fixed" ? GOAL.fixedRatio : GOAL.rangeRatio;
      const ratio = {
        name: `${what}: HiGHS ÷ ours`,
        wanted: `≥ ${wanted}`,
        actual: `${highsRatio}`,
        isReached: highsRatio >= wanted,
      };
      if (name === "range") return [ratio];
      return [
        ratio,
        {
          name: `${what}: p99`,
          wanted: `≤ ${GOAL.fixedP99Ms} ms`,
          actual: `${ours.p99Ms} ms`,
          isReached: ours.p99Ms <= GOAL.fixedP99Ms,
        },
      ];
    });
}
