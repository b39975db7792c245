/**
 * What a signal would run if there were no others: splits in closed form at a cycle or at half of it, in today's
 * sequence.
 */
import { toTenths } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { findMisfit, listSignalAlternatives } from "../route/signal-alternatives.ts";
import { aloneIndex } from "./alone-index.ts";
import type { PreparedNetwork, PreparedSignal } from "./street.ts";

export interface AlonePlan {
  readonly plan: TimingPlan;
  /** veh·h/h under even arrivals. */
  readonly index: number;
}

/** `undefined` where the minimums do not fit. */
export function planAlone(
  prepared: PreparedNetwork,
  signal: PreparedSignal,
  cycleS: number,
): AlonePlan | undefined {
  const only = { ...prepared, signals: [signal] };
  if (findMisfit(only, cycleS) !== undefined) return undefined;
  const possible = listSignalAlternatives(only, cycleS, "sweep");
  const plan = possible.kind === "possible" ? possible.alternatives[0]?.[0] : undefined;
  if (plan === undefined) return undefined;
  const splits = new Map(plan.splits.map((it) => [it.phase, it.splitS]));
  const splitsS = signal.problem.phases.map((it) => splits.get(it.phase) ?? 0);
  return { plan, index: aloneIndex(signal.problem, splitsS, cycleS) };
}

/** The same at half the cycle, where controller and minimums allow it and cycles are to be chosen. */
export function planHalf(
  prepared: PreparedNetwork,
  signal: PreparedSignal,
  cycleS: number,
): AlonePlan | undefined {
  const { cycleMinS, resolutionS } = signal.site.intersection.controller;
  const isOnGrid = toTenths(cycleS) % (2 * toTenths(resolutionS)) === 0;
  const isVaried = prepared.request.cycle !== "keep" && prepared.request.splits !== "keep";
  return isVaried && isOnGrid && cycleS / 2 >= cycleMinS
    ? planAlone(prepared, signal, cycleS / 2)
    : undefined;
}
