/**
 * Why a plan is as it is: what holds each split, which intersection needs the cycle, what limits the bands, what a call
 * of an actuated crossing costs; and what one second more here would give there, evaluated on the whole street.
 */
import { known } from "../../errors.ts";
import { getIntersection, type NetworkIndex } from "../../network/find.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildSites, type Site } from "../../timing/site.ts";
import { validateTimingPlan } from "../../timing/validate-timing-plan.ts";
import { buildFlowProfiles, type FlowProfiles, replacePlan } from "../../traffic/cyclic-flow-profile.ts";
import { type FlowOfMovement, groupFlows, groupInitialQueues } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork } from "../../traffic/flow-network.ts";
import type { BandProblem } from "../bands/band-problem.ts";
import { type GreenPrice, priceLimits } from "../bands/price-limits.ts";
import { solveBandCycle } from "../bands/solve-band-cycle.ts";
import { solveBandExact } from "../bands/solve-band-exact.ts";
import { sweepBandGrid } from "../bands/sweep-band-grid.ts";
import { describeLimit } from "../route/explain-route.ts";
import { buildBandProblem } from "../route/route-candidate.ts";
import { listRouteSignals, type RouteSignals } from "../route/route-signals.ts";
import { buildSplitProblem } from "../splits/build-split-problem.ts";
import { describeCall, describeCycle, describeSplits } from "../splits/describe-splits.ts";
import { type CycleExplanation, explainCycle } from "../splits/explain-cycle.ts";
import { explainSplits, type SplitsExplanation } from "../splits/explain-splits.ts";
import { type CallCost, priceCalls } from "../splits/price-calls.ts";
import type { SplitProblem } from "../splits/split-problem.ts";

export interface ExplainRequest {
  readonly index: NetworkIndex;
  /** The plan; only intersections with flow are explained. */
  readonly timingPlans: readonly TimingPlan[];
  readonly flows: readonly FlowOfMovement[];
  /** Whose bands are explained; absent: none. */
  readonly routeId?: string;
  readonly targetDegreeOfSaturation: number;
}

export interface PlanExplanation {
  /** Absent when the intersections run different cycles. */
  readonly cycle?: CycleExplanation;
  /** What keeps the widest bands of these splits from growing. */
  readonly bandLimits: readonly string[];
  /** The most saturated first. */
  readonly intersections: readonly IntersectionExplanation[];
  /** The whole in sentences: cycle and bands. */
  readonly sentences: readonly string[];
}

export interface IntersectionExplanation {
  readonly intersectionId: string;
  readonly splits: SplitsExplanation;
  readonly calls: readonly CallCost[];
  readonly sentences: readonly string[];
}

/** Cycles that are compared with the plan's, s. */
const OTHER_CYCLES_S = [-20, -10, -5, 5, 10, 20];

export function explainPlan(request: ExplainRequest): PlanExplanation {
  const { index, targetDegreeOfSaturation } = request;
  const flows = groupFlows(request.flows);
  const timingPlans = request.timingPlans.filter((it) => flows.has(it.intersectionId));
  const problems = timingPlans.map((plan) =>
    buildSplitProblem({
      index,
      intersection: getIntersection(index, plan.intersectionId),
      flows: flows.get(plan.intersectionId) ?? new Map(),
      sequenceId: plan.sequenceId,
      referenceCycleS: plan.cycleS,
    }),
  );
  const intersectionIds = timingPlans.map((it) => it.intersectionId);
  const initialQueues = groupInitialQueues(request.flows);
  const network = buildFlowNetwork({ index, flows, initialQueues, intersectionIds });
  const profiles = buildFlowProfiles(network, timingPlans);
  const sites = buildSites(index.network);
  const intersections = timingPlans.map((timingPlan, member) =>
    explainIntersection(request, {
      sites,
      timingPlan,
      problem: known(problems[member], "split problem"),
      profiles,
      member,
    }),
  );
  const cycle = explainCommonCycle(timingPlans, problems, targetDegreeOfSaturation);
  const bandLimits = listBandLimits(request);
  return {
    ...(cycle === undefined ? {} : { cycle }),
    bandLimits,
    intersections: intersections.sort((a, b) => a.splits.reserve - b.splits.reserve),
    sentences: [...(cycle === undefined ? [] : describeCycle(cycle)), ...bandLimits],
  };
}

function explainIntersection(
  { index, targetDegreeOfSaturation }: ExplainRequest,
  of: {
    readonly timingPlan: TimingPlan;
    readonly problem: SplitProblem;
    readonly profiles: FlowProfiles;
    readonly member: number;
    readonly sites: ReadonlyMap<string, Site>;
  },
): IntersectionExplanation {
  const { timingPlan, problem, profiles, member } = of;
  const intersection = getIntersection(index, timingPlan.intersectionId);
  const splits = explainSplits({
    problem,
    cycleS: timingPlan.cycleS,
    splits: timingPlan.splits,
    targetDegreeOfSaturation,
    delayOf(splitsS) {
      const moved = problem.phases.map(({ phase }, at) => ({ phase, splitS: splitsS[at] ?? 0 }));
      replacePlan(profiles, member, { ...timingPlan, splits: moved });
      return profiles.totals.delayVehHPerH;
    },
  });
  replacePlan(profiles, member, timingPlan);
  const site = known(of.sites.get(intersection.id), `site ${intersection.id}`);
  const blocks = validateTimingPlan({ site, timingPlan }).filter((it) => it.severity === "BLOCK");
  const calls = blocks.length > 0 ? [] : priceCalls({ intersection, timingPlan, problem });
  return {
    intersectionId: intersection.id,
    splits,
    calls,
    sentences: [
      ...blocks.map((it) => `The safety gate blocks this plan, rule ${it.ruleId}: ${it.sentence}`),
      ...describeSplits(splits),
      ...calls.map(describeCall),
    ],
  };
}

function explainCommonCycle(
  timingPlans: readonly TimingPlan[],
  problems: readonly SplitProblem[],
  targetDegreeOfSaturation: number,
): CycleExplanation | undefined {
  const lengths = new Set(timingPlans.map((it) => it.cycleS));
  const [cycleS] = lengths;
  if (cycleS === undefined || lengths.size > 1) return undefined;
  const cycles = [0, ...OTHER_CYCLES_S].map((byS) => cycleS + byS).filter((it) => it > 0);
  return explainCycle({ problems, cycleS, targetDegreeOfSaturation, cycles: cycles.sort((a, b) => a - b) });
}

/** The widest equal bands of the plan's own splits and sequences, whatever the offsets, and what limits them. */
function listBandLimits({ index, routeId, timingPlans }: ExplainRequest): string[] {
  if (routeId === undefined) return [];
  const planned = new Map(timingPlans.map((it) => [it.intersectionId, it]));
  const network = known(index.routes.get(routeId), `route ${routeId}`);
  const route = listRouteSignals(index, network, new Set(planned.keys()));
  const plans = route.signals.map((it) => known(planned.get(it.intersection.id), "timing plan"));
  const lengths = new Set(plans.map((it) => it.cycleS));
  const [cycleS] = lengths;
  if (cycleS === undefined || lengths.size > 1) return [];
  const problem = buildBandProblem({
    route,
    cycleS,
    alternatives: plans.map((it) => [it]),
    objective: route.twoWay ? { kind: "equal" } : { kind: "outboundOnly" },
  });
  const widest = solveBandExact(problem);
  if (widest.kind === "noBand") return ["No offsets give these splits a band in both directions."];
  const nameOf = (signal: number): string => known(route.signals[signal], "signal").intersection.id;
  return [
    `With these splits and sequences no offsets give more than ${widest.bandwidthS.outbound.toFixed(1)} s outbound${route.twoWay ? " and inbound" : ""}.`,
    ...widest.limits.map((it) => describeLimit(it, nameOf)),
    ...priceLimits(problem, widest).map((it) => describePrice(it, nameOf)),
    ...describeOtherCycles(problem, route),
  ];
}

/** Where the same splits, as shares of the cycle, would have the widest bands. */
function describeOtherCycles(problem: BandProblem, { signals }: RouteSignals): string[] {
  const controllers = signals.map((it) => it.intersection.controller);
  const leastS = Math.max(LEAST_CYCLE_S, ...controllers.map((it) => it.cycleMinS));
  const mostS = Math.min(...controllers.map((it) => it.cycleMaxS));
  const resolutionS = Math.max(...controllers.map((it) => it.resolutionS));
  const steps = Math.floor((mostS - leastS) / resolutionS + 1e-9);
  if (steps < 1) return [];
  const cyclesS = Array.from({ length: steps + 1 }, (_, step) => leastS + step * resolutionS);
  const bound = solveBandCycle(problem, { leastS, mostS }).bound;
  const best = sweepBandGrid(problem, { cyclesS, resolutionS });
  if (best.kind === "noBand") return [];
  return [
    `With greens in the same shares no cycle from ${leastS} to ${mostS} s has bands of more than ${percent(bound)} of it; on the controllers' resolution ${best.cycleS} s has the widest, ${percent(best.value)} (${best.plan.valueS.toFixed(1)} s).`,
  ];
}

/** Shorter ones are no cycles to coordinate at, s. */
const LEAST_CYCLE_S = 40;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function describePrice(
  { signal, direction, at, gainS }: GreenPrice,
  nameOf: (signal: number) => string,
): string {
  return gainS < 0.05
    ? `One second more of green at ${nameOf(signal)} alone would widen no band: other signals limit it too.`
    : `One second more of ${direction} green at ${nameOf(signal)}, at its ${at}, would make every band ${gainS.toFixed(1)} s wider.`;
}
