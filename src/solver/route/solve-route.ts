/**
 * Plans for one route: for every cycle length the splits, the sequences and offsets of the widest bands, and inside
 * those bands the offsets of least delay; then the cycle that serves the aim best.
 *
 * The answer is never worse by its own aim than the plan that runs today, carries its measures as an evaluator gives
 * them that shares no code with the band search (a disagreement stops the solve), and says what bounded it. Limits are
 * counts of evaluations of the delay model, so a stopped solve replays.
 */
import { assert, known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildFlowProfiles, type FlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { evaluatePlan, groupFlows } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork, type FlowNetwork } from "../../traffic/flow-network.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { BandObjective, PerDirection } from "../bands/band-problem.ts";
import { explainRoute } from "./explain-route.ts";
import { bandwidthOf, isRunningBetter, keepRunning } from "./keep-running.ts";
import {
  buildCandidate,
  type CandidateInput,
  listAllowedOffsets,
  ROUNDING_S,
  type RouteCandidate,
} from "./route-candidate.ts";
import type { CycleTrial, RouteAnswer, RouteRequest, RouteSolved } from "./route-request.ts";
import { listRouteSignals, type RouteSignals } from "./route-signals.ts";
import { performanceIndex, settleOffsets, type WorkBudget } from "./settle-offsets.ts";
import {
  findMisfit,
  listCycles,
  listSignalAlternatives,
  type PreparedSignals,
  prepareSignals,
} from "./signal-alternatives.ts";

/** Steps of the first look over the cycle lengths, and around how many of the best to look closer. */
const COARSE = 4;
const CLOSER_LOOKS = 1;
/** A claim of the search and the evaluator's measurement may differ by rounding only, s. */
const SAME_BAND_S = 1e-6;

/** Kinds of bands that state a demand of their own; without any band at all, the others leave offsets to least delay. */
const NEEDS_BAND: Readonly<Record<RouteRequest["band"]["kind"], boolean>> = {
  equal: false,
  atLeastRunning: false,
  sum: false,
  outboundOnly: false,
  ratio: true,
  weighted: true,
};

interface RouteContext {
  readonly request: RouteRequest;
  readonly route: RouteSignals;
  readonly flowNetwork: FlowNetwork;
  readonly objective: BandObjective | undefined;
  readonly weights: PerDirection<number>;
  readonly runningMeasures: PlanMeasures;
  readonly budget: WorkBudget;
}

interface Judged {
  readonly input: CandidateInput;
  readonly candidate: RouteCandidate;
  /** All of `running`, those of the group replaced. */
  readonly timingPlans: readonly TimingPlan[];
  readonly totals: { readonly delayVehHPerH: number; readonly stopsVph: number };
}

export function solveRoute(request: RouteRequest): RouteAnswer {
  const obstacles = listObstacles(request);
  if (obstacles.length > 0) return { kind: "infeasible", reasons: obstacles };
  const context = buildContext(request);
  const prepared = prepareSignals(request, context.route);
  const { judged, trials } = tryCycles(context, prepared);
  const needsBand =
    request.aim === "band" || NEEDS_BAND[request.band.kind] || context.objective?.kind === "weighted";
  const eligible = needsBand ? judged.filter((it) => it.candidate.band !== undefined) : judged;
  const [best] = [...eligible].sort(byAim(request));
  if (best === undefined) return { kind: "infeasible", reasons: listReasons(trials) };
  const solved = finish(context, settleCandidate(context, prepared, best), trials);
  return isRunningBetter(prepared, solved) ? keepRunning(prepared, solved) : solved;
}

/** What is missing before anything can be solved. A flow that is not given is unknown, which is not the same as 0. */
function listObstacles({ index, routeId, flows, running, groupIds }: RouteRequest): string[] {
  const { outbound } = known(index.routes.get(routeId), `route ${routeId}`);
  const stops = outbound.stops.map((it) => it.intersectionId);
  const obstacles = groupIds?.length === 0 ? ["The group is empty."] : [];
  const say = (what: string, ids: readonly string[]): void => {
    if (ids.length > 0) obstacles.push(`${what} ${ids.join(", ")}.`);
  };
  const missingFrom = (given: readonly { readonly intersectionId: string }[]): string[] => {
    const there = new Set(given.map((it) => it.intersectionId));
    return stops.filter((it) => !there.has(it));
  };
  say(`Route ${routeId} does not pass`, groupIds?.filter((it) => !stops.includes(it)) ?? []);
  say("No plan of today is given for", missingFrom(running));
  say("No flow at all is given for", missingFrom(flows));
  return obstacles;
}

/**
 * Every cycle length when bands decide, for there the next second may differ much; otherwise every COARSE-th, and then
 * ever closer around the best ones, for delay changes slowly with the cycle.
 */
function tryCycles(
  context: RouteContext,
  prepared: PreparedSignals,
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
  const coarse = request.aim === "band" ? 1 : COARSE;
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

function buildContext(request: RouteRequest): RouteContext {
  const { index, routeId, running, flows } = request;
  const network = known(index.routes.get(routeId), `route ${routeId}`);
  const members = new Set(request.groupIds ?? network.outbound.stops.map((it) => it.intersectionId));
  const route = listRouteSignals(index, network, members);
  const weights = weighByFlow(route, flows);
  const runningMeasures = measure({ request, route }, running);
  return {
    request,
    route,
    weights,
    runningMeasures,
    objective: toObjective({ request, route, weights, runningMeasures }),
    flowNetwork: buildFlowNetwork({
      index,
      flows: groupFlows(flows),
      intersectionIds: running.map((it) => it.intersectionId),
    }),
    budget: { limit: request.workLimit ?? Number.POSITIVE_INFINITY, used: 0 },
  };
}

function measure(
  { request, route }: Pick<RouteContext, "request" | "route">,
  timingPlans: readonly TimingPlan[],
): PlanMeasures {
  return evaluatePlan({
    index: request.index,
    timingPlans,
    flows: request.flows,
    routeIds: [request.routeId],
    groupIds: route.signals.map((it) => it.intersection.id),
  });
}

/** The route's own traffic in each direction, summed over its signals. */
function weighByFlow(route: RouteSignals, flows: RouteRequest["flows"]): PerDirection<number> {
  const byMovement = groupFlows(flows);
  let outbound = 0;
  let inbound = 0;
  for (const { intersection, outboundMovementId, inboundMovementId } of route.signals) {
    const here = byMovement.get(intersection.id);
    outbound += here?.get(outboundMovementId) ?? 0;
    inbound += here?.get(inboundMovementId ?? "") ?? 0;
  }
  return outbound + inbound > 0 ? { outbound, inbound } : { outbound: 1, inbound: 1 };
}

/** `undefined`: there are no bands to keep, so offsets are free for least delay. */
function toObjective(
  of: Pick<RouteContext, "request" | "route" | "weights" | "runningMeasures">,
): BandObjective | undefined {
  if (!of.route.twoWay) return { kind: "outboundOnly" };
  if (of.request.band.kind !== "atLeastRunning") return of.request.band;
  const floorsS = {
    outbound: Math.max(0, bandwidthOf(of.runningMeasures, "outbound") - ROUNDING_S),
    inbound: Math.max(0, bandwidthOf(of.runningMeasures, "inbound") - ROUNDING_S),
  };
  const hasBand = floorsS.outbound > 0 || floorsS.inbound > 0;
  if (hasBand) return { kind: "weighted", weights: of.weights, floorsS };
  return of.request.aim === "band" ? { kind: "equal" } : undefined;
}

function judgeCandidate(
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

/**
 * A tried cycle worked out: splits by the linear program, green beyond the common band given away, and offsets where
 * delay is least inside the bands.
 */
function settleCandidate(context: RouteContext, prepared: PreparedSignals, tried: Judged): Judged {
  const possible = listSignalAlternatives(prepared, tried.input.cycleS, "exact");
  const alternatives = possible.kind === "possible" ? possible.alternatives : tried.input.alternatives;
  const input = { ...tried.input, alternatives, widenBy: context.weights };
  const { judged, profiles } = judgeCandidate(context, input);
  const { candidate } = judged;
  const offsetsS = listAllowedOffsets(input, candidate);
  const free = new Map(candidate.timingPlans.map((it, at) => [it.intersectionId, offsetsS[at]]));
  const allowed = judged.timingPlans.map((it) => free.get(it.intersectionId) ?? []);
  settleOffsets(profiles, allowed, context.budget);
  const timingPlans = judged.timingPlans.map((it, at) => ({
    ...it,
    offsetS: known(profiles.members[at], "member").offsetS,
  }));
  return { ...judged, timingPlans, totals: profiles.totals };
}

function listReasons(trials: readonly CycleTrial[]): string[] {
  const reasons = new Set(trials.flatMap((it) => (it.reason === undefined ? [] : [it.reason])));
  if (trials.some((it) => it.outcome === "tried"))
    reasons.add("No cycle length has the bands that were asked for.");
  if (trials.length === 0)
    reasons.add("No cycle length in the range is allowed by all controllers of the route.");
  return [...reasons];
}

function finish(context: RouteContext, best: Judged, trials: readonly CycleTrial[]): RouteSolved {
  const { request, runningMeasures, budget } = context;
  const { band, cycleS } = best.candidate;
  const measures = measure(context, best.timingPlans);
  for (const direction of ["outbound", "inbound"] as const) {
    const claimedS = band?.bandwidthS[direction] ?? 0;
    const measuredS = bandwidthOf(measures, direction);
    assert(
      measuredS > claimedS - SAME_BAND_S,
      `${direction} band of ${claimedS} s claimed, ${measuredS} s measured on route ${request.routeId}`,
    );
  }
  return {
    kind: "solved",
    timingPlans: best.timingPlans,
    cycleS,
    bandwidthS: { outbound: bandwidthOf(measures, "outbound"), inbound: bandwidthOf(measures, "inbound") },
    bandBoundS: band?.boundS ?? 0,
    measures,
    runningMeasures,
    explanation: explainRoute({ route: context.route, candidate: best.candidate, measures, trials }),
    work: {
      evaluations: budget.used,
      isStopped: budget.used >= budget.limit,
    },
  };
}
