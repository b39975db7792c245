/** What is told of each sub-area: its cycle and why, its half cycles, and what its boundary costs. */
import { known } from "../../errors.ts";
import { buildFlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { groupFlows, groupInitialQueues } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork } from "../../traffic/flow-network.ts";
import { spillPriceOf } from "../../traffic/group-profile.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { putPlan, tryWay } from "./improve-members.ts";
import type { SubArea } from "./network-request.ts";
import { findOtherCycle } from "./search-plans.ts";
import { costOf, getPlan, indexOf, type Street, settleStreet } from "./street.ts";

/** Of some members, with the cycle of all areas that share one; the profiles are settled, and are so again afterwards. */
export function explainArea(
  street: Street,
  { members, cycleS, cycles }: { members: readonly number[] } & Pick<SubArea, "cycleS" | "cycles">,
): SubArea {
  const plans = members.map((it) => getPlan(street, it));
  const isHalf = (member: number): boolean => 2 * getPlan(street, member).cycleS === cycleS;
  return {
    intersectionIds: plans.map((it) => it.intersectionId),
    cycleS,
    halfCycleIds: plans.filter((it) => 2 * it.cycleS === cycleS).map((it) => it.intersectionId),
    halfCycleGain: members.filter(isHalf).reduce((sum, it) => sum + measureHalfCycle(street, it), 0),
    boundaryCost: measureBoundary(street, members),
    critical: findCritical(street, members),
    cycles,
  };
}

/** Index with the whole cycle and the best offset for it, less that with half of it, around one member. */
function measureHalfCycle(street: Street, member: number): number {
  const half = getPlan(street, member);
  const before = indexOf(street);
  const whole = findOtherCycle(street, member);
  if (whole === undefined || tryWay(street, member, whole.way) === undefined) return 0;
  const saved = indexOf(street) - before;
  putPlan(street, member, half);
  settleStreet(street);
  return saved;
}

/** The area alone, its boundary's arrivals even, less what the same lane groups cost in the whole street. */
function measureBoundary({ prepared, profiles, budget }: Street, members: readonly number[]): number {
  if (members.length === profiles.members.length) return 0;
  const { index, flows } = prepared.request;
  const plans = members.map((it) => getPlan({ profiles }, it));
  const network = buildFlowNetwork({
    index,
    flows: groupFlows(flows),
    initialQueues: groupInitialQueues(flows),
    intersectionIds: plans.map((it) => it.intersectionId),
  });
  budget.used += network.groups.length;
  return costOf(buildFlowProfiles(network, plans).totals) - sumUp(profiles, members);
}

function sumUp(profiles: Street["profiles"], members: readonly number[]): number {
  const totals = { delayVehHPerH: 0, stopsVph: 0, spillVehHPerH: 0 };
  for (const member of members) {
    const { firstGroup, endGroup } = known(profiles.network.members[member], "member");
    for (const group of profiles.groups.slice(firstGroup, endGroup)) {
      totals.delayVehHPerH += (group.flowVph * group.delayS) / SECONDS_PER_HOUR;
      totals.stopsVph += group.flowVph * group.stopRatio;
      totals.spillVehHPerH += spillPriceOf(group);
    }
  }
  return costOf(totals);
}

function findCritical({ profiles }: Street, members: readonly number[]): SubArea["critical"] {
  let critical = { intersectionId: "", movementId: "", degreeOfSaturation: -1 };
  for (const member of members) {
    const { firstGroup, endGroup, intersection } = known(profiles.network.members[member], "member");
    for (let at = firstGroup; at < endGroup; at++) {
      const { flowVph, capacityVph } = known(profiles.groups[at], "lane group");
      const degreeOfSaturation = flowVph / capacityVph;
      const movementId = profiles.network.groups[at]?.members[0]?.movement.id ?? "";
      if (degreeOfSaturation > critical.degreeOfSaturation) {
        critical = { intersectionId: intersection.id, movementId, degreeOfSaturation };
      }
    }
  }
  return critical;
}
