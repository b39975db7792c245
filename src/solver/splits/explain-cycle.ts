/**
 * Why a common cycle is as long as it is: for every intersection the shortest cycle at which its streams stay within the
 * target degree of saturation, the one whose need is longest, and what other cycles would cost.
 *
 * Needs are those of the closed form (split-needs.ts); delay is that of each intersection by itself with splits of least
 * delay (stream-delay.ts), so that progression, which may favor another cycle, is not in it. Permitted turns are linear
 * only near the cycle that the problems were built for.
 */
import { assert } from "../../errors.ts";
import { roundSplits } from "./round-splits.ts";
import { createNeeds, updateNeeds } from "./split-needs.ts";
import {
  describeMisfit,
  type SlackPolicy,
  type SplitProblem,
  type SplitsSolved,
  sumOf,
} from "./split-problem.ts";
import { splitDelayVehHPerH } from "./stream-delay.ts";
import { sweepSplits } from "./sweep-splits.ts";

export interface CycleExplanation {
  readonly cycleS: number;
  readonly targetDegreeOfSaturation: number;
  /** By length of the cycle that they need, longest first. */
  readonly intersections: readonly CycleNeed[];
  /** Every cycle asked about, in the order given. */
  readonly cycles: readonly CycleCost[];
}

export interface CycleNeed {
  readonly intersectionId: string;
  /** The shortest of the cycles asked about at which no stream exceeds the target; absent: none is long enough. */
  readonly neededCycleS?: number;
  /** Phases of the critical ring of each barrier group at the cycle explained, with what each needs there, s. */
  readonly criticalPath: readonly { readonly phase: number; readonly needS: number }[];
  /** Of the cycle explained, what is left beyond the critical path; negative: missing, s. */
  readonly spareS: number;
}

export interface CycleCost {
  readonly cycleS: number;
  /** Delay of all intersections, each by itself (veh·h/h); absent where minimums or maximums do not fit. */
  readonly delayVehHPerH?: number;
  /** Intersections where some stream exceeds the target, worst first; with its degree of saturation. */
  readonly short: readonly { readonly intersectionId: string; readonly degreeOfSaturation: number }[];
  /** Why minimums or maximums do not fit. */
  readonly misfits: readonly string[];
}

/** `cycles`: the lengths to compare, ascending and on the controllers' resolution, s. */
export function explainCycle(of: {
  readonly problems: readonly SplitProblem[];
  readonly cycleS: number;
  readonly cycles: readonly number[];
  readonly targetDegreeOfSaturation: number;
}): CycleExplanation {
  const { cycleS, targetDegreeOfSaturation } = of;
  const costs = of.cycles.map((it) => costOfCycle(of, it));
  const intersections = of.problems.map((problem): CycleNeed => {
    const { intersectionId } = problem;
    const needed = costs.find(
      (it) =>
        describeMisfit(problem, it.cycleS) === undefined &&
        !it.short.some((short) => short.intersectionId === intersectionId),
    );
    const criticalPath = findCriticalPath(problem, cycleS, targetDegreeOfSaturation);
    return {
      intersectionId,
      ...(needed === undefined ? {} : { neededCycleS: needed.cycleS }),
      criticalPath,
      spareS: criticalPath.reduce((restS, it) => restS - it.needS, cycleS),
    };
  });
  const neededOf = (it: CycleNeed): number => it.neededCycleS ?? Number.POSITIVE_INFINITY;
  return {
    cycleS,
    targetDegreeOfSaturation,
    intersections: intersections.sort((a, b) =>
      neededOf(a) === neededOf(b) ? a.spareS - b.spareS : neededOf(b) > neededOf(a) ? 1 : -1,
    ),
    cycles: costs,
  };
}

function costOfCycle(
  of: Pick<Parameters<typeof explainCycle>[0], "problems" | "targetDegreeOfSaturation">,
  cycleS: number,
): CycleCost {
  const { targetDegreeOfSaturation } = of;
  const short: { intersectionId: string; degreeOfSaturation: number }[] = [];
  const misfits: string[] = [];
  const sweep = (problem: SplitProblem, slack: SlackPolicy): SplitsSolved => {
    const answer = sweepSplits({ problem, cycleS, targetDegreeOfSaturation, slack });
    assert(answer.kind === "solved", `splits of ${problem.intersectionId} do not fit ${cycleS} s after all`);
    return answer;
  };
  let delayVehHPerH = 0;
  for (const problem of of.problems) {
    const reason = describeMisfit(problem, cycleS);
    if (reason !== undefined) {
      misfits.push(reason);
      continue;
    }
    // The reserve before rounding is what tells whether the target can be met.
    const equal = sweep(problem, "equal");
    const least = sweep(problem, "leastDelay");
    if (equal.reserve < 1 / targetDegreeOfSaturation - 1e-9) {
      short.push({ intersectionId: problem.intersectionId, degreeOfSaturation: 1 / equal.reserve });
    }
    const splits = roundSplits({ problem, cycleS, splitsS: least.splitsS });
    delayVehHPerH += splitDelayVehHPerH(
      problem,
      splits.map((it) => it.splitS),
      cycleS,
    );
  }
  short.sort((a, b) => b.degreeOfSaturation - a.degreeOfSaturation);
  return { cycleS, short, misfits, ...(misfits.length > 0 ? {} : { delayVehHPerH }) };
}

/** The ring of each barrier group that needs most at the target. */
function findCriticalPath(
  problem: SplitProblem,
  cycleS: number,
  targetDegreeOfSaturation: number,
): CycleNeed["criticalPath"] {
  const needs = createNeeds(problem.phases.length);
  const givenS = problem.phases.map((it) => it.minSplitS);
  updateNeeds(needs, { problem, cycleS, givenS }, 1 / targetDegreeOfSaturation);
  return problem.cells.flatMap((rings) => {
    const longest = rings.reduce((a, b) => (sumOf(b, needs.needS) > sumOf(a, needs.needS) ? b : a));
    return longest.map((it) => ({ phase: problem.phases[it]?.phase ?? 0, needS: needs.needS[it] ?? 0 }));
  });
}
