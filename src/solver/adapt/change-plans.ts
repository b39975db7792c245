/**
 * A plan change: cycle by sub-area with hysteresis, splits of their own at the new cycle, and offsets and splits of all
 * searched together. The cycle rises by a step where a movement is above 0.9 of its capacity and falls by one where all
 * are below 0.8 (Split Cycle Offset Optimisation Technique practice; the Signal Timing Manual keeps X below 0.9).
 */
import { known } from "../../errors.ts";
import type { NetworkIndex } from "../../network/find.ts";
import { fromTenths, toTenths, wrapS } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { planAlone } from "../network/plan-alone.ts";
import { getPlan, type Street } from "../network/street.ts";
import { joinAreas, listSubAreas } from "../network/sub-areas.ts";
import type { CycleChange, PlanChangeLimits } from "./adapt-request.ts";

const RAISE_ABOVE = 0.9;
const LOWER_BELOW = 0.8;

/** The plans of all members of `street` with new cycles where they are asked for. */
export function changeCycles(
  index: NetworkIndex,
  street: Street,
  limits: PlanChangeLimits,
): { readonly timingPlans: readonly TimingPlan[]; readonly cycles: readonly CycleChange[] } {
  const { network } = street.profiles;
  const timingPlans = network.members.map((_, member) => getPlan(street, member));
  const cycles: CycleChange[] = [];
  const areas = listSubAreas(index, network);
  for (const group of joinAreas(index, network, areas)) {
    const members = group.flatMap((area) => known(areas[area], "area"));
    const changed = changeCycle(street, members, limits);
    if (changed === undefined) continue;
    cycles.push(changed.cycle);
    for (const [at, member] of members.entries()) timingPlans[member] = known(changed.plans[at], "plan");
  }
  return { timingPlans, cycles };
}

/** `undefined` where the cycle stays; plans by member. */
function changeCycle(
  street: Street,
  members: readonly number[],
  limits: PlanChangeLimits,
): { readonly plans: readonly TimingPlan[]; readonly cycle: CycleChange } | undefined {
  const plans = members.map((it) => getPlan(street, it));
  const fromS = Math.max(...plans.map((it) => it.cycleS));
  const largestDegreeOfSaturation = largestSaturation(street, members);
  const byS =
    largestDegreeOfSaturation > RAISE_ABOVE
      ? limits.cycleS
      : largestDegreeOfSaturation < LOWER_BELOW
        ? -limits.cycleS
        : 0;
  const toS = clampCycle(street, fromS + byS, limits);
  if (byS === 0 || (toS - fromS) * byS <= 0) return undefined;
  const changed: TimingPlan[] = [];
  for (const [at, member] of members.entries()) {
    const plan = known(plans[at], "plan");
    const ratio = plan.cycleS / fromS;
    const signal = street.signals[member];
    // One that may not change, or that runs neither the whole cycle nor half of it, keeps the group where it is.
    if (signal === undefined || (ratio !== 1 && ratio !== 0.5)) return undefined;
    const alone = planAlone(street.prepared, signal, fromTenths(toTenths(toS * ratio)));
    if (alone === undefined) return undefined;
    const { cycleS, splits } = alone.plan;
    changed.push({ ...plan, cycleS, splits, offsetS: wrapS(plan.offsetS, cycleS) });
  }
  return { plans: changed, cycle: { fromS, toS, intersections: members.length, largestDegreeOfSaturation } };
}

/** On the controllers' resolution, twice so that half of it is on it too, and in the range. */
function clampCycle(street: Street, cycleS: number, { cycleMinS, cycleMaxS }: PlanChangeLimits): number {
  const gridS = 2 * street.prepared.resolutionS;
  const controllers = street.prepared.signals.map((it) => it.site.intersection.controller);
  const leastS = Math.max(cycleMinS, ...controllers.map((it) => it.cycleMinS));
  const mostS = Math.min(cycleMaxS, ...controllers.map((it) => it.cycleMaxS));
  const clampedS = Math.min(mostS, Math.max(leastS, cycleS));
  return fromTenths(Math.round(clampedS / gridS) * toTenths(gridS));
}

function largestSaturation({ profiles }: Street, members: readonly number[]): number {
  let largest = 0;
  for (const member of members) {
    const { firstGroup, endGroup } = known(profiles.network.members[member], "member");
    for (let group = firstGroup; group < endGroup; group++) {
      const { flowVph, capacityVph } = known(profiles.groups[group], "lane group");
      largest = Math.max(largest, flowVph / capacityVph);
    }
  }
  return largest;
}
