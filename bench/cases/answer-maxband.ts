/**
 * MAXBAND as a mixed-integer program on HiGHS: reds and `internal_offset` (from the center of the outbound red to that of
 * the inbound one) in cycles, distances in m, speeds in m/s, `slowness_change_max` in s/m, `ratio_window` [least, most] of
 * outbound ÷ inbound. Inbound reds are the outbound ones where they are not given. Answers in cycles; `cycle` in s.
 */
import { z } from "zod";
import type { MaxbandQuestion } from "../../src/solver/bands/maxband-model.ts";
import { solveMaxband } from "../../src/solver/bands/solve-maxband.ts";
import { createHighsEngine } from "../../src/solver/lp/highs.ts";
import {
  Amount,
  AmountPair,
  type Answer,
  demandLength,
  PositiveQuantity,
  Quantity,
  REMARKS,
  readInput,
} from "./case.ts";

const Red = Amount.pipe(z.number().max(1));
const Speed = z.union([PositiveQuantity, z.array(PositiveQuantity)], "wanted a speed or one per link");

const MaxbandSchema = z.strictObject({
  ...REMARKS,
  red_out: z.array(Red).min(1),
  red_in: z.array(Red).optional(),
  internal_offset: z.array(Quantity).optional(),
  distances: z.array(PositiveQuantity),
  cycle_min: PositiveQuantity,
  cycle_max: PositiveQuantity,
  speed_min: Speed,
  speed_max: Speed,
  slowness_change_max: Amount.optional(),
  ratio_window: AmountPair.optional(),
  weights: AmountPair.default([1, 1]),
});

type Maxband = z.infer<typeof MaxbandSchema>;

export async function answerMaxband(input: unknown): Promise<Answer> {
  const answer = solveMaxband(await createHighsEngine(), toQuestion(readInput(MaxbandSchema, input)));
  if (answer.kind !== "solved") throw new Error(`no plan: ${JSON.stringify(answer)}`);
  const { cycleS, plan, value, bound } = answer;
  return {
    objective: value,
    bound,
    cycle: cycleS,
    band_out: plan.bandwidthS.outbound / cycleS,
    band_in: plan.bandwidthS.inbound / cycleS,
  };
}

/** With a cycle of 1, as what lies on the cycle is given in cycles. */
function toQuestion(given: Maxband): MaxbandQuestion {
  const { red_out, red_in = red_out, distances, weights, ratio_window } = given;
  const { internal_offset = red_out.map(() => 0) } = given;
  const links = distances.length;
  demandLength("distances", distances, red_out.length - 1);
  const speedMin = listSpeeds("speed_min", given.speed_min, links);
  const speedMax = listSpeeds("speed_max", given.speed_max, links);
  const at = (values: readonly number[], i: number): number => values[i] ?? Number.NaN;
  demandLength("red_in", red_in, red_out.length);
  demandLength("internal_offset", internal_offset, red_out.length);
  return {
    problem: {
      cycleS: 1,
      signals: red_out.map((red, i) => ({
        alternatives: [
          {
            outbound: [{ startS: red / 2, lengthS: 1 - red }],
            inbound: [{ startS: at(internal_offset, i) + at(red_in, i) / 2, lengthS: 1 - at(red_in, i) }],
          },
        ],
      })),
      links: distances.map((it, i) => {
        const travelS = it / at(speedMax, i);
        const spareS = it / at(speedMin, i) - travelS;
        return {
          outboundTravelS: travelS,
          inboundTravelS: travelS,
          spareTravelS: { outbound: spareS, inbound: spareS },
        };
      }),
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

function listSpeeds(name: string, speed: z.infer<typeof Speed>, links: number): readonly number[] {
  const speeds = typeof speed === "number" ? new Array<number>(links).fill(speed) : speed;
  demandLength(name, speeds, links);
  return speeds;
}
