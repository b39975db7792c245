/**
 * Bands on the controller's resolution at fixed travel times, which stay real numbers.
 *
 * Fix when the bands begin to pass the first signal: p outbound, q inbound. Then the signals decouple. The earlier a band
 * begins behind the start of its green, the less of the green it loses, so at each signal only two offsets matter: the
 * latest one on the grid with the outbound green begun by p, and the latest with the inbound green begun by q. Each gives
 * a largest outbound and a largest inbound band (a rectangle in the plane of the two widths); what a signal admits is the
 * union of its choices' rectangles, what the route admits is the intersection over its signals.
 * In an optimum p and q may be moved to the start of some green. A common shift of all offsets changes nothing, so p is
 * tried in one step of the resolution and q in the whole cycle: q = one step's fraction + `lag` steps.
 *
 * The search narrows: a lag with every p and q, a lag and p with every q, a lag with p and q. It leaves each at the first
 * signal that cannot beat the best so far, and begins close below the optimum with continuous offsets.
 */
import { known } from "../../errors.ts";
import { type Interval, wrapS } from "../../timing/cycle.ts";
import { type BandChoice, buildBandChoices, phaseS, SAME_S } from "./band-choices.ts";
import { type BandGoal, scoreBands } from "./band-goal.ts";
import type { BandProblem, PerDirection } from "./band-problem.ts";
import type { GridBands } from "./grid-walk.ts";

/**
 * What each choice offers a band that begins at a fraction of a step, in tables of fraction × choice. One row more stands
 * for every fraction at once: it has the latest offset of all, and so much width that no fraction offers more.
 */
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
  readonly firstChoice: Int32Array;
  readonly outbound: Offers;
  readonly inbound: Offers;
}

interface Bands {
  readonly valueS: number;
  readonly bandwidthS: PerDirection<number>;
}

interface Found extends Bands {
  /** Places in the tables of fractions. */
  readonly p: number;
  readonly q: number;
  readonly lag: number;
}

/** The best bands of a goal that beat `toBeatS`; nothing is worth more than `boundS`. */
export function findGridBands(
  problem: BandProblem,
  goal: BandGoal,
  limits: { readonly resolutionS: number; readonly toBeatS: number; readonly boundS: number },
): GridBands | undefined {
  const grid = buildGrid(problem, goal, limits.resolutionS);
  const found = searchGrid(grid, limits);
  if (found === undefined) return undefined;
  const { p, q, lag, valueS, bandwidthS } = found;
  return {
    goal,
    valueS,
    bandwidthS,
    bandStartS: {
      outbound: known(grid.outbound.fractionsS[p], "outbound fraction"),
      inbound: known(grid.inbound.fractionsS[q], "inbound fraction") + lag * limits.resolutionS,
    },
    travelS: problem.links.map((it) => ({ outbound: it.outboundTravelS, inbound: it.inboundTravelS })),
  };
}

function buildGrid(problem: BandProblem, goal: BandGoal, resolutionS: number): Grid {
  const { cycleS } = problem;
  const stepsPerCycle = Math.round(cycleS / resolutionS);
  const signals = buildBandChoices(problem, goal.without);
  const choices = signals.flat();
  const firstChoice = new Int32Array(signals.length + 1);
  for (const [i, it] of signals.entries()) firstChoice[i + 1] = (firstChoice[i] ?? 0) + it.length;
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
  const count = greens.length;
  const startS = Float64Array.from(greens, (it) => phaseS(it.startS, resolutionS));
  const lengthS = Float64Array.from(greens, (it) => it.lengthS);
  const lastStep = Float64Array.from(greens, (it, c) =>
    wrapS(-Math.round((it.startS - (startS[c] as number)) / resolutionS), stepsPerCycle),
  );
  const fractionsS = listFractions(startS);
  const widthS = new Float64Array((fractionsS.length + 1) * count);
  const offsetSteps = new Float64Array(widthS.length);
  for (let f = 0, row = 0; f < fractionsS.length; f++, row += count) {
    const fractionS = fractionsS[f] as number;
    for (let c = 0; c < count; c++) {
      const waitS = fractionS - (startS[c] as number);
      const step = lastStep[c] as number;
      const isBehind = waitS < -SAME_S;
      widthS[row + c] = (lengthS[c] as number) - (isBehind ? waitS + resolutionS : Math.max(0, waitS));
      offsetSteps[row + c] = !isBehind ? step : step > 0 ? step - 1 : stepsPerCycle - 1;
    }
  }
  const openRow = fractionsS.length * count;
  offsetSteps.set(lastStep, openRow);
  widthS.set(
    lengthS.map((it, c) => it + (startS[c] as number)),
    openRow,
  );
  return { fractionsS, widthS, offsetSteps };
}

/** Each value once, where values that differ by rounding only are the same. */
function listFractions(valuesS: Float64Array): number[] {
  const sorted = valuesS.toSorted();
  return [...sorted.filter((it, i) => i === 0 || it - (sorted[i - 1] as number) > SAME_S)];
}

/** A search at one place: the rows of both tables that belong to p and q, the lag, and the value to beat. */
interface Probe extends Grid {
  outboundRow: number;
  inboundRow: number;
  lag: number;
  toBeatS: number;
  /** Signals in the order of asking: the one that said no last comes first. */
  readonly order: Int32Array;
}

/**
 * The best bands of this goal, if they beat `toBeatS`. Nothing is worth more than `boundS`, and the grid costs little of
 * it as a rule: so the search begins close below the bound, where it is short, and goes deeper only when nothing is there.
 */
function searchGrid(
  grid: Grid,
  limits: { readonly toBeatS: number; readonly boundS: number },
): Found | undefined {
  const stepWorthS = grid.resolutionS * (grid.goal.outboundWeight + grid.goal.inboundWeight);
  for (let depthS = stepWorthS / 4; ; depthS *= 4) {
    const toBeatS = Math.max(limits.toBeatS, limits.boundS - depthS);
    const found = searchAbove(grid, toBeatS, limits.boundS);
    if (found !== undefined || toBeatS <= limits.toBeatS) return found;
  }
}

/** Tries lags, then lags with p, then lags with p and q, and drops each where the rest left open cannot beat the best. */
function searchAbove(grid: Grid, toBeatS: number, boundS: number): Found | undefined {
  const { outbound, inbound, choices, goal } = grid;
  const order = Int32Array.from(grid.signals.keys());
  const probe: Probe = { ...grid, outboundRow: 0, inboundRow: 0, lag: 0, toBeatS, order };
  const anyP = outbound.fractionsS.length;
  const anyQ = inbound.fractionsS.length;
  let found: Found | undefined;
  const isOpen = (p: number, q: number): boolean => {
    probe.outboundRow = p * choices.length;
    probe.inboundRow = q * choices.length;
    return mayBeat(probe);
  };
  const lags = goal.without === undefined ? grid.stepsPerCycle : 1;
  for (probe.lag = 0; probe.lag < lags; probe.lag++) {
    if (!isOpen(anyP, anyQ)) continue;
    for (let p = 0; p < anyP; p++) {
      if (!isOpen(p, anyQ)) continue;
      for (let q = 0; q < anyQ; q++) {
        const bands = isOpen(p, q) ? divide(probe) : undefined;
        if (bands === undefined) continue;
        found = { ...trim(goal, bands), p, q, lag: probe.lag };
        probe.toBeatS = bands.valueS + SAME_S;
        if (probe.toBeatS >= boundS) return found;
      }
    }
  }
  return found;
}

/**
 * Can this place beat what is found already? Asks one signal after the other for its rectangles that could, cut to what
 * the others left of each direction, until nothing changes. A yes is to be proved by `divide`, a no is final.
 */
function mayBeat(probe: Probe): boolean {
  // The innermost loop of the solver: everything it reads is at hand, nothing is allocated.
  const { goal, order, firstChoice, cycleS, resolutionS, stepsPerCycle, toBeatS } = probe;
  const { outboundRow, inboundRow, lag } = probe;
  const { widthS: outWidthS, offsetSteps: outSteps } = probe.outbound;
  const { widthS: inWidthS, offsetSteps: inSteps } = probe.inbound;
  const { outboundWeight, inboundWeight } = goal;
  const outFloorS = goal.outboundFloor - SAME_S;
  const inFloorS = goal.inboundFloor - SAME_S;
  const isLinear = goal.form === "linear";
  let outLeftS = cycleS;
  let inLeftS = cycleS;
  let k = 0;
  for (let unchanged = 0; unchanged < order.length; ) {
    const signal = order[k] as number;
    const end = firstChoice[signal + 1] as number;
    let outS = -1;
    let inS = -1;
    for (let c = firstChoice[signal] as number; c < end; c++) {
      let steps = (inSteps[inboundRow + c] as number) + lag - (outSteps[outboundRow + c] as number);
      if (steps < 0) steps += stepsPerCycle;
      else if (steps >= stepsPerCycle) steps -= stepsPerCycle;
      const waitS = steps * resolutionS;
      const outFullS = Math.min(outLeftS, outWidthS[outboundRow + c] as number);
      const inLateS = Math.min(inLeftS, (inWidthS[inboundRow + c] as number) - waitS);
      if (outFullS >= outFloorS && inLateS >= inFloorS) {
        if (join(isLinear, outboundWeight * outFullS, inboundWeight * inLateS) > toBeatS) {
          outS = Math.max(outS, outFullS);
          inS = Math.max(inS, inLateS);
        }
      }
      const outLateS = Math.min(outLeftS, (outWidthS[outboundRow + c] as number) - cycleS + waitS);
      const inFullS = Math.min(inLeftS, inWidthS[inboundRow + c] as number);
      if (outLateS >= outFloorS && inFullS >= inFloorS) {
        if (join(isLinear, outboundWeight * outLateS, inboundWeight * inFullS) > toBeatS) {
          outS = Math.max(outS, outLateS);
          inS = Math.max(inS, inFullS);
        }
      }
    }
    if (outS < 0 || join(isLinear, outboundWeight * outS, inboundWeight * inS) <= toBeatS) {
      moveToFront(order, k);
      return false;
    }
    unchanged = outS < outLeftS || inS < inLeftS ? 0 : unchanged + 1;
    outLeftS = outS;
    inLeftS = inS;
    k = k + 1 < order.length ? k + 1 : 0;
  }
  return true;
}

/** What `scoreBands` makes of two weighted bands. */
const join = (isLinear: boolean, outboundS: number, inboundS: number): number =>
  isLinear ? outboundS + inboundS : Math.min(outboundS, inboundS);

/** By hand: the way is short as a rule, and far cheaper than a call of `copyWithin`. */
function moveToFront(order: Int32Array, position: number): void {
  const signal = order[position] as number;
  for (let k = position; k > 0; k--) order[k] = order[k - 1] as number;
  order[0] = signal;
}

/** From the latest offset for the outbound band on to the latest for the inbound band, in steps, in [0, cycle). */
function stepsBetween(probe: Probe, choice: number): number {
  const { stepsPerCycle } = probe;
  const inbound = probe.inbound.offsetSteps[probe.inboundRow + choice] as number;
  const outbound = probe.outbound.offsetSteps[probe.outboundRow + choice] as number;
  const steps = inbound + probe.lag - outbound;
  if (steps < 0) return steps + stepsPerCycle;
  return steps < stepsPerCycle ? steps : steps - stepsPerCycle;
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
  const { goal, firstChoice, outbound, inbound, resolutionS, cycleS, toBeatS } = probe;
  return Array.from({ length: firstChoice.length - 1 }, (_, signal) => {
    const rectangles: Rectangle[] = [];
    for (let c = firstChoice[signal] as number; c < (firstChoice[signal + 1] as number); c++) {
      const outboundS = outbound.widthS[probe.outboundRow + c] as number;
      const inboundS = inbound.widthS[probe.inboundRow + c] as number;
      const waitS = stepsBetween(probe, c) * resolutionS;
      rectangles.push(
        { outboundS, inboundS: inboundS - waitS },
        { outboundS: outboundS - cycleS + waitS, inboundS },
      );
    }
    return rectangles.filter((it) => scoreBands(goal, it.outboundS, it.inboundS) > toBeatS);
  });
}
