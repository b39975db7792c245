/**
 * MAXBAND as a mixed-integer program, for what the exact method cannot express: limits on the change of speed from link to
 * link, and a window for the ratio of the bands.
 *
 * Little, Kelson and Gartner, MAXBAND, Transportation Research Record 795 (1981). Lengths in cycles, φ = 1/C:
 *
 *   max  k·b + k̄·b̄
 *   w_i + b ≤ g_i,  w̄_i + b̄ ≤ ḡ_i                     w, w̄: from the start of green to the start of the band
 *   Δ_{i+1} − Δ_i = (t_i − τφ) + (t̄_i − τ̄φ) + m_i,    Δ_i = s_i − s̄_i + w_i − w̄_i,  m_i whole
 *   T_i φ ≤ t_i ≤ (T_i + W_i) φ,  likewise inbound
 *   |t_{i+1}/d_{i+1} − t_i/d_i| ≤ e·φ,  likewise inbound     e: largest change of 1/speed, s/m
 *
 * g, ḡ, s, s̄ are those of the one choice that is picked. Each m_i has the tightest bounds that its equation implies.
 * As published it cannot drop a direction: a band of width 0 still has to thread every green.
 */
import { assert, known } from "../../errors.ts";
import type { LpModel, LpRow, LpVariable } from "../lp/lp-engine.ts";
import { type BandChoice, buildBandChoices } from "./band-choices.ts";
import { listGoals } from "./band-goal.ts";
import { type BandProblem, type Direction, type PerDirection, scaleToCycle } from "./band-problem.ts";
import type { CycleRange } from "./solve-band-cycle.ts";

export interface MaxbandQuestion {
  /** What lies on the cycle is given at its cycle and scales; both directions are wanted. */
  readonly problem: BandProblem;
  readonly cycle: CycleRange;
  /** least · inbound ≤ outbound ≤ most · inbound. */
  readonly outboundPerInbound?: { readonly least: number; readonly most: number };
  readonly speedChange?: {
    /** One per link. */
    readonly lengthsM: readonly number[];
    /** Largest change of 1/speed from link to link, s/m. */
    readonly slownessMax: number;
  };
}

/** A model and where its answer stands in the values. */
export interface MaxbandModel {
  readonly model: LpModel;
  readonly bands: PerDirection<number>;
  readonly frequency: number;
  /** By signal: the places of its picks and waits, and the choices that the picks stand for, on a cycle of 1. */
  readonly signals: readonly {
    readonly picks: readonly number[];
    readonly waits: PerDirection<number>;
    readonly choices: readonly BandChoice[];
  }[];
  readonly travel: readonly PerDirection<number>[];
}

type Term = readonly [variable: number, coefficient: number];
type Signal = MaxbandModel["signals"][number];

interface Draft {
  readonly variables: LpVariable[];
  readonly rows: LpRow[];
}

const DIRECTIONS = ["outbound", "inbound"] as const;

export function buildMaxbandModel(question: MaxbandQuestion): MaxbandModel {
  const { problem, cycle, outboundPerInbound } = question;
  const draft: Draft = { variables: [], rows: [] };
  const goal = known(listGoals(problem.objective).at(-1), "goal");
  assert(goal.without === undefined, "a one-way route has no use for MAXBAND");
  const isProportional = goal.form === "proportional";
  const addBand = (name: string, weight: number, floorS: number): number =>
    add(draft, name, { lower: floorS / problem.cycleS, upper: 1, objective: weight });
  const bands = {
    outbound: addBand("b", goal.outboundWeight, goal.outboundFloor),
    inbound: addBand("b in", isProportional ? 0 : goal.inboundWeight, goal.inboundFloor),
  };
  const frequency = add(draft, "1/C", { lower: 1 / cycle.mostS, upper: 1 / cycle.leastS });
  const share = goal.inboundWeight / goal.outboundWeight;
  const ratio = isProportional ? { least: share, most: share } : outboundPerInbound;
  if (ratio !== undefined) {
    constrain(
      draft,
      [
        [bands.outbound, 1],
        [bands.inbound, -ratio.least],
      ],
      { lower: 0 },
    );
    constrain(
      draft,
      [
        [bands.outbound, 1],
        [bands.inbound, -ratio.most],
      ],
      { upper: 0 },
    );
  }
  const standing = {
    ...problem,
    links: problem.links.map(() => ({ outboundTravelS: 0, inboundTravelS: 0 })),
    queueClearanceS: { outbound: 0, inbound: 0 },
  };
  const signals = buildBandChoices(scaleToCycle(standing, 1)).map((it) => addSignal(draft, it, bands));
  const travel = problem.links.map((_, i) =>
    addLink(draft, {
      question,
      i,
      frequency,
      here: known(signals[i], "signal"),
      next: known(signals[i + 1], "signal"),
    }),
  );
  limitSpeedChange(draft, question, { travel, frequency });
  return { model: { sense: "maximize", ...draft }, bands, frequency, signals, travel };
}

const add = (draft: Draft, name: string, rest: Partial<LpVariable>): number =>
  draft.variables.push({ name, lower: 0, upper: Number.POSITIVE_INFINITY, objective: 0, ...rest }) - 1;

function constrain(
  draft: Draft,
  terms: readonly Term[],
  {
    lower = Number.NEGATIVE_INFINITY,
    upper = Number.POSITIVE_INFINITY,
  }: { readonly lower?: number; readonly upper?: number },
): void {
  const name = `row ${draft.rows.length}`;
  draft.rows.push({
    name,
    lower,
    upper,
    terms: terms.map(([variable, coefficient]) => ({ variable, coefficient })),
  });
}

function addSignal(draft: Draft, choices: readonly BandChoice[], bands: PerDirection<number>): Signal {
  const picks = choices.map(() => add(draft, "pick", { upper: 1, integer: choices.length > 1 }));
  const waits = { outbound: add(draft, "w", {}), inbound: add(draft, "w in", {}) };
  constrain(
    draft,
    picks.map((it) => [it, 1]),
    { lower: 1, upper: 1 },
  );
  const greens = (greenOf: (it: BandChoice) => number): Term[] =>
    choices.map((it, c) => [known(picks[c], "pick"), -Math.min(greenOf(it), 2)]);
  constrain(draft, [[waits.outbound, 1], [bands.outbound, 1], ...greens((it) => it.outGreenS)], { upper: 0 });
  constrain(draft, [[waits.inbound, 1], [bands.inbound, 1], ...greens((it) => it.inGreenS)], { upper: 0 });
  return { picks, waits, choices };
}

/** The travel times of a link and the equation that closes the loop around it. */
function addLink(
  draft: Draft,
  of: {
    readonly question: MaxbandQuestion;
    readonly i: number;
    readonly frequency: number;
    readonly here: Signal;
    readonly next: Signal;
  },
): PerDirection<number> {
  const { problem, cycle } = of.question;
  const link = known(problem.links[of.i], "link");
  const spareS = link.spareTravelS ?? { outbound: 0, inbound: 0 };
  const leastS = { outbound: link.outboundTravelS, inbound: link.inboundTravelS };
  const addTime = (direction: Direction): number => {
    const time = add(draft, `t ${direction}`, { lower: Number.NEGATIVE_INFINITY });
    constrain(
      draft,
      [
        [time, 1],
        [of.frequency, -leastS[direction]],
      ],
      { lower: 0 },
    );
    constrain(
      draft,
      [
        [time, 1],
        [of.frequency, -leastS[direction] - spareS[direction]],
      ],
      { upper: 0 },
    );
    return time;
  };
  const travel = { outbound: addTime("outbound"), inbound: addTime("inbound") };
  const clearanceS = problem.queueClearanceS.outbound + problem.queueClearanceS.inbound;
  const loopS = leastS.outbound + leastS.inbound - clearanceS;
  const loops = [loopS, loopS + spareS.outbound + spareS.inbound].flatMap((it) => [
    it / cycle.leastS,
    it / cycle.mostS,
  ]);
  const from = rangeOfDelta(of.here.choices);
  const to = rangeOfDelta(of.next.choices);
  const turns = add(draft, `m ${of.i}`, {
    integer: true,
    lower: Math.ceil(to.least - from.most - Math.max(...loops) - 1e-6),
    upper: Math.floor(to.most - from.least - Math.min(...loops) + 1e-6),
  });
  constrain(
    draft,
    [
      ...listDelta(of.next, 1),
      ...listDelta(of.here, -1),
      [travel.outbound, -1],
      [travel.inbound, -1],
      [of.frequency, clearanceS],
      [turns, -1],
    ],
    { lower: 0, upper: 0 },
  );
  return travel;
}

/** Δ as terms with a sign. */
const listDelta = ({ picks, choices, waits }: Signal, sign: number): Term[] => [
  ...choices.map((it, c): Term => [known(picks[c], "pick"), sign * (it.outStartS - it.inStartS)]),
  [waits.outbound, sign],
  [waits.inbound, -sign],
];

const rangeOfDelta = (choices: readonly BandChoice[]) => ({
  least: Math.min(...choices.map((it) => it.outStartS - it.inStartS - Math.min(it.inGreenS, 2))),
  most: Math.max(...choices.map((it) => it.outStartS - it.inStartS + Math.min(it.outGreenS, 2))),
});

function limitSpeedChange(
  draft: Draft,
  { speedChange }: MaxbandQuestion,
  { travel, frequency }: { readonly travel: readonly PerDirection<number>[]; readonly frequency: number },
): void {
  if (speedChange === undefined) return;
  const { lengthsM, slownessMax } = speedChange;
  for (const [i, next] of travel.slice(1).entries()) {
    for (const direction of DIRECTIONS) {
      const change: Term[] = [
        [next[direction], 1 / known(lengthsM[i + 1], "length")],
        [known(travel[i], "travel")[direction], -1 / known(lengthsM[i], "length")],
      ];
      constrain(draft, [...change, [frequency, -slownessMax]], { upper: 0 });
      constrain(draft, [...change, [frequency, slownessMax]], { lower: 0 });
    }
  }
}
