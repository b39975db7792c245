/** Explanations of splits and of the cycle in sentences that a signal engineer can act on. */

import type { SplitExchange } from "./exchange-splits.ts";
import type { CycleCost, CycleExplanation, CycleNeed } from "./explain-cycle.ts";
import type { PhaseExplanation, SplitsExplanation } from "./explain-splits.ts";
import type { CallCost } from "./price-calls.ts";

/** Changes below this are not worth a sentence, veh·h/h. */
const WORTH_TELLING_VEH_H_PER_H = 0.005;

/** One sentence per barrier group on its critical ring, then one per phase. */
export function describeSplits(of: SplitsExplanation): string[] {
  const target = of.targetDegreeOfSaturation;
  const groups = of.groups.map(({ criticalPhases, criticalRing, ringNeedsS, lengthS }, group) => {
    const needS = ringNeedsS[criticalRing] ?? 0;
    const others = ringNeedsS.filter((_, ring) => ring !== criticalRing);
    const beside = others.length === 0 ? "" : `, the ring beside ${inTenths(Math.max(...others))} s`;
    return `${of.intersectionId}, barrier group ${group + 1}: ${listPhases(criticalPhases)} decide with ${inTenths(needS)} s at a degree of saturation of ${target}${beside}; it lasts ${inTenths(lengthS)} s.`;
  });
  return [...groups, ...of.phases.map((it) => describePhase(it, of))];
}

function describePhase(it: PhaseExplanation, of: SplitsExplanation): string {
  const name = `Phase ${it.phase} at ${of.intersectionId}`;
  const splitS = inTenths(it.splitS);
  switch (it.binding.kind) {
    case "minimumGreen":
      return `${name} holds its minimum ${splitS} s; ${tellLess(it)}.`;
    case "pedestrian":
      return `${name} holds its pedestrian minimum ${splitS} s (crossing ${it.binding.crossingId}); ${tellCrossing(it)}.`;
    case "maximumGreen":
      return `${name} is at its maximum ${splitS} s; ${tellMore(it)}.`;
    case "saturation":
      return `${name} has the ${splitS} s that ${it.binding.movementIds.join("+")} needs for ${of.targetDegreeOfSaturation} (${inTenths(it.needS)} s before rounding); ${tellMore(it)}.`;
    case "rounding":
      return `${name} was rounded down to ${splitS} s, ${inTenths(it.binding.missingS)} s less than ${it.binding.movementIds.join("+")} needs for ${of.targetDegreeOfSaturation}; ${tellMore(it)}.`;
    case "shortage":
      return `${name} has ${splitS} s, ${inTenths(it.binding.missingS)} s less than ${it.binding.movementIds.join("+")} needs for ${of.targetDegreeOfSaturation}; ${tellMore(it)}.`;
    case "ring":
      return `${name} needs ${inTenths(it.needS)} s and fills its ring up to the barrier with ${splitS} s; ${tellLess(it)}.`;
    case "slack":
      return `${name} needs ${inTenths(it.needS)} s and got ${inTenths(it.splitS - it.needS)} s more; ${tellLess(it)}.`;
  }
}

function tellCrossing(it: PhaseExplanation): string {
  if (it.withoutCrossing === undefined) return tellLess(it);
  const { byS, savesVehHPerH } = it.withoutCrossing;
  return savesVehHPerH < WORTH_TELLING_VEH_H_PER_H
    ? "less would save nothing"
    : `${inTenths(byS)} s less would save ${inTenths(savesVehHPerH, 2)} veh·h/h`;
}

const tellMore = (it: PhaseExplanation): string =>
  it.oneMore === undefined
    ? "no other phase may give it more"
    : tellExchange(it.oneMore, it.phase, "more, from");

const tellLess = (it: PhaseExplanation): string =>
  it.oneLess === undefined
    ? "no other phase may take less of it"
    : tellExchange(it.oneLess, it.phase, "less, to");

/** "1 s more, from phase 4, would save 0.8 veh·h/h". */
function tellExchange(exchange: SplitExchange, phase: number, how: "more, from" | "less, to"): string {
  const own = exchange.changes.find((it) => it.phase === phase)?.byS ?? 0;
  const others = exchange.changes.filter((it) => Math.sign(it.byS) !== Math.sign(own)).map((it) => it.phase);
  const { delayVehHPerH } = exchange;
  const effect =
    Math.abs(delayVehHPerH) < WORTH_TELLING_VEH_H_PER_H
      ? "change nothing"
      : `${delayVehHPerH < 0 ? "save" : "cost"} ${inTenths(Math.abs(delayVehHPerH), 2)} veh·h/h`;
  return `${inTenths(Math.abs(own))} s ${how} ${listPhases(others)}, would ${effect}`;
}

/** Which intersection needs the cycle, and what the cycles beside it would cost. */
export function describeCycle(of: CycleExplanation): string[] {
  const [critical, next] = of.intersections;
  if (critical === undefined) return [];
  const here = of.cycles.find((it) => it.cycleS === of.cycleS);
  return [describeNeed(critical, of), ...describeNext(critical, next), ...describeCosts(of, here)];
}

function describeNeed(critical: CycleNeed, of: CycleExplanation): string {
  const needS = critical.criticalPath.reduce((sum, it) => sum + it.needS, 0);
  const path = `${listPhases(critical.criticalPath.map((it) => it.phase))} need ${inTenths(needS)} s of ${of.cycleS} s at a degree of saturation of ${of.targetDegreeOfSaturation}`;
  return critical.neededCycleS === undefined
    ? `${critical.intersectionId} is the critical intersection: none of the cycles is long enough for it; ${path}.`
    : `${critical.intersectionId} is the critical intersection: it needs a cycle of at least ${critical.neededCycleS} s; ${path}.`;
}

function describeNext(critical: CycleNeed, next: CycleNeed | undefined): string[] {
  if (next?.neededCycleS === undefined || critical.neededCycleS === undefined) return [];
  const byS = critical.neededCycleS - next.neededCycleS;
  return [
    byS === 0
      ? `${next.intersectionId} needs as much.`
      : `All others would do with ${inTenths(byS)} s less; the next is ${next.intersectionId}.`,
  ];
}

function describeCosts(of: CycleExplanation, here: CycleCost | undefined): string[] {
  return of.cycles.flatMap((it): string[] => {
    if (it.cycleS === of.cycleS) return [];
    const name = `A cycle of ${it.cycleS} s`;
    const [misfit] = it.misfits;
    if (misfit !== undefined) return [`${name} does not fit: ${misfit}.`];
    const [worst] = it.short;
    const [shortHere] = here?.short ?? [];
    const saturation =
      worst === undefined || (shortHere !== undefined && it.cycleS > of.cycleS)
        ? ""
        : `, and ${worst.intersectionId} would reach a degree of saturation of ${inTenths(worst.degreeOfSaturation, 2)}`;
    const byVehHPerH = (it.delayVehHPerH ?? 0) - (here?.delayVehHPerH ?? 0);
    return [
      `${name} would ${byVehHPerH < 0 ? "save" : "cost"} ${inTenths(Math.abs(byVehHPerH), 2)} veh·h/h at the signals by themselves${saturation}.`,
    ];
  });
}

/** What one call at an actuated crossing without room costs. */
export function describeCall(of: CallCost): string {
  const name = `Crossing ${of.crossingId} needs ${inTenths(of.neededSplitS)} s in phase ${of.phase} at ${of.intersectionId} and has ${inTenths(of.splitS)} s`;
  const delay = `${Math.round(of.delayVehS)} vehicle-seconds of delay`;
  if (of.cyclesToStep === 0) return `${name}: it waits out the ring beside it; a call costs ${delay}.`;
  const greens = of.greens.map(
    ({ phase, byS }) => `phase ${phase} ${byS < 0 ? "gives" : "gets"} ${inTenths(Math.abs(byS))} s`,
  );
  const cycles = of.cyclesToStep === 1 ? "1 cycle" : `${of.cyclesToStep} cycles`;
  return `${name}: each call ends its cycle ${inTenths(of.lateS)} s late and takes ${cycles} to come back into step (${greens.join(", ")}); it costs ${delay}.`;
}

const listPhases = (phases: readonly number[]): string =>
  `${phases.length === 1 ? "phase" : "phases"} ${phases.join("+")}`;

const inTenths = (value: number, digits = 1): number => Number(value.toFixed(digits));
