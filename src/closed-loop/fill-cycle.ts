/** A cycle shared out among the phases of an intersection, in whole seconds. */
import { known } from "../errors.ts";
import { getPhase, getSequence } from "../network/find.ts";
import type { Intersection } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";

/**
 * Splits that fill the cycle, in proportion to the weights above their least lengths; rings meet at every barrier. Phases
 * without a weight are left out. `undefined`: the least lengths do not fit.
 */
export function fillCycle(
  intersection: Intersection,
  of: {
    readonly sequenceId: string;
    readonly cycleS: number;
    readonly weights: ReadonlyMap<number, number>;
  },
): TimingPlan["splits"] | undefined {
  const { cycleS, weights } = of;
  const { rings } = getSequence(intersection, of.sequenceId);
  const groups = Array.from({ length: Math.max(...rings.map((it) => it.length)) }, (_, group) =>
    rings.map((ring) =>
      (ring[group] ?? []).flatMap((phase) => {
        const own = weights.get(phase);
        return own === undefined ? [] : [{ phase, weight: own, least: leastSplitS(intersection, phase) }];
      }),
    ),
  );
  const longest = (group: (typeof groups)[number], of: "weight" | "least"): number =>
    Math.max(...group.map((ring) => ring.reduce((sum, it) => sum + it[of], 0)));
  const lengths = share(
    cycleS,
    groups.map((it) => ({ weight: longest(it, "weight"), least: longest(it, "least") })),
  );
  if (lengths === undefined) return undefined;
  const splits = new Map<number, number>();
  for (const [at, group] of groups.entries()) {
    for (const ring of group) {
      const shared = share(known(lengths[at], "length of a group"), ring) ?? [];
      for (const [which, { phase }] of ring.entries()) splits.set(phase, known(shared[which], "split"));
    }
  }
  return [...splits].map(([phase, splitS]) => ({ phase, splitS }));
}

/** Minimum green or the crossings on recall, and what follows, in whole seconds. */
function leastSplitS(intersection: Intersection, number: number): number {
  const phase = getPhase(intersection, number);
  const walksS = intersection.crossings
    .filter((it) => phase.crossings.includes(it.id) && it.service === "recall")
    .map((it) => it.walkS + it.clearanceS);
  return Math.ceil(Math.max(phase.minGreenS, ...walksS) + phase.yellowS + phase.redClearanceS);
}

/** Whole parts that add up to `total`, in proportion to the weights above their least; `undefined` where these do not fit. */
function share(
  total: number,
  parts: readonly { readonly weight: number; readonly least: number }[],
): number[] | undefined {
  const shared = parts.map((it) => it.least);
  if (parts.length === 0) return [];
  let left = total - shared.reduce((sum, it) => sum + it, 0);
  if (left < 0) return undefined;
  const weights = parts.reduce((sum, it) => sum + it.weight, 0);
  // The part that is furthest below its proportion gets the next second.
  for (; left > 0; left--) {
    let next = 0;
    let worst = Number.NEGATIVE_INFINITY;
    for (const [at, { weight }] of parts.entries()) {
      const missing = (total * weight) / weights - (shared[at] ?? 0);
      if (missing > worst) [next, worst] = [at, missing];
    }
    shared[next] = (shared[next] ?? 0) + 1;
  }
  return shared;
}
