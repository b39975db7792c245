/**
 * The cycle of areas that share one. Every signal for itself is looked at first, over the whole range (plan-alone.ts, closed
 * form); then, from the best of these on, lengths about a twentieth apart are built and roughly coordinated, as long as
 * that finds better ones: platoons like longer cycles than signals alone.
 */
import { assert, known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildFlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import type { FlowNetwork } from "../../traffic/flow-network.ts";
import { findMisfit, listCycles } from "../route/signal-alternatives.ts";
import { type CoordinationEffort, coordinate } from "./coordinate.ts";
import { holdFloors } from "./hold-floors.ts";
import type { AreaCycleTrial } from "./network-request.ts";
import { type AlonePlan, planAlone, planHalf } from "./plan-alone.ts";
import {
  getPlan,
  indexOf,
  isWorkLeft,
  type PreparedNetwork,
  type PreparedSignal,
  type Street,
} from "./street.ts";

/** Lengths looked at alone before looking closer. */
const LOOKS_ALONE = 6;
/** Distance between the lengths that are coordinated. */
const STEP_RATIO = 0.05;
const ROUGHLY: CoordinationEffort = { labels: 16, draws: 6, rounds: 1 };
/** A signal starts with half the cycle where that saves more than this part of what it costs alone. */
const CLEARLY_BETTER = 0.15;

/** Areas that share a cycle: their signals, and their flow network in the same order. */
export interface CycleQuestion extends Pick<Street, "budget" | "random"> {
  readonly prepared: PreparedNetwork;
  readonly network: FlowNetwork;
}

export interface CycleAnswer {
  /** The plans to start from, by signal: half cycles where they clearly pay, floors held; absent: no cycle fits. */
  readonly timingPlans?: readonly TimingPlan[];
  readonly trials: readonly AreaCycleTrial[];
}

interface Tried {
  readonly cycleS: number;
  readonly timingPlans: readonly TimingPlan[];
  readonly aloneIndex: number;
  index?: number;
  /** Why it is out. */
  reason?: string;
}

type Trials = Map<number, Tried>;

export function chooseCycle(question: CycleQuestion): CycleAnswer {
  const { prepared } = question;
  const misfits: AreaCycleTrial[] = [];
  const cyclesS: number[] = [];
  for (const cycleS of listCycles(prepared)) {
    const reason = findMisfit(prepared, cycleS);
    if (reason === undefined) cyclesS.push(cycleS);
    else misfits.push({ cycleS, outcome: "infeasible", reason });
  }
  const tried: Trials = new Map();
  const start = lookAlone(prepared, cyclesS, tried);
  const best = start === undefined ? undefined : climb(question, cyclesS, start, tried);
  const trials = [...misfits, ...[...tried.values()].map(toTrial)].sort((a, b) => a.cycleS - b.cycleS);
  return best === undefined ? { trials } : { timingPlans: best.timingPlans, trials };
}

function toTrial({ cycleS, aloneIndex, index, reason }: Tried): AreaCycleTrial {
  if (reason !== undefined) return { cycleS, outcome: "infeasible", reason };
  return { cycleS, outcome: "tried", aloneIndex, ...(index === undefined ? {} : { index }) };
}

/** The place of the best cycle for every signal alone: evenly spread ones first, then closer around the best. */
function lookAlone(prepared: PreparedNetwork, cyclesS: readonly number[], tried: Trials): number | undefined {
  let best: number | undefined;
  const attempt = (at: number): void => {
    const cycleS = cyclesS[at];
    if (cycleS === undefined || tried.has(at)) return;
    const it = tryCycle(prepared, cycleS);
    tried.set(at, it);
    if (best === undefined || it.aloneIndex < known(tried.get(best), "trial").aloneIndex) best = at;
  };
  const stride = Math.max(1, Math.ceil(cyclesS.length / LOOKS_ALONE));
  for (let at = 0; at < cyclesS.length; at += stride) attempt(at);
  for (let step = stride >> 1; step >= 1 && best !== undefined; step >>= 1) {
    const around: number = best;
    const gapS = (cyclesS[around + step] ?? 0) - known(cyclesS[around], "cycle");
    if (gapS > 0 && gapS < STEP_RATIO * known(cyclesS[around], "cycle")) break;
    attempt(around - step);
    attempt(around + step);
  }
  return best;
}

/** From there by coordinated looks, first to longer and then to shorter cycles. */
function climb(
  question: CycleQuestion,
  cyclesS: readonly number[],
  start: number,
  tried: Trials,
): Tried | undefined {
  const look = (at: number): Tried | undefined => {
    const cycleS = cyclesS[at];
    if (cycleS === undefined) return undefined;
    const it = tried.get(at) ?? tryCycle(question.prepared, cycleS);
    const looked = it.index === undefined ? coordinateRoughly(question, it) : it;
    tried.set(at, looked);
    return looked;
  };
  const costOf = (it: Tried | undefined): number => it?.index ?? Number.POSITIVE_INFINITY;
  let best = look(start);
  for (const direction of [1, -1]) {
    for (let at = stepFrom(cyclesS, start, direction); isWorkLeft(question); ) {
      const next = look(at);
      if (next === undefined || (costOf(next) >= costOf(best) && best?.index !== undefined)) break;
      best = next;
      at = stepFrom(cyclesS, at, direction);
    }
  }
  return best?.index === undefined ? undefined : best;
}

/** The place of the first cycle that is at least a step away. */
function stepFrom(cyclesS: readonly number[], start: number, direction: number): number {
  const fromS = known(cyclesS[start], "cycle");
  let at = start + direction;
  while (Math.abs((cyclesS[at] ?? Number.POSITIVE_INFINITY) - fromS) < STEP_RATIO * fromS) at += direction;
  return at;
}

function tryCycle(prepared: PreparedNetwork, cycleS: number): Tried {
  const alone = prepared.signals.map((it) => chooseAlone(prepared, it, cycleS));
  return {
    cycleS,
    timingPlans: alone.map((it) => it.plan),
    aloneIndex: alone.reduce((sum, it) => sum + it.index, 0),
  };
}

function chooseAlone(prepared: PreparedNetwork, signal: PreparedSignal, cycleS: number): AlonePlan {
  const whole = planAlone(prepared, signal, cycleS);
  assert(whole !== undefined, `cycle ${cycleS} s was found to fit`);
  const half = planHalf(prepared, signal, cycleS);
  return half !== undefined && half.index < (1 - CLEARLY_BETTER) * whole.index ? half : whole;
}

/** The same trial with its index, or with the reason why the floors cannot be held. */
function coordinateRoughly({ prepared, network, budget, random }: CycleQuestion, tried: Tried): Tried {
  const start = holdFloors(prepared, tried.timingPlans);
  if (start.missed.length > 0) return { ...tried, reason: start.missed.join(" ") };
  const profiles = buildFlowProfiles(network, start.timingPlans);
  budget.used += network.groups.length;
  const street = { prepared, profiles, signals: prepared.signals, held: start.held, budget, random };
  coordinate(street, ROUGHLY);
  return {
    ...tried,
    timingPlans: network.members.map((_, at) => getPlan(street, at)),
    index: indexOf(street),
  };
}
