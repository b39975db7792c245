/**
 * The front between bands and delay on an arterial of 34 signals: ten plans at once, every front of another demand. Beside
 * the time stands how many plans no other beats, how far apart the ends lie, and that every plan is what it claims.
 */
import type { MovementFlow } from "../src/demand/demand.schema.ts";
import { known } from "../src/errors.ts";
import type { FrontSolved } from "../src/solver/route/front-request.ts";
import { solveFront } from "../src/solver/route/solve-front.ts";
import { buildSites } from "../src/timing/site.ts";
import { validateTimingPlan } from "../src/timing/validate-timing-plan.ts";
import { compareMeasures } from "../src/traffic/forward/compare-measures.ts";
import { remeasurePlan } from "../src/traffic/forward/remeasure-plan.ts";
import { measureBand } from "../src/traffic/measure-band.ts";
import type { Part } from "./part.ts";
import { buildDemand, buildSolveWorkload, QUESTION, type SolveWorkload } from "./solve-workload.ts";
import { describeSpread, summarize } from "./summarize.ts";

const SIGNALS = 34;
const POINTS = 10;
const GOAL_MS = 1000;

export const front: Part = ({ isShort, print }) => {
  const workload = buildSolveWorkload(SIGNALS);
  const { index, running, network } = workload;
  const { band: _band, aim: _aim, ...question } = QUESTION;
  const [warmUps, fronts] = isShort ? [1, 2] : [3, 40];
  const tookMs: number[] = [];
  const points: number[] = [];
  const wrong: string[] = [];
  for (let at = -warmUps; at < fronts; at++) {
    const flows = buildDemand(network, at);
    const startedAtMs = performance.now();
    const answer = solveFront({ ...question, index, running, flows, points: POINTS });
    const endedAtMs = performance.now();
    if (at < 0) continue;
    tookMs.push(endedAtMs - startedAtMs);
    if (answer.kind === "infeasible") {
      wrong.push(`front ${at}: ${answer.reasons.join(" ")}`);
      continue;
    }
    points.push(answer.points.length);
    wrong.push(...listWrongPoints(workload, flows, answer).map((it) => `front ${at}: ${it}`));
  }
  const latency = summarize(tookMs);
  const meanPoints = points.reduce((sum, it) => sum + it, 0) / points.length;
  print(
    `${SIGNALS} signals, ${fronts} fronts: ${describeSpread(latency)}; ${meanPoints.toFixed(1)} plans each`,
  );
  return Promise.resolve({
    figures: { signals: SIGNALS, fronts, latency, meanPoints },
    goals: [
      {
        name: `front of up to ${POINTS} plans, ${SIGNALS} signals, p99`,
        wanted: `≤ ${GOAL_MS} ms`,
        actual: `${latency.p99Ms} ms`,
        isReached: latency.p99Ms <= GOAL_MS,
      },
    ],
    wrong,
  });
};

/** Order of the front, safety, bands and delay of every plan. */
function listWrongPoints(
  { index, network }: SolveWorkload,
  flows: readonly MovementFlow[],
  { points }: FrontSolved,
): string[] {
  const sites = buildSites(network);
  const route = known(network.routes[0], "route");
  return points.flatMap(({ timingPlans, bandwidthS, measures, bandRatio, index: cost }, at) => {
    const before = points[at - 1];
    const isBeaten = before !== undefined && (before.bandRatio >= bandRatio || before.index > cost);
    const plans = new Map(timingPlans.map((it) => [it.intersectionId, it]));
    const bands = (["outbound", "inbound"] as const).flatMap((way) => {
      const band = measureBand({ index, direction: known(route[way], way), timingPlans: plans });
      const measuredS = band.kind === "band" ? band.bandwidthS : 0;
      return Math.abs(measuredS - bandwidthS[way]) < 1e-6 ? [] : [`point ${at}: ${way} band ${measuredS} s`];
    });
    const blocks = timingPlans.flatMap((timingPlan) =>
      validateTimingPlan({ site: known(sites.get(timingPlan.intersectionId), "site"), timingPlan })
        .filter((it) => it.severity === "BLOCK")
        .map((it) => `point ${at}: rule ${it.ruleId} at ${timingPlan.intersectionId}`),
    );
    const delays = compareMeasures(measures, remeasurePlan({ index, timingPlans, flows }));
    return [
      ...(isBeaten ? [`point ${at} is beaten by the one before`] : []),
      ...bands,
      ...blocks,
      ...delays.map((it) => `point ${at}: ${it.measure} ${it.claimed}, measured ${it.remeasured}`),
    ];
  });
}
