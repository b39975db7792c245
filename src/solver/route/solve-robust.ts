/**
 * One plan for several demands. Each scenario's own best plan, and those of the mean and of the largest flows, are worked
 * out by the route solver; all are judged on all scenarios; the offsets of the most promising are then settled on all
 * scenarios together, and the best by the risk that was asked for is the answer. Today's plan stands among them.
 *
 * Bound: no plan that this search finds for a scenario alone is better there than its own best, so the regrets are what
 * not knowing the day costs. Limit: splits are those of one of these demands, not optimized over the set.
 */
import { known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import {
  buildFlowProfiles,
  type FlowProfiles,
  moveOffset,
  settle,
} from "../../traffic/cyclic-flow-profile.ts";
import type { FlowOfMovement } from "../../traffic/evaluate-plan.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import { performanceIndex } from "../performance-index.ts";
import { bandwidthOf } from "./keep-running.ts";
import type { RiskFigures, RobustAnswer, RobustRequest, Scenario } from "./robust-request.ts";
import { buildContext, listObstacles, measureAnswer, type RouteContext } from "./route-context.ts";
import type { RouteRequest } from "./route-request.ts";
import { riskFigures, riskOf } from "./scenario-risk.ts";
import { type Settling, settleOffsets } from "./settle-offsets.ts";
import { findCommonCycleS, listCycles, prepareSignals } from "./signal-alternatives.ts";
import { findBest, tryCycles } from "./try-cycles.ts";
import { settleCandidate, workOut } from "./work-out.ts";

/** Candidates whose offsets are settled on all scenarios together. */
const SETTLED = 3;

interface Demand {
  readonly scenario: Scenario;
  readonly context: RouteContext;
}

interface Candidate {
  readonly name: string;
  readonly cycleS: number;
  readonly timingPlans: readonly TimingPlan[];
  /** Offsets that keep its bands, by plan; empty where they stay. */
  readonly allowed: readonly (readonly number[])[];
}

interface Judged extends Candidate {
  readonly indices: readonly number[];
  readonly value: number;
}

export function solveRobust(request: RobustRequest): RobustAnswer {
  const { scenarios } = request;
  if (scenarios.length === 0) return { kind: "infeasible", reasons: ["No scenario is given."] };
  const demands: Demand[] = [];
  const candidates: Candidate[] = [];
  for (const scenario of [...scenarios, ...listCombined(scenarios)]) {
    const asked: RouteRequest = { ...request, flows: scenario.flows, aim: "delay" };
    const obstacles = listObstacles(asked);
    if (obstacles.length > 0)
      return { kind: "infeasible", reasons: obstacles.map((it) => `${scenario.name}: ${it}`) };
    const context = buildContext(asked);
    if (demands.length < scenarios.length) demands.push({ scenario, context });
    const candidate = findCandidate(context, scenario.name);
    if (candidate !== undefined) candidates.push(candidate);
  }
  if (candidates.length === 0) {
    return {
      kind: "infeasible",
      reasons: ["No cycle length holds every minimum and the bands that were asked for."],
    };
  }
  return conclude(request, demands, judgeAll(request, demands, candidates));
}

/** The mean of the scenarios and, movement by movement, their largest flows. */
function listCombined(scenarios: readonly Scenario[]): Scenario[] {
  const total = scenarios.reduce((sum, it) => sum + it.weight, 0);
  const combine = (
    name: string,
    join: (flowVph: number, next: number, weight: number) => number,
  ): Scenario => {
    const joined = new Map<string, FlowOfMovement>();
    for (const { flows, weight } of scenarios) {
      for (const it of flows) {
        const key = `${it.intersectionId} ${it.movementId}`;
        const flowVph = join(joined.get(key)?.flowVph ?? 0, it.flowVph, weight / total);
        joined.set(key, { ...it, flowVph });
      }
    }
    return { name, weight: 0, flows: [...joined.values()] };
  };
  if (scenarios.length === 1) return [];
  return [
    combine("mean flows", (sum, flowVph, share) => sum + share * flowVph),
    combine("largest flows", (largest, flowVph) => Math.max(largest, flowVph)),
  ];
}

/** The plan that the route solver finds for one demand, with the offsets that keep its bands. */
function findCandidate(context: RouteContext, name: string): Candidate | undefined {
  const prepared = prepareSignals(context.request, context.route);
  const best = findBest(context, tryCycles(context, prepared).judged);
  if (best === undefined) return undefined;
  const worked = workOut(context, prepared, best);
  const { timingPlans, candidate } = settleCandidate(context, worked);
  return { name, cycleS: candidate.cycleS, timingPlans, allowed: worked.allowed };
}

function judgeAll(
  request: RobustRequest,
  demands: readonly Demand[],
  candidates: readonly Candidate[],
): Judged[] {
  const judged = [...listRunning(demands), ...candidates].map((it) => judge(request, demands, it, false));
  const ranked = [...judged].sort((a, b) => a.value - b.value);
  const promising = ranked.filter((it) => it.allowed.some((offsets) => offsets.length > 1)).slice(0, SETTLED);
  return [...judged, ...promising.map((it) => judge(request, demands, it, true))];
}

/** Today's plan, where it can be compared: on one cycle that was to be tried, with what bands were asked for. */
function listRunning([first]: readonly Demand[]): Candidate[] {
  const { request, route, runningMeasures } = known(first, "a scenario").context;
  const { outbound, inbound } = bandsOf(runningMeasures);
  const isKept = request.band.kind === "atLeastRunning";
  const isWhole = request.band.kind === "equal" && outbound > 0 && (inbound > 0 || !route.twoWay);
  if (!isKept && !isWhole) return [];
  const prepared = prepareSignals(request, route);
  const cycleS = findCommonCycleS(prepared.signals);
  if (cycleS === undefined || !listCycles(prepared).includes(cycleS)) return [];
  return [{ name: "today", cycleS, timingPlans: request.running, allowed: [] }];
}

/** `isSettled`: after its offsets were settled on all scenarios together. */
function judge(
  { risk, workLimit = Number.POSITIVE_INFINITY }: RobustRequest,
  demands: readonly Demand[],
  candidate: Candidate,
  isSettled: boolean,
): Judged {
  const all = demands.map(({ context }) => buildFlowProfiles(context.flowNetwork, candidate.timingPlans));
  const indicesOf = () => all.map((it) => performanceIndex(it.totals));
  const worth = (indices: readonly number[]) =>
    riskOf(
      risk,
      demands.map(({ scenario }, at) => ({ weight: scenario.weight, index: indices[at] ?? 0 })),
    );
  if (isSettled) {
    settleOffsets(
      settlingOfAll(all, () => worth(indicesOf())),
      candidate.allowed,
      { limit: workLimit, used: 0 },
    );
  }
  const [first] = all;
  const timingPlans = candidate.timingPlans.map((it, at) => ({
    ...it,
    offsetS: first?.members[at]?.offsetS ?? it.offsetS,
  }));
  const indices = indicesOf();
  const name = isSettled ? `${candidate.name}, settled on all` : candidate.name;
  return { ...candidate, name, timingPlans, indices, value: worth(indices) };
}

/** The profiles of all scenarios as one street: the same offsets in each. */
function settlingOfAll(all: readonly FlowProfiles[], index: () => number): Settling {
  return {
    members: known(all[0], "a scenario").members,
    index,
    moveOffset(position, offsetS) {
      for (const it of all) moveOffset(it, position, offsetS);
    },
    settle() {
      for (const it of all) settle(it);
    },
  };
}

function conclude(
  request: RobustRequest,
  demands: readonly Demand[],
  judged: readonly Judged[],
): RobustAnswer {
  const best = judged.reduce((least, it) => (it.value < least.value ? it : least));
  const figuresOf = (indices: readonly number[]): RiskFigures =>
    riskFigures(
      request.risk,
      demands.map(({ scenario }, at) => ({ weight: scenario.weight, index: indices[at] ?? 0 })),
    );
  const scenarios = demands.map(({ scenario, context }, at) => {
    const index = best.indices[at] ?? 0;
    const ownBestIndex = Math.min(...judged.map((it) => it.indices[at] ?? 0));
    return {
      name: scenario.name,
      measures: measureAnswer(context, best.timingPlans),
      runningMeasures: context.runningMeasures,
      index,
      ownBestIndex,
      regret: index - ownBestIndex,
    };
  });
  return {
    kind: "solved",
    timingPlans: best.timingPlans,
    cycleS: best.cycleS,
    bandwidthS: bandsOf(known(scenarios[0], "a scenario").measures),
    risk: figuresOf(best.indices),
    runningRisk: figuresOf(scenarios.map((it) => indexOf(it.runningMeasures))),
    scenarios,
    candidates: judged.map((it) => ({
      name: it.name,
      cycleS: it.cycleS,
      risk: figuresOf(it.indices),
      isChosen: it === best,
    })),
  };
}

const bandsOf = (measures: PlanMeasures): PerDirection<number> => ({
  outbound: bandwidthOf(measures, "outbound"),
  inbound: bandwidthOf(measures, "inbound"),
});

const indexOf = ({ totalDelayVehHPerH, totalStopsVph }: PlanMeasures): number =>
  performanceIndex({ delayVehHPerH: totalDelayVehHPerH, stopsVph: totalStopsVph });
