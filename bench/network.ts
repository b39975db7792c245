/**
 * The network solver: time, memory and growth over networks of growing size, and how good its answers are against twenty
 * times the work, against a plain peer and against the plan that runs today. Processor time of this process, everything
 * included; the first solve finds cold code, the best of the others counts.
 */
import { known } from "../src/errors.ts";
import { buildNetworkIndex, type NetworkIndex } from "../src/network/find.ts";
import { buildCityGames } from "../src/shipped/city-games.ts";
import { buildDistrict } from "../src/shipped/district.ts";
import type { ShippedNetwork } from "../src/shipped/shipped-network.ts";
import type { NetworkRequest, NetworkSolved } from "../src/solver/network/network-request.ts";
import { solveNetwork } from "../src/solver/network/solve-network.ts";
import { performanceIndex } from "../src/solver/performance-index.ts";
import { validatePlan } from "../src/timing/validate-plan.ts";
import { evaluatePlan } from "../src/traffic/evaluate-plan.ts";
import { compareMeasures } from "../src/traffic/forward/compare-measures.ts";
import { remeasurePlan } from "../src/traffic/forward/remeasure-plan.ts";
import type { PlanMeasures } from "../src/traffic/measures.ts";
import { buildGrid } from "./build-grid.ts";
import { buildPeer } from "./network-peer.ts";
import type { Goal, Part } from "./part.ts";

interface Case {
  readonly name: string;
  readonly build: () => ShippedNetwork;
  /** To be reached in so much processor time, s. */
  readonly goalS?: number;
  /** Against the same search with this many times the work. */
  readonly moreWork?: number;
}

const CASES: readonly Case[] = [
  { name: "district", build: buildDistrict, goalS: 1, moreWork: 20 },
  { name: "city-games", build: buildCityGames, goalS: 5, moreWork: 20 },
  { name: "grid of 500", build: () => buildGrid(500, 1) },
  { name: "grid of 1,000", build: () => buildGrid(1000, 1) },
  { name: "grid of 2,000", build: () => buildGrid(2000, 1), goalS: 15 },
];
const SHORT: readonly Case[] = [{ name: "district", build: buildDistrict, moreWork: 3 }];
/** Repetitions after the first. */
const REPEATS = 2;
/** Delay of an answer ÷ delay with more work. */
const GOAL_RATIO = 1.03;
const PEER_CYCLES_S = [80, 90, 100, 110, 120, 130, 140, 150];

const QUESTION = {
  cycle: { minS: 60, maxS: 150, stepS: 2 },
  splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
  sequences: "choose",
  floors: [],
  seed: 1,
  starts: 1,
} as const;

interface Figures {
  readonly name: string;
  readonly intersections: number;
  readonly firstS: number;
  readonly bestS: number;
  readonly msPerIntersection: number;
  readonly residentMB: number;
  readonly groupsServed: number;
  readonly cyclesS: readonly number[];
  readonly index: number;
  readonly delayVehHPerH: number;
  /** Index and delay of the answer ÷ those of the plan that runs today, of the peer, and of the answer with more work. */
  readonly ratioToRunning: Ratio;
  readonly ratioToPeer: Ratio;
  readonly ratioToMoreWork?: Ratio;
}

interface Ratio {
  readonly index: number;
  readonly delay: number;
}

export const network: Part = async ({ isShort, print }) => {
  const figures: Figures[] = [];
  const goals: Goal[] = [];
  const wrong: string[] = [];
  for (const it of isShort ? SHORT : CASES) {
    const measured = measureCase(it, { repeats: isShort ? 0 : REPEATS, wrong });
    figures.push(measured);
    for (const line of describe(measured)) print(line);
    goals.push(...(isShort ? [] : listGoals(it, measured)));
  }
  const grids = figures.filter((it) => it.name.startsWith("grid"));
  const growth =
    known(grids.at(-1) ?? figures.at(-1), "case").msPerIntersection /
    known(grids[0] ?? figures[0], "case").msPerIntersection;
  print(`time per intersection, largest ÷ smallest grid: ${growth.toFixed(2)}`);
  return { figures: { cases: figures, growth }, goals, wrong };
};

function measureCase(of: Case, by: { readonly repeats: number; readonly wrong: string[] }): Figures {
  const { network, demand, plan } = of.build();
  const index = buildNetworkIndex(network);
  const request = { ...QUESTION, index, flows: demand.flows, running: plan.timingPlans };
  const first = solve(request);
  let bestS = by.repeats === 0 ? first.tookS : Number.POSITIVE_INFINITY;
  for (let count = 0; count < by.repeats; count++) bestS = Math.min(bestS, solve(request).tookS);
  const { answer } = first;
  by.wrong.push(...listWrong({ network, demand, plan }, index, answer).map((it) => `${of.name}: ${it}`));
  const more = of.moreWork === undefined ? undefined : solveLonger(request, answer, of.moreWork);
  const { groupsServed } = answer.work;
  return {
    name: of.name,
    intersections: network.intersections.length,
    firstS: first.tookS,
    bestS,
    msPerIntersection: (bestS * 1000) / network.intersections.length,
    residentMB: Math.round(process.memoryUsage().rss / 1e6),
    groupsServed,
    cyclesS: [...new Set(answer.timingPlans.map((it) => it.cycleS))].sort((a, b) => a - b),
    index: toIndex(answer.measures),
    delayVehHPerH: answer.measures.totalDelayVehHPerH,
    ratioToRunning: divide(answer.measures, answer.runningMeasures),
    ratioToPeer: divide(answer.measures, measurePeer(request)),
    ...(more === undefined ? {} : { ratioToMoreWork: divide(answer.measures, more.measures) }),
  };
}

function solve(request: NetworkRequest): { readonly answer: NetworkSolved; readonly tookS: number } {
  const before = process.cpuUsage();
  const answer = solveNetwork(request);
  const { user, system } = process.cpuUsage(before);
  if (answer.kind === "infeasible") throw new Error(answer.reasons.join(" "));
  return { answer, tookS: (user + system) / 1e6 };
}

const solveLonger = (request: NetworkRequest, { work }: NetworkSolved, times: number): NetworkSolved =>
  solve({ ...request, starts: 1000 * times, workLimit: times * work.groupsServed }).answer;

/** The best of the peer's cycles. */
function measurePeer(request: NetworkRequest): PlanMeasures {
  let best: PlanMeasures | undefined;
  for (const cycleS of PEER_CYCLES_S) {
    const timingPlans = buildPeer(request, cycleS);
    if (timingPlans === undefined) continue;
    const measures = evaluatePlan({ index: request.index, timingPlans, flows: request.flows, routeIds: [] });
    if (best === undefined || toIndex(measures) < toIndex(best)) best = measures;
  }
  return known(best, "peer");
}

const toIndex = ({ totalDelayVehHPerH, totalStopsVph }: PlanMeasures): number =>
  performanceIndex({ delayVehHPerH: totalDelayVehHPerH, stopsVph: totalStopsVph });

const divide = (one: PlanMeasures, other: PlanMeasures): Ratio => ({
  index: toIndex(one) / toIndex(other),
  delay: one.totalDelayVehHPerH / other.totalDelayVehHPerH,
});

/** What the gate blocks, what another evaluator measures otherwise, and answers worse than their start. */
function listWrong(
  { network, plan, demand }: ShippedNetwork,
  index: NetworkIndex,
  answer: NetworkSolved,
): string[] {
  const { timingPlans, measures } = answer;
  const verdict = validatePlan({
    network,
    plan: { ...plan, id: "solved", revision: plan.revision + 1, timingPlans },
    nowMs: 0,
  });
  const blocked = verdict.findings.filter((it) => it.severity === "BLOCK");
  const disagreements = compareMeasures(measures, remeasurePlan({ index, timingPlans, flows: demand.flows }));
  return [
    ...blocked.map((it) => `rule ${it.ruleId} at ${it.intersectionId}: ${it.sentence}`),
    ...disagreements.map(
      (it) =>
        `${it.measure} of ${it.intersectionId} ${it.movementId}: ${it.claimed} claimed, ${it.remeasured} measured`,
    ),
    ...(answer.index > answer.runningIndex ? ["worse than the plan that runs today"] : []),
  ];
}

function describe(it: Figures): string[] {
  const ratio = ({ index, delay }: Ratio): string => `${index.toFixed(3)} (delay ${delay.toFixed(3)})`;
  return [
    `${it.name}, ${it.intersections} intersections: ${it.bestS.toFixed(2)} s, first ${it.firstS.toFixed(2)} s, ${it.residentMB} MB, cycles ${it.cyclesS.join(" and ")} s`,
    `  index ${it.index.toFixed(0)} veh·h/h: of today's ${ratio(it.ratioToRunning)}, of the peer's ${ratio(it.ratioToPeer)}${it.ratioToMoreWork === undefined ? "" : `, of that with more work ${ratio(it.ratioToMoreWork)}`}`,
  ];
}

function listGoals({ goalS, moreWork }: Case, it: Figures): Goal[] {
  const goals: Goal[] = [];
  if (goalS !== undefined) {
    goals.push({
      name: `${it.name}: processor time`,
      wanted: `≤ ${goalS} s`,
      actual: `${it.bestS.toFixed(2)} s`,
      isReached: it.bestS <= goalS,
    });
  }
  if (it.ratioToMoreWork !== undefined) {
    const { delay } = it.ratioToMoreWork;
    goals.push({
      name: `${it.name}: delay ÷ delay with ${moreWork} × the work`,
      wanted: `≤ ${GOAL_RATIO}`,
      actual: delay.toFixed(3),
      isReached: delay <= GOAL_RATIO,
    });
  }
  return goals;
}
