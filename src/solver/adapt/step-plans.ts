/**
 * Small steps from what runs: seconds of green from one phase to another and offsets a little earlier or later, none
 * further from the running plan than a controller takes without a plan change (rule 22). A step whose own gain is too
 * small for its intersection is taken back: noise in the counts is not to move the street.
 */
import { known } from "../../errors.ts";
import { signedDifferenceS } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { improveMembers, type ListWays, putPlan } from "../network/improve-members.ts";
import { listSplitMoves } from "../network/split-moves.ts";
import { getPlan, indexOf, type Street, settleStreet, toOffsetS } from "../network/street.ts";
import { performanceIndex } from "../performance-index.ts";
import type { StepLimits } from "./adapt-request.ts";

/** Moves the plans of `members` in place. Ends settled. */
export function stepPlans(
  street: Street,
  by: { readonly members: readonly number[]; readonly step: StepLimits; readonly leastGainRatio: number },
): void {
  const running = by.members.map((it) => getPlan(street, it));
  const runningOf = new Map(by.members.map((member, at) => [member, known(running[at], "running plan")]));
  const isStep = (member: number, plan: TimingPlan): boolean =>
    isWithin(known(runningOf.get(member), "running plan"), plan, by.step);
  const offsets =
    (...laterS: readonly number[]): ListWays =>
    (_, member) => {
      const plan = getPlan(street, member);
      return laterS
        .flatMap((it) => [it, -it])
        .map((it) => ({ ...plan, offsetS: toOffsetS(street, plan.cycleS, plan.offsetS + it) }))
        .filter((it) => isStep(member, it))
        .map((it) => ({ plan: it, labels: 0 }));
    };
  const splits =
    (byS: number): ListWays =>
    (_, member) => {
      const { problem, site } = known(street.signals[member], "signal");
      const onGridS =
        Math.ceil(byS / site.intersection.controller.resolutionS) * site.intersection.controller.resolutionS;
      return listSplitMoves(problem, getPlan(street, member), onGridS)
        .filter((it) => isStep(member, it))
        .map((it) => ({ plan: it, labels: 0 }));
    };
  for (const ways of [offsets(4, 2), splits(3), splits(1), offsets(1)])
    improveMembers(street, by.members, ways);
  takeBackSmall(street, { members: by.members, running, leastGainRatio: by.leastGainRatio });
}

function isWithin(running: TimingPlan, plan: TimingPlan, step: StepLimits): boolean {
  const splits = new Map(running.splits.map((it) => [it.phase, it.splitS]));
  return (
    plan.cycleS === running.cycleS &&
    Math.abs(signedDifferenceS(running.offsetS, plan.offsetS, plan.cycleS)) <= step.offsetS &&
    plan.splits.every(({ phase, splitS }) => Math.abs(splitS - (splits.get(phase) ?? 0)) <= step.splitS)
  );
}

/** Puts back every running plan that costs less more than the least gain of its intersection. Ends settled. */
function takeBackSmall(
  street: Street,
  of: {
    readonly members: readonly number[];
    readonly running: readonly TimingPlan[];
    readonly leastGainRatio: number;
  },
): void {
  for (const [at, member] of of.members.entries()) {
    const before = known(of.running[at], "running plan");
    const stepped = getPlan(street, member);
    if (isSamePlan(before, stepped)) continue;
    const index = indexOf(street);
    putPlan(street, member, before);
    if (indexOf(street) - index >= of.leastGainRatio * ownIndex(street, member))
      putPlan(street, member, stepped);
  }
  settleStreet(street);
}

/** The same times; sequence and reference are not varied here. */
export const isSamePlan = (one: TimingPlan, other: TimingPlan): boolean =>
  one.cycleS === other.cycleS &&
  one.offsetS === other.offsetS &&
  one.sequenceId === other.sequenceId &&
  one.splits.every(({ phase, splitS }) =>
    other.splits.some((it) => it.phase === phase && it.splitS === splitS),
  );

/** Delay and stops of a member's own lane groups, veh·h/h. */
function ownIndex({ profiles }: Street, member: number): number {
  const { firstGroup, endGroup } = known(profiles.network.members[member], "member");
  let delayVehHPerH = 0;
  let stopsVph = 0;
  for (let group = firstGroup; group < endGroup; group++) {
    const { flowVph, delayS, stopRatio } = known(profiles.groups[group], "lane group");
    delayVehHPerH += (flowVph * delayS) / 3600;
    stopsVph += flowVph * stopRatio;
  }
  return performanceIndex({ delayVehHPerH, stopsVph });
}
