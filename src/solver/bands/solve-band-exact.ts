/**
 * The widest bands with continuous offsets, exactly.
 *
 * Let the outbound band start at p and the inbound band end at u when they pass the first signal, and let z = p − u.
 * A signal whose green of length g starts at s (outbound) and ḡ at s̄ (inbound), all moved to the first signal, leaves the
 * waits w before the outbound and w̄ after the inbound band inside their greens. Its offset cancels in their sum
 *   y = w + w̄ = (z − a) mod C,   a = s − s̄ − ḡ,
 * and may divide y between w ∈ [0, g − b] and w̄ ∈ [0, ḡ − b̄] as it likes. So a choice at a signal allows the bands b, b̄
 * if and only if b ≤ g, b̄ ≤ ḡ and b + b̄ ≤ f(z) = g + ḡ − y: the signals meet only in the one number z.
 * Each f falls with slope 1 and jumps up where z = a, so what is possible at any z is possible at the last jump before
 * it: trying every a as z is a complete search, and its answer is the optimum itself, not an approximation.
 *
 * Assumes one travel time per link and direction. The loop constraint behind y is that of Little, Kelson and Gartner,
 * MAXBAND (Transportation Research Record 795, 1981); the tests compare with that model as a mixed-integer program.
 * Cost: the square of the number of choices at all signals.
 */
import { known } from "../../errors.ts";
import { wrapS } from "../../timing/cycle.ts";
import { type BandChoice, buildBandChoices, phaseS, SAME_S } from "./band-choices.ts";
import { type BandGoal, listGoals, meetsFloor } from "./band-goal.ts";
import type { BandAnswer, BandLimit, BandPlan, BandProblem, Direction } from "./band-problem.ts";

/** A choice as the search sees it; "major" is the direction of the greater weight. */
interface Arc {
  readonly choice: BandChoice;
  readonly majorGreenS: number;
  readonly minorGreenS: number;
  /** a: where the room jumps up, in [0, cycle). */
  readonly jumpS: number;
  /** f: what both bands together may have at the z that is being tried. */
  roomS: number;
}

interface Side {
  readonly direction: Direction;
  readonly weight: number;
  readonly floorS: number;
}

interface Search {
  readonly goal: BandGoal;
  readonly cycleS: number;
  readonly major: Side;
  readonly minor: Side;
  readonly signals: readonly Arc[][];
  /** Those of `signals`, the one that said no last first. */
  readonly order: (readonly Arc[])[];
  /** Every major green once, falling. */
  readonly majorGreensS: readonly number[];
}

interface Bands {
  readonly valueS: number;
  readonly majorS: number;
  readonly minorS: number;
}

interface Optimum extends Bands {
  readonly search: Search;
  readonly z: number;
}

/** A plan that is the best there is, or that there is none. */
export function solveBandExact(problem: BandProblem): BandAnswer {
  let best: Optimum | undefined;
  for (const goal of listGoals(problem.objective)) {
    const toBeatS = best === undefined ? SAME_S : best.valueS - SAME_S;
    best = findOptimum(buildSearch(problem, goal), toBeatS) ?? best;
  }
  if (best !== undefined) return buildPlan(best);
  return {
    kind: "noBand",
    reason: problem.objective.kind === "weighted" ? "floorsNotReached" : "noCommonBand",
  };
}

function buildSearch(problem: BandProblem, goal: BandGoal): Search {
  const { cycleS } = problem;
  const outbound: Side = { direction: "outbound", weight: goal.outboundWeight, floorS: goal.outboundFloorS };
  const inbound: Side = { direction: "inbound", weight: goal.inboundWeight, floorS: goal.inboundFloorS };
  const outboundIsMajor = outbound.weight >= inbound.weight;
  const signals = buildBandChoices(problem, goal.without).map((choices) =>
    choices.map((choice) => ({
      choice,
      majorGreenS: outboundIsMajor ? choice.outGreenS : choice.inGreenS,
      minorGreenS: outboundIsMajor ? choice.inGreenS : choice.outGreenS,
      jumpS: phaseS(choice.outStartS - choice.inStartS - choice.inGreenS, cycleS),
      roomS: 0,
    })),
  );
  return {
    goal,
    cycleS,
    major: outboundIsMajor ? outbound : inbound,
    minor: outboundIsMajor ? inbound : outbound,
    signals,
    order: [...signals],
    majorGreensS: [...new Set(signals.flat().map((it) => it.majorGreenS))].sort((a, b) => b - a),
  };
}

function findOptimum(search: Search, toBeatS: number): Optimum | undefined {
  const divide = search.goal.form === "proportional" ? divideInProportion : divideByWeight;
  let best: Optimum | undefined;
  for (const z of new Set(search.signals.flat().map((it) => it.jumpS))) {
    const leastS = best?.valueS ?? toBeatS;
    if (!mayBeat(search, z, leastS)) continue;
    setRoom(search, z);
    const bands = divide(search, leastS);
    if (bands !== undefined) best = { ...bands, search, z };
  }
  return best;
}

/** Does each signal, taken alone, allow more than `toBeatS`? */
function mayBeat(search: Search, z: number, toBeatS: number): boolean {
  const { order, goal, major, minor, cycleS } = search;
  const share = 1 / (1 / major.weight + 1 / minor.weight);
  for (let position = 0; position < order.length; position++) {
    const arcs = order[position] as readonly Arc[];
    let bestS = Number.NEGATIVE_INFINITY;
    for (const { majorGreenS, minorGreenS, jumpS } of arcs) {
      const roomS = majorGreenS + minorGreenS - waitsS(jumpS, z, cycleS);
      if (goal.form === "proportional") {
        bestS = Math.max(
          bestS,
          Math.min(major.weight * majorGreenS, minor.weight * minorGreenS, share * roomS),
        );
      } else {
        const majorS = Math.min(majorGreenS, roomS - minor.floorS);
        bestS = Math.max(bestS, major.weight * majorS + minor.weight * Math.min(minorGreenS, roomS - majorS));
      }
    }
    if (bestS <= toBeatS) {
      order.copyWithin(1, 0, position);
      order[0] = arcs;
      return false;
    }
  }
  return true;
}

/** Fills in what every choice leaves to both bands at z. */
function setRoom({ signals, cycleS }: Search, z: number): void {
  for (const arcs of signals) {
    for (const arc of arcs) arc.roomS = arc.majorGreenS + arc.minorGreenS - waitsS(arc.jumpS, z, cycleS);
  }
}

/** y = (z − a) mod C; a jump that rounding has put just behind z counts as at z. */
function waitsS(jumpS: number, z: number, cycleS: number): number {
  const y = z - jumpS;
  return y > -SAME_S ? Math.max(y, 0) : y + cycleS;
}

/** The largest t = w·b = w̄·b̄, if it beats `toBeatS`. */
function divideInProportion({ signals, major, minor, cycleS }: Search, toBeatS: number): Bands | undefined {
  const share = 1 / (1 / major.weight + 1 / minor.weight);
  let valueS = cycleS * minor.weight;
  for (const arcs of signals) {
    let here = 0;
    for (const { majorGreenS, minorGreenS, roomS } of arcs) {
      here = Math.max(here, Math.min(major.weight * majorGreenS, minor.weight * minorGreenS, share * roomS));
    }
    valueS = Math.min(valueS, here);
    if (valueS <= toBeatS) return undefined;
  }
  return { valueS, majorS: valueS / major.weight, minorS: valueS / minor.weight };
}

/**
 * The largest w·b + w̄·b̄ with both floors, if it beats `toBeatS`. What a major band leaves to the minor one falls with
 * slope 0 or −1 as the major band widens, and jumps down only where a choice's major green is exceeded. So only the widest
 * possible major band and the major greens below it can be best.
 */
function divideByWeight(search: Search, toBeatS: number): Bands | undefined {
  const { major, minor } = search;
  const widestS = widestMajorS(search);
  const fromBands = (majorS: number): Bands => {
    const minorS = widestMinorS(search, majorS);
    return { valueS: major.weight * majorS + minor.weight * minorS, majorS, minorS };
  };
  let best: Bands | undefined;
  for (const majorS of [widestS, ...search.majorGreensS]) {
    if (majorS > widestS) continue;
    if (!meetsFloor(majorS, major.floorS)) break;
    const bands = fromBands(majorS);
    if (meetsFloor(bands.minorS, minor.floorS) && bands.valueS > (best?.valueS ?? toBeatS)) best = bands;
  }
  return best;
}

function widestMajorS({ signals, minor, cycleS }: Search): number {
  let widestS = cycleS;
  for (const arcs of signals) {
    let here = -1;
    for (const { majorGreenS, minorGreenS, roomS } of arcs) {
      if (meetsFloor(minorGreenS, minor.floorS))
        here = Math.max(here, Math.min(majorGreenS, roomS - minor.floorS));
    }
    widestS = Math.min(widestS, here);
  }
  return widestS;
}

function widestMinorS({ signals, cycleS }: Search, majorS: number): number {
  let widestS = cycleS;
  for (const arcs of signals) {
    let here = -1;
    for (const { majorGreenS, minorGreenS, roomS } of arcs) {
      if (majorGreenS >= majorS) here = Math.max(here, Math.min(minorGreenS, roomS - majorS));
    }
    widestS = Math.min(widestS, here);
  }
  return widestS;
}

/** Offsets that carry the bands: at each signal the choice with most room, each wait in the middle of what it may be. */
function buildPlan(optimum: Optimum): BandPlan {
  const { search, z, majorS, minorS, valueS } = optimum;
  const { cycleS, goal } = search;
  const outboundS = search.major.direction === "outbound" ? majorS : minorS;
  const inboundS = search.major.direction === "outbound" ? minorS : majorS;
  setRoom(search, z);
  const placed = search.signals.map((arcs) => {
    const { choice, jumpS } = known(
      arcs.filter((it) => admits(it, optimum)).sort((a, b) => b.roomS - a.roomS)[0],
      "a choice with room for the bands",
    );
    const sum = waitsS(jumpS, z, cycleS);
    const least = Math.max(0, sum - (choice.inGreenS - inboundS));
    const most = Math.min(sum, choice.outGreenS - outboundS);
    return { alternative: choice.alternative, localZeroS: -choice.outStartS - (least + most) / 2 };
  });
  const originS = known(placed[0], "first signal").localZeroS;
  return {
    kind: "solved",
    bandwidthS: {
      outbound: goal.without === "outbound" ? 0 : outboundS,
      inbound: goal.without === "inbound" ? 0 : inboundS,
    },
    bandStartS: { outbound: wrapS(-originS, cycleS), inbound: wrapS(-originS - z - inboundS, cycleS) },
    signals: placed.map((it) => ({
      alternative: it.alternative,
      offsetS: wrapS(it.localZeroS - originS, cycleS),
    })),
    valueS,
    boundS: valueS,
    limits: listLimits(optimum),
  };
}

function admits(arc: Arc, { majorS, minorS }: Bands): boolean {
  return (
    arc.majorGreenS >= majorS - SAME_S &&
    arc.minorGreenS >= minorS - SAME_S &&
    arc.roomS >= majorS + minorS - 2 * SAME_S
  );
}

function listLimits(optimum: Optimum): BandLimit[] {
  const { search, majorS, minorS, z } = optimum;
  const { signals, goal, cycleS } = search;
  const limits: BandLimit[] = [];
  const rooms = signals.map((arcs) => arcs.filter((it) => admits(it, optimum)));
  const sides = [
    { ...search.major, bandwidthS: majorS, greenOf: (arc: Arc) => arc.majorGreenS },
    { ...search.minor, bandwidthS: minorS, greenOf: (arc: Arc) => arc.minorGreenS },
  ].filter((it) => it.direction !== goal.without);
  for (const { direction, bandwidthS, floorS, greenOf } of sides) {
    const tight = rooms.findIndex((arcs) => Math.max(...arcs.map(greenOf)) <= bandwidthS + SAME_S);
    if (tight >= 0) limits.push({ kind: "green", direction, signal: tight });
    if (floorS > 0 && bandwidthS <= floorS + 2 * SAME_S) limits.push({ kind: "floor", direction });
  }
  const full = rooms.findIndex(
    (arcs) => Math.max(...arcs.map((it) => it.roomS)) <= majorS + minorS + 2 * SAME_S,
  );
  const jump = signals.findIndex((arcs) => arcs.some((it) => waitsS(it.jumpS, z, cycleS) <= SAME_S));
  if (full >= 0 && goal.without === undefined) limits.push({ kind: "pair", signals: [jump, full] });
  return limits;
}
