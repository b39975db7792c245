/**
 * Random valid plans around given ones: the cycle of all and every split within ±20 % of theirs, offsets uniform, whole
 * seconds. Cycle lengths keep their ratios. Splits are drawn as weights and share the cycle above their least lengths, so
 * barriers meet; what the safety gate would block is drawn again.
 */
import { known } from "../errors.ts";
import { getIntersection, getPhase, getSequence, type NetworkIndex } from "../network/find.ts";
import type { Intersection } from "../network/network.schema.ts";
import type { SeededRandom } from "../network/seeded-random.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildSites } from "../timing/site.ts";
import { validateTimingPlan } from "../timing/validate-timing-plan.ts";

const SPREAD = 0.2;
const ATTEMPTS = 200;

export function drawPlans(
  index: NetworkIndex,
  around: readonly TimingPlan[],
  random: SeededRandom,
): TimingPlan[] {
  const sites = buildSites(index.network);
  const isValid = (timingPlan: TimingPlan): boolean => {
    const site = sites.get(timingPlan.intersectionId);
    return (
      site !== undefined &&
      validateTimingPlan({ site, timingPlan }).every(({ severity }) => severity !== "BLOCK")
    );
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const factor = vary(random);
    const plans = around.map((it) => drawPlan(index, it, { factor, random, isValid }));
    if (plans.every((it) => it !== undefined)) return plans;
  }
  throw new Error(`assertion failed: no valid plans around the given ones in ${ATTEMPTS} attempts`);
}

const vary = (random: SeededRandom): number => 1 - SPREAD + 2 * SPREAD * random.uniform();

/** `undefined`: nothing valid was drawn at this cycle. */
function drawPlan(
  index: NetworkIndex,
  plan: TimingPlan,
  of: {
    readonly factor: number;
    readonly random: SeededRandom;
    readonly isValid: (plan: TimingPlan) => boolean;
  },
): TimingPlan | undefined {
  const { factor, random, isValid } = of;
  const intersection = getIntersection(index, plan.intersectionId);
  const cycleS = Math.round(plan.cycleS * factor);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const splits = drawSplits(intersection, plan, { cycleS, random });
    if (splits === undefined) return undefined;
    const drawn = { ...plan, cycleS, splits, offsetS: random.integer(0, cycleS - 1) };
    if (isValid(drawn)) return drawn;
  }
  return undefined;
}

/** `undefined`: the least splits do not fit the cycle. */
function drawSplits(
  intersection: Intersection,
  plan: TimingPlan,
  { cycleS, random }: { readonly cycleS: number; readonly random: SeededRandom },
): TimingPlan["splits"] | undefined {
  const weight = new Map(plan.splits.map((it) => [it.phase, it.splitS * vary(random)]));
  const { rings } = getSequence(intersection, plan.sequenceId);
  const groups = Array.from({ length: Math.max(...rings.map((it) => it.length)) }, (_, group) =>
    rings.map((ring) =>
      (ring[group] ?? []).flatMap((phase) => {
        const own = weight.get(phase);
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
  return plan.splits.map(({ phase }) => ({ phase, splitS: known(splits.get(phase), `split of ${phase}`) }));
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
