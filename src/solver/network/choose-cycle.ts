/**
 * The cycle of areas that share one. Every signal for itself is looked at first, over all lengths (alone-index.ts, closed
 * form); then, from the best of these on, lengths about a twentieth apart are built and roughly coordinated, as long as
 * that finds better ones: platoons like longer cycles than signals alone.
 */
import { assert, known } from "../../errors.ts";
import { toTenths } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildFlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import type { FlowNetwork } from "../../traffic/flow-network.ts";
import { findMisfit, listCycles, listSignalAlternatives } from "../route/signal-alternatives.ts";
import { aloneIndex } from "./alone-index.ts";
import { type CoordinationEffort, coordinate } from "./coordinate.ts";
import type { AreaCycleTrial } from "./network-request.ts";
import { indexOf, isWorkLeft, type PreparedNetwork, type PreparedSignal, type Street } from "./street.ts";

/** Lengths looked at alone before looking closer, and distance between those that are coordinated. */
const LOOKS_ALONE = 16;
const STEP_RATIO = 0.05;
const ROUGHLY: CoordinationEffort = { labels: 16, draws: 6, rounds: 1 };
/** A signal starts with half the cycle where that saves more than this part of what it costs alone. */
const CLEARLY_BETTER = 0.15;

export interface ChosenCycle {
  readonly cycleS: number;
  /** By signal; half cycles where they clearly pay. */
  readonly timingPlans: readonly TimingPlan[];
  readonly trials: readonly AreaCycleTrial[];
}

interface Tried {
  readonly cycleS: number;
  readonly timingPlans: readonly TimingPlan[];
  readonly aloneIndex: number;
  index?: number;
}

/** `prepared` and `network` are those of the areas alone, in one order; `undefined` when no cycle fits, see `trials`. */
export function chooseCycle(
  given: Pick<Street, "budget" | "random"> & {
    readonly prepared: PreparedNetwork;
    readonly network: FlowNetwork;
  },
): ChosenCycle | { readonly trials: readonly AreaCycleTrial[] } {
  const { prepared } = given;
  const trials: AreaCycleTrial[] = [];
  const cyclesS: number[] = [];
  for (const cycleS of listCycles(prepared)) {
    const reason = findMisfit(prepared, cycleS);
    if (reason === undefined) cyclesS.push(cycleS);
    else trials.push({ cycleS, outcome: "infeasible", reason });
  }
  const tried = new Map<number, Tried>();
  const best = lookCloser(given, cyclesS, lookAlone(prepared, cyclesS, tried), tried);
  trials.push(
    ...[...tried.values()].map(
      ({ cycleS, aloneIndex, index }): AreaCycleTrial => ({
        cycleS,
        outcome: "tried",
        aloneIndex,
        ...(index === undefined ? {} : { index }),
      }),
    ),
  );
  trials.sort((a, b) => a.cycleS - b.cycleS);
  return best === undefined ? { trials } : { cycleS: best.cycleS, timingPlans: best.timingPlans, trials };
}

/** The place of the best cycle by every signal for itself: evenly spread ones first, then ever closer. */
function lookAlone(prepared: PreparedNetwork, cyclesS: readonly number[], tried: Map<number, Tried>): number {
  let best = -1;
  const attempt = (at: number): void => {
    const it = tryCycle(prepared, cyclesS, at, tried);
    if (it !== undefined && it.aloneIndex < (tried.get(best)?.aloneIndex ?? Number.POSITIVE_INFINITY))
      best = at;
  };
  const stride = Math.max(1, Math.ceil(cyclesS.length / LOOKS_ALONE));
  for (let at = 0; at < cyclesS.length; at += stride) attempt(at);
  for (let step = stride >> 1; step >= 1; step >>= 1) {
    const around = best;
    attempt(around - step);
    attempt(around + step);
  }
  return best;
}

/** Climbs from there by coordinated looks. */
function lookCloser(
  given: Parameters<typeof chooseCycle>[0],
  cyclesS: readonly number[],
  start: number,
  tried: Map<number, Tried>,
): Tried | undefined {
  const look = (at: number): Tried | undefined => {
    const it = tryCycle(given.prepared, cyclesS, at, tried);
    if (it !== undefined && it.index === undefined) it.index = coordinateRoughly(given, it.timingPlans);
    return it;
  };
  let best = look(start);
  for (const direction of [1, -1]) {
    for (let at = start; isWorkLeft(given); ) {
      const next = stepFrom(cyclesS, at, direction);
      const it = look(next);
      if (it === undefined || best?.index === undefined || (it.index ?? 0) >= best.index) break;
      best = it;
      at = next;
    }
  }
  return best;
}

/** The place of the first cycle that is at least a step away. */
function stepFrom(cyclesS: readonly number[], start: number, direction: number): number {
  const fromS = known(cyclesS[start], "cycle");
  let at = start + direction;
  while (Math.abs((cyclesS[at] ?? Number.POSITIVE_INFINITY) - fromS) < STEP_RATIO * fromS) at += direction;
  return at;
}

function tryCycle(
  prepared: PreparedNetwork,
  cyclesS: readonly number[],
  at: number,
  tried: Map<number, Tried>,
): Tried | undefined {
  const cycleS = cyclesS[at];
  const known = tried.get(at);
  if (cycleS === undefined || known !== undefined) return known;
  const timingPlans: TimingPlan[] = [];
  let sum = 0;
  for (const signal of prepared.signals) {
    const { plan, index } = chooseAlone(prepared, signal, cycleS);
    timingPlans.push(plan);
    sum += index;
  }
  const it: Tried = { cycleS, timingPlans, aloneIndex: sum };
  tried.set(at, it);
  return it;
}

function chooseAlone(
  prepared: PreparedNetwork,
  signal: PreparedSignal,
  cycleS: number,
): { readonly plan: TimingPlan; readonly index: number } {
  const whole = planAlone(prepared, signal, cycleS);
  assert(whole !== undefined, `cycle ${cycleS} s was found to fit`);
  const half = planHalf(prepared, signal, cycleS);
  return half !== undefined && half.index < (1 - CLEARLY_BETTER) * whole.index ? half : whole;
}

/** The plan of half a cycle, where controller and minimums allow it. */
export function planHalf(prepared: PreparedNetwork, signal: PreparedSignal, cycleS: number) {
  const { cycleMinS, resolutionS } = signal.site.intersection.controller;
  const isOnGrid = toTenths(cycleS) % (2 * toTenths(resolutionS)) === 0;
  const isVaried = prepared.request.cycle !== "keep" && prepared.request.splits !== "keep";
  if (!isVaried || !isOnGrid || cycleS / 2 < cycleMinS) return undefined;
  return planAlone(prepared, signal, cycleS / 2);
}

/** Splits at a cycle in closed form, in today's sequence, and what the signal costs alone with them. */
export function planAlone(prepared: PreparedNetwork, signal: PreparedSignal, cycleS: number) {
  const only = { ...prepared, signals: [signal] };
  if (findMisfit(only, cycleS) !== undefined) return undefined;
  const possible = listSignalAlternatives(only, cycleS, "sweep");
  const plan = possible.kind === "possible" ? possible.alternatives[0]?.[0] : undefined;
  if (plan === undefined) return undefined;
  const splits = new Map(plan.splits.map((it) => [it.phase, it.splitS]));
  const splitsS = signal.problem.phases.map((it) => splits.get(it.phase) ?? 0);
  return { plan, index: aloneIndex(signal.problem, splitsS, cycleS) };
}

function coordinateRoughly(
  { prepared, network, budget, random }: Parameters<typeof chooseCycle>[0],
  timingPlans: readonly TimingPlan[],
): number {
  const profiles = buildFlowProfiles(network, timingPlans);
  budget.used += network.groups.length;
  const street: Street = { prepared, profiles, signals: prepared.signals, budget, random };
  coordinate(street, ROUGHLY);
  return indexOf(street);
}
