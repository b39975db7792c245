/** Published and independently computed bands: arterials of the literature, closed forms, a model file of LINDO. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createHighsEngine } from "../lp/highs.ts";
import { leastTravelOf, measureBands } from "./band-judge.test-support.ts";
import type { BandObjective, BandProblem, PerDirection } from "./band-problem.ts";
import { buildMaxbandModel, MAXBAND_FREQUENCY } from "./maxband-model.test-support.ts";
import { solveBandExact } from "./solve-band-exact.ts";

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

const BandCase = z.object({
  mode: z.enum(["evaluate", "optimize"]),
  cycle: Quantity,
  objective: z.enum(["equal", "sum", "ratio"]).default("equal"),
  ratio: Quantity.optional(),
  splits_are_fractions: z.boolean().default(false),
  signals: z.array(z.object({ offset: Quantity.default(0), green_out: Green, green_in: Green })),
  distances: z.array(Quantity).optional(),
  speed_out: Quantities.optional(),
  speed_in: Quantities.optional(),
  travel_out: z.array(Quantity).optional(),
  travel_in: z.array(Quantity).optional(),
});

const MaxbandCase = z.object({
  red_out: z.array(Quantity),
  red_in: z.array(Quantity).optional(),
  distances: z.array(Quantity),
  cycle_min: Quantity,
  cycle_max: Quantity,
  speed_min: Quantity,
  speed_max: Quantity,
  slowness_change_max: Quantity,
  ratio_window: z.tuple([Quantity, Quantity]),
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

function toObjective({ objective, ratio }: z.infer<typeof BandCase>): BandObjective {
  if (objective === "ratio") return { kind: "ratio", inboundPerOutbound: ratio ?? 1 };
  return { kind: objective };
}

function toProblem(given: z.infer<typeof BandCase>): BandProblem {
  const unitS = given.splits_are_fractions ? given.cycle : 1;
  const green = ([start, length]: readonly [number, number]) => [
    { startS: start * unitS, lengthS: length * unitS },
  ];
  const outbound = listTravelTimes(given, given.travel_out, given.speed_out);
  const inbound = listTravelTimes(given, given.travel_in, given.speed_in);
  return {
    cycleS: given.cycle,
    signals: given.signals.map((it) => ({
      alternatives: [{ outbound: green(it.green_out), inbound: green(it.green_in) }],
    })),
    links: outbound.map((outboundTravelS, i) => ({ outboundTravelS, inboundTravelS: inbound[i] ?? 0 })),
    queueClearanceS: { outbound: 0, inbound: 0 },
    objective: toObjective(given),
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
      const given = MaxbandCase.parse(input);
      const engine = await createHighsEngine();
      const [least, most] = given.ratio_window;
      const answer = engine.solve(
        buildMaxbandModel({
          cycleS: { least: given.cycle_min, most: given.cycle_max },
          weights: { outbound: 1, inbound: 1 },
          floors: { outbound: 0, inbound: 0 },
          outboundPerInbound: { least, most },
          slownessChangeMax: given.slowness_change_max,
          signals: given.red_out.map((red, i) => {
            const redIn = given.red_in?.[i] ?? red;
            return [{ outStart: red / 2, outGreen: 1 - red, inStart: redIn / 2, inGreen: 1 - redIn }];
          }),
          links: given.distances.map((lengthM) => {
            const shortest = lengthM / given.speed_max;
            const longest = lengthM / given.speed_min;
            return {
              lengthM,
              shortestS: { outbound: shortest, inbound: shortest },
              longestS: { outbound: longest, inbound: longest },
            };
          }),
        }),
      );
      const obtained = new Map(
        answer.kind === "optimal"
          ? [
              ["objective", answer.objective],
              ["cycle", 1 / (answer.values[MAXBAND_FREQUENCY] ?? Number.NaN)],
            ]
          : [],
      );
      for (const { path, value, tol } of expected) {
        expect(Math.abs((obtained.get(path) ?? Number.NaN) - value), path).toBeLessThanOrEqual(tol);
      }
    });
  }
});
