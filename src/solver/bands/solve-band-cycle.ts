/**
 * The widest bands with continuous offsets and the cycle free in a range, to a stated gap.
 *
 * What lies on the cycle (greens, floors, bands) is given in seconds at the problem's cycle and scales with the cycle C;
 * travel times and queue clearance stay in seconds. The goal's value counts as a share of the cycle.
 *
 * With φ = 1/C every arc of band-arcs.ts moves linearly. For fixed choices and turns the room is the least of linear
 * functions of φ, so its best φ is found exactly by tangents. Choices and turns are found by branch and bound over φ: on an
 * interval widest-walk.ts gives an upper bound that is exact where no two arc ends change places; an interval is cut where
 * the best walk inside it has its best φ, so that the parts left and right of an optimum are settled at once.
 *
 * Cost: grows with (range of φ) × (length of the route in seconds); limited by a count of intervals. The answer states
 * what no cycle of the range can exceed.
 */
import { type BandArcs, buildBandArcs } from "./band-arcs.ts";
import { buildWorth, listGoals, scoreBands } from "./band-goal.ts";
import type { BandPlan, BandProblem, NoBand } from "./band-problem.ts";
import { scaleToCycle } from "./band-problem.ts";
import { measureRoom, measureWalk, placeWalk } from "./place-walk.ts";
import { noBandOf } from "./solve-band-exact.ts";
import { createWalkSearch, type FrequencyRange, type Walk } from "./widest-walk.ts";

export interface CycleRange {
  readonly leastS: number;
  readonly mostS: number;
}

export interface CycleBandPlan {
  readonly kind: "solved";
  readonly cycleS: number;
  /** The bands at that cycle, times in seconds. */
  readonly plan: BandPlan;
  /** The goal's value, share of the cycle. */
  readonly value: number;
  /** No cycle of the range reaches more, share of the cycle. */
  readonly bound: number;
  /** Intervals of 1/cycle that were looked at. */
  readonly work: number;
}

export type CycleBandAnswer = CycleBandPlan | (NoBand & { readonly bound: number });

/** Intervals looked at, unless told otherwise. */
const WORK_LIMIT = 100_000;
/** An interval that may hold no more than this beyond the best is given up, share of the cycle. */
const GAP = 1e-9;
/** Values of φ that are tried first, for a value to beat. */
const FIRST_LOOKS = 16;
/** Labels per signal there. */
const FEW_LABELS = 3;
/**
 * Labels per signal in the whole range before it is cut: a bound so loose decides nothing. The parts of an interval that
 * had too few may have twice as many, so that the search ends.
 */
const INTERVAL_LABELS = 16;

interface Found {
  readonly arcs: BandArcs;
  readonly walk: Walk;
  readonly frequency: number;
  readonly value: number;
}

/** @param options.workLimit intervals of 1/cycle. */
export function solveBandCycle(
  problem: BandProblem,
  range: CycleRange,
  options: { readonly workLimit?: number } = {},
): CycleBandAnswer {
  const whole = { least: 1 / range.mostS, most: 1 / range.leastS };
  let best: Found | undefined;
  let bound = 0;
  let work = 0;
  for (const goal of listGoals(problem.objective)) {
    const arcs = buildBandArcs(problem, goal);
    const answer = searchCycles(arcs, whole, { best, workLimit: options.workLimit ?? WORK_LIMIT });
    best = answer.best;
    bound = Math.max(bound, answer.bound);
    work += answer.work;
  }
  if (best === undefined) return { ...noBandOf(problem), bound };
  const cycleS = 1 / best.frequency;
  const plan = placeWalk(scaleToCycle(problem, cycleS), best.arcs, best.walk);
  return { kind: "solved", cycleS, plan, value: best.value, bound, work };
}

interface Interval extends FrequencyRange {
  /** Nothing inside is worth more, share. */
  readonly bound: number;
  readonly mostLabels: number;
}

function searchCycles(
  arcs: BandArcs,
  whole: FrequencyRange,
  options: { readonly best: Found | undefined; readonly workLimit: number },
): { readonly best: Found | undefined; readonly bound: number; readonly work: number } {
  const search = createWalkSearch(arcs);
  let { best } = options;
  const valueToBeat = (): number => best?.value ?? GAP;
  const improve = (walk: Walk): number => {
    const found = findBestFrequency(arcs, walk, whole);
    if (found.value > valueToBeat()) best = found;
    return found.frequency;
  };
  for (let look = 0; look < FIRST_LOOKS; look++) {
    const at = whole.least + ((whole.most - whole.least) * (look + 0.5)) / FIRST_LOOKS;
    const answer = search({ least: at, most: at }, { toBeat: valueToBeat(), mostLabels: FEW_LABELS });
    if (answer.kind === "walk") improve(answer.walk);
  }
  const { outbound, inbound } = arcs.widest;
  const widest = buildWorth(arcs.goal)(outbound, inbound, outbound + inbound);
  const open: Interval[] = [{ ...whole, bound: widest, mostLabels: INTERVAL_LABELS }];
  let work = 0;
  while (work < options.workLimit) {
    const interval = open.pop();
    if (interval === undefined) break;
    if (interval.bound <= valueToBeat() + GAP) continue;
    work += 1;
    const answer = search(interval, { toBeat: valueToBeat() + GAP, mostLabels: interval.mostLabels });
    if (answer.kind === "none" && answer.isComplete) continue;
    const middle = (interval.least + interval.most) / 2;
    const cut = answer.kind === "walk" ? improve(answer.walk) : middle;
    const bound = answer.kind === "walk" && answer.isComplete ? answer.walk.bound : interval.bound;
    const mostLabels = answer.isComplete ? interval.mostLabels : 2 * interval.mostLabels;
    if (bound <= valueToBeat() + GAP) continue;
    const width = interval.most - interval.least;
    const isInside = cut > interval.least + 1e-3 * width && cut < interval.most - 1e-3 * width;
    const at = isInside ? cut : middle;
    open.push({ least: interval.least, most: at, bound, mostLabels });
    open.push({ least: at, most: interval.most, bound, mostLabels });
  }
  const bound = open.reduce((most, it) => Math.max(most, it.bound), valueToBeat() + GAP);
  return { best, bound, work };
}

/** The φ at which a walk has most room, by tangents: its room is concave in φ and linear in pieces. */
function findBestFrequency(arcs: BandArcs, walk: Walk, { least, most }: FrequencyRange): Found {
  let low = { at: least, ...measureRoom(arcs, walk, least) };
  let high = { at: most, ...measureRoom(arcs, walk, most) };
  if (low.slopeS <= 0) high = low;
  else if (high.slopeS >= 0) low = high;
  while (high.at > low.at) {
    const at =
      (high.room - low.room + low.slopeS * low.at - high.slopeS * high.at) / (low.slopeS - high.slopeS);
    const reached = low.room + low.slopeS * (at - low.at);
    const here = { at, ...measureRoom(arcs, walk, at) };
    const isTop = here.room >= reached - 1e-13 || at <= low.at || at >= high.at;
    if (isTop) low = high = here;
    else if (here.slopeS > 0) low = here;
    else high = here;
  }
  const bands = measureWalk(arcs, walk, low.at);
  return { arcs, walk, frequency: low.at, value: scoreBands(arcs.goal, bands.outbound, bands.inbound) };
}
