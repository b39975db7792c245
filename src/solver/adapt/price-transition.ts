/**
 * What the way to a new plan costs, before it is gone: the cycles from the running plan to the new one as the
 * controller will run them, to the tenth of a second (timing/list-transition-cycles.ts), each priced by the traffic model.
 *
 * While an intersection is not in step its cycle begins at another place of the common cycle than the plan says: that is
 * another offset, and the model knows what it costs, at the intersection and at its neighbors. A cycle that is longer or
 * shorter than the plan's costs what the closed form under even arrivals says of splits in the same ratio
 * (network/alone-index.ts). Together: Σ over cycles of (index as it runs − index of the new plan) × cycle.
 *
 * Limits: every cycle is priced as if it repeated; all intersections begin together. Cost: an evaluation of the model for
 * each cycle of the longest transition.
 */
import { known } from "../../errors.ts";
import { fromTenths, toTenths } from "../../timing/cycle.ts";
import { listTransitionCycles } from "../../timing/list-transition-cycles.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { DEFAULT_TRANSITION } from "../../timing/sequencer.ts";
import type { TimeBase } from "../../timing/time-zero.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { aloneIndex } from "../network/alone-index.ts";
import {
  getPlan,
  indexOf,
  moveMember,
  type PreparedSignal,
  type Street,
  settleStreet,
  toOffsetS,
} from "../network/street.ts";

export interface MemberChange {
  readonly member: number;
  readonly running: TimingPlan;
}

export interface TransitionPrice {
  /** veh·h */
  readonly vehH: number;
  /** Longest of an intersection. */
  readonly cycles: number;
}

interface Way {
  readonly member: number;
  readonly signal: PreparedSignal;
  readonly plan: TimingPlan;
  readonly cycles: readonly { readonly offsetS: number; readonly lengthS: number }[];
}

/**
 * `street` stands at the new plan and comes back to it. `undefined` when an intersection would not be in step within the
 * cycles that rule 24 allows.
 */
export function priceTransition(
  street: Street,
  of: {
    readonly changes: readonly MemberChange[];
    readonly timeBase: TimeBase;
    readonly activateAtDs: number;
    readonly cyclesMax: number;
  },
): TransitionPrice | undefined {
  const ways: Way[] = [];
  for (const change of of.changes) {
    const way = findWay(street, change, of);
    if (way === undefined) return undefined;
    ways.push(way);
  }
  const index = indexOf(street);
  const cycles = ways.reduce((most, it) => Math.max(most, it.cycles.length), 0);
  let vehH = 0;
  for (let cycle = 0; cycle < cycles; cycle++) {
    let longestS = 0;
    for (const { member, signal, plan, cycles: own } of ways) {
      const run = own[cycle];
      moveMember(street, member, run?.offsetS ?? plan.offsetS);
      if (run === undefined) continue;
      longestS = Math.max(longestS, run.lengthS);
      vehH += (stretchIndex(signal, plan, run.lengthS) * run.lengthS) / SECONDS_PER_HOUR;
    }
    settleStreet(street);
    vehH += ((indexOf(street) - index) * longestS) / SECONDS_PER_HOUR;
  }
  for (const { member, plan } of ways) moveMember(street, member, plan.offsetS);
  settleStreet(street);
  return { vehH, cycles };
}

function findWay(
  street: Street,
  { member, running }: MemberChange,
  of: { readonly timeBase: TimeBase; readonly activateAtDs: number; readonly cyclesMax: number },
): Way | undefined {
  const plan = getPlan(street, member);
  const signal = known(street.signals[member], "signal");
  const cycles = listTransitionCycles(signal.site.intersection, {
    ...of,
    from: running,
    to: plan,
    transition: DEFAULT_TRANSITION,
  });
  return (
    cycles && {
      member,
      signal,
      plan,
      cycles: cycles.map(({ lengthDs, lateDs }) => ({
        offsetS: toOffsetS(street, plan.cycleS, plan.offsetS + fromTenths(lateDs)),
        lengthS: fromTenths(lengthDs),
      })),
    }
  );
}

/** What a longer or shorter cycle costs more than the plan's own, veh·h/h. */
function stretchIndex({ problem }: PreparedSignal, plan: TimingPlan, lengthS: number): number {
  if (toTenths(lengthS) === toTenths(plan.cycleS)) return 0;
  const splits = new Map(plan.splits.map((it) => [it.phase, it.splitS]));
  const splitsS = problem.phases.map(({ phase }) => splits.get(phase) ?? 0);
  const ratio = lengthS / plan.cycleS;
  const asRunS = splitsS.map((it) => it * ratio);
  return aloneIndex(problem, asRunS, lengthS) - aloneIndex(problem, splitsS, plan.cycleS);
}
