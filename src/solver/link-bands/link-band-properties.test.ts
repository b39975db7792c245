import fc from "fast-check";
import { expect, test } from "vitest";
import { findCenterLine } from "../../traffic/measure-link-bands.ts";
import { mFromFt, mpsFromMph } from "../../units.ts";
import { seededRandom } from "../bands/band-judge.test-support.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import { solveBandExact } from "../bands/solve-band-exact.ts";
import { randomLinkBandProblem } from "./link-band-judge.test-support.ts";
import { listPassages } from "./link-band-plan.ts";
import type { LinkBand, LinkBandAnswer, LinkBandPlan, LinkBandProblem } from "./link-band-problem.ts";
import { solveLinkBands } from "./solve-link-bands.ts";

const resolutionS = 1;
const isFull = process.env["GREENWAVE_FULL"] === "1";

const problems = fc
  .record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    cycleS: fc.integer({ min: 30, max: 70 }),
    signalCount: fc.integer({ min: 2, max: 7 }),
    alternativeCount: fc.integer({ min: 1, max: 3 }),
    greensPerCycle: fc.integer({ min: 1, max: 2 }),
    halves: fc.constantFrom("equal" as const, "free" as const),
    centerLine: fc.constantFrom("meetsGreens" as const, "mayMeetRed" as const),
  })
  .map(({ seed, halves, centerLine, ...size }) =>
    randomLinkBandProblem(seededRandom(seed), size, { halves, centerLine }),
  );

const checkAll = (property: (problem: LinkBandProblem) => void): void =>
  fc.assert(fc.property(problems, property), { seed: 4, numRuns: isFull ? 500 : 25 });

const worthOf = (answer: LinkBandAnswer): number => (answer.kind === "solved" ? answer.valueS : -1);

const solved = (answer: LinkBandAnswer): LinkBandPlan =>
  answer.kind === "solved" ? answer : expect.fail("no bands");

const sum = (numbers: readonly number[]): number => numbers.reduce((total, it) => total + it, 0);

const widthOf = ({ beforeS, afterS }: LinkBand): number => beforeS + afterS;

/** Canal Street, New Orleans, at 70 s (Gartner, Assmann, Lasaga and Hou 1991): greens alike in both directions. */
function canalStreet(halves: LinkBandProblem["halves"]): LinkBandProblem {
  const redsS = [21, 24, 35, 34, 28, 23, 42, 42, 21];
  const spacingsFt = [371, 371, 390, 276, 472, 364, 968, 377];
  const speedMps = mpsFromMph(16);
  return {
    cycleS: 70,
    halves,
    centerLine: "meetsGreens",
    queueClearanceS: { outbound: 0, inbound: 0 },
    signals: redsS.map((redS) => {
      const greens = [{ startS: redS / 2, lengthS: 70 - redS }];
      return { alternatives: [{ outbound: greens, inbound: greens }] };
    }),
    links: spacingsFt.map((spacingFt) => {
      const travelS = mFromFt(spacingFt) / speedMps;
      return {
        outboundTravelS: travelS,
        inboundTravelS: travelS,
        weights: { outbound: 1, inbound: 1 },
      };
    }),
  };
}

test("on Canal Street the uniform band is a lower bound of MULTIBAND, and MULTIBAND of AM-BAND", () => {
  const uniform = solveBandExact({ ...canalStreet("equal"), objective: { kind: "equal" } });
  const uniformS = uniform.kind === "solved" ? uniform.bandwidthS.outbound + uniform.bandwidthS.inbound : 0;
  expect(uniformS).toBeCloseTo(2 * 13.363636364, 6);
  const fineS = 0.5;
  const multiband = solved(solveLinkBands(canalStreet("equal"), { resolutionS: fineS }));
  const amband = solved(solveLinkBands(canalStreet("free"), { resolutionS: fineS }));
  // Offsets and lines on whole steps may cost each of the 8 links two steps of its two bands.
  expect(multiband.valueS).toBeGreaterThanOrEqual(8 * (uniformS - 2 * fineS));
  expect(amband.valueS).toBeGreaterThanOrEqual(multiband.valueS);
  expect(sum(amband.aloneS)).toBeGreaterThanOrEqual(amband.valueS);
});

test("moving a signal's local zero changes no value", () => {
  checkAll((problem) => {
    const move = (greens: readonly { startS: number; lengthS: number }[]) =>
      greens.map((it) => ({ ...it, startS: it.startS + 17 }));
    const moved = {
      ...problem,
      signals: problem.signals.map(({ alternatives }, i) => ({
        alternatives: alternatives.map((it) =>
          i % 2 === 0 ? it : { outbound: move(it.outbound), inbound: move(it.inbound) },
        ),
      })),
    };
    expect(worthOf(solveLinkBands(moved, { resolutionS }))).toBeCloseTo(
      worthOf(solveLinkBands(problem, { resolutionS })),
      6,
    );
  });
});

test("swapping the directions and the sides of every green turns a plan into one of the same value", () => {
  // Time runs backwards: outbound becomes inbound with the same travel times.
  const swap = <T>({ outbound, inbound }: PerDirection<T>) => ({ outbound: inbound, inbound: outbound });
  checkAll((problem) => {
    const mirror = (greens: readonly { startS: number; lengthS: number }[]) =>
      greens.map(({ startS, lengthS }) => ({ startS: -startS - lengthS, lengthS }));
    const mirrored: LinkBandProblem = {
      ...problem,
      queueClearanceS: swap(problem.queueClearanceS),
      signals: problem.signals.map(({ alternatives }) => ({
        alternatives: alternatives.map((it) => ({
          outbound: mirror(it.inbound),
          inbound: mirror(it.outbound),
        })),
      })),
      links: problem.links.map(({ outboundTravelS, inboundTravelS, weights, inboundPerOutbound }) => ({
        outboundTravelS: inboundTravelS,
        inboundTravelS: outboundTravelS,
        weights: swap(weights),
        ...(inboundPerOutbound === undefined ? {} : { inboundPerOutbound: 1 / inboundPerOutbound }),
      })),
    };
    expect(worthOf(solveLinkBands(mirrored, { resolutionS }))).toBeCloseTo(
      worthOf(solveLinkBands(problem, { resolutionS })),
      6,
    );
  });
});

test("no center line of the measurer finds less in a plan than the plan claims, and none more than the links alone", () => {
  checkAll((given) => {
    const problem = {
      ...given,
      links: given.links.map(({ inboundPerOutbound: _, ...link }) => link),
    };
    const answer = solveLinkBands(problem, { resolutionS });
    if (answer.kind === "noBand") return;
    const weights = problem.links.map((it) => it.weights);
    const out = findCenterLine(
      listPassages(problem, answer.signals, "outbound"),
      weights.map((it) => it.outbound),
    );
    const inbound = findCenterLine(
      listPassages(problem, answer.signals, "inbound"),
      weights.map((it) => it.inbound).reverse(),
    );
    const measuredS = out.valueS + inbound.valueS;
    expect(measuredS).toBeGreaterThanOrEqual(answer.valueS - 1e-6);
    expect(measuredS).toBeLessThanOrEqual(sum(answer.aloneS) + 1e-6);
  });
});

test("where the ratio asks for it, the lighter direction keeps its share of every link's band", () => {
  checkAll((given) => {
    const problem = { ...given, links: given.links.map((it) => ({ ...it, inboundPerOutbound: 0.5 })) };
    const answer = solveLinkBands(problem, { resolutionS });
    if (answer.kind === "noBand") return;
    for (const { outbound, inbound } of answer.links) {
      expect(widthOf(inbound)).toBeGreaterThanOrEqual(0.5 * widthOf(outbound) - 1e-9);
    }
  });
});

test("a one-way route has the smaller green of its two ends on every link", () => {
  const always = [{ startS: 0, lengthS: 60 }];
  const answer = solved(
    solveLinkBands(
      {
        cycleS: 60,
        halves: "free",
        centerLine: "meetsGreens",
        queueClearanceS: { outbound: 0, inbound: 0 },
        signals: [30, 22, 41].map((lengthS) => ({
          alternatives: [{ outbound: [{ startS: 3, lengthS }], inbound: always }],
        })),
        links: [17, 24].map((outboundTravelS) => ({
          outboundTravelS,
          inboundTravelS: 0,
          weights: { outbound: 1, inbound: 0 },
        })),
      },
      { resolutionS },
    ),
  );
  expect(answer.links.map((it) => widthOf(it.outbound))).toEqual([22, 22]);
  expect(answer.limits).toContainEqual({ kind: "green", link: 1, direction: "outbound", signal: 1 });
});

test("a stopped search has a bound above the optimum and replays", () => {
  checkAll((problem) => {
    const whole = solveLinkBands(problem, { resolutionS });
    const stopped = solveLinkBands(problem, { resolutionS, workLimit: 500 });
    expect(stopped).toEqual(solveLinkBands(problem, { resolutionS, workLimit: 500 }));
    expect(stopped.boundS).toBeGreaterThanOrEqual(worthOf(whole) - 1e-9);
    expect(worthOf(stopped)).toBeLessThanOrEqual(worthOf(whole) + 1e-9);
  });
});

test("two short greens that no common line can meet leave no plan, unless lines may meet red", () => {
  const greens = (startS: number) => [{ startS, lengthS: 10 }];
  const problem: LinkBandProblem = {
    cycleS: 60,
    halves: "equal",
    centerLine: "meetsGreens",
    queueClearanceS: { outbound: 0, inbound: 0 },
    signals: [greens(0), greens(30)].map((inbound) => ({ alternatives: [{ outbound: greens(0), inbound }] })),
    links: [{ outboundTravelS: 60, inboundTravelS: 60, weights: { outbound: 2, inbound: 1 } }],
  };
  expect(solveLinkBands(problem, { resolutionS })).toEqual({ kind: "noBand", boundS: 0 });
  const oneWay = solved(solveLinkBands({ ...problem, centerLine: "mayMeetRed" }, { resolutionS }));
  expect(oneWay.links.map((it) => [widthOf(it.outbound), widthOf(it.inbound)])).toEqual([[10, 0]]);
});
