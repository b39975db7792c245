/** Splits that fill rings, barriers and cycle, from greens and clearances that need not. */
import { fromTenths, toTenths } from "../../timing/cycle.ts";
import type { Rings } from "./gmns-rings.ts";

export interface SplitInput {
  readonly rings: Rings;
  /** As stated; 0: a placeholder. */
  readonly statedS: ReadonlyMap<number, number>;
  /** Minimum green and change of each phase, s. */
  readonly leastS: ReadonlyMap<number, number>;
  /** Absent: as long as the longest ring needs between barriers. */
  readonly cycleS: number | undefined;
  /** Where time that is left over goes. */
  readonly coordinated: readonly number[];
}

export interface FittedSplits {
  readonly cycleS: number;
  readonly splitsS: ReadonlyMap<number, number>;
}

/** Undefined when the cycle has no room for what each phase needs at least. All in tenths of a second, so sums are exact. */
export function fitSplits(input: SplitInput): FittedSplits | undefined {
  const { rings } = input;
  const least = (it: number): number => toTenths(input.leastS.get(it) ?? 0);
  const wanted = (it: number): number => Math.max(least(it), toTenths(input.statedS.get(it) ?? 0));
  const groups = (rings[0] ?? []).map((_, group) => {
    const longest = (of: (it: number) => number): number =>
      Math.max(...rings.map((ring) => (ring[group] ?? []).reduce((sum, it) => sum + of(it), 0)));
    return { least: longest(least), wanted: longest(wanted) };
  });
  const isCoordinated = (phases: readonly number[]): number =>
    phases.findIndex((it) => input.coordinated.includes(it));
  const mainGroup = groups.findIndex((_, group) =>
    rings.some((ring) => isCoordinated(ring[group] ?? []) >= 0),
  );
  const cycle =
    input.cycleS === undefined ? groups.reduce((sum, it) => sum + it.wanted, 0) : toTenths(input.cycleS);
  const lengths = fitParts(groups, cycle, Math.max(0, mainGroup));
  if (lengths === undefined) return undefined;
  const splitsS = new Map<number, number>();
  for (const ring of rings) {
    for (const [group, phases] of ring.entries()) {
      const parts = phases.map((it) => ({ least: least(it), wanted: wanted(it) }));
      const main = isCoordinated(phases);
      const fitted = fitParts(parts, lengths[group] ?? 0, main >= 0 ? main : phases.length - 1);
      if (fitted === undefined) return undefined;
      for (const [at, it] of phases.entries()) splitsS.set(it, fromTenths(fitted[at] ?? 0));
    }
  }
  return { cycleS: fromTenths(cycle), splitsS };
}

/** Time that is left goes to `main`; time that is short is taken from all in proportion to what they have above the least. */
function fitParts(
  parts: readonly { readonly least: number; readonly wanted: number }[],
  total: number,
  main: number,
): number[] | undefined {
  const wanted = parts.reduce((sum, it) => sum + it.wanted, 0);
  const least = parts.reduce((sum, it) => sum + it.least, 0);
  if (total < least) return undefined;
  const share = wanted <= total ? 1 : (total - least) / (wanted - least);
  const fitted = parts.map((it) => it.least + Math.floor((it.wanted - it.least) * share));
  const left = total - fitted.reduce((sum, it) => sum + it, 0);
  return fitted.map((it, at) => (at === main ? it + left : it));
}
