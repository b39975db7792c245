/**
 * What every plan costs in every period of a typical day, and what a change of plan costs: the prices that segment-day.ts
 * chooses by, from the same traffic model that plans are solved and judged with.
 *
 * A change: a signal whose offset must move by Δ of a cycle C does so by at most r C a cycle (the controller's
 * transition, r = 0.2), so it takes ⌈Δ ÷ (r C)⌉ cycles. Between plans of different cycles Δ is whatever it happens to be,
 * evenly in [0, C/2]: 1.8 cycles on average. Until then the signal is out of step: its traffic arrives as if at random, on
 * a cycle that is longer by r. That costs what the model says such a signal costs, alone, less what it costs in step.
 *
 * Limits: an average transition, not the one of a certain second (predict-transition.ts knows that); every transition is
 * taken to lengthen cycles, though half of them shorten them; queues of one period do not last into the next.
 * Cost: P Q evaluations of the network, and as many of each signal by itself.
 */
import { known } from "../errors.ts";
import type { NetworkIndex } from "../network/find.ts";
import { fromTenths, signedDifferenceS, toTenths, wrapS } from "../timing/cycle.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { DEFAULT_TRANSITION } from "../timing/sequencer.ts";
import { buildFlowProfiles } from "../traffic/cyclic-flow-profile.ts";
import { type FlowOfMovement, groupFlows } from "../traffic/evaluate-plan.ts";
import { buildFlowNetwork, type FlowNetwork } from "../traffic/flow-network.ts";
import type { ProfileTotals } from "../traffic/group-profile.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import type { DayCosts } from "./segment-day.ts";

/** Cycles of a transition whose way is evenly distributed over half a cycle. */
const MEAN_CYCLES = meanCycles(DEFAULT_TRANSITION.maxChangeRatio);

export interface PricedDay {
  readonly index: NetworkIndex;
  /** By period; all are equally long. */
  readonly flows: readonly (readonly FlowOfMovement[])[];
  readonly periodH: number;
  /** What plans are compared by, veh·h/h. */
  readonly priceOf: (totals: ProfileTotals) => number;
}

/** The plans are those of the same intersections in the same order. */
export function pricePlans(
  { index, flows, periodH, priceOf }: PricedDay,
  plans: readonly (readonly TimingPlan[])[],
): DayCosts {
  const ids = known(plans[0], "a plan").map((it) => it.intersectionId);
  const networks = flows.map((it) => {
    const grouped = groupFlows(it);
    const compile = (intersectionIds: readonly string[]) =>
      buildFlowNetwork({ index, flows: grouped, intersectionIds });
    return { whole: compile(ids), alone: ids.map((id) => compile([id])) };
  });
  const costs = plans.map(() => new Float64Array(flows.length));
  const outOfStepCosts = plans.map(() => new Float64Array(flows.length));
  const rate = (network: FlowNetwork, timingPlans: readonly TimingPlan[]): number =>
    priceOf(buildFlowProfiles(network, timingPlans).totals);
  for (const [at, timingPlans] of plans.entries()) {
    const lengthened = timingPlans.map(lengthen);
    for (const [period, { whole, alone }] of networks.entries()) {
      const inStep = rate(whole, timingPlans);
      let outOfStep = 0;
      for (const [member, network] of alone.entries())
        outOfStep += rate(network, [known(lengthened[member], "lengthened plan")]);
      known(costs[at], "costs of a plan")[period] = inStep * periodH;
      known(outOfStepCosts[at], "costs of a plan")[period] = Math.max(0, outOfStep - inStep);
    }
  }
  return { costs, outOfStepCosts, changeHours: listChangeHours(plans) };
}

/** The mean over all signals of how long each is out of step, h. */
function listChangeHours(plans: readonly (readonly TimingPlan[])[]): Float64Array {
  const hours = new Float64Array(plans.length ** 2);
  for (const [from, before] of plans.entries()) {
    for (const [to, after] of plans.entries()) {
      let seconds = 0;
      for (const [member, plan] of after.entries())
        seconds += transitionS(known(before[member], "plan before"), plan);
      hours[from * plans.length + to] = seconds / after.length / SECONDS_PER_HOUR;
    }
  }
  return hours;
}

/** How long a signal is out of step after this change, on average, s. */
export function transitionS(before: TimingPlan, after: TimingPlan): number {
  const { cycleS, offsetS } = after;
  if (before.cycleS !== cycleS) return MEAN_CYCLES * cycleS;
  const wayS = Math.abs(signedDifferenceS(before.offsetS, offsetS, cycleS));
  return Math.ceil(wayS / (DEFAULT_TRANSITION.maxChangeRatio * cycleS) - 1e-9) * cycleS;
}

/** E⌈x ÷ r⌉ for x even in [0, ½]. */
function meanCycles(ratio: number): number {
  let mean = 0;
  for (let cycles = 1; (cycles - 1) * ratio < 0.5; cycles++) {
    mean += cycles * (Math.min(0.5, cycles * ratio) - (cycles - 1) * ratio);
  }
  return mean / 0.5;
}

/** All splits and the cycle as long as a transition makes them. */
function lengthen(plan: TimingPlan): TimingPlan {
  const longer = (timeS: number) =>
    fromTenths(Math.round(toTenths(timeS) * (1 + DEFAULT_TRANSITION.maxChangeRatio)));
  const cycleS = longer(plan.cycleS);
  return {
    ...plan,
    cycleS,
    offsetS: wrapS(plan.offsetS, cycleS),
    splits: plan.splits.map(({ phase, splitS }) => ({ phase, splitS: longer(splitS) })),
  };
}
