/**
 * Random valid plans around given ones: the cycle of all and every split within ±20 % of theirs, offsets uniform, whole
 * seconds. Cycle lengths keep their ratios. Splits are drawn as weights and share the cycle above their least lengths, so
 * barriers meet; what the safety gate would block is drawn again.
 */
import { getIntersection, type NetworkIndex } from "../network/find.ts";
import type { SeededRandom } from "../network/seeded-random.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildSites } from "../timing/site.ts";
import { validateTimingPlan } from "../timing/validate-timing-plan.ts";
import { fillCycle } from "./fill-cycle.ts";

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
    const weights = new Map(plan.splits.map((it) => [it.phase, it.splitS * vary(random)]));
    const splits = fillCycle(intersection, { sequenceId: plan.sequenceId, cycleS, weights });
    if (splits === undefined) return undefined;
    const drawn = { ...plan, cycleS, splits, offsetS: random.integer(0, cycleS - 1) };
    if (isValid(drawn)) return drawn;
  }
  return undefined;
}
