/**
 * One member after the other: another sequence, half or whole cycle, other splits, another offset; each tried on the flow
 * profiles themselves and judged where it stands. A pass whose changes together made the network worse is taken back.
 */
import { known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { replacePlan } from "../../traffic/cyclic-flow-profile.ts";
import { buildHoldTest } from "./held-greens.ts";
import { addOwnCosts } from "./link-tables.ts";
import {
  getPlan,
  indexOf,
  isWorkLeft,
  moveMember,
  reachOf,
  type Street,
  settleStreet,
  toOffsetS,
} from "./street.ts";

/** A way to run a member instead of its present plan. */
export interface Way {
  readonly plan: TimingPlan;
  /** 0: with the plan's own offset; otherwise with the best of so many round the period. */
  readonly labels: number;
}

export type ListWays = (street: Street, member: number) => readonly Way[];

/** A change must save this part of the whole index, so that rounding moves nothing. */
const WORTHWHILE = 1e-9;

/** One pass over the members in the given order; answers what it saved, veh·h/h. Ends settled. */
export function improveMembers(street: Street, members: readonly number[], listWays: ListWays): number {
  const startedFrom = members.map((it) => getPlan(street, it));
  const before = indexOf(street);
  for (const member of members) {
    if (!isWorkLeft(street)) break;
    improveMember(street, member, listWays(street, member));
  }
  settleStreet(street);
  const saved = before - indexOf(street);
  if (saved >= 0) return saved;
  restorePlans(street, members, startedFrom);
  return 0;
}

/** Puts back the plans of some members wherever they have changed. Ends settled. */
export function restorePlans(
  street: Street,
  members: readonly number[],
  timingPlans: readonly TimingPlan[],
): void {
  for (const [at, member] of members.entries()) putPlan(street, member, known(timingPlans[at], "plan"));
  settleStreet(street);
}

function improveMember(street: Street, member: number, ways: readonly Way[]): void {
  const kept = getPlan(street, member);
  let best = { plan: kept, index: indexOf(street) * (1 - WORTHWHILE) };
  for (const way of ways) {
    const plan = tryWay(street, member, way);
    const index = indexOf(street);
    if (plan !== undefined && index < best.index) best = { plan, index };
  }
  putPlan(street, member, best.plan);
}

/** Puts a way to run a member into the profiles; `undefined` where it would lose a held green. */
export function tryWay(street: Street, member: number, { plan, labels }: Way): TimingPlan | undefined {
  const isKept = buildHoldTest(street.prepared.request.index, street.held, plan);
  if (labels === 0 && !isKept(plan.offsetS)) return undefined;
  putPlan(street, member, plan);
  if (labels === 0) return plan;
  const { periodS } = known(street.profiles.members[member], "member");
  const costs = new Float64Array(labels);
  addOwnCosts(street.profiles, member, costs, street.budget);
  const offsetsS = Array.from(costs, (_, label) =>
    toOffsetS(street, plan.cycleS, plan.offsetS + (label * periodS) / labels),
  );
  let best: number | undefined;
  for (const [label, offsetS] of offsetsS.entries()) {
    if (best !== undefined && (costs[label] ?? 0) >= (costs[best] ?? 0)) continue;
    if (isKept(offsetS)) best = label;
  }
  if (best === undefined) return undefined;
  const offsetS = known(offsetsS[best], "offset");
  moveMember(street, member, offsetS);
  return { ...plan, offsetS };
}

/** Gives a member a plan; only its offset where nothing else changes. */
export function putPlan(street: Street, member: number, plan: TimingPlan): void {
  const { timingPlan, offsetS } = known(street.profiles.members[member], "member");
  const isSame =
    timingPlan.splits === plan.splits &&
    timingPlan.sequenceId === plan.sequenceId &&
    timingPlan.cycleS === plan.cycleS;
  if (!isSame) {
    replacePlan(street.profiles, member, plan);
    street.budget.used += reachOf(street, member);
  } else if (offsetS !== plan.offsetS) {
    moveMember(street, member, plan.offsetS);
  }
}
