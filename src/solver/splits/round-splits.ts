/**
 * Real-valued splits to the controller's resolution, once, at the end: barrier groups first (all rings share a group's
 * length), then the phases of each ring inside its group. Each time by largest remainder: everything is rounded down,
 * but not below its least split, and what is missing goes to the largest remainders, the first of equal ones. Least
 * splits, maximum greens and ring sums are kept exactly; yellow and red clearance may be tenths, green takes the rest.
 */
import { assert, known } from "../../errors.ts";
import { fromTenths, toTenths } from "../../timing/cycle.ts";
import type { SplitProblem } from "./split-problem.ts";

/** The splits of a timing plan. `splitsS` by position in the problem's phases, each ring's sum the cycle. */
export function roundSplits(input: {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly splitsS: readonly number[];
}): { phase: number; splitS: number }[] {
  const { problem, cycleS, splitsS } = input;
  const { resolutionS, phases, cells } = problem;
  const cycle = toSteps(cycleS, resolutionS);
  assert(
    Math.abs(cycle * resolutionS - cycleS) < 1e-6,
    `cycle ${cycleS} s is no multiple of the controller's ${resolutionS} s`,
  );
  const shares = phases.map(
    (it, position): Share => ({
      wanted: (splitsS[position] ?? 0) / resolutionS,
      least: toSteps(it.minSplitS, resolutionS),
      most: Math.min(cycle, toSteps(it.maxSplitS, resolutionS)),
    }),
  );
  const cellShares = cells.map((rings) => rings.map((cell) => cell.map((it) => known(shares[it], "share"))));
  const lengths = apportion(cellShares.map(shareOfGroup), cycle);
  const splitSteps = new Array<number>(phases.length).fill(0);
  for (const [group, rings] of cells.entries()) {
    for (const [ring, cell] of rings.entries()) {
      const steps = apportion(known(cellShares[group]?.[ring], "cell"), known(lengths[group], "length"));
      for (let place = 0; place < cell.length; place++) splitSteps[cell[place] ?? 0] = steps[place] ?? 0;
    }
  }
  const stepTenths = toTenths(resolutionS);
  return phases.map(({ phase }, position) => ({
    phase,
    splitS: fromTenths((splitSteps[position] ?? 0) * stepTenths),
  }));
}

const toSteps = (timeS: number, resolutionS: number): number => Math.round(timeS / resolutionS);

interface Share {
  readonly wanted: number;
  readonly least: number;
  readonly most: number;
}

/** A barrier group wants what its first ring wants, as all do, within what every ring can do. */
function shareOfGroup(rings: readonly (readonly Share[])[]): Share {
  let [wanted, least, most] = [0, 0, Number.POSITIVE_INFINITY];
  for (const share of rings[0] ?? []) wanted += share.wanted;
  for (const cell of rings) {
    let [cellLeast, cellMost] = [0, 0];
    for (const share of cell) {
      cellLeast += share.least;
      cellMost += share.most;
    }
    least = Math.max(least, cellLeast);
    most = Math.min(most, cellMost);
  }
  return { wanted, least, most };
}

/** Whole numbers that add up to `total`, each within its range and as near to what it wants as largest remainders get. */
function apportion(shares: readonly Share[], total: number): number[] {
  const parts: number[] = [];
  let missing = total;
  for (const { wanted, least, most } of shares) {
    const part = Math.min(most, Math.max(least, Math.floor(wanted + 1e-9)));
    parts.push(part);
    missing -= part;
  }
  for (const step = Math.sign(missing); missing !== 0; missing -= step) {
    const best = mostWanting(shares, parts, step);
    assert(best >= 0, `no range left to round ${shares.map((it) => it.wanted).join(", ")} to ${total}`);
    parts[best] = (parts[best] ?? 0) + step;
  }
  return parts;
}

/** The share farthest from what it wants that may still change by `step`, the first of equal ones; −1: none may. */
function mostWanting(shares: readonly Share[], parts: readonly number[], step: number): number {
  let best = -1;
  let mostMissing = Number.NEGATIVE_INFINITY;
  for (const [place, { wanted, least, most }] of shares.entries()) {
    const part = parts[place] ?? 0;
    if (part + step > most || part + step < least) continue;
    const missing = step * (wanted - part);
    if (missing <= mostMissing + 1e-9) continue;
    mostMissing = missing;
    best = place;
  }
  return best;
}
