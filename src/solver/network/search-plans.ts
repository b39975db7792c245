/**
 * The search over everything at once, from plans that are there: offsets of all members together, then member by member
 * sequence, half cycle, splits and offset, and then the same again around members that were thrown out of place.
 *
 * The order is TRANSYT's, from far moves to near ones; what comes once here, comes again in `perturb`. Every step keeps
 * the better of before and after, so the search may be stopped after any of them.
 */
import { known } from "../../errors.ts";
import { type CoordinationEffort, coordinate } from "./coordinate.ts";
import { improveMembers, type ListWays, restorePlans, tryWay, type Way } from "./improve-members.ts";
import { planAlone, planHalf } from "./plan-alone.ts";
import { listSplitMoves } from "./split-moves.ts";
import { getPlan, indexOf, isWorkLeft, type Street, settleStreet, toOffsetS } from "./street.ts";

const FULLY: CoordinationEffort = { labels: 20, draws: 8, rounds: 2 };
/** Offsets tried with another sequence or cycle. */
const LABELS = 16;
/** A cycle that costs this much more alone is not tried. */
const HOPELESS = 1.25;
/** Members that are thrown out of place together. */
const PERTURBED = 6;

/** Improves the plans of the profiles in place; `starts` as in the request. Ends settled. */
export function searchPlans(street: Street, starts: number): void {
  const movable = street.signals.flatMap((it, member) => (it === undefined ? [] : [member]));
  coordinate(street, FULLY);
  for (const ways of [
    listSequenceWays,
    listCycleWays,
    listSplitWays(3),
    listOffsetWays([8, 4, 2]),
    listSplitWays(1),
    listOffsetWays([3, 1]),
  ]) {
    improveMembers(street, movable, ways);
  }
  const perStart = Math.ceil(movable.length / PERTURBED);
  for (let round = perStart; round < starts * perStart && isWorkLeft(street); round++) {
    perturb(street, known(movable[street.random.integer(0, movable.length - 1)], "member"));
  }
}

/** Throws a member and those around it out of place, repairs them, and takes all back where that is no better. */
function perturb(street: Street, center: number): void {
  const region = listRegion(street, center);
  const before = indexOf(street);
  const startedFrom = region.map((it) => getPlan(street, it));
  for (const member of region) {
    const plan = getPlan(street, member);
    const offsetS = toOffsetS(street, plan.cycleS, street.random.uniform() * plan.cycleS);
    tryWay(street, member, { plan: { ...plan, offsetS }, labels: 0 });
  }
  settleStreet(street);
  for (const ways of [
    listRoundWays,
    listSequenceWays,
    listSplitWays(2),
    listOffsetWays([6, 3, 1]),
    listSplitWays(1),
  ]) {
    improveMembers(street, region, ways);
  }
  if (indexOf(street) >= before) restorePlans(street, region, startedFrom);
}

/** The member and the movable ones next to it, and next to those, up to a few. */
function listRegion({ profiles: { network }, signals }: Street, center: number): number[] {
  const region = [center];
  for (const member of region) {
    const { arriving, leaving } = known(network.members[member], "member");
    for (const position of [...arriving, ...leaving]) {
      const { from, to } = known(network.links[position], "link");
      const neighbor = from === member ? to : from;
      if (region.length >= PERTURBED) return region;
      if (signals[neighbor] !== undefined && !region.includes(neighbor)) region.push(neighbor);
    }
  }
  return region;
}

const listRoundWays: ListWays = (street, member) => [{ plan: getPlan(street, member), labels: LABELS }];

function listSequenceWays(street: Street, member: number): Way[] {
  const plan = getPlan(street, member);
  return known(street.signals[member], "signal")
    .sequenceIds.filter((it) => it !== plan.sequenceId)
    .map((sequenceId) => ({ plan: { ...plan, sequenceId }, labels: LABELS }));
}

/** Half the cycle instead of the whole, or the whole instead of half, unless that is hopeless alone. */
const listCycleWays: ListWays = (street, member) => {
  const other = findOtherCycle(street, member);
  return other === undefined || other.aloneRatio > HOPELESS ? [] : [other.way];
};

/** A member's other cycle, half or whole, and what it costs alone with it ÷ what it costs alone with the present one. */
export function findOtherCycle(
  street: Street,
  member: number,
): { readonly way: Way; readonly aloneRatio: number } | undefined {
  const { prepared } = street;
  const signal = street.signals[member];
  if (signal === undefined) return undefined;
  const { periodS, cycleS } = known(street.profiles.members[member], "member");
  const half = planHalf(prepared, signal, periodS);
  const whole = half === undefined ? undefined : planAlone(prepared, signal, periodS);
  if (half === undefined || whole === undefined) return undefined;
  const [present, other] = cycleS === periodS ? [whole, half] : [half, whole];
  const { sequenceId, offsetS } = getPlan(street, member);
  const plan = { ...other.plan, sequenceId, offsetS: toOffsetS(street, other.plan.cycleS, offsetS) };
  return { way: { plan, labels: LABELS }, aloneRatio: other.index / present.index };
}

/** Seconds of green from one phase to another. */
const listSplitWays =
  (byS: number): ListWays =>
  (street, member) => {
    if (street.prepared.request.splits === "keep") return [];
    const { problem } = known(street.signals[member], "signal");
    return listSplitMoves(problem, getPlan(street, member), byS).map((plan) => ({ plan, labels: 0 }));
  };

/** Offsets this much later and earlier. */
const listOffsetWays =
  (byS: readonly number[]): ListWays =>
  (street, member) => {
    const plan = getPlan(street, member);
    return byS
      .flatMap((it) => [it, -it])
      .map((it) => ({
        plan: { ...plan, offsetS: toOffsetS(street, plan.cycleS, plan.offsetS + it) },
        labels: 0,
      }));
  };
