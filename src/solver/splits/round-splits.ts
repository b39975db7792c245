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
  const { resolutionS } = problem;
  const cycle = toSteps(cycleS, resolutionS);
  assert(
    Math.abs(cycle * resolutionS - cycleS) < 1e-6,
    `cycle ${cycleS} s is no multiple of the controller's ${resolutionS} s`,
  );
  const range = problem.phases.map((it) => ({
    least: toSteps(it.minSplitS, resolutionS),
    most: Math.min(cycle, toSteps(it.maxSplitS, resolutionS)),
  }));
  const sum = (cell: readonly number[], value: (position: number) => number) =>
    cell.reduce((total, it) => total + value(it), 0);
  const wanted = splitsS.map((it) => it / resolutionS);
  const lengths = apportion(
    problem.cells.map((rings) => ({
      wanted: sum(known(rings[0], "ring"), (it) => wanted[it] ?? 0),
      least: Math.max(...rings.map((cell) => sum(cell, (it) => range[it]?.least ?? 0))),
      most: Math.min(...rings.map((cell) => sum(cell, (it) => range[it]?.most ?? 0))),
    })),
    cycle,
  );
  const rounded: number[] = [];
  for (const [group, rings] of problem.cells.entries()) {
    for (const cell of rings) {
      const shares = cell.map((it) => ({ wanted: wanted[it] ?? 0, ...known(range[it], "range") }));
      const steps = apportion(shares, known(lengths[group], "length"));
      for (const [place, position] of cell.entries()) rounded[position] = known(steps[place], "split");
    }
  }
  return problem.phases.map(({ phase }, position) => ({
    phase,
    splitS: fromTenths(known(rounded[position], "split") * toTenths(resolutionS)),
  }));
}

const toSteps = (timeS: number, resolutionS: number): number => Math.round(timeS / resolutionS);

interface Share {
  readonly wanted: number;
  readonly least: number;
  readonly most: number;
}

/** Whole numbers that add up to `total`, each within its range and as near to what it wants as largest remainders get. */
function apportion(shares: readonly Share[], total: number): number[] {
  const parts = shares.map((it) => Math.min(it.most, Math.max(it.least, Math.floor(it.wanted + 1e-9))));
  let missing = total - parts.reduce((sum, it) => sum + it, 0);
  while (missing !== 0) {
    const step = Math.sign(missing);
    let best = -1;
    let mostWanting = Number.NEGATIVE_INFINITY;
    for (const [place, share] of shares.entries()) {
      const part = parts[place] ?? 0;
      if (part + step > share.most || part + step < share.least) continue;
      const wanting = step * (share.wanted - part);
      if (wanting > mostWanting + 1e-9) {
        mostWanting = wanting;
        best = place;
      }
    }
    assert(best >= 0, `no range left to round ${shares.map((it) => it.wanted).join(", ")} to ${total}`);
    parts[best] = (parts[best] ?? 0) + step;
    missing -= step;
  }
  return parts;
}
