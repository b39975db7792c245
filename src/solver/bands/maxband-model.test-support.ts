/**
 * MAXBAND as a mixed-integer program, for tests: the judge of the exact band solver. Shares no code with it.
 *
 * Little, Kelson and Gartner, Transportation Research Record 795 (1981), with each signal's offset kept as a variable in
 * place of the loop constraint that results when it is eliminated; one integer per link closes the loop. Times are in
 * cycles, so that a cycle within a range is the variable z = 1/C and a travel time within a range is a variable too.
 *
 *   max  k·b + k̄·b̄
 *   w_i + b ≤ g_i,  w̄_i + b̄ ≤ ḡ_i                           (waits from the start of green)
 *   o_i + s_i + w_i + t_i = o_{i+1} + s_{i+1} + w_{i+1}        (outbound)
 *   o_{i+1} + s̄_{i+1} + w̄_{i+1} + t̄_i = o_i + s̄_i + w̄_i + m_i  (inbound)
 *   where g, ḡ, s, s̄ are those of the one alternative that is chosen.
 *
 * As published it cannot drop a direction: a band of width 0 still has to thread every green.
 */
import { known } from "../../errors.ts";
import type { LpModel, LpRow, LpVariable } from "../lp/lp-engine.ts";
import type { PerDirection } from "./band-problem.ts";

/** In cycles. */
export interface MaxbandAlternative {
  readonly outStart: number;
  readonly outGreen: number;
  readonly inStart: number;
  readonly inGreen: number;
}

export interface MaxbandLink {
  readonly lengthM: number;
  readonly shortestS: PerDirection<number>;
  readonly longestS: PerDirection<number>;
}

export interface MaxbandInput {
  readonly cycleS: { readonly least: number; readonly most: number };
  readonly signals: readonly (readonly MaxbandAlternative[])[];
  readonly links: readonly MaxbandLink[];
  /** Largest change of 1/speed from link to link, s/m. */
  readonly slownessChangeMax?: number;
  readonly weights: PerDirection<number>;
  /** Cycles. */
  readonly floors: PerDirection<number>;
  /** least · b̄ ≤ b ≤ most · b̄. */
  readonly outboundPerInbound?: { readonly least: number; readonly most: number };
}

/** Places of the variables that a reader of the answer wants. */
const MAXBAND_OUTBOUND = 0;
const MAXBAND_INBOUND = 1;
const MAXBAND_FREQUENCY = 2;

type Term = readonly [variable: number, coefficient: number];

/** A model being written: `add` answers the new variable's place. */
interface Draft {
  add(name: string, rest?: Partial<LpVariable>): number;
  constrain(
    name: string,
    terms: readonly Term[],
    bounds: { readonly lower?: number; readonly upper?: number },
  ): void;
}

/** Where the bands begin at one signal, as terms with a sign. */
interface SignalTerms {
  outbound(sign: number): Term[];
  inbound(sign: number): Term[];
}

export function buildMaxbandModel(input: MaxbandInput): LpModel {
  const variables: LpVariable[] = [];
  const rows: LpRow[] = [];
  const draft: Draft = {
    add: (name, rest) =>
      variables.push({ name, lower: 0, upper: Number.POSITIVE_INFINITY, objective: 0, ...rest }) - 1,
    constrain: (name, terms, { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY }) => {
      rows.push({
        name,
        lower,
        upper,
        terms: terms.map(([variable, coefficient]) => ({ variable, coefficient })),
      });
    },
  };
  const { weights, floors, outboundPerInbound } = input;
  draft.add("b", { lower: floors.outbound, upper: 1, objective: weights.outbound });
  draft.add("b in", { lower: floors.inbound, upper: 1, objective: weights.inbound });
  draft.add("1/C", { lower: 1 / input.cycleS.most, upper: 1 / input.cycleS.least });
  if (outboundPerInbound !== undefined) {
    const { least, most } = outboundPerInbound;
    draft.constrain(
      "ratio",
      [
        [MAXBAND_OUTBOUND, 1],
        [MAXBAND_INBOUND, -least],
      ],
      { lower: 0 },
    );
    draft.constrain(
      "ratio",
      [
        [MAXBAND_OUTBOUND, 1],
        [MAXBAND_INBOUND, -most],
      ],
      { upper: 0 },
    );
  }
  const signals = input.signals.map((alternatives, i) => addSignal(draft, alternatives, i));
  const span = 4 + Math.ceil(Math.max(0, ...input.links.map(longestLoopS)) / input.cycleS.least);
  const times = input.links.map((link, i) => {
    const times = addTravelTimes(draft, link);
    const m = draft.add(`m ${i}`, { integer: true, lower: -span, upper: span });
    const here = known(signals[i], `signal ${i}`);
    const next = known(signals[i + 1], `signal ${i + 1}`);
    const equal = { lower: 0, upper: 0 };
    draft.constrain(`out ${i}`, [...here.outbound(1), [times.outbound, 1], ...next.outbound(-1)], equal);
    draft.constrain(`in ${i}`, [...next.inbound(1), [times.inbound, 1], ...here.inbound(-1), [m, -1]], equal);
    return times;
  });
  if (input.slownessChangeMax !== undefined) limitSlownessChange(draft, input, times);
  return { sense: "maximize", variables, rows };
}

const longestLoopS = ({ longestS }: MaxbandLink): number =>
  Math.abs(longestS.outbound) + Math.abs(longestS.inbound);

function addSignal(draft: Draft, alternatives: readonly MaxbandAlternative[], i: number): SignalTerms {
  const picks = alternatives.map((it) => ({ ...it, pick: draft.add("pick", { upper: 1, integer: true }) }));
  // The first signal's offset is 0, the others are free.
  const offset = draft.add(`o ${i}`, i === 0 ? { upper: 0 } : { lower: Number.NEGATIVE_INFINITY });
  const wait = draft.add(`w ${i}`);
  const waitIn = draft.add(`w in ${i}`);
  const pickedBy = (weigh: (it: MaxbandAlternative) => number): Term[] =>
    picks.map((it) => [it.pick, weigh(it)]);
  draft.constrain(
    `one of ${i}`,
    pickedBy(() => 1),
    { lower: 1, upper: 1 },
  );
  const green = pickedBy((it) => -it.outGreen);
  const greenIn = pickedBy((it) => -it.inGreen);
  draft.constrain(`green ${i}`, [[wait, 1], [MAXBAND_OUTBOUND, 1], ...green], { upper: 0 });
  draft.constrain(`green in ${i}`, [[waitIn, 1], [MAXBAND_INBOUND, 1], ...greenIn], { upper: 0 });
  return {
    outbound: (sign) => [[offset, sign], [wait, sign], ...pickedBy((it) => sign * it.outStart)],
    inbound: (sign) => [[offset, sign], [waitIn, sign], ...pickedBy((it) => sign * it.inStart)],
  };
}

/** Travel times in cycles, between the shortest and the longest; their places. */
function addTravelTimes(draft: Draft, { shortestS, longestS }: MaxbandLink): PerDirection<number> {
  const addTime = (direction: keyof PerDirection<unknown>): number => {
    const time = draft.add(`t ${direction}`, { lower: Number.NEGATIVE_INFINITY });
    draft.constrain(
      "fastest",
      [
        [time, 1],
        [MAXBAND_FREQUENCY, -shortestS[direction]],
      ],
      { lower: 0 },
    );
    draft.constrain(
      "slowest",
      [
        [time, 1],
        [MAXBAND_FREQUENCY, -longestS[direction]],
      ],
      { upper: 0 },
    );
    return time;
  };
  return { outbound: addTime("outbound"), inbound: addTime("inbound") };
}

/** |t_{i+1}/d_{i+1} − t_i/d_i| ≤ largest change · z, per direction. */
function limitSlownessChange(
  draft: Draft,
  { links, slownessChangeMax = 0 }: MaxbandInput,
  times: readonly PerDirection<number>[],
): void {
  for (const [i, next] of times.slice(1).entries()) {
    const last = known(times[i], `times of link ${i}`);
    const perLastM = 1 / known(links[i], `link ${i}`).lengthM;
    const perNextM = 1 / known(links[i + 1], `link ${i + 1}`).lengthM;
    for (const direction of ["outbound", "inbound"] as const) {
      const difference: Term[] = [
        [next[direction], perNextM],
        [last[direction], -perLastM],
      ];
      draft.constrain("slower", [...difference, [MAXBAND_FREQUENCY, -slownessChangeMax]], { upper: 0 });
      draft.constrain("faster", [...difference, [MAXBAND_FREQUENCY, slownessChangeMax]], { lower: 0 });
    }
  }
}
