/**
 * The gate against a judge of its own: this file steps through the cycle tenth by tenth with lamps built from nothing but
 * splits, sequence and configuration. It shares no code with the rules.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Intersection, Network } from "../network/network.schema.ts";
import { buildSampleNetwork, withIntersection } from "../network/sample-network.test-support.ts";
import type { CoordinationPlan, TimingPlan } from "./plan.schema.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "./sample-plan.test-support.ts";
import { validatePlan } from "./validate-plan.ts";

const RUNS = process.env["GREENWAVE_FULL"] === "1" ? 5000 : 120;
const NETWORK = withFineResolution(buildSampleNetwork());

function withFineResolution(network: Network): Network {
  return ["A", "B", "C"].reduce(
    (it, id) =>
      withIntersection(it, id, ({ controller }) => ({ controller: { ...controller, resolutionS: 0.1 } })),
    network,
  );
}

const verdictOf = (plan: CoordinationPlan, network = NETWORK) =>
  validatePlan({ network, plan, nowMs: SAMPLE_NOW_MS });

/** Any numbers in any place of one timing plan. */
const anyTimingPlan = (base: TimingPlan): fc.Arbitrary<TimingPlan> => {
  const time = fc.oneof(
    fc.integer({ min: -10, max: 3000 }).map((it) => it / 10),
    fc.double({ min: -10, max: 300, noNaN: false }),
  );
  return fc.record({
    intersectionId: fc.constantFrom("A", "B", "C", "Z"),
    cycleS: fc.oneof(fc.constant(base.cycleS), time),
    sequenceId: fc.constantFrom("lead-lead", "lead-lag", "lag-lag", "stages", "none"),
    splits: fc.oneof(
      fc.constant(base.splits),
      fc.array(fc.record({ phase: fc.integer({ min: 1, max: 9 }), splitS: time }), { maxLength: 9 }),
    ),
    offsetS: time,
    offsetReference: fc.record({
      phase: fc.integer({ min: 1, max: 9 }),
      point: fc.constantFrom("beginGreen" as const, "beginYellow" as const, "beginRed" as const),
    }),
  });
};

it("no plan, however broken, stops the gate", () => {
  const plans = buildSamplePlan().timingPlans.map(anyTimingPlan);
  fc.assert(
    fc.property(fc.tuple(...plans), fc.string(), (timingPlans, fallback) => {
      const verdict = verdictOf(buildSamplePlan({ timingPlans, fallback }));
      expect(["blocked", "needsApproval", "validated"]).toContain(verdict.kind);
    }),
    { seed: 21, numRuns: RUNS },
  );
});

it("a tenth of a second too much or too little in any split is blocked", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 }),
      fc.nat({ max: 7 }),
      fc.integer({ min: -300, max: 300 }).filter((it) => it !== 0),
      (signal, split, tenths) => {
        const plan = buildSamplePlan();
        const timingPlans = plan.timingPlans.map((it, at) =>
          at === signal
            ? {
                ...it,
                splits: it.splits.map((own, n) =>
                  n === split % it.splits.length
                    ? { ...own, splitS: Math.round(own.splitS * 10 + tenths) / 10 }
                    : own,
                ),
              }
            : it,
        );
        const verdict = verdictOf({ ...plan, timingPlans });
        expect(verdict.kind).toBe("blocked");
        expect(verdict.findings.some((it) => it.ruleId === 16)).toBe(true);
      },
    ),
    { seed: 22, numRuns: RUNS },
  );
});

/** Plans that have a fair chance: rings that sum, any order, any offset, configuration slightly bent. */
const fairPlan = fc.record({
  cycleTenths: fc.integer({ min: 700, max: 1500 }),
  weights: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 8, maxLength: 8 }),
  sequenceId: fc.constantFrom("lead-lead", "lead-lag", "lag-lead", "lag-lag"),
  offset: fc.double({ min: 0, max: 0.999, noNaN: true }),
  point: fc.constantFrom("beginGreen" as const, "beginYellow" as const, "beginRed" as const),
  reference: fc.integer({ min: 1, max: 8 }),
  yellowTenths: fc.integer({ min: 30, max: 50 }),
  extra: fc.tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom("EBT", "WBL", "NBR", "SBT", "EBL", "WBR")),
  permitted: fc.boolean(),
});

/** Minimums plus a share of what is left, ring by ring and barrier by barrier. */
function spread(totalTenths: number, leastTenths: readonly number[], weights: readonly number[]): number[] {
  const rest = totalTenths - leastTenths.reduce((sum, it) => sum + it, 0);
  const all = weights.reduce((sum, it) => sum + it, 0);
  const parts = leastTenths.map((it, at) => it + Math.floor((rest * (weights[at] ?? 0)) / all));
  const missing = totalTenths - parts.reduce((sum, it) => sum + it, 0);
  return parts.map((it, at) => (at === 0 ? it + missing : it));
}

interface Case {
  readonly intersection: Intersection;
  readonly plan: TimingPlan;
}

function buildCase(drawn: typeof fairPlan extends fc.Arbitrary<infer T> ? T : never): Case {
  const base = NETWORK.intersections[0];
  if (base === undefined) throw new Error("the sample network has intersections");
  const [extraPhase, extraMovement] = drawn.extra;
  const intersection: Intersection = {
    ...base,
    phases: base.phases.map((it) => ({
      ...it,
      yellowS: it.number === 2 ? Math.max(3.8, drawn.yellowTenths / 10) : it.yellowS,
      ...(it.number === extraPhase && drawn.permitted && !it.protectedMovements.includes(extraMovement)
        ? { permittedMovements: [...new Set([...it.permittedMovements, extraMovement])] }
        : {}),
    })),
  };
  const main = Math.round(drawn.cycleTenths / 2);
  const [a = 1, b = 1, c = 1, d = 1, e = 1, f = 1, g = 1, h = 1] = drawn.weights;
  const side = drawn.cycleTenths - main;
  const parts = [
    ...spread(main, [95, 280], [a, b]),
    ...spread(side, [100, 295], [c, d]),
    ...spread(main, [95, 280], [e, f]),
    ...spread(side, [100, 295], [g, h]),
  ];
  return {
    intersection,
    plan: {
      intersectionId: "A",
      cycleS: drawn.cycleTenths / 10,
      sequenceId: drawn.sequenceId,
      splits: parts.map((it, at) => ({ phase: at + 1, splitS: it / 10 })),
      offsetS: Math.floor(drawn.offset * drawn.cycleTenths) / 10,
      offsetReference: { phase: drawn.reference, point: drawn.point },
    },
  };
}

type Lamp = {
  readonly phase: number;
  readonly color: "green" | "yellow" | "red";
  readonly sinceTenths: number;
};

/** What each ring shows at a tenth after its sequence began. */
function lampsAt({ intersection, plan }: Case, tenth: number): Lamp[] {
  const sequence = intersection.sequences.find((it) => it.id === plan.sequenceId);
  return (sequence?.rings ?? []).map((ring) => {
    let start = 0;
    for (const number of ring.flat()) {
      const split = Math.round((plan.splits.find((it) => it.phase === number)?.splitS ?? 0) * 10);
      const phase = intersection.phases.find((it) => it.number === number);
      if (phase !== undefined && tenth < start + split) {
        const sinceTenths = tenth - start;
        const red = split - Math.round(phase.redClearanceS * 10);
        const yellow = red - Math.round(phase.yellowS * 10);
        return {
          phase: number,
          sinceTenths,
          color: sinceTenths < yellow ? "green" : sinceTenths < red ? "yellow" : "red",
        };
      }
      start += split;
    }
    throw new Error(`nothing runs at ${tenth}`);
  });
}

/** Streams with protected right of way at a tenth: green or yellow, walking or clearing. */
function protectedAt(given: Case, tenth: number): Set<string> {
  const streams = new Set<string>();
  for (const { phase: number, color, sinceTenths } of lampsAt(given, tenth)) {
    const phase = given.intersection.phases.find((it) => it.number === number);
    if (color !== "red") for (const id of phase?.protectedMovements ?? []) streams.add(id);
    for (const id of phase?.crossings ?? []) {
      const crossing = given.intersection.crossings.find((it) => it.id === id);
      const wholeTenths = Math.round(((crossing?.walkS ?? 0) + (crossing?.clearanceS ?? 0)) * 10);
      if (sinceTenths < wholeTenths) streams.add(id);
    }
  }
  return streams;
}

it("no plan that the gate lets through shows conflicting streams the right of way in any tenth of a second", () => {
  let passed = 0;
  fc.assert(
    fc.property(fairPlan, (drawn) => {
      const given = buildCase(drawn);
      const network = withIntersection(NETWORK, "A", () => given.intersection);
      const verdict = verdictOf(buildSamplePlan({ timingPlans: [given.plan] }), network);
      if (verdict.kind === "blocked") return;
      passed += 1;
      for (let tenth = 0; tenth < drawn.cycleTenths; tenth += 1) {
        const streams = protectedAt(given, tenth);
        const clash = given.intersection.conflicts.find(([a, b]) => streams.has(a) && streams.has(b));
        expect(clash, `tenth ${tenth}`).toBeUndefined();
      }
    }),
    { seed: 23, numRuns: RUNS },
  );
  expect(passed).toBeGreaterThan(RUNS / 5);
});

it("shifting every offset changes no finding", () => {
  fc.assert(
    fc.property(fc.nat({ max: 799 }), (tenths) => {
      const plan = buildSamplePlan();
      const timingPlans = plan.timingPlans.map((it) => ({
        ...it,
        offsetS: ((Math.round(it.offsetS * 10) + tenths) % 800) / 10,
      }));
      expect(verdictOf({ ...plan, timingPlans }).findings).toEqual([]);
    }),
    { seed: 24, numRuns: 50 },
  );
});
