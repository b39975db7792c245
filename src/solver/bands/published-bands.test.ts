/** Published and independently computed bands: arterials of the literature, closed forms, a model file of LINDO. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createHighsEngine } from "../lp/highs.ts";
import { leastTravelOf, measureBands } from "./band-judge.test-support.ts";
import type { BandObjective, BandProblem, PerDirection } from "./band-problem.ts";
import type { MaxbandQuestion } from "./maxband-model.ts";
import { solveBandExact } from "./solve-band-exact.ts";
import { solveMaxband } from "./solve-maxband.ts";

const casesUrl = new URL("../../../../shared/cases/cases.json", import.meta.url);

/** Numbers are given as such or as fractions, "352/15". */
const Quantity = z.union([
  z.number(),
  z.string().transform((text) => {
    const [numerator, denominator = "1"] = text.split("/");
    return Number(numerator) / Number(denominator);
  }),
]);
const Quantities = z.union([z.array(Quantity), Quantity]);
const Green = z.tuple([Quantity, Quantity]);
const Greens = z.union([Green.transform((it) => [it]), z.array(Green)]);
const Pair = z.tuple([Quantity, Quantity]);

const BandCase = z.object({
  mode: z.enum(["evaluate", "optimize"]),
  cycle: Quantity,
  objective: z.enum(["equal", "sum", "ratio", "weighted"]).default("equal"),
  /** Inbound ÷ outbound. */
  ratio: Quantity.default(1),
  weights: Pair.default([1, 1]),
  floors: Pair.default([0, 0]),
  splits_are_fractions: z.boolean().default(false),
  signals: z.array(
    z.object({
      offset: Quantity.default(0),
      green_out: Greens.optional(),
      green_in: Greens.optional(),
      alternatives: z.array(z.object({ green_out: Greens, green_in: Greens })).optional(),
    }),
  ),
  distances: z.array(Quantity).optional(),
  speed_out: Quantities.optional(),
  speed_in: Quantities.optional(),
  travel_out: z.array(Quantity).optional(),
  travel_in: z.array(Quantity).optional(),
  queue_clearance_out: Quantity.default(0),
  queue_clearance_in: Quantity.default(0),
});

const MaxbandCase = z.object({
  red_out: z.array(Quantity),
  red_in: z.array(Quantity).optional(),
  /** From the centre of the outbound red to that of the inbound one, cycles. */
  internal_offset: z.array(Quantity).optional(),
  distances: z.array(Quantity),
  cycle_min: Quantity,
  cycle_max: Quantity,
  speed_min: Quantity,
  speed_max: Quantity,
  slowness_change_max: Quantity.optional(),
  ratio_window: Pair.optional(),
  weights: Pair.default([1, 1]),
});

interface Case {
  readonly id: string;
  readonly oracle: string;
  readonly input: unknown;
  readonly expect: readonly { readonly path: string; readonly value: number; readonly tol: number }[];
}

const cases: Case[] = existsSync(casesUrl) ? JSON.parse(readFileSync(casesUrl, "utf8")) : [];

function listTravelTimes(
  given: z.infer<typeof BandCase>,
  travel: readonly number[] | undefined,
  speed: number | readonly number[] | undefined,
): readonly number[] {
  if (travel !== undefined) return travel;
  return (given.distances ?? []).map((it, i) => it / ((typeof speed === "number" ? speed : speed?.[i]) ?? 1));
}

function toObjective(given: z.infer<typeof BandCase>): BandObjective {
  const { objective, ratio, weights, floors } = given;
  switch (objective) {
    case "ratio":
      return { kind: "ratio", inboundPerOutbound: ratio };
    case "weighted":
      return {
        kind: "weighted",
        weights: { outbound: weights[0], inbound: weights[1] },
        floorsS: { outbound: floors[0], inbound: floors[1] },
      };
    default:
      return { kind: objective };
  }
}

function toProblem(given: z.infer<typeof BandCase>): BandProblem {
  const unitS = given.splits_are_fractions ? given.cycle : 1;
  const toGreens = (greens: z.infer<typeof Greens> = []) =>
    greens.map(([start, length]) => ({ startS: start * unitS, lengthS: length * unitS }));
  const outbound = listTravelTimes(given, given.travel_out, given.speed_out);
  const inbound = listTravelTimes(given, given.travel_in, given.speed_in ?? given.speed_out);
  return {
    cycleS: given.cycle,
    signals: given.signals.map(({ alternatives, ...only }) => ({
      alternatives: (alternatives ?? [only]).map((it) => ({
        outbound: toGreens(it.green_out),
        inbound: toGreens(it.green_in),
      })),
    })),
    links: outbound.map((outboundTravelS, i) => ({ outboundTravelS, inboundTravelS: inbound[i] ?? 0 })),
    queueClearanceS: { outbound: given.queue_clearance_out, inbound: given.queue_clearance_in },
    objective: toObjective(given),
  };
}

/** With a cycle of 1, as what lies on the cycle is given in cycles. */
function toQuestion(given: z.infer<typeof MaxbandCase>): MaxbandQuestion {
  const { red_out, red_in = red_out, internal_offset, distances, weights, ratio_window } = given;
  const signals = red_out.map((red, i) => {
    const redIn = red_in[i] ?? red;
    const inStart = (internal_offset?.[i] ?? 0) + redIn / 2;
    return {
      alternatives: [
        {
          outbound: [{ startS: red / 2, lengthS: 1 - red }],
          inbound: [{ startS: inStart, lengthS: 1 - redIn }],
        },
      ],
    };
  });
  const links = distances.map((it) => {
    const travelS = it / given.speed_max;
    const spareS = it / given.speed_min - travelS;
    return {
      outboundTravelS: travelS,
      inboundTravelS: travelS,
      spareTravelS: { outbound: spareS, inbound: spareS },
    };
  });
  return {
    problem: {
      cycleS: 1,
      signals,
      links,
      queueClearanceS: { outbound: 0, inbound: 0 },
      objective: {
        kind: "weighted",
        weights: { outbound: weights[0], inbound: weights[1] },
        floorsS: { outbound: 0, inbound: 0 },
      },
    },
    cycle: { leastS: given.cycle_min, mostS: given.cycle_max },
    ...(ratio_window && { outboundPerInbound: { least: ratio_window[0], most: ratio_window[1] } }),
    ...(given.slowness_change_max !== undefined && {
      speedChange: { lengthsM: distances, slownessMax: given.slowness_change_max },
    }),
  };
}

function answerBands(given: z.infer<typeof BandCase>): PerDirection<number> {
  const problem = toProblem(given);
  if (given.mode === "evaluate") {
    return measureBands(problem, {
      signals: given.signals.map((it) => ({ alternative: 0, offsetS: it.offset })),
      travelS: leastTravelOf(problem),
    });
  }
  const answer = solveBandExact(problem);
  return answer.kind === "solved" ? answer.bandwidthS : { outbound: 0, inbound: 0 };
}

describe.skipIf(cases.length === 0)("published bands", () => {
  for (const { id, input, expect: expected } of cases.filter((it) => it.oracle === "bandwidth")) {
    test(id, () => {
      const { outbound, inbound } = answerBands(BandCase.parse(input));
      const obtained = new Map([
        ["band_out", outbound],
        ["band_in", inbound],
        ["sum", outbound + inbound],
      ]);
      for (const { path, value, tol } of expected) {
        expect(Math.abs((obtained.get(path) ?? Number.NaN) - value), path).toBeLessThanOrEqual(tol + 1e-9);
      }
    });
  }

  for (const { id, input, expect: expected } of cases.filter((it) => it.oracle === "maxband")) {
    test(id, async () => {
      const engine = await createHighsEngine();
      const answer = solveMaxband(engine, toQuestion(MaxbandCase.parse(input)));
      const obtained = new Map(
        answer.kind === "solved"
          ? [
              ["objective", answer.value],
              ["bound", answer.bound],
              ["cycle", answer.cycleS],
              ["band_out", answer.plan.bandwidthS.outbound / answer.cycleS],
              ["band_in", answer.plan.bandwidthS.inbound / answer.cycleS],
            ]
          : [],
      );
      for (const { path, value, tol } of expected) {
        expect(Math.abs((obtained.get(path) ?? Number.NaN) - value), path).toBeLessThanOrEqual(tol);
      }
    });
  }
});
