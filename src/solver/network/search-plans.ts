/** The search over everything at once, from plans that are there: offsets of all, sequences, half cycles, splits. */
import { known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { planAlone, planHalf } from "./choose-cycle.ts";
import { type CoordinationEffort, coordinate } from "./coordinate.ts";
import { improveMembers, type Way } from "./improve-members.ts";
import { listSplitMoves } from "./split-moves.ts";
import { isWorkLeft, type Street, toOffsetS } from "./street.ts";

const FULLY: CoordinationEffort = { labels: 20, draws: 8, rounds: 4 };
const AGAIN: CoordinationEffort = { labels: 20, draws: 8, rounds: 2 };
/** Offsets tried with another sequence or cycle. */
const LABELS = 16;

export function searchPlans(street: Street, log: (what: string) => void = () => {}): void {
  const movable = street.signals.flatMap((it, member) => (it === undefined ? [] : [member]));
  coordinate(street, FULLY);
  log("coordinate");
  improveMembers(street, movable, listSequenceWays);
  log("sequences");
  improveMembers(street, movable, listCycleWays);
  log("cycles");
  improveMembers(street, movable, (it, member) => listSplitWays(it, member, 3));
  log("splits 3");
  coordinate(street, AGAIN);
  log("coordinate");
  improveMembers(street, movable, (it, member) => listOffsetWays(it, member, [8, -8, 4, -4, 2, -2]));
  log("offsets");
  improveMembers(street, movable, (it, member) => listSplitWays(it, member, 2));
  log("splits 2");
  improveMembers(street, movable, listSequenceWays);
  log("sequences");
  improveMembers(street, movable, (it, member) => listSplitWays(it, member, 1));
  log("splits 1");
  improveMembers(street, movable, (it, member) => listOffsetWays(it, member, [3, -3, 2, -2, 1, -1]));
  log("offsets");
  if (!isWorkLeft(street)) return;
}

const presentPlan = (street: Street, member: number): TimingPlan => {
  const { timingPlan, offsetS } = known(street.profiles.members[member], "member");
  return { ...timingPlan, offsetS };
};

function listSequenceWays(street: Street, member: number): Way[] {
  const signal = known(street.signals[member], "signal");
  const plan = presentPlan(street, member);
  return signal.sequenceIds
    .filter((it) => it !== plan.sequenceId)
    .map((sequenceId) => ({ plan: { ...plan, sequenceId }, labels: LABELS }));
}

/** Half the cycle instead of the whole, or the whole instead of half. */
function listCycleWays(street: Street, member: number): Way[] {
  const { prepared } = street;
  const signal = known(street.signals[member], "signal");
  const { periodS, cycleS } = known(street.profiles.members[member], "member");
  const other =
    cycleS === periodS ? planHalf(prepared, signal, periodS) : planAlone(prepared, signal, periodS);
  if (other === undefined || prepared.request.cycle === "keep") return [];
  const plan = presentPlan(street, member);
  return [
    {
      plan: {
        ...other.plan,
        sequenceId: plan.sequenceId,
        offsetS: toOffsetS(street, other.plan.cycleS, plan.offsetS),
      },
      labels: LABELS,
    },
  ];
}

function listSplitWays(street: Street, member: number, byS: number): Way[] {
  if (street.prepared.request.splits === "keep") return [];
  const { problem } = known(street.signals[member], "signal");
  return listSplitMoves(problem, presentPlan(street, member), byS).map((plan) => ({ plan, labels: 0 }));
}

function listOffsetWays(street: Street, member: number, byS: readonly number[]): Way[] {
  const plan = presentPlan(street, member);
  return byS.map((it) => ({
    plan: { ...plan, offsetS: toOffsetS(street, plan.cycleS, plan.offsetS + it) },
    labels: 0,
  }));
}
