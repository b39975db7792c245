/**
 * The widest bands with offsets on the controller's resolution, exactly. Travel times stay real numbers.
 *
 * Fix when the bands begin to pass the first signal: p outbound, q inbound. Then the signals decouple. The earlier a band
 * begins behind the start of its green, the less of the green it loses, so at each signal only two offsets matter: the
 * latest one on the grid with the outbound green begun by p, and the latest with the inbound green begun by q. Each gives
 * a largest outbound and a largest inbound band (a rectangle in the plane of the two widths); what a signal admits is the
 * union of its choices' rectangles, what the route admits is the intersection over its signals.
 * In an optimum p and q may be moved to the start of some green. A common shift of all offsets changes nothing, so p is
 * tried in one step of the resolution and q in the whole cycle: q = one step's fraction + `lag` steps.
 *
 * The search takes the lags in falling order of an upper bound over all fractions, and leaves a pair (p, q) at the first
 * signal that cannot beat the best so far. The optimum with continuous offsets ends it early where the grid reaches it.
 */
import { assert, known } from "../errors.ts";
import { type Interval, wrapS } from "../timing/cycle.ts";
import { type BandChoice, buildBandChoices, phaseS, SAME_S } from "./band-choices.ts";
import { listOffsetsOfChoice } from "./band-freedom.ts";
import { type BandGoal, listGoals, meetsFloor, scoreBands } from "./band-goal.ts";
import type { BandAnswer, BandPlan, BandProblem, PerDirection } from "./band-problem.ts";
import { solveBandExact } from "./solve-band-exact.ts";

/** What each choice offers a band that begins at a fraction of a step, in tables of fraction × choice. */
interface Offers {
  readonly fractionsS: readonly number[];
  /** The green that is left from the band's begin when the offset is the latest possible, s. */
  readonly widthS: Float64Array;
  /** That offset, in steps, in [0, steps per cycle). */
  readonly offsetSteps: Float64Array;
}

interface Grid {
  readonly goal: BandGoal;
  readonly cycleS: number;
  readonly resolutionS: number;
  readonly stepsPerCycle: number;
  readonly signals: readonly (readonly BandChoice[])[];
  /** Those of all signals in one row. */
  readonly choices: readonly BandChoice[];
  /** Choices of signal i: from firstChoice[i] up to firstChoice[i + 1]. */
  readonly firstChoice: Float64Array;
  readonly outbound: Offers;
  readonly inbound: Offers;
}

interface Bands {
  readonly valueS: number;
  readonly bandwidthS: PerDirection<number>;
}

interface Found extends Bands {
  readonly grid: Grid;
  /** Places in the tables of fractions. */
  readonly p: number;
  readonly q: number;
  readonly lag: number;
}

/** @param options.resolutionS step of the offsets; the cycle is a whole number of steps. */
export function solveBandGrid(problem: BandProblem, options: { readonly resolutionS: number }): BandAnswer {
  const bound = solveBandExact(problem);
  if (bound.kind === "noBand") return bound;
  let best: Found | undefined;
  for (const goal of listGoals(problem.objective)) {
    const grid = buildGrid(problem, goal, options.resolutionS);
    const toBeatS = best === undefined ? SAME_S : best.valueS - SAME_S;
    best = searchGrid(grid, { toBeatS, boundS: bound.valueS }) ?? best;
  }
  if (best !== undefined) return buildPlan(best, bound);
  return {
    kind: "noBand",
    reason: problem.objective.kind === "weighted" ? "floorsNotReached" : "noCommonBand",
  };
}

function buildGrid(problem: BandProblem, goal: BandGoal, resolutionS: number): Grid {
  const { cycleS } = problem;
  const stepsPerCycle = Math.round(cycleS / resolutionS);
  assert(
    resolutionS > 0 && Math.abs(stepsPerCycle * resolutionS - cycleS) < SAME_S,
    `cycle ${cycleS} s is no whole number of steps of ${resolutionS} s`,
  );
  const signals = buildBandChoices(problem, goal.without);
  const choices = signals.flat();
  const firstChoice = new Float64Array(signals.length + 1);
  for (const [i, it] of signals.entries()) firstChoice[i + 1] = at(firstChoice, i) + it.length;
  const outGreens = choices.map((it) => ({ startS: it.outStartS, lengthS: it.outGreenS }));
  const inGreens = choices.map((it) => ({ startS: it.inStartS, lengthS: it.inGreenS }));
  return {
    goal,
    cycleS,
    resolutionS,
    stepsPerCycle,
    signals,
    choices,
    firstChoice,
    outbound: buildOffers(outGreens, { resolutionS, stepsPerCycle }),
    inbound: buildOffers(inGreens, { resolutionS, stepsPerCycle }),
  };
}

function buildOffers(
  greens: readonly Interval[],
  { resolutionS, stepsPerCycle }: { readonly resolutionS: number; readonly stepsPerCycle: number },
): Offers {
  const starts = greens.map((it) => {
    const fractionS = phaseS(it.startS, resolutionS);
    return { fractionS, steps: Math.round((it.startS - fractionS) / resolutionS) };
  });
  const fractionsS = listFractions(starts.map((it) => it.fractionS));
  const widthS = new Float64Array(fractionsS.length * greens.length);
  const offsetSteps = new Float64Array(widthS.length);
  for (const [f, fractionS] of fractionsS.entries()) {
    for (const [c, start] of starts.entries()) {
      const isBehind = start.fractionS > fractionS + SAME_S;
      const waitS = isBehind
        ? fractionS - start.fractionS + resolutionS
        : Math.max(0, fractionS - start.fractionS);
      const steps = isBehind ? start.steps + 1 : start.steps;
      widthS[f * greens.length + c] = (greens[c]?.lengthS ?? 0) - waitS;
      offsetSteps[f * greens.length + c] = steps === 0 ? 0 : stepsPerCycle - steps;
    }
  }
  return { fractionsS, widthS, offsetSteps };
}

/** Each value once, where values that differ by rounding only are the same. */
function listFractions(valuesS: readonly number[]): number[] {
  const sorted = [...valuesS].sort((a, b) => a - b);
  return sorted.filter((it, i) => i === 0 || it - (sorted[i - 1] ?? 0) > SAME_S);
}

/** The element of a table whose index is known to be inside it. */
const at = (table: Float64Array, index: number): number => table[index] as number;

/** A search at one place: the rows of both tables that belong to p and q, the lag, and the value to beat. */
interface Probe extends Grid {
  outboundRow: number;
  inboundRow: number;
  lag: number;
  toBeatS: number;
  /** What the signals asked so far leave to each direction. */
  outboundLeftS: number;
  inboundLeftS: number;
  /** Signals in the order of asking: the one that said no last comes first. */
  readonly order: Int32Array;
}

/** The best bands of this goal, if they beat `toBeatS`. Nothing is worth more than `boundS`. */
function searchGrid(
  grid: Grid,
  limits: { readonly toBeatS: number; readonly boundS: number },
): Found | undefined {
  const order = Int32Array.from(grid.signals.keys());
  const start = { outboundRow: 0, inboundRow: 0, lag: 0, outboundLeftS: 0, inboundLeftS: 0 };
  const probe: Probe = { ...grid, ...start, toBeatS: limits.toBeatS, order };
  let found: Found | undefined;
  for (const { lag, boundS } of listLags(grid)) {
    if (boundS <= probe.toBeatS || probe.toBeatS >= limits.boundS) break;
    probe.lag = lag;
    for (const p of grid.outbound.fractionsS.keys()) {
      probe.outboundRow = p * grid.choices.length;
      for (const q of grid.inbound.fractionsS.keys()) {
        probe.inboundRow = q * grid.choices.length;
        const bands = mayBeat(probe) ? divide(probe) : undefined;
        if (bands === undefined) continue;
        found = { grid, ...trim(grid.goal, bands), p, q, lag };
        probe.toBeatS = bands.valueS + SAME_S;
      }
    }
  }
  return found;
}

/** Lags with an upper bound of what they can give at any fractions, best first. */
function listLags(grid: Grid): { readonly lag: number; readonly boundS: number }[] {
  const { cycleS, choices } = grid;
  const shiftS = Float64Array.from(choices, (it) => wrapS(it.outStartS - it.inStartS, cycleS));
  const count = grid.goal.without === undefined ? grid.stepsPerCycle : 1;
  return Array.from({ length: count }, (_, lag) => ({ lag, boundS: boundOfLag(grid, shiftS, lag) })).sort(
    (a, b) => b.boundS - a.boundS,
  );
}

/**
 * Between the two bands' waits lies q − p plus the shift between the greens; over all fractions it covers two steps.
 * Taking its best end for each rectangle, and no wait in the other direction, bounds every pair of fractions.
 */
function boundOfLag(grid: Grid, shiftS: Float64Array, lag: number): number {
  const { goal, cycleS, resolutionS, signals } = grid;
  let c = 0;
  let boundS = Number.POSITIVE_INFINITY;
  let widestOutS = cycleS;
  let widestInS = cycleS;
  for (const choices of signals) {
    let valueS = Number.NEGATIVE_INFINITY;
    let outS = 0;
    let inS = 0;
    for (const { outGreenS, inGreenS } of choices) {
      const differenceS = at(shiftS, c++) + (lag - 1) * resolutionS;
      const leastS = differenceS < 0 ? differenceS + cycleS : differenceS % cycleS;
      const restS = Math.max(0, cycleS - leastS - 2 * resolutionS);
      const laterInS = restS <= SAME_S ? inGreenS : inGreenS - leastS;
      valueS = Math.max(
        valueS,
        scoreBands(goal, outGreenS, laterInS),
        scoreBands(goal, outGreenS - restS, inGreenS),
      );
      if (meetsFloor(laterInS, goal.inboundFloorS)) outS = Math.max(outS, outGreenS);
      else outS = Math.max(outS, outGreenS - restS);
      if (meetsFloor(outGreenS - restS, goal.outboundFloorS)) inS = Math.max(inS, inGreenS);
      else inS = Math.max(inS, laterInS);
    }
    boundS = Math.min(boundS, valueS);
    widestOutS = Math.min(widestOutS, outS);
    widestInS = Math.min(widestInS, inS);
  }
  return Math.min(boundS, scoreBands(goal, widestOutS, widestInS));
}

/**
 * Can this place beat what is found already? Asks one signal after the other for its rectangles that could, cut to what
 * the others left of each direction, until nothing changes. A yes is to be proved by `divide`, a no is final.
 */
function mayBeat(probe: Probe): boolean {
  const { order, cycleS } = probe;
  probe.outboundLeftS = cycleS;
  probe.inboundLeftS = cycleS;
  let worthS = Number.POSITIVE_INFINITY;
  for (;;) {
    for (let k = 0; k < order.length; k++) {
      const signal = order[k] as number;
      if (askSignal(probe, signal)) continue;
      order.copyWithin(1, 0, k);
      order[0] = signal;
      return false;
    }
    const leftS = probe.outboundLeftS + probe.inboundLeftS;
    if (leftS === worthS) return true;
    worthS = leftS;
  }
}

/** Lowers what is left of each direction to what this signal allows; false when that beats nothing. */
function askSignal(probe: Probe, signal: number): boolean {
  const { goal, outbound, inbound, resolutionS, cycleS, firstChoice, toBeatS } = probe;
  const { outboundLeftS, inboundLeftS } = probe;
  let outboundS = Number.NEGATIVE_INFINITY;
  let inboundS = Number.NEGATIVE_INFINITY;
  const end = at(firstChoice, signal + 1);
  for (let c = at(firstChoice, signal); c < end; c++) {
    const waitS = stepsBetween(probe, c) * resolutionS;
    const widthOutS = at(outbound.widthS, probe.outboundRow + c);
    const widthInS = at(inbound.widthS, probe.inboundRow + c);
    const fullOutS = Math.min(outboundLeftS, widthOutS);
    const laterInS = Math.min(inboundLeftS, widthInS - waitS);
    if (scoreBands(goal, fullOutS, laterInS) > toBeatS) {
      outboundS = Math.max(outboundS, fullOutS);
      inboundS = Math.max(inboundS, laterInS);
    }
    const laterOutS = Math.min(outboundLeftS, widthOutS - cycleS + waitS);
    const fullInS = Math.min(inboundLeftS, widthInS);
    if (scoreBands(goal, laterOutS, fullInS) > toBeatS) {
      outboundS = Math.max(outboundS, laterOutS);
      inboundS = Math.max(inboundS, fullInS);
    }
  }
  probe.outboundLeftS = outboundS;
  probe.inboundLeftS = inboundS;
  return scoreBands(goal, outboundS, inboundS) > toBeatS;
}

/** From the latest offset for the outbound band on to the latest for the inbound band, in steps, in [0, cycle). */
function stepsBetween(probe: Probe, choice: number): number {
  const steps =
    at(probe.inbound.offsetSteps, probe.inboundRow + choice) +
    probe.lag -
    at(probe.outbound.offsetSteps, probe.outboundRow + choice);
  if (steps < 0) return steps + probe.stepsPerCycle;
  return steps < probe.stepsPerCycle ? steps : steps - probe.stepsPerCycle;
}

interface Rectangle {
  readonly outboundS: number;
  readonly inboundS: number;
}

/**
 * The best point of the intersection of all signals' unions of rectangles: a walk down its staircase. From the widest
 * outbound band on, the signal that holds the inbound band down gives way to its next narrower outbound rectangle.
 */
function divide(probe: Probe): Bands | undefined {
  const { goal, cycleS } = probe;
  const signals = listRectangles(probe);
  let outboundS = Math.min(cycleS, ...signals.map((it) => Math.max(...it.map((r) => r.outboundS))));
  let best: Bands | undefined;
  let toBeatS = probe.toBeatS;
  for (;;) {
    let inboundS = cycleS;
    let lowest: readonly Rectangle[] = [];
    for (const rectangles of signals) {
      let here = Number.NEGATIVE_INFINITY;
      for (const it of rectangles) if (it.outboundS >= outboundS) here = Math.max(here, it.inboundS);
      if (here < inboundS) {
        inboundS = here;
        lowest = rectangles;
      }
    }
    const valueS = scoreBands(goal, outboundS, inboundS);
    if (valueS > toBeatS) {
      best = { valueS, bandwidthS: { outbound: outboundS, inbound: inboundS } };
      toBeatS = valueS;
    }
    const narrower = lowest.filter((it) => it.inboundS > inboundS).map((it) => it.outboundS);
    if (narrower.length === 0) return best;
    outboundS = Math.max(...narrower);
  }
}

/** A proportional goal gets its proportion: what one direction could have beyond it is left to the offsets' freedom. */
function trim(goal: BandGoal, bands: Bands): Bands {
  if (goal.form === "linear") return bands;
  const { valueS } = bands;
  return {
    valueS,
    bandwidthS: { outbound: valueS / goal.outboundWeight, inbound: valueS / goal.inboundWeight },
  };
}

/** The rectangles of each signal that beat what is found already. */
function listRectangles(probe: Probe): Rectangle[][] {
  const { goal, firstChoice, outbound, inbound, resolutionS, stepsPerCycle, toBeatS } = probe;
  return Array.from({ length: firstChoice.length - 1 }, (_, i) => {
    const rectangles: Rectangle[] = [];
    for (let c = at(firstChoice, i); c < at(firstChoice, i + 1); c++) {
      const outboundS = at(outbound.widthS, probe.outboundRow + c);
      const inboundS = at(inbound.widthS, probe.inboundRow + c);
      const waitS = stepsBetween(probe, c) * resolutionS;
      rectangles.push(
        { outboundS, inboundS: inboundS - waitS },
        { outboundS: outboundS - stepsPerCycle * resolutionS + waitS, inboundS },
      );
    }
    return rectangles.filter((it) => scoreBands(goal, it.outboundS, it.inboundS) > toBeatS);
  });
}

/** The found bands with offsets that carry them; each signal in the middle of its freedom, the first one at 0. */
function buildPlan({ grid, bandwidthS, valueS, p, q, lag }: Found, bound: BandPlan): BandPlan {
  const { cycleS, resolutionS, goal } = grid;
  const bands = {
    cycleS,
    resolutionS,
    bandwidthS,
    bandStartS: {
      outbound: known(grid.outbound.fractionsS[p], "outbound fraction"),
      inbound: known(grid.inbound.fractionsS[q], "inbound fraction") + lag * resolutionS,
    },
  };
  const signals = grid.signals.map((choices) => {
    const free = choices.map((it) => ({ ...it, offsets: listOffsetsOfChoice(it, bands) }));
    const widest = known(free.sort((a, b) => b.offsets.length - a.offsets.length)[0], "a choice");
    const middle = widest.offsets[Math.floor(widest.offsets.length / 2)];
    return { alternative: widest.alternative, offsetS: known(middle, "an offset that holds the bands") };
  });
  const originS = known(signals[0], "first signal").offsetS;
  return {
    kind: "solved",
    bandwidthS: {
      outbound: goal.without === "outbound" ? 0 : bandwidthS.outbound,
      inbound: goal.without === "inbound" ? 0 : bandwidthS.inbound,
    },
    bandStartS: {
      outbound: wrapS(bands.bandStartS.outbound - originS, cycleS),
      inbound: wrapS(bands.bandStartS.inbound - originS, cycleS),
    },
    signals: signals.map((it) => ({ ...it, offsetS: wrapS(it.offsetS - originS, cycleS) })),
    valueS,
    boundS: bound.valueS,
    limits: bound.limits,
  };
}
