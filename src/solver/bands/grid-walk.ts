/**
 * Bands on the controller's resolution where travel times are a range: labels in two dimensions.
 *
 * Let the outbound band begin at x and the inbound band end at −y when they pass a signal, both less the least travel time
 * from the first signal on. A choice with the signal's zero at o holds the bands b, b̄ where (x, y) lies in the rectangle
 * from (o + s, −o − s̄ − ḡ) on with the sides g − b and ḡ − b̄; on the way to the next signal x and y may each grow by the
 * link's spare time. So a walk so far is a rectangle too, as in widest-walk.ts in one dimension: rectangles meet in the
 * greater beginnings and the lesser ends, moved by the spare time since. All offsets moved by one step move a rectangle by
 * (step, −step) and change nothing else: a label covers another one if it does so after any number of steps.
 *
 * What the grid costs against continuous offsets is mostly below a step, so little lies between what is to be beaten and
 * the continuous bound. A few labels per signal come first, then all that beat them, up to a count of comparisons: a search
 * that ends there leaves the answer below its bound, which says by how much at most.
 */
import { known } from "../../errors.ts";
import { type BandChoice, buildBandChoices, SAME_S } from "./band-choices.ts";
import { type BandGoal, buildWorth, divideRoom } from "./band-goal.ts";
import type { BandProblem, PerDirection } from "./band-problem.ts";

/** Where the bands of a plan lie, before the offsets that carry them are chosen. */
export interface GridBands {
  readonly goal: BandGoal;
  readonly valueS: number;
  readonly bandwidthS: PerDirection<number>;
  /** When they begin to pass the first signal, s. */
  readonly bandStartS: PerDirection<number>;
  readonly travelS: readonly PerDirection<number>[];
}

interface Label {
  readonly xFromS: number;
  readonly xToS: number;
  readonly yFromS: number;
  readonly yToS: number;
  /** What the walk has left to each band so far, s. */
  readonly outS: number;
  readonly inS: number;
  readonly worthS: number;
  /** By so much its y is counted less than that of the label before: whole cycles. */
  readonly turnS: number;
  readonly before: Label | undefined;
}

interface GridSearch {
  readonly problem: BandProblem;
  readonly goal: BandGoal;
  readonly signals: readonly (readonly BandChoice[])[];
  readonly resolutionS: number;
  readonly worthOf: (out: number, inbound: number, room: number) => number;
  readonly widestS: PerDirection<number>;
  toBeatS: number;
  workLeft: number;
}

const FEW_LABELS = 24;
/** Comparisons of labels. */
const WORK_LIMIT = 1_000_000;

/** The best bands of a goal that beat `toBeatS`; nothing is worth more than `boundS`. */
export function findGridWalk(
  problem: BandProblem,
  goal: BandGoal,
  limits: { readonly resolutionS: number; readonly toBeatS: number; readonly boundS: number },
): GridBands | undefined {
  const signals = buildBandChoices(problem, goal.without);
  const widestOf = (greenOf: (it: BandChoice) => number): number =>
    Math.min(problem.cycleS, ...signals.map((it) => Math.max(0, ...it.map(greenOf))));
  const search: GridSearch = {
    problem,
    goal,
    signals,
    resolutionS: limits.resolutionS,
    worthOf: buildWorth(goal),
    widestS: { outbound: widestOf((it) => it.outGreenS), inbound: widestOf((it) => it.inGreenS) },
    toBeatS: limits.toBeatS,
    workLeft: WORK_LIMIT,
  };
  let best = walkSignals(search, FEW_LABELS);
  if (best !== undefined) search.toBeatS = best.worthS + SAME_S;
  if (search.toBeatS < limits.boundS) best = walkSignals(search, Number.POSITIVE_INFINITY) ?? best;
  return best === undefined ? undefined : readBands(search, best);
}

function walkSignals(search: GridSearch, mostLabels: number): Label | undefined {
  let labels: Label[] = [];
  for (const [signal, choices] of search.signals.entries()) {
    const next: Label[] = [];
    if (signal === 0) for (const choice of choices) begin(search, choice, next);
    for (const label of labels) for (const choice of choices) extend({ search, label, signal, choice }, next);
    labels = next.sort((a, b) => b.worthS - a.worthS).slice(0, mostLabels);
    if (search.workLeft < 0) return undefined;
  }
  return labels[0];
}

/** A common shift of all offsets changes nothing, so the first signal's is 0. */
function begin(search: GridSearch, choice: BandChoice, into: Label[]): void {
  const { outStartS, outGreenS, inStartS, inGreenS } = choice;
  const yFromS = -inStartS - inGreenS;
  keep(search, into, {
    xFromS: outStartS,
    xToS: outStartS + outGreenS,
    yFromS,
    yToS: yFromS + inGreenS,
    outS: Math.min(search.widestS.outbound, outGreenS),
    inS: Math.min(search.widestS.inbound, inGreenS),
    before: undefined,
  });
}

/** All offsets of the choice that meet the label, in the last turn of each circle at or before it and in the one after. */
function extend(
  of: {
    readonly search: GridSearch;
    readonly label: Label;
    readonly signal: number;
    readonly choice: BandChoice;
  },
  into: Label[],
): void {
  const { search, label, choice } = of;
  const { cycleS } = search.problem;
  const spareS = known(search.problem.links[of.signal - 1], "link").spareTravelS;
  const xEndS = label.xToS + (spareS?.outbound ?? 0);
  const yEndS = label.yToS + (spareS?.inbound ?? 0);
  const { outStartS, outGreenS, inStartS, inGreenS } = choice;
  const outS = Math.min(label.outS, outGreenS);
  const inS = Math.min(label.inS, inGreenS);
  const earliestS = Math.max(label.xFromS - outGreenS, label.xFromS - cycleS) - outStartS;
  const latestS = Math.min(xEndS, label.xFromS + cycleS) - outStartS;
  for (let step = Math.ceil(earliestS / search.resolutionS); ; step++) {
    const offsetS = step * search.resolutionS;
    if (offsetS > latestS) return;
    const xFromS = Math.max(label.xFromS, offsetS + outStartS);
    const xToS = Math.min(xEndS, offsetS + outStartS + outGreenS);
    const openOutS = Math.min(outS, xToS - xFromS);
    if (search.worthOf(openOutS, inS, openOutS + inS) <= search.toBeatS) continue;
    const beginsS = -offsetS - inStartS - inGreenS;
    const turnS = Math.floor((label.yFromS - beginsS) / cycleS + SAME_S) * cycleS;
    for (const yS of [beginsS + turnS, beginsS + turnS + cycleS]) {
      const yFromS = Math.max(label.yFromS, yS);
      const yToS = Math.min(yEndS, yS + inGreenS);
      keep(search, into, {
        xFromS,
        xToS,
        yFromS,
        yToS,
        outS: openOutS,
        inS: Math.min(inS, yToS - yFromS),
        before: label,
      });
    }
  }
}

/** Takes the label, unless it is not worth it or another one covers it, and drops those that it covers. */
function keep(search: GridSearch, into: Label[], made: Omit<Label, "worthS" | "turnS">): void {
  const worthS = search.worthOf(made.outS, made.inS, made.outS + made.inS);
  if (worthS <= search.toBeatS || made.outS < 0 || made.inS < 0) return;
  const turnS = Math.floor((made.xFromS + made.yFromS) / search.problem.cycleS) * search.problem.cycleS;
  const bands = divideRoom(search.goal, made.outS, made.inS, made.outS + made.inS);
  const isProportional = search.goal.form === "proportional";
  const label: Label = {
    ...made,
    yFromS: made.yFromS - turnS,
    yToS: made.yToS - turnS,
    // Of a proportional goal nothing beyond the worth counts: labels that differ in it only are the same.
    outS: isProportional ? bands.outbound : made.outS,
    inS: isProportional ? bands.inbound : made.inS,
    worthS,
    turnS,
  };
  search.workLeft -= into.length + 1;
  if (search.workLeft < 0 || into.some((it) => covers(it, label, search.resolutionS))) return;
  let kept = 0;
  for (const it of into) if (!covers(label, it, search.resolutionS)) into[kept++] = it;
  into.length = kept;
  into.push(label);
}

/** Does `one`, moved by some number of steps, admit all that `other` does? */
function covers(one: Label, other: Label, resolutionS: number): boolean {
  if (one.outS < other.outS - SAME_S || one.inS < other.inS - SAME_S) return false;
  const leastS = Math.max(other.xToS - one.xToS, one.yFromS - other.yFromS) - SAME_S;
  const mostS = Math.min(other.xFromS - one.xFromS, one.yToS - other.yToS) + SAME_S;
  return leastS <= mostS && Math.ceil(leastS / resolutionS) * resolutionS <= mostS;
}

/** The walk to a last label: x and y there as early as it allows, before that as late as they must be to get there. */
function readBands({ goal, problem }: GridSearch, last: Label): GridBands {
  const { outbound, inbound } = divideRoom(goal, last.outS, last.inS, last.outS + last.inS);
  const travelS: PerDirection<number>[] = [];
  let xS = last.xFromS;
  let yS = last.yFromS;
  let label = last;
  for (const link of problem.links.toReversed()) {
    const before = known(label.before, "label of the signal before");
    const spareS = link.spareTravelS ?? { outbound: 0, inbound: 0 };
    yS += label.turnS;
    const xBeforeS = Math.max(before.xFromS, xS - spareS.outbound);
    const yBeforeS = Math.max(before.yFromS, yS - spareS.inbound);
    travelS.unshift({
      outbound: link.outboundTravelS + xS - xBeforeS,
      inbound: link.inboundTravelS + yS - yBeforeS,
    });
    xS = xBeforeS;
    yS = yBeforeS;
    label = before;
  }
  return {
    goal,
    valueS: last.worthS,
    bandwidthS: { outbound, inbound },
    bandStartS: { outbound: xS, inbound: -yS - inbound },
    travelS,
  };
}
