/** The route solver alone, in a worker thread as the service runs it, without HTTP. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Part } from "./part.ts";
import type { CoreRun, CoreTask } from "./solve-core-worker.ts";
import { describeSpread, summarize } from "./summarize.ts";

const SIGNALS = [10, 34];
/** What the worker is to reach: one solve of 34 signals in this time. */
const GOAL = { signals: 34, p99Ms: 150 };

export const solveCore: Part = async ({ isShort, print }) => {
  const runs = [];
  const goals = [];
  const wrong: string[] = [];
  for (const signals of SIGNALS) {
    const run = await runInWorker({ signals, warmUps: isShort ? 2 : 20, solves: isShort ? 5 : 300 });
    const latency = summarize(run.solves.map((it) => it.tookMs));
    const delayRatio = median(run.solves.map((it) => it.delayRatio));
    const bandEfficiency = median(run.solves.map((it) => it.bandEfficiency));
    runs.push({ signals, latency, delayRatio, bandEfficiency });
    wrong.push(...run.wrong);
    print(`${signals} signals, ${run.solves.length} solves: ${describeSpread(latency)}`);
    print(
      `  the answers, median: ${percent(delayRatio)} of today's delay, bands ${percent(bandEfficiency)} of the cycle`,
    );
    if (signals === GOAL.signals) {
      goals.push({
        name: `solve of ${signals} signals in a worker, p99`,
        wanted: `≤ ${GOAL.p99Ms} ms`,
        actual: `${latency.p99Ms} ms`,
        isReached: latency.p99Ms <= GOAL.p99Ms,
      });
    }
  }
  return { figures: { runs }, goals, wrong };
};

async function runInWorker(task: CoreTask): Promise<CoreRun> {
  const worker = new Worker(new URL("./solve-core-worker.js", import.meta.url), { workerData: task });
  const [run]: CoreRun[] = await once(worker, "message");
  await worker.terminate();
  if (run === undefined) throw new Error("the worker answered nothing");
  return run;
}

const median = (values: readonly number[]): number => {
  const middle = [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  return Math.round(middle * 1000) / 1000;
};

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;
