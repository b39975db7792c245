/**
 * Is an answer of the route solver right? Measured again from the plans alone, with none of the solver's code: ring sums and
 * barriers here, the bands by traffic/measure-band.ts, safety by the gate's rules, delay by the evaluator on the demand
 * that was sent, so that an answer to another demand is found out.
 */
import type { MovementFlow } from "../src/demand/demand.schema.ts";
import { getIntersection, getSequence } from "../src/network/find.ts";
import type { RouteAnswer, RouteSolved } from "../src/solver/route/route-request.ts";
import type { TimingPlan } from "../src/timing/plan.schema.ts";
import { buildSites } from "../src/timing/site.ts";
import { validateTimingPlan } from "../src/timing/validate-timing-plan.ts";
import { evaluatePlan } from "../src/traffic/evaluate-plan.ts";
import { measureBand } from "../src/traffic/measure-band.ts";
import { QUESTION, type SolveWorkload } from "./solve-workload.ts";

/** Sums of floating-point numbers differ by this at most, s and veh·h/h. */
const SAME = 1e-6;

/** What is wrong with the answer, in sentences. */
export function listWrong(
  workload: SolveWorkload,
  flows: readonly MovementFlow[],
  answer: RouteAnswer,
): string[] {
  if (answer.kind === "infeasible") return [`infeasible: ${answer.reasons.join(" ")}`];
  return [
    ...listWrongCycle(workload, answer),
    ...answer.timingPlans.flatMap((it) => listWrongRings(workload, it)),
    ...listWrongBands(workload, answer),
    ...listBlocks(workload, answer),
    ...listWrongDelay(workload, flows, answer),
  ];
}

function listWrongCycle({ network }: SolveWorkload, { cycleS, timingPlans }: RouteSolved): string[] {
  const planned = new Set(timingPlans.map((it) => it.intersectionId));
  const { minS, maxS } = QUESTION.cycle;
  return [
    ...(cycleS >= minS && cycleS <= maxS ? [] : [`cycle ${cycleS} s lies outside ${minS}–${maxS} s`]),
    ...timingPlans
      .filter((it) => it.cycleS !== cycleS)
      .map((it) => `cycle ${it.cycleS} s at ${it.intersectionId}, not ${cycleS} s`),
    ...network.intersections.filter((it) => !planned.has(it.id)).map((it) => `no plan for ${it.id}`),
  ];
}

/** Every ring fills the cycle, and all rings are as long between two barriers. */
function listWrongRings({ index }: SolveWorkload, plan: TimingPlan): string[] {
  const { rings } = getSequence(getIntersection(index, plan.intersectionId), plan.sequenceId);
  const splits = new Map(plan.splits.map((it) => [it.phase, it.splitS]));
  const groups = rings.map((ring) =>
    ring.map((phases) => phases.reduce((sumS, phase) => sumS + (splits.get(phase) ?? Number.NaN), 0)),
  );
  return groups.flatMap((ring, at) => {
    const sumS = ring.reduce((sum, it) => sum + it, 0);
    const isWhole = Math.abs(sumS - plan.cycleS) < SAME;
    const isAligned = ring.every((lengthS, group) => Math.abs(lengthS - (groups[0]?.[group] ?? 0)) < SAME);
    return isWhole && isAligned
      ? []
      : [`ring ${at} of ${plan.intersectionId} has ${ring.join(" + ")} s of ${plan.cycleS} s`];
  });
}

function listWrongBands({ network, index }: SolveWorkload, answer: RouteSolved): string[] {
  const route = network.routes.find((it) => it.id === QUESTION.routeId);
  const timingPlans = new Map(answer.timingPlans.map((it) => [it.intersectionId, it]));
  const wrong = (["outbound", "inbound"] as const).flatMap((name) => {
    const direction = route?.[name];
    if (direction === undefined) return [`no ${name} direction`];
    const band = measureBand({ index, direction, timingPlans });
    const measuredS = band.kind === "band" ? band.bandwidthS : 0;
    const claimedS = answer.bandwidthS[name];
    return Math.abs(measuredS - claimedS) < SAME
      ? []
      : [`${name} band of ${claimedS} s claimed, ${measuredS} s measured`];
  });
  const commonS = Math.min(answer.bandwidthS.outbound, answer.bandwidthS.inbound);
  if (commonS > answer.bandBoundS + SAME) {
    wrong.push(`common band of ${commonS} s above its bound of ${answer.bandBoundS} s`);
  }
  return wrong;
}

function listBlocks({ network }: SolveWorkload, answer: RouteSolved): string[] {
  const sites = buildSites(network);
  return answer.timingPlans.flatMap((timingPlan) => {
    const site = sites.get(timingPlan.intersectionId);
    if (site === undefined) return [`a plan for ${timingPlan.intersectionId}, which is not in the network`];
    return validateTimingPlan({ site, timingPlan })
      .filter((it) => it.severity === "BLOCK")
      .map((it) => `rule ${it.ruleId} at ${timingPlan.intersectionId}: ${it.sentence}`);
  });
}

function listWrongDelay(
  { index }: SolveWorkload,
  flows: readonly MovementFlow[],
  { timingPlans, measures }: RouteSolved,
): string[] {
  const again = evaluatePlan({ index, timingPlans, flows, routeIds: [QUESTION.routeId] });
  return Math.abs(again.totalDelayVehHPerH - measures.totalDelayVehHPerH) < SAME
    ? []
    : [`delay of ${measures.totalDelayVehHPerH} veh·h/h claimed, ${again.totalDelayVehHPerH} measured`];
}
