import fc from "fast-check";
import { expect, test } from "vitest";
import { listFreeOffsets } from "./band-freedom.ts";
import { measureBands, randomArterial, SAMPLE_S, seededRandom } from "./band-judge.test-support.ts";
import {
  type BandAlternative,
  type BandObjective,
  type BandProblem,
  type BandSignal,
  type PerDirection,
  scaleToCycle,
  settleTravel,
} from "./band-problem.ts";
import { priceLimits } from "./price-limits.ts";
import { solveBandCycle } from "./solve-band-cycle.ts";
import { solveBandExact } from "./solve-band-exact.ts";
import { solveBandGrid } from "./solve-band-grid.ts";
import { sweepBandGrid } from "./sweep-band-grid.ts";

const resolutionS = 1;
const equal: BandObjective = { kind: "equal" };

const problems = fc
  .record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    cycleS: fc.integer({ min: 40, max: 120 }),
    signalCount: fc.integer({ min: 1, max: 9 }),
    alternativeCount: fc.integer({ min: 1, max: 3 }),
    greensPerCycle: fc.integer({ min: 1, max: 2 }),
    spare: fc.constantFrom(undefined, 0.02, 0.1),
  })
  .map(({ seed, spare, ...size }) =>
    randomArterial(
      seededRandom(seed),
      { ...size, stepS: SAMPLE_S, ...(spare !== undefined && { spare }) },
      equal,
    ),
  );

function valueS(answer: ReturnType<typeof solveBandExact>): number {
  return answer.kind === "solved" ? answer.valueS : 0;
}

function checkAll(property: (problem: BandProblem) => void): void {
  fc.assert(fc.property(problems, property), { seed: 3, numRuns: 30 });
}

/** Two-way signals without internal offset. */
function signal(outboundGreenS: number, inboundGreenS = outboundGreenS, inboundStartS = 0): BandSignal {
  const alternative: BandAlternative = {
    outbound: [{ startS: 0, lengthS: outboundGreenS }],
    inbound: [{ startS: inboundStartS, lengthS: inboundGreenS }],
  };
  return { alternatives: [alternative] };
}

function route(
  signals: readonly BandSignal[],
  travelS: number,
  objective: BandObjective = equal,
): BandProblem {
  const links = signals.slice(1).map(() => ({ outboundTravelS: travelS, inboundTravelS: travelS }));
  return { cycleS: 60, signals, links, queueClearanceS: { outbound: 0, inbound: 0 }, objective };
}

test("moving a signal's local zero changes no band", () => {
  checkAll((problem) => {
    const move = (alternative: BandAlternative): BandAlternative => ({
      outbound: alternative.outbound.map((it) => ({ ...it, startS: it.startS + 17 })),
      inbound: alternative.inbound.map((it) => ({ ...it, startS: it.startS + 17 })),
    });
    const moved = {
      ...problem,
      signals: problem.signals.map((it, i) =>
        i % 2 === 0 ? it : { alternatives: it.alternatives.map(move) },
      ),
    };
    expect(valueS(solveBandGrid(moved, { resolutionS }))).toBeCloseTo(
      valueS(solveBandGrid(problem, { resolutionS })),
      9,
    );
    expect(valueS(solveBandExact(moved))).toBeCloseTo(valueS(solveBandExact(problem)), 9);
  });
});

test("shifting all offsets of a plan changes no band", () => {
  checkAll((problem) => {
    const plan = solveBandGrid(problem, { resolutionS });
    if (plan.kind === "noBand") return;
    const shifted = plan.signals.map((it) => ({ ...it, offsetS: (it.offsetS + 23) % problem.cycleS }));
    expect(measureBands(problem, { ...plan, signals: shifted })).toEqual(measureBands(problem, plan));
  });
});

test("reversing the route swaps the directions", () => {
  const swap = <T>({ outbound, inbound }: PerDirection<T>) => ({ outbound: inbound, inbound: outbound });
  checkAll((given) => {
    const problem: BandProblem = { ...given, objective: { kind: "ratio", inboundPerOutbound: 2 } };
    const reversed: BandProblem = {
      ...given,
      objective: { kind: "ratio", inboundPerOutbound: 0.5 },
      signals: given.signals.map((it) => ({ alternatives: it.alternatives.map(swap) })).reverse(),
      links: given.links
        .map(({ spareTravelS, ...it }) => ({
          outboundTravelS: it.inboundTravelS,
          inboundTravelS: it.outboundTravelS,
          ...(spareTravelS && { spareTravelS: swap(spareTravelS) }),
        }))
        .reverse(),
      queueClearanceS: swap(given.queueClearanceS),
    };
    const there = solveBandGrid(problem, { resolutionS });
    const back = solveBandGrid(reversed, { resolutionS });
    expect(back.kind).toBe(there.kind);
    if (there.kind !== "solved" || back.kind !== "solved") return;
    expect(back.bandwidthS.outbound).toBeCloseTo(there.bandwidthS.inbound, 9);
    expect(back.bandwidthS.inbound).toBeCloseTo(there.bandwidthS.outbound, 9);
  });
});

test("the grid never beats continuous offsets, and a finer grid never loses", () => {
  checkAll((problem) => {
    const coarse = valueS(solveBandGrid(problem, { resolutionS }));
    const fine = valueS(solveBandGrid(problem, { resolutionS: resolutionS / 4 }));
    expect(fine).toBeGreaterThanOrEqual(coarse - 1e-9);
    expect(valueS(solveBandExact(problem))).toBeGreaterThanOrEqual(fine - 1e-9);
  });
});

test("every combination of free offsets has the plan's bands, and the plan's own offsets are free", () => {
  const random = seededRandom(5);
  checkAll((problem) => {
    const plan = solveBandGrid(problem, { resolutionS });
    if (plan.kind === "noBand") return;
    const free = listFreeOffsets(settleTravel(problem, plan), plan, { resolutionS });
    for (const [i, choice] of plan.signals.entries()) expect(free[i]).toContainEqual(choice);
    for (let round = 0; round < 5; round++) {
      const mixed = free.map((it) => it[Math.floor(random() * it.length)] ?? { alternative: -1, offsetS: 0 });
      const measured = measureBands(problem, { ...plan, signals: mixed });
      expect(measured.outbound).toBeGreaterThanOrEqual(plan.bandwidthS.outbound - 1e-9);
      expect(measured.inbound).toBeGreaterThanOrEqual(plan.bandwidthS.inbound - 1e-9);
    }
  });
});

test("a one-way band is as wide as the smallest green", () => {
  const oneWay = route([signal(30), signal(22), signal(41)], 17.3, { kind: "outboundOnly" });
  for (const answer of [solveBandExact(oneWay), solveBandGrid(oneWay, { resolutionS: 0.1 })]) {
    expect(answer).toMatchObject({
      kind: "solved",
      limits: [{ kind: "green", direction: "outbound", signal: 1 }],
    });
    expect(valueS(answer)).toBeCloseTo(22, 9);
  }
});

test("two equal signals half a cycle apart give both directions all their green", () => {
  expect(solveBandExact(route([signal(30), signal(30)], 30))).toMatchObject({
    bandwidthS: { outbound: 30, inbound: 30 },
  });
});

test("two equal signals a quarter of a cycle apart share what is left", () => {
  // Each link time of C/4 moves the two greens apart by C/2 in all: 60 s of green less 30 s, in halves.
  expect(solveBandExact(route([signal(30), signal(30)], 15))).toMatchObject({
    bandwidthS: { outbound: 15, inbound: 15 },
    limits: [{ kind: "pair" }],
  });
});

test("greens 8 s and 7 s apart allow 22.5 s each at offset 0.5 s, and 22 s on whole seconds", () => {
  const problem = {
    ...route([signal(30), signal(30)], 0),
    links: [{ outboundTravelS: 8, inboundTravelS: 7 }],
  };
  expect(valueS(solveBandExact(problem))).toBeCloseTo(22.5, 9);
  expect(valueS(solveBandGrid(problem, { resolutionS: 1 }))).toBeCloseTo(22, 9);
});

test("a green that fills the cycle limits nothing", () => {
  const withOpen = route([signal(30), signal(60), signal(30)], 15);
  expect(valueS(solveBandExact(withOpen))).toBeCloseTo(30, 9);
  expect(valueS(solveBandGrid(withOpen, { resolutionS: 1 }))).toBeCloseTo(30, 9);
});

test("floors that no plan has are an answer with a reason", () => {
  const floorsS = { outbound: 25, inbound: 25 };
  const objective: BandObjective = { kind: "weighted", weights: { outbound: 1, inbound: 1 }, floorsS };
  for (const solve of [solveBandExact, (it: BandProblem) => solveBandGrid(it, { resolutionS })]) {
    expect(solve(route([signal(30), signal(30)], 15, objective))).toEqual({
      kind: "noBand",
      reason: "floorsNotReached",
    });
  }
});

test("the answer names the floor that binds", () => {
  const floorsS = { outbound: 5, inbound: 10 };
  const objective: BandObjective = { kind: "weighted", weights: { outbound: 2, inbound: 1 }, floorsS };
  const answer = solveBandExact(route([signal(30), signal(30)], 15, objective));
  expect(answer).toMatchObject({
    bandwidthS: { outbound: expect.closeTo(20, 9), inbound: expect.closeTo(10, 9) },
  });
  expect(answer).toHaveProperty("limits", expect.arrayContaining([{ kind: "floor", direction: "inbound" }]));
});

test("a second more green at one of a pair that limits both bands gives each half a second", () => {
  const problem = route([signal(30), signal(30)], 15);
  const plan = solveBandExact(problem);
  if (plan.kind === "noBand") expect.fail("no band");
  for (const price of priceLimits(problem, plan)) expect(price.gainS).toBeCloseTo(0.5, 9);
  expect(priceLimits(problem, plan)).toHaveLength(2);
});

test("a second more at the only smallest green of a one-way route widens the band by a second", () => {
  const problem = route([signal(30), signal(22), signal(41)], 17.3, { kind: "outboundOnly" });
  const plan = solveBandExact(problem);
  if (plan.kind === "noBand") expect.fail("no band");
  expect(priceLimits(problem, plan)).toEqual([
    { signal: 1, direction: "outbound", at: "start", gainS: expect.closeTo(1, 9) },
  ]);
});

test("where two signals limit alike, a second more at one of them gives nothing", () => {
  const problem = route([signal(30), signal(22), signal(22)], 17.3, { kind: "outboundOnly" });
  const plan = solveBandExact(problem);
  if (plan.kind === "noBand") expect.fail("no band");
  expect(priceLimits(problem, plan)).toMatchObject([{ gainS: expect.closeTo(0, 9) }]);
});

test("a link that may be passed more slowly closes the gap between two greens", () => {
  // As above, the loop is 30 s off; 10 s of spare time in each direction leave 10 s, shared by both.
  const problem = route([signal(30), signal(30)], 15);
  const links = problem.links.map((it) => ({ ...it, spareTravelS: { outbound: 10, inbound: 10 } }));
  const answer = solveBandExact({ ...problem, links });
  expect(answer).toMatchObject({
    bandwidthS: { outbound: expect.closeTo(25, 9), inbound: expect.closeTo(25, 9) },
    travelS: [{ outbound: expect.closeTo(25, 9), inbound: expect.closeTo(25, 9) }],
  });
});

test("with the cycle free, two equal signals get a cycle at which both bands are full", () => {
  const problem = route([signal(30), signal(30)], 20);
  const answer = solveBandCycle(problem, { leastS: 35, mostS: 60 });
  expect(answer).toMatchObject({
    kind: "solved",
    cycleS: expect.closeTo(40, 6),
    value: expect.closeTo(0.5, 6),
  });
});

test("a sweep over cycles finds the best of all of them, within what the free cycle reaches", () => {
  const cyclesS = [60, 64, 68, 72, 76, 80];
  checkAll((problem) => {
    const swept = sweepBandGrid(problem, { cyclesS, resolutionS });
    const each = cyclesS.map((it) => valueS(solveBandGrid(scaleToCycle(problem, it), { resolutionS })) / it);
    expect(swept.kind === "solved" ? swept.value : 0).toBeCloseTo(Math.max(...each), 9);
    const free = solveBandCycle(problem, { leastS: 60, mostS: 80 });
    expect(free.bound).toBeGreaterThanOrEqual(Math.max(...each) - 1e-9);
  });
});
