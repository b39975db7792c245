/**
 * The two-way green wave of one route. `mode: "evaluate"` measures given offsets; `mode: "optimize"` asks the exact solver
 * and measures its plan with the same measurer, which shares no code with it; a plan that has less than it claims is a
 * fault.
 *
 * Greens are [start, length] after the signal's offset, or several of those; `alternatives` are phase sequences to choose
 * from. Without inbound greens the route is one-way and its inbound band is 0. `ratio` is inbound ÷ outbound; `weights` and
 * `floors` are [outbound, inbound], floors in s. Inbound travel times are the outbound ones where they are not given.
 */
import { z } from "zod";
import { known } from "../../src/errors.ts";
import type {
  BandObjective,
  BandPlan,
  BandProblem,
  Direction,
  PerDirection,
} from "../../src/solver/bands/band-problem.ts";
import { solveBandExact } from "../../src/solver/bands/solve-band-exact.ts";
import { findWidestBand } from "../../src/traffic/measure-band.ts";
import {
  Amount,
  AmountPair,
  type Answer,
  demandLength,
  PositiveQuantity,
  Quantity,
  REMARKS,
  readInput,
  refuse,
} from "./case.ts";

const Green = z.tuple([Quantity, Amount]);
const Greens = z.union(
  [Green.transform((it) => [it]), z.array(Green)],
  "wanted [start, length] or a list of such",
);
const GREENS = { ...REMARKS, green_out: Greens.optional(), green_in: Greens.optional() };
const AlternativeSchema = z.strictObject(GREENS);
const Speed = z.union([PositiveQuantity, z.array(PositiveQuantity)], "wanted a speed or one per link");

const BandwidthSchema = z.strictObject({
  ...REMARKS,
  mode: z.enum(["evaluate", "optimize"]),
  cycle: PositiveQuantity,
  objective: z.enum(["equal", "sum", "ratio", "weighted"]).optional(),
  ratio: PositiveQuantity.optional(),
  weights: AmountPair.optional(),
  floors: AmountPair.optional(),
  /** Greens in cycles. */
  splits_are_fractions: z.boolean().default(false),
  signals: z
    .array(
      z.strictObject({
        ...GREENS,
        offset: Quantity.optional(),
        alternatives: z.array(AlternativeSchema).min(1).optional(),
      }),
    )
    .min(1),
  distances: z.array(PositiveQuantity).optional(),
  speed_out: Speed.optional(),
  speed_in: Speed.optional(),
  travel_out: z.array(Amount).optional(),
  travel_in: z.array(Amount).optional(),
  queue_clearance_out: Amount.default(0),
  queue_clearance_in: Amount.default(0),
});

type Bandwidth = z.infer<typeof BandwidthSchema>;
type Placed = Pick<BandPlan, "signals">;

/** A plan may have so much less than it claims, s. */
const ROUNDING_S = 1e-9;

export function answerBandwidth(input: unknown): Answer {
  const given = readInput(BandwidthSchema, input);
  const problem = toProblem(given);
  const { outbound, inbound } =
    given.mode === "evaluate" ? measure(problem, placeAsGiven(given)) : optimize(problem);
  return { band_out: outbound, band_in: inbound, sum: outbound + inbound };
}

function placeAsGiven({ signals }: Bandwidth): Placed {
  if (signals.some((it) => it.alternatives !== undefined))
    refuse("alternatives are for optimizing, not for evaluating");
  return { signals: signals.map((it) => ({ alternative: 0, offsetS: it.offset ?? 0 })) };
}

function optimize(problem: BandProblem): PerDirection<number> {
  const answer = solveBandExact(problem);
  if (answer.kind === "noBand") {
    if (answer.reason === "floorsNotReached") throw new Error("no plan reaches the floors");
    return { outbound: 0, inbound: 0 };
  }
  const claimed = answer.bandwidthS;
  const measured = measure(problem, answer);
  if (measured.outbound < claimed.outbound - ROUNDING_S || measured.inbound < claimed.inbound - ROUNDING_S)
    throw new Error(`claimed ${JSON.stringify(claimed)}, measured ${JSON.stringify(measured)}`);
  return claimed;
}

function measure(problem: BandProblem, plan: Placed): PerDirection<number> {
  return { outbound: measureOne(problem, plan, "outbound"), inbound: measureOne(problem, plan, "inbound") };
}

function measureOne(problem: BandProblem, { signals }: Placed, direction: Direction): number {
  let arrivalS = 0;
  const stops = signals.map(({ alternative, offsetS }, i) => {
    const link = problem.links[i - 1];
    if (link !== undefined) {
      // Inbound the signals are met in reverse, so seen from the first one travel times count backwards.
      arrivalS +=
        direction === "outbound"
          ? link.outboundTravelS - problem.queueClearanceS.outbound
          : problem.queueClearanceS.inbound - link.inboundTravelS;
    }
    const greens = known(problem.signals[i]?.alternatives[alternative], "alternative")[direction];
    return {
      intersectionId: String(i),
      greens: greens.map((it) => ({ ...it, startS: it.startS + offsetS })),
      arrivalS,
    };
  });
  const band = findWidestBand(stops, problem.cycleS);
  return band.kind === "band" ? band.bandwidthS : 0;
}

function toProblem(given: Bandwidth): BandProblem {
  const unitS = given.splits_are_fractions ? given.cycle : 1;
  const toGreens = (greens: z.infer<typeof Greens> = []) =>
    greens.map(([start, length]) => ({ startS: start * unitS, lengthS: length * unitS }));
  const signals = given.signals.map(({ alternatives, green_out, green_in }) => ({
    alternatives: (alternatives ?? [{ green_out, green_in }]).map((it) => ({
      outbound: toGreens(it.green_out),
      inbound: toGreens(it.green_in),
    })),
  }));
  const all = signals.flatMap((it) => it.alternatives);
  if (all.some((it) => it.outbound.length === 0)) refuse("a signal without green_out");
  const isOneWay = all.every((it) => it.inbound.length === 0);
  if (!isOneWay && all.some((it) => it.inbound.length === 0)) refuse("green_in at some signals only");
  return {
    cycleS: given.cycle,
    signals,
    links: listLinks(given),
    queueClearanceS: { outbound: given.queue_clearance_out, inbound: given.queue_clearance_in },
    objective: isOneWay ? toOneWay(given) : toObjective(given),
  };
}

function listLinks(given: Bandwidth): BandProblem["links"] {
  const { distances, speed_out, speed_in, travel_out, travel_in } = given;
  const count = given.signals.length - 1;
  for (const [name, list] of Object.entries({ distances, speed_out, speed_in, travel_out, travel_in })) {
    if (Array.isArray(list)) demandLength(name, list, count);
  }
  const travelAt = (speed: z.infer<typeof Speed> | undefined) =>
    speed === undefined
      ? undefined
      : distances?.map((it, i) => it / (typeof speed === "number" ? speed : known(speed[i], "speed")));
  const outbound = travel_out ?? travelAt(speed_out) ?? (count === 0 ? [] : undefined);
  if (outbound === undefined) return refuse("neither travel times nor distances with a speed");
  const inbound = travel_in ?? travelAt(speed_in) ?? outbound;
  return outbound.map((outboundTravelS, i) => ({
    outboundTravelS,
    inboundTravelS: known(inbound[i], "time"),
  }));
}

function toObjective(given: Bandwidth): BandObjective {
  const { ratio, weights, floors } = given;
  const kind =
    given.objective ??
    (ratio !== undefined ? "ratio" : (weights ?? floors) === undefined ? "equal" : "weighted");
  const isUnread =
    (ratio !== undefined && kind !== "ratio") ||
    (weights !== undefined && kind !== "weighted") ||
    (floors !== undefined && kind !== "weighted" && kind !== "sum");
  if (isUnread) refuse(`ratio, weights or floors beside the objective ${kind}`);
  switch (kind) {
    case "equal":
      return { kind };
    case "ratio":
      return { kind, inboundPerOutbound: ratio ?? refuse("the objective ratio without a ratio") };
    case "sum":
      if (floors === undefined) return { kind };
      return { kind: "weighted", weights: { outbound: 1, inbound: 1 }, floorsS: perDirection(floors) };
    case "weighted":
      return { kind, weights: perDirection(weights ?? [1, 1]), floorsS: perDirection(floors ?? [0, 0]) };
  }
}

function toOneWay({ ratio, weights, floors, objective }: Bandwidth): BandObjective {
  if ((ratio ?? weights ?? floors) !== undefined || objective === "ratio" || objective === "weighted")
    refuse("a one-way route has no ratio, weights or floors");
  return { kind: "outboundOnly" };
}

const perDirection = ([outbound, inbound]: readonly [number, number]): PerDirection<number> => ({
  outbound,
  inbound,
});
