/**
 * One member after the other: another sequence, half or whole cycle, other splits, offsets near the present one; each tried
 * on the flow profiles themselves and judged where it stands. A pass whose changes together made the network worse is
 * taken back as a whole.
 */
import { known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { replacePlan } from "../../traffic/cyclic-flow-profile.ts";
import { addOwnCosts } from "./link-tables.ts";
import {
  indexOf,
  isWorkLeft,
  listPlans,
  moveMember,
  reachOf,
  type Street,
  settleStreet,
  toOffsetS,
} from "./street.ts";

/** Ways to run a member instead of its present plan. */
export type ListWays = (street: Street, member: number) => readonly Way[];

export interface Way {
  readonly plan: TimingPlan;
  /** Offsets to be tried with it: that of the plan, or the best of so many round the period. */
  readonly labels: number;
}

/** A change must save this part of the whole index to be worth it. */
const WORTHWHILE = 1e-7;

/** One pass over the members in the given order; answers what it saved, veh·h/h. Ends settled. */
export function improveMembers(street: Street, members: readonly number[], listWays: ListWays): number {
  const startedFrom = listPlans(street);
  const before = indexOf(street);
  for (const member of members) {
    if (!isWorkLeft(street)) break;
    improveMember(street, member, listWays(street, member));
  }
  settleStreet(street);
  const saved = before - indexOf(street);
  if (saved < 0) {
    restorePlans(street, startedFrom);
    return 0;
  }
  return saved;
}

/** Puts the plans back wherever they have changed. Ends settled. */
export function restorePlans(street: Street, timingPlans: readonly TimingPlan[]): void {
  for (const [member, plan] of timingPlans.entries()) {
    const present = known(street.profiles.members[member], "member");
    if (present.timingPlan.splits !== plan.splits || present.timingPlan.sequenceId !== plan.sequenceId)
      putPlan(street, member, plan);
    else if (present.offsetS !== plan.offsetS) moveMember(street, member, plan.offsetS);
  }
  settleStreet(street);
}

function improveMember(street: Street, member: number, ways: readonly Way[]): void {
  const present = known(street.profiles.members[member], "member");
  const kept = { ...present.timingPlan, offsetS: present.offsetS };
  let best = { plan: kept, index: indexOf(street) * (1 - WORTHWHILE) };
  let standing: TimingPlan = kept;
  for (const { plan, labels } of ways) {
    putPlan(street, member, plan);
    standing = labels > 0 ? placeMember(street, member, plan, labels) : plan;
    const index = indexOf(street);
    if (index < best.index) best = { plan: standing, index };
  }
  if (standing !== best.plan) putPlan(street, member, best.plan);
}

/** The best of so many offsets, by tables of the member's own links. */
function placeMember(street: Street, member: number, plan: TimingPlan, labels: number): TimingPlan {
  const { profiles, budget } = street;
  const costs = new Float64Array(labels);
  addOwnCosts(profiles, member, costs, budget);
  let best = 0;
  for (let label = 1; label < labels; label++) if ((costs[label] ?? 0) < (costs[best] ?? 0)) best = label;
  if (best === 0) return plan;
  const { periodS } = known(profiles.members[member], "member");
  const offsetS = toOffsetS(street, plan.cycleS, plan.offsetS + (best * periodS) / labels);
  moveMember(street, member, offsetS);
  return { ...plan, offsetS };
}

function putPlan(street: Street, member: number, plan: TimingPlan): void {
  const { timingPlan, cycleS } = known(street.profiles.members[member], "member");
  if (
    timingPlan.splits === plan.splits &&
    timingPlan.sequenceId === plan.sequenceId &&
    cycleS === plan.cycleS
  ) {
    moveMember(street, member, plan.offsetS);
    return;
  }
  replacePlan(street.profiles, member, plan);
  street.budget.used += reachOf(street, member);
}
