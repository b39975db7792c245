/**
 * The plain peer of the network solver: one cycle for all, Webster's splits, and the exact bands of one arterial after the
 * other. The heaviest road comes first; a later one keeps what is placed already and hangs its other signals on it.
 */
import { known } from "../src/errors.ts";
import type { NetworkIndex } from "../src/network/find.ts";
import type { Route } from "../src/network/network.schema.ts";
import { measureCriticalLoad } from "../src/shipped/critical-load.ts";
import { divideCycle, leastSplitS } from "../src/shipped/divide-cycle.ts";
import type { NetworkRequest } from "../src/solver/network/network-request.ts";
import { buildCandidate } from "../src/solver/route/route-candidate.ts";
import { listRouteSignals } from "../src/solver/route/route-signals.ts";
import { wrapS } from "../src/timing/cycle.ts";
import type { TimingPlan } from "../src/timing/plan.schema.ts";
import { groupFlows } from "../src/traffic/evaluate-plan.ts";

/** The peer's plans at one cycle; `undefined` where some minimums do not fit. */
export function buildPeer(
  { index, flows, running }: NetworkRequest,
  cycleS: number,
): TimingPlan[] | undefined {
  const grouped = groupFlows(flows);
  const flowOf = (id: string, movementId: string): number => grouped.get(id)?.get(movementId) ?? 0;
  const plans = new Map<string, TimingPlan>();
  for (const plan of running) {
    const { intersectionId } = plan;
    const intersection = known(index.intersections.get(intersectionId), intersectionId);
    const sequence = known(intersection.sequences[0], "sequence");
    const leastS = known(sequence.rings[0], "ring").reduce(
      (sumS, _, group) =>
        sumS +
        Math.max(
          ...sequence.rings.map((ring) =>
            known(ring[group], "barrier group").reduce((sum, it) => sum + leastSplitS(intersection, it), 0),
          ),
        ),
      0,
    );
    if (leastS > cycleS) return undefined;
    const load = measureCriticalLoad(intersection, (id) => flowOf(intersectionId, id));
    const splits = divideCycle(intersection, load, cycleS);
    plans.set(intersectionId, { ...plan, cycleS, sequenceId: sequence.id, splits, offsetS: 0 });
  }
  const isPlaced = new Set<string>();
  const heavy = (route: Route): number =>
    route.outbound.stops.reduce((sum, it) => sum + flowOf(it.intersectionId, it.movementId), 0);
  for (const route of [...index.network.routes].sort((a, b) => heavy(b) - heavy(a))) {
    placeRoute(index, route, plans, isPlaced);
  }
  return running.map((it) => known(plans.get(it.intersectionId), "plan"));
}

/** The band's offsets for the signals that are still free, turned so that the first placed one stays. */
function placeRoute(
  index: NetworkIndex,
  route: Route,
  plans: Map<string, TimingPlan>,
  isPlaced: Set<string>,
): void {
  const signals = listRouteSignals(index, route, new Set(plans.keys()));
  const own = signals.signals.map((it) => known(plans.get(it.intersection.id), "plan"));
  const { cycleS } = known(own[0], "plan");
  const { timingPlans } = buildCandidate({
    route: signals,
    cycleS,
    alternatives: own.map((it) => [it]),
    resolutionS: 1,
    objective: signals.twoWay ? { kind: "equal" } : { kind: "outboundOnly" },
  });
  const anchor = timingPlans.find((it) => isPlaced.has(it.intersectionId));
  const turnS =
    anchor === undefined ? 0 : known(plans.get(anchor.intersectionId), "plan").offsetS - anchor.offsetS;
  for (const plan of timingPlans) {
    if (isPlaced.has(plan.intersectionId)) continue;
    plans.set(plan.intersectionId, { ...plan, offsetS: wrapS(plan.offsetS + turnS, cycleS) });
    isPlaced.add(plan.intersectionId);
  }
}
