/**
 * Splits for an intersection that cannot serve its flows, in the store-and-forward model (store-and-forward.ts):
 *
 * 1. the queues that would stand in the junction behind fit their storage as long as possible (largest least time);
 * 2. with that kept, so do all queues that have a storage;
 * 3. with both kept, as many vehicles as possible are served in the period, and of equals least delay.
 *
 * Where 1 or 2 cannot hold for as long as a cycle, their longest queue ÷ storage at the end of the period is made
 * smallest instead. For a time and a length of queue the model gives each phase a least split in closed form, so 1 and 2
 * are bisections over what still fits the rings on the controller's resolution, and 3 is the greedy placing of
 * place-at-least-cost.ts: exact on the resolution where each stream has one phase; a stream of several asks its first one
 * for what the others do not give.
 */
import { ANALYSIS_PERIOD_H } from "../../traffic/hcm-delay.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { fitsCycle, placeAtLeastCost, roundUp } from "./place-at-least-cost.ts";
import { reserveOf } from "./split-needs.ts";
import {
  describeMisfit,
  type SplitAnswer,
  type SplitProblem,
  type SplitQuestion,
  type SplitStream,
  splitOf,
} from "./split-problem.ts";
import { leftAfterVeh, splitToHoldS } from "./store-and-forward.ts";
import { streamDelayVehHPerH } from "./stream-delay.ts";

/** How long it looks ahead with these flows. */
const PERIOD_S = ANALYSIS_PERIOD_H * SECONDS_PER_HOUR;
/** Halvings of the period or of the overfill: down to the rounding of the numbers. */
const HALVINGS = 40;
/** A delayed vehicle against one that is left unserved: decides between equals only. */
const DELAY_WEIGHT = 1e-6;

export function solveThroughput({ problem, cycleS }: Pick<SplitQuestion, "problem" | "cycleS">): SplitAnswer {
  const reason = describeMisfit(problem, cycleS);
  if (reason !== undefined) return { kind: "infeasible", reason };
  const bounded = problem.streams.filter((it) => it.storage !== undefined);
  let needS: Float64Array = Float64Array.from(problem.phases, (it) => it.minSplitS);
  for (const tier of [bounded.filter((it) => it.storage?.blocksJunction), bounded]) {
    needS = holdLongest({ problem, cycleS, tier, leastS: needS });
  }
  const splitsS = placeAtLeastCost({
    problem,
    cycleS,
    needS,
    costOf: (stream, splitS) =>
      leftAfterVeh(stream, splitS, cycleS, PERIOD_S) +
      DELAY_WEIGHT * streamDelayVehHPerH(stream, splitS, cycleS),
  });
  return { kind: "solved", splitsS, reserve: reserveOf(problem, splitsS, cycleS) };
}

interface Tier {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly tier: readonly SplitStream[];
  /** What these and earlier demands ask of each phase already; fits the cycle. */
  readonly leastS: Float64Array;
}

/** Needs with which the tier's queues fit as long as possible, or are overfull as little as possible. */
function holdLongest(of: Tier): Float64Array {
  const { cycleS } = of;
  const fits = (needS: Float64Array) => fitsCycle(of.problem, cycleS, needS);
  const until = (atS: number) => needsOf(of, atS, 1);
  if (fits(until(PERIOD_S))) return until(PERIOD_S);
  if (fits(until(cycleS))) return until(largestThat((atS) => fits(until(atS)), cycleS, PERIOD_S));
  // A storage that counts 1 ÷ ratio times: at 0 without limit, which always fits.
  const overfull = (ratio: number) => needsOf(of, PERIOD_S, 1 / ratio);
  return overfull(largestThat((ratio) => fits(overfull(ratio)), 0, 1));
}

/** The largest value from `low`, where it holds, to `high`, where it does not. */
function largestThat(holds: (value: number) => boolean, low: number, high: number): number {
  let [most, least] = [low, high];
  for (let count = 0; count < HALVINGS; count++) {
    const middle = (most + least) / 2;
    if (holds(middle)) most = middle;
    else least = middle;
  }
  return most;
}

/** Least splits, on the resolution, with which the tier's queues fit `storageRatio` times their storage at `atS`. */
function needsOf(of: Tier, atS: number, storageRatio: number): Float64Array {
  const needS = Float64Array.from(of.leastS);
  const sharedLast = [...of.tier].sort((a, b) => a.phases.length - b.phases.length);
  for (const stream of sharedLast) {
    const storageVeh = Math.max(stream.storage?.storageVeh ?? 0, stream.initialQueueVeh ?? 0);
    const longestVeh = storageVeh * storageRatio;
    const missingS = splitToHoldS(stream, of.cycleS, { longestVeh, atS }) - splitOf(stream, needS);
    const first = stream.phases[0] ?? 0;
    if (missingS > 0) needS[first] = (needS[first] ?? 0) + missingS;
  }
  return roundUp(of.problem, needS);
}
