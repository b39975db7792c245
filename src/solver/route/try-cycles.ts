/** The cycle lengths of a route solve: which are tried, and what each gives before offsets are settled. */
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildFlowProfiles, type FlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { performanceIndex } from "../performance-index.ts";
import { buildCandidate, type CandidateInput, type RouteCandidate } from "./route-candidate.ts";
import type { RouteContext } from "./route-context.ts";
import type { CycleTrial, RouteRequest } from "./route-request.ts";
import {
  findMisfit,
  listCycles,
  listSignalAlternatives,
  type PreparedSignals,
} from "./signal-alternatives.ts";

/** Steps of the first look over the cycle lengths, and around how many of the best to look closer. */
const COARSE = 4;
const CLOSER_LOOKS = 1;

/** A candidate with what it does to all vehicles. */
export interface Judged {
  readonly input: CandidateInput;
  readonly candidate: RouteCandidate;
  /** All of `running`, those of the group replaced. */
  readonly timingPlans: readonly TimingPlan[];
  readonly totals: { readonly delayVehHPerH: number; readonly stopsVph: number };
}

/**
 * Every cycle length when bands decide, for there the next second may differ much; otherwise every `coarse`-th, and then
 * ever closer around the best ones, for delay changes slowly with the cycle.
 */
export function tryCycles(
  context: RouteContext,
  prepared: PreparedSignals,
  coarse = context.request.aim === "band" ? 1 : COARSE,
): { judged: Judged[]; trials: CycleTrial[] } {
  const { request } = context;
  const trials: CycleTrial[] = [];
  const cycles: number[] = [];
  for (const cycleS of listCycles(prepared)) {
    const reason = findMisfit(prepared, cycleS);
    if (reason === undefined) cycles.push(cycleS);
    else trials.push({ cycleS, outcome: "infeasible", reason });
  }
  const found = new Map<number, Judged | undefined>();
  const attempt = (at: number): void => {
    const cycleS = cycles[at];
    if (cycleS === undefined || found.has(at)) return;
    const trial = tryCycle(context, prepared, cycleS);
    found.set(at, trial.judged);
    trials.push(trial.trial);
  };
  for (let at = 0; at < cycles.length; at += coarse) attempt(at);
  attempt(cycles.length - 1);
  for (let step = coarse >> 1; step >= 1; step >>= 1) {
    const ranked = [...found].flatMap(([at, it]) => (it === undefined ? [] : [{ at, it }]));
    ranked.sort((a, b) => byAim(request)(a.it, b.it));
    for (const { at } of ranked.slice(0, CLOSER_LOOKS)) {
      attempt(at - step);
      attempt(at + step);
    }
  }
  const judged = [...found.values()].filter((it) => it !== undefined);
  return { judged, trials: trials.sort((a, b) => a.cycleS - b.cycleS) };
}

function tryCycle(
  context: RouteContext,
  prepared: PreparedSignals,
  cycleS: number,
): { readonly trial: CycleTrial; readonly judged?: Judged } {
  const possible = listSignalAlternatives(prepared, cycleS, "sweep");
  if (possible.kind === "infeasible") {
    return { trial: { cycleS, outcome: "infeasible", reason: possible.reason } };
  }
  const { alternatives } = possible;
  const { route, objective } = context;
  const { resolutionS } = prepared;
  const { judged } = judgeCandidate(context, { route, objective, cycleS, alternatives, resolutionS });
  const { candidate } = judged;
  const bandwidthS = candidate.band?.bandwidthS ?? { outbound: 0, inbound: 0 };
  return { judged, trial: { cycleS, outcome: "tried", ...judged.totals, bandwidthS } };
}

export function judgeCandidate(
  context: RouteContext,
  input: CandidateInput,
): { readonly judged: Judged; readonly profiles: FlowProfiles } {
  const candidate = buildCandidate(input);
  const own = new Map(candidate.timingPlans.map((it) => [it.intersectionId, it]));
  const timingPlans = context.request.running.map((it) => own.get(it.intersectionId) ?? it);
  context.budget.used += 1;
  const profiles = buildFlowProfiles(context.flowNetwork, timingPlans);
  return { judged: { input, candidate, timingPlans, totals: profiles.totals }, profiles };
}

/** Best first: least delay and stops, or the widest bands for their cycle, then least delay and stops. */
function byAim(request: RouteRequest): (a: Judged, b: Judged) => number {
  const efficiency = (it: Judged): number => (it.candidate.band?.valueS ?? 0) / it.candidate.cycleS;
  return (a, b) =>
    (request.aim === "band" ? efficiency(b) - efficiency(a) : 0) ||
    performanceIndex(a.totals) - performanceIndex(b.totals);
}

/** Kinds of bands that state a demand of their own; without any band at all, the others leave offsets to least delay. */
const NEEDS_BAND: Readonly<Record<RouteRequest["band"]["kind"], boolean>> = {
  equal: false,
  atLeastRunning: false,
  sum: false,
  outboundOnly: false,
  ratio: true,
  weighted: true,
};

/** The tried cycle that serves the aim best; `undefined` when none has the bands that were asked for. */
export function findBest(
  { request, objective }: RouteContext,
  judged: readonly Judged[],
): Judged | undefined {
  const needsBand = request.aim === "band" || NEEDS_BAND[request.band.kind] || objective?.kind === "weighted";
  const eligible = needsBand ? judged.filter((it) => it.candidate.band !== undefined) : judged;
  return [...eligible].sort(byAim(request))[0];
}
