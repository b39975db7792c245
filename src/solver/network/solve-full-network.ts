/**
 * A whole network where queues may outgrow their links. The cyclic model lets queues stand in the junctions behind, so its
 * answers, for chosen cycles and for everybody's own of today, are judged by queues forward in time with spill-back
 * (traffic/forward/), and today's plans stay unless one is clearly better there: on streets over capacity that people have
 * tuned, the first duty is to do no harm.
 *
 * Where every queue fits, under today's plans and under the answer, it is the answer of `solveNetwork`.
 */
import { evaluateWithSpillback } from "../../traffic/forward/evaluate-with-spillback.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { performanceIndex } from "../performance-index.ts";
import type { NetworkAnswer, NetworkRequest, NetworkSolved } from "./network-request.ts";
import { solveNetwork } from "./solve-network.ts";

/** Forward in time, a plan replaces today's when its index is lower by this part. */
const CLEARLY_BETTER = 0.1;

export function solveFullNetwork(request: NetworkRequest): NetworkAnswer {
  const free = solveNetwork(request);
  if (free.kind === "infeasible") return free;
  if (!isFull(free.runningMeasures) && !isFull(free.measures)) return free;
  const own = solveNetwork({ ...request, cycle: "keep", sequences: "keep" });
  const candidates = [free, ...(own.kind === "solved" ? [own] : [])];
  const judged = candidates.map((it) => ({ it, index: judge(request, it.timingPlans) }));
  const best = judged.reduce((least, one) => (one.index < least.index ? one : least));
  const todayIndex = judge(request, request.running);
  if (best.index <= (1 - CLEARLY_BETTER) * todayIndex) return best.it;
  return keepRunning(request, free, { todayIndex, bestIndex: best.index });
}

const isFull = (it: PlanMeasures): boolean => it.spillingLaneGroups > 0 || it.largestDegreeOfSaturation > 1;

function judge({ index, flows, periodH }: NetworkRequest, timingPlans: NetworkRequest["running"]): number {
  const { totalDelayVehHPerH, totalStopsVph } = evaluateWithSpillback({
    index,
    flows,
    timingPlans,
    ...(periodH === undefined ? {} : { periodS: periodH * SECONDS_PER_HOUR }),
  });
  return performanceIndex({ delayVehHPerH: totalDelayVehHPerH, stopsVph: totalStopsVph });
}

function keepRunning(
  { running }: NetworkRequest,
  solved: NetworkSolved,
  { todayIndex, bestIndex }: { readonly todayIndex: number; readonly bestIndex: number },
): NetworkSolved {
  return {
    ...solved,
    timingPlans: running,
    index: solved.runningIndex,
    measures: solved.runningMeasures,
    notes: [
      `Queues outgrow their links. Forward in time, with spill-back, the best plan found costs ${bestIndex.toFixed(1)} veh·h/h and today's ${todayIndex.toFixed(1)}: not clearly better, so today's plans stay.`,
      ...solved.notes,
    ],
  };
}
