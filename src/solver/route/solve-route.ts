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
import { chooseForFullLinks } from "./full-links.ts";
import { bandwidthOf, isRunningBetter, keepRunning } from "./keep-running.ts";
import { buildContext, listObstacles, measureAnswer, type RouteContext } from "./route-context.ts";
import type { CycleTrial, RouteAnswer, RouteRequest, RouteSolved } from "./route-request.ts";
import { type PreparedSignals, prepareSignals } from "./signal-alternatives.ts";
import { findBest, type Judged, tryCycles } from "./try-cycles.ts";
import { settleCandidate, workOut } from "./work-out.ts";

/** A claim of the search and the evaluator's measurement may differ by rounding only, s. */
const SAME_BAND_S = 1e-6;

export function solveRoute(request: RouteRequest): RouteAnswer {
  const obstacles = listObstacles(request);
  if (obstacles.length > 0) return { kind: "infeasible", reasons: obstacles };
  const context = buildContext(request);
  const prepared = prepareSignals(request, context.route);
  const { judged, trials } = tryCycles(context, prepared);
  const best = findBest(context, judged);
  if (best === undefined) return { kind: "infeasible", reasons: listReasons(trials) };
  const solved = finish(context, settleCandidate(context, workOut(context, prepared, best)), trials);
  const answer = isRunningBetter(prepared, solved) ? keepRunning(prepared, solved) : solved;
  return request.aim === "delay" ? settleFullLinks(context, prepared, answer) : answer;
}

/** Where queues do not fit their links, the plan that is best with spill-back. */
function settleFullLinks(context: RouteContext, prepared: PreparedSignals, solved: RouteSolved): RouteSolved {
  const better = chooseForFullLinks(context, prepared, solved);
  if (better === undefined) return solved;
  const { timingPlans, report } = better;
  const [first] = context.route.signals;
  const measures = measureAnswer(context, timingPlans);
  return {
    ...solved,
    timingPlans,
    cycleS: known(timingPlans.find((it) => it.intersectionId === first?.intersection.id)?.cycleS, "cycle"),
    bandwidthS: { outbound: bandwidthOf(measures, "outbound"), inbound: bandwidthOf(measures, "inbound") },
    measures,
    spillback: report,
  };
}

export function listReasons(trials: readonly CycleTrial[]): string[] {
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
  const measures = measureAnswer(context, best.timingPlans);
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
