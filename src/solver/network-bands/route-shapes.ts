/**
 * The forms that a route's bands may take, apart from when they begin: two widths on a coarse lattice and the lag of the
 * inbound behind the outbound band. Given its form, a route's signals are free of each other, and what a signal may do
 * depends on nothing but how much later than the outbound band its offset comes.
 * Forms that a signal of the route alone forbids are left out, so that only the shared signals have to be asked later.
 */
import { known } from "../../errors.ts";
import { type BandChoice, buildBandChoices } from "../bands/band-choices.ts";
import type { BandSpace, SpaceRoute } from "./band-space.ts";
import { buildRouteProblem } from "./route-problem.ts";

/** Offsets in steps, `from` and the `count` − 1 after it, where 0 is the beginning of the outbound band. */
export interface OffsetRange {
  readonly alternative: number;
  readonly from: number;
  readonly count: number;
}

export interface BandForm {
  /** Widths, in steps; 0: the direction is given up. */
  readonly outbound: number;
  readonly inbound: number;
  /** From the beginning of the outbound to that of the inbound band. */
  readonly lag: number;
  readonly worth: number;
}

export interface RouteShape extends BandForm {
  /** By shared signal, in the order of `RouteShapes.shared`. */
  readonly ranges: readonly (readonly OffsetRange[])[];
}

export interface RouteShapes {
  readonly route: SpaceRoute;
  /** Signals that other routes pass too, and the others. */
  readonly shared: readonly number[];
  readonly own: readonly number[];
  /** Most worth first. */
  readonly shapes: readonly RouteShape[];
  /** By signal of the route. */
  readonly choices: ReadonlyMap<number, readonly BandChoice[]>;
}

/** Widths tried per direction: these parts of the widest one. */
const WIDTHS = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.35, 0.2, 0];

export function buildRouteShapes(space: BandSpace, route: SpaceRoute): RouteShapes {
  const { steps, ways, stopsAt } = space;
  const byPosition = buildBandChoices(buildRouteProblem(space, route, route));
  const choices = new Map(route.signals.map((signal, i) => [signal, known(byPosition[i], "choices")]));
  const isShared = (signal: number): boolean =>
    known(stopsAt[signal], "stops").some((it) => it.way !== route.outbound && it.way !== route.inbound);
  const shared = route.signals.filter(isShared);
  const own = route.signals.filter((it) => !isShared(it));
  const widest = (greenOf: (it: BandChoice) => number): number =>
    Math.min(steps, ...byPosition.map((it) => Math.max(0, ...it.map(greenOf))));
  const listWidths = (at: number | undefined, most: number): Map<number, number> => {
    if (at === undefined) return new Map([[0, 0]]);
    const { weight, floor } = known(ways[at], `way ${at}`);
    const widths = [floor, ...WIDTHS.map((it) => it * most)].filter((it) => it >= floor && it <= most);
    return new Map(widths.map((it) => [it, weight * it]));
  };
  // Worth by width; none where the floor is beyond reach.
  const outbounds = listWidths(
    route.outbound,
    widest((it) => it.outGreenS),
  );
  const inbounds = listWidths(
    route.inbound,
    widest((it) => it.inGreenS),
  );
  const shapes: RouteShape[] = [];
  let refuser = 0;
  for (const [outbound, outWorth] of outbounds) {
    for (const [inbound, inWorth] of inbounds) {
      const worth = outWorth + inWorth;
      const lags = outbound === 0 || inbound === 0 ? 1 : steps;
      for (let lag = 0; lag < lags; lag++) {
        const form = { outbound, inbound, lag, worth };
        refuser = findRefuser(byPosition, form, { steps, first: refuser });
        if (refuser < byPosition.length) continue;
        const rangesAt = (signal: number) => listOffsetRanges(choices.get(signal) ?? [], form, steps);
        const ranges = shared.map(rangesAt);
        const isHeld = [...ranges, ...own.map(rangesAt)].every((it) => it.length > 0);
        if (isHeld) shapes.push({ ...form, ranges });
      }
    }
  }
  return { route, shared, own, choices, shapes: shapes.sort((a, b) => b.worth - a.worth) };
}

/** A signal that cannot hold the form, asking one of them first; the number of signals where there is none. */
function findRefuser(
  byPosition: readonly (readonly BandChoice[])[],
  form: BandForm,
  { steps, first }: { readonly steps: number; readonly first: number },
): number {
  const refuses = (choices: readonly BandChoice[] | undefined): boolean =>
    choices !== undefined && !choices.some((it) => mayHold(it, form, steps));
  if (refuses(byPosition[first])) return first;
  const other = byPosition.findIndex(refuses);
  return other < 0 ? byPosition.length : other;
}

/** False only where no offset at all holds both bands, on the resolution or off it. */
function mayHold(choice: BandChoice, { outbound, inbound, lag }: BandForm, steps: number): boolean {
  const spareOut = choice.outGreenS - outbound + SAME_STEP;
  const spareIn = choice.inGreenS - inbound + SAME_STEP;
  if (spareOut < 0 || spareIn < 0) return false;
  if (outbound === 0 || inbound === 0) return true;
  let later = (lag - choice.inStartS + choice.outStartS) % steps;
  if (later < 0) later += steps;
  return later <= spareIn || steps - later <= spareOut;
}

/** Where a signal's offset may be, counted from the outbound band's beginning. */
export function listOffsetRanges(
  choices: readonly BandChoice[],
  { outbound, inbound, lag }: BandForm,
  steps: number,
): OffsetRange[] {
  const ranges: OffsetRange[] = [];
  for (const { alternative, outStartS, outGreenS, inStartS, inGreenS } of choices) {
    const out = toRange(-outStartS, outbound === 0 ? Number.POSITIVE_INFINITY : outGreenS - outbound, steps);
    const back = toRange(
      lag - inStartS,
      inbound === 0 ? Number.POSITIVE_INFINITY : inGreenS - inbound,
      steps,
    );
    if (out.count <= 0 || back.count <= 0) continue;
    if (out.count === steps) ranges.push({ alternative, ...back });
    else if (back.count === steps) ranges.push({ alternative, ...out });
    else {
      const later = (((back.from - out.from) % steps) + steps) % steps;
      const first = Math.min(out.count - later, back.count);
      if (first > 0) ranges.push({ alternative, from: out.from + later, count: first });
      const second = Math.min(out.count, later + back.count - steps);
      if (second > 0) ranges.push({ alternative, from: out.from, count: second });
    }
  }
  return ranges;
}

/** Whole numbers in [last − spare, last]; the whole cycle where that is longer. */
function toRange(
  last: number,
  spare: number,
  steps: number,
): { readonly from: number; readonly count: number } {
  if (spare >= steps) return { from: 0, count: steps };
  const from = Math.ceil(last - spare - SAME_STEP);
  return { from, count: Math.min(steps, Math.floor(last + SAME_STEP) - from + 1) };
}

const SAME_STEP = 1e-9;
