/**
 * Why the splits of one intersection are as they are: what holds each one, which ring decides each barrier group, and
 * what a step of the resolution more or less would change. Plain data; describe-splits.ts says it in sentences.
 */

import { type ExchangeInput, findBestExchange, type SplitExchange } from "./exchange-splits.ts";
import { createNeeds, reserveOf, updateNeeds } from "./split-needs.ts";
import { type SplitPhase, type SplitProblem, servedVeh, splitOf, sumOf } from "./split-problem.ts";
import { splitDelayVehHPerH } from "./stream-delay.ts";

/** Savings below this are none, veh·h/h. */
const NOTHING_VEH_H_PER_H = 1e-9;

export interface SplitsExplanation {
  readonly intersectionId: string;
  readonly cycleS: number;
  readonly targetDegreeOfSaturation: number;
  /** All flows can grow by this factor; infinite without flow. */
  readonly reserve: number;
  /** The stream with the largest degree of saturation. */
  readonly critical?: { readonly movementIds: readonly string[]; readonly degreeOfSaturation: number };
  readonly groups: readonly GroupExplanation[];
  readonly phases: readonly PhaseExplanation[];
}

/** One barrier group: its critical ring is the one that needs most. */
export interface GroupExplanation {
  readonly lengthS: number;
  readonly criticalRing: number;
  readonly criticalPhases: readonly number[];
  /** Needs of each ring at the target, s. */
  readonly ringNeedsS: readonly number[];
}

/**
 * What holds a split: `minimumGreen`, `pedestrian`, `maximumGreen`; `saturation`: what its stream needs at the target,
 * rounded up; `rounding`: less than a step below that; `shortage`: farther below, because the needs do not fit the cycle
 * together; `ring`: its ring needs less than the one beside it and fills up to the barrier; `slack`: it got green that
 * no stream needs.
 */
export type SplitBinding =
  | { readonly kind: "minimumGreen" | "maximumGreen" | "ring" | "slack" }
  | { readonly kind: "pedestrian"; readonly crossingId: string }
  | { readonly kind: "saturation"; readonly movementIds: readonly string[]; readonly roundedByS: number }
  | {
      readonly kind: "rounding" | "shortage";
      readonly movementIds: readonly string[];
      readonly missingS: number;
    };

export interface PhaseExplanation {
  readonly phase: number;
  readonly splitS: number;
  readonly minSplitS: number;
  /** Split at which all its streams reach the target, at least the minimum, s. */
  readonly needS: number;
  readonly binding: SplitBinding;
  /** In the critical ring of its barrier group. */
  readonly isCritical: boolean;
  /** A step more, from where it costs least, whatever its own maximum; absent where nobody may give. */
  readonly oneMore?: SplitExchange;
  /** A step less, to where it saves most, whatever its own minimum; absent where nobody may take. */
  readonly oneLess?: SplitExchange;
  /** Where a crossing holds it: what all steps that pay down to its minimum green together would save. */
  readonly withoutCrossing?: { readonly byS: number; readonly savesVehHPerH: number };
}

/** `splits` as in the plan; `delayOf` re-evaluates splits by position (absent: this intersection by itself). */
export function explainSplits(of: {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly splits: readonly { readonly phase: number; readonly splitS: number }[];
  readonly targetDegreeOfSaturation: number;
  readonly delayOf?: ExchangeInput["delayOf"];
}): SplitsExplanation {
  const { problem, cycleS, targetDegreeOfSaturation } = of;
  const splitsS = problem.phases.map((it) => of.splits.find((own) => own.phase === it.phase)?.splitS ?? 0);
  const needs = createNeeds(problem.phases.length);
  updateNeeds(needs, { problem, cycleS, givenS: splitsS }, 1 / targetDegreeOfSaturation);
  const groups = problem.cells.map((rings): GroupExplanation => {
    const ringNeedsS = rings.map((cell) => sumOf(cell, needs.needS));
    const criticalRing = ringNeedsS.indexOf(Math.max(...ringNeedsS));
    return {
      lengthS: sumOf(rings[0] ?? [], splitsS),
      criticalRing,
      criticalPhases: (rings[criticalRing] ?? []).map((it) => problem.phases[it]?.phase ?? 0),
      ringNeedsS,
    };
  });
  const critical = findCritical(problem, cycleS, splitsS);
  const exchange: ExchangeInput = {
    problem,
    cycleS,
    splitsS,
    delayOf: of.delayOf ?? ((it) => splitDelayVehHPerH(problem, it, cycleS)),
  };
  return {
    intersectionId: problem.intersectionId,
    cycleS,
    targetDegreeOfSaturation,
    reserve: reserveOf(problem, splitsS, cycleS),
    ...(critical === undefined ? {} : { critical }),
    groups,
    phases: problem.phases.map((phase, position) => {
      const isCritical = groups.some((it) => it.criticalPhases.includes(phase.phase));
      return explainPhase({ exchange, phase, position, needS: needs.needS[position] ?? 0, isCritical });
    }),
  };
}

interface PhaseInput {
  readonly exchange: ExchangeInput;
  readonly phase: SplitPhase;
  readonly position: number;
  readonly needS: number;
  readonly isCritical: boolean;
}

function explainPhase(of: PhaseInput): PhaseExplanation {
  const { exchange, phase, position, needS, isCritical } = of;
  const splitS = exchange.splitsS[position] ?? 0;
  const oneMore = findBestExchange(exchange, position, 1);
  const oneLess = findBestExchange(exchange, position, -1);
  const withoutCrossing = splitS <= phase.minSplitS + 1e-9 ? priceCrossing(of) : undefined;
  return {
    phase: phase.phase,
    splitS,
    minSplitS: phase.minSplitS,
    needS,
    binding: findBinding(of, splitS),
    isCritical,
    ...(oneMore === undefined ? {} : { oneMore }),
    ...(oneLess === undefined ? {} : { oneLess }),
    ...(withoutCrossing === undefined ? {} : { withoutCrossing }),
  };
}

function findBinding(of: PhaseInput, splitS: number): SplitBinding {
  const { phase, needS, isCritical } = of;
  const { problem } = of.exchange;
  const asking = problem.streams.filter((it) => it.phases[0] === of.position);
  const movementIds = asking.flatMap((it) => it.movementIds);
  const tolerance = 1e-6;
  if (splitS < needS - tolerance) {
    if (splitS >= phase.maxSplitS - tolerance) return { kind: "maximumGreen" };
    const missingS = needS - splitS;
    return {
      kind: missingS < problem.resolutionS - tolerance ? "rounding" : "shortage",
      movementIds,
      missingS,
    };
  }
  if (splitS <= phase.minSplitS + tolerance) {
    return phase.heldBy === undefined
      ? { kind: "minimumGreen" }
      : { kind: "pedestrian", crossingId: phase.heldBy.crossingId };
  }
  if (splitS < needS + problem.resolutionS - tolerance && needS > phase.minSplitS + tolerance) {
    return { kind: "saturation", movementIds, roundedByS: splitS - needS };
  }
  if (splitS >= phase.maxSplitS - tolerance) return { kind: "maximumGreen" };
  return { kind: isCritical ? "slack" : "ring" };
}

/** Takes steps from a phase that a crossing holds, down to its minimum green, as long as each pays. */
function priceCrossing(of: PhaseInput): PhaseExplanation["withoutCrossing"] {
  const { exchange, phase, position } = of;
  const floorS = phase.heldBy?.minSplitS ?? phase.minSplitS;
  const { resolutionS } = exchange.problem;
  let splitsS = exchange.splitsS;
  let savesVehHPerH = 0;
  while ((splitsS[position] ?? 0) - resolutionS >= floorS - 1e-9) {
    const less = findBestExchange({ ...exchange, splitsS }, position, -1);
    if (less === undefined || less.delayVehHPerH > -NOTHING_VEH_H_PER_H) break;
    savesVehHPerH -= less.delayVehHPerH;
    splitsS = less.splitsS;
  }
  const byS = (exchange.splitsS[position] ?? 0) - (splitsS[position] ?? 0);
  return byS > 0 ? { byS, savesVehHPerH } : undefined;
}

function findCritical(
  problem: SplitProblem,
  cycleS: number,
  splitsS: readonly number[],
): SplitsExplanation["critical"] {
  let worst: SplitsExplanation["critical"];
  for (const stream of problem.streams) {
    const carriedVeh = servedVeh(stream, splitOf(stream, splitsS), cycleS);
    const degreeOfSaturation = (stream.flowVps * cycleS) / carriedVeh;
    if (worst === undefined || degreeOfSaturation > worst.degreeOfSaturation) {
      worst = { movementIds: stream.movementIds, degreeOfSaturation };
    }
  }
  return worst;
}
