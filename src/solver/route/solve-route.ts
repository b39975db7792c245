/**
 * Plans for one route: for every cycle length the splits, the sequences and offsets of the widest bands, and inside
 * those bands the offsets of least delay; then the cycle that serves the aim best.
 *
 * The answer is never worse by its own aim than the plan that runs today, carries its measures as an evaluator gives
 * them that shares no code with the band search (a disagreement stops the solve), and says what bounded it. Limits are
 * counts of evaluations of the delay model, so a stopped solve replays.
 */
import { assert, known } from "../../errors.ts";
import { explainRoute } from "./explain-route.ts";
import { bandwidthOf, isRunningBetter, keepRunning } from "./keep-running.ts";
import { listAllowedOffsets } from "./route-candidate.ts";
import { buildContext, listObstacles, measureGroup, type RouteContext } from "./route-context.ts";
import type { CycleTrial, RouteAnswer, RouteRequest, RouteSolved } from "./route-request.ts";
import { settleOffsets } from "./settle-offsets.ts";
import { listSignalAlternatives, type PreparedSignals, prepareSignals } from "./signal-alternatives.ts";
import { byAim, type Judged, judgeCandidate, tryCycles } from "./try-cycles.ts";

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
  const measures = measureGroup(context, best.timingPlans);
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
