/** Entry of the thread that times the route solver: solves one after the other, and tells of each. */
import { parentPort, workerData } from "node:worker_threads";
import type { RouteAnswer } from "../src/solver/route/route-request.ts";
import { solveRoute } from "../src/solver/route/solve-route.ts";
import { buildDemand, buildSolveWorkload, isVerified, QUESTION } from "./solve-workload.ts";
import { listWrong } from "./verify-answer.ts";

export interface CoreTask {
  readonly signals: number;
  /** Solves before the clock counts: the compiler is at work in them. */
  readonly warmUps: number;
  readonly solves: number;
}

export interface CoreRun {
  readonly solves: readonly {
    readonly tookMs: number;
    /** Delay of the answer ÷ delay of today's plan. */
    readonly delayRatio: number;
    /** Mean of both bands ÷ cycle. */
    readonly bandEfficiency: number;
  }[];
  readonly wrong: readonly string[];
}

parentPort?.postMessage(run(workerData));

function run({ signals, warmUps, solves }: CoreTask): CoreRun {
  const workload = buildSolveWorkload(signals);
  const { network, index, running } = workload;
  const timed: CoreRun["solves"][number][] = [];
  const wrong: string[] = [];
  for (let at = -warmUps; at < solves; at++) {
    const flows = buildDemand(network, at);
    const startedAtMs = performance.now();
    const answer = solveRoute({ ...QUESTION, index, flows, running });
    const tookMs = performance.now() - startedAtMs;
    if (at < 0) continue;
    timed.push({ tookMs, ...judgeQuality(answer) });
    if (!isVerified(at) && answer.kind === "solved") continue;
    wrong.push(...listWrong(workload, flows, answer).map((it) => `core, demand ${at}: ${it}`));
  }
  return { solves: timed, wrong };
}

function judgeQuality(answer: RouteAnswer): { delayRatio: number; bandEfficiency: number } {
  if (answer.kind === "infeasible") return { delayRatio: Number.NaN, bandEfficiency: Number.NaN };
  const { measures, runningMeasures, bandwidthS, cycleS } = answer;
  return {
    delayRatio: measures.totalDelayVehHPerH / runningMeasures.totalDelayVehHPerH,
    bandEfficiency: (bandwidthS.outbound + bandwidthS.inbound) / 2 / cycleS,
  };
}
