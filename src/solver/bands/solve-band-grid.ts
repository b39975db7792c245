/**
 * The widest bands with offsets on the controller's resolution, exactly; travel times stay real numbers. What continuous
 * offsets reach (solve-band-exact.ts) bounds each goal; the grid costs a part of a step as a rule. At fixed travel times
 * grid-offers.ts searches, with travel times in a range grid-walk.ts.
 */
import { assert, known } from "../../errors.ts";
import { wrapS } from "../../timing/cycle.ts";
import { buildBandChoices, SAME_S } from "./band-choices.ts";
import { listOffsetsOfChoice } from "./band-freedom.ts";
import { type BandAnswer, type BandPlan, type BandProblem, settleTravel } from "./band-problem.ts";
import { findGridBands } from "./grid-offers.ts";
import { findGridWalk, type GridBands } from "./grid-walk.ts";
import { placeWalk } from "./place-walk.ts";
import { findOptima, noBandOf, placeBest } from "./solve-band-exact.ts";

/** @param options.resolutionS step of the offsets; the cycle is a whole number of steps. */
export function solveBandGrid(problem: BandProblem, options: { readonly resolutionS: number }): BandAnswer {
  const { cycleS, links } = problem;
  const { resolutionS } = options;
  assert(
    resolutionS > 0 && Math.abs(Math.round(cycleS / resolutionS) * resolutionS - cycleS) < SAME_S,
    `cycle ${cycleS} s is no whole number of steps of ${resolutionS} s`,
  );
  const hasRange = links.some((it) => it.spareTravelS !== undefined);
  const optima = findOptima(problem);
  let best: GridBands | undefined;
  for (const { arcs, walk, goal } of optima) {
    const toBeatS = best === undefined ? SAME_S : best.valueS - SAME_S;
    const limits = { resolutionS, toBeatS, boundS: walk.bound * cycleS };
    if (limits.boundS <= toBeatS) continue;
    // With ranges at the travel times that are best for continuous offsets first: little is left to beat after that.
    const settled = hasRange ? settleTravel(problem, placeWalk(problem, arcs, walk)) : problem;
    best = findGridBands(settled, goal, limits) ?? best;
    if (!hasRange) continue;
    const leastS = best?.goal === goal ? best.valueS + SAME_S : toBeatS;
    if (leastS < limits.boundS) best = findGridWalk(problem, goal, { ...limits, toBeatS: leastS }) ?? best;
  }
  if (best === undefined) return noBandOf(problem);
  return buildPlan(problem, best, { resolutionS, bound: placeBest(problem, optima) });
}

/** The found bands with offsets that carry them; each signal in the middle of its freedom, the first one at 0. */
function buildPlan(
  problem: BandProblem,
  found: GridBands,
  { resolutionS, bound }: { readonly resolutionS: number; readonly bound: BandPlan },
): BandPlan {
  const { cycleS } = problem;
  const { goal, bandwidthS, bandStartS, travelS, valueS } = found;
  const bands = { cycleS, resolutionS, bandwidthS, bandStartS };
  const signals = buildBandChoices(settleTravel(problem, found), goal.without).map((choices) => {
    const free = choices.map((it) => ({ ...it, offsets: listOffsetsOfChoice(it, bands) }));
    const widest = known(free.sort((a, b) => b.offsets.length - a.offsets.length)[0], "a choice");
    const middle = widest.offsets[Math.floor(widest.offsets.length / 2)];
    return { alternative: widest.alternative, offsetS: known(middle, "an offset that holds the bands") };
  });
  const originS = known(signals[0], "first signal").offsetS;
  return {
    kind: "solved",
    bandwidthS: {
      outbound: goal.without === "outbound" ? 0 : bandwidthS.outbound,
      inbound: goal.without === "inbound" ? 0 : bandwidthS.inbound,
    },
    bandStartS: {
      outbound: wrapS(bandStartS.outbound - originS, cycleS),
      inbound: wrapS(bandStartS.inbound - originS, cycleS),
    },
    signals: signals.map((it) => ({ ...it, offsetS: wrapS(it.offsetS - originS, cycleS) })),
    travelS,
    valueS,
    boundS: bound.valueS,
    limits: bound.limits,
  };
}
