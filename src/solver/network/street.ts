/** What the network search works on: the flow profiles of all plans, and what may be changed where. */
import { known } from "../../errors.ts";
import type { SeededRandom } from "../../network/seeded-random.ts";
import { fromTenths, toTenths, wrapS } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { type FlowProfiles, moveOffset, settle } from "../../traffic/cyclic-flow-profile.ts";
import type { ProfileTotals } from "../../traffic/group-profile.ts";
import { performanceIndex, type WorkBudget } from "../performance-index.ts";
import type { PreparedSignals } from "../route/signal-alternatives.ts";
import type { HeldGreens } from "./held-greens.ts";
import type { NetworkRequest } from "./network-request.ts";

export type PreparedNetwork = PreparedSignals<NetworkRequest>;
export type PreparedSignal = PreparedNetwork["signals"][number];

export interface Street {
  readonly prepared: PreparedNetwork;
  readonly profiles: FlowProfiles;
  /** By member of the profiles; absent: it runs on as it does. */
  readonly signals: readonly (PreparedSignal | undefined)[];
  /** What every change must keep. */
  readonly held: HeldGreens;
  readonly budget: WorkBudget;
  readonly random: SeededRandom;
}

export const isWorkLeft = ({ budget }: Pick<Street, "budget">): boolean => budget.used < budget.limit;

/** What is to become least, veh·h/h: delay, what the stops are worth, and the price of queues that do not fit. */
export const costOf = (totals: ProfileTotals): number => performanceIndex(totals) + totals.spillVehHPerH;

export const indexOf = ({ profiles }: Pick<Street, "profiles">): number => costOf(profiles.totals);

/** The plan of a member as it stands in the profiles. */
export function getPlan({ profiles }: Pick<Street, "profiles">, member: number): TimingPlan {
  const { timingPlan, offsetS } = known(profiles.members[member], `member ${member}`);
  return { ...timingPlan, offsetS };
}

/** An offset on the controllers' resolution and in [0, cycle), s. */
export function toOffsetS({ prepared }: Street, cycleS: number, offsetS: number): number {
  const step = toTenths(prepared.resolutionS);
  return fromTenths(wrapS(Math.round((offsetS * 10) / step) * step, toTenths(cycleS)));
}

/** Gives a member another offset; what its neighbors downstream hand on waits for `settleStreet`. */
export function moveMember(street: Street, member: number, offsetS: number): void {
  moveOffset(street.profiles, member, offsetS);
  street.budget.used += reachOf(street, member);
}

/** Carries all moves to the end; counted as the lane groups whose platoons have changed, and as many again further on. */
export function settleStreet(street: Street): void {
  const { links, network } = street.profiles;
  let groups = 0;
  for (let link = 0; link < links.length; link++) {
    if (links[link]?.isDirty === true) groups += known(network.links[link], "link").fed.length;
  }
  settle(street.profiles);
  street.budget.used += 2 * groups;
}

/** Lane groups that a move of this member serves again. */
export function reachOf({ profiles: { network } }: Street, member: number): number {
  const { arriving, leaving } = known(network.members[member], "member");
  let groups = 0;
  for (const link of arriving) groups += known(network.links[link], "link").fed.length;
  for (const link of leaving) groups += known(network.links[link], "link").fed.length;
  return groups;
}
