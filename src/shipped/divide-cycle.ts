/**
 * The splits of a plain fixed-time plan: Webster's division of the cycle by critical flow ratios, but no phase below its
 * minimum green and the walk and clearance of its crossings, in whole seconds that fill every ring and meet at every
 * barrier.
 */
import { assert, known } from "../errors.ts";
import { getPhase } from "../network/find.ts";
import type { Intersection, Sequence } from "../network/network.schema.ts";
import { type CriticalLoad, changeS } from "./critical-load.ts";

export interface PhaseSplit {
  readonly phase: number;
  readonly splitS: number;
}

export function divideCycle(intersection: Intersection, load: CriticalLoad, cycleS: number): PhaseSplit[] {
  const { rings } = known(intersection.sequences[0], "sequence");
  const shareOf = (phase: number): Share => ({
    leastS: leastSplitS(intersection, phase),
    lostS: changeS(intersection, phase),
    weight: known(load.ratios.get(phase), "flow ratio"),
  });
  const groups = known(rings[0], "ring").map((_, group) => longest(rings, group, shareOf));
  const groupsS = share(groups, cycleS);
  return rings.flatMap((ring) =>
    ring.flatMap((phases, group) => {
      const splitsS = share(phases.map(shareOf), known(groupsS[group], "group length"));
      return phases.map((phase, at) => ({ phase, splitS: known(splitsS[at], "split") }));
    }),
  );
}

/** Whole seconds that hold minimum green, walk and pedestrian clearance, yellow and red clearance. */
export function leastSplitS(intersection: Intersection, number: number): number {
  const phase = getPhase(intersection, number);
  return Math.ceil(
    Math.max(phase.minGreenS, pedestrianNeedS(intersection, number)) + changeS(intersection, number),
  );
}

/** The longest walk and clearance among a phase's crossings, s. */
function pedestrianNeedS({ phases, crossings }: Intersection, number: number): number {
  const served = phases.find((it) => it.number === number)?.crossings ?? [];
  const needsS = crossings.filter((it) => served.includes(it.id)).map((it) => it.walkS + it.clearanceS);
  return Math.max(0, ...needsS);
}

interface Share {
  readonly leastS: number;
  readonly lostS: number;
  readonly weight: number;
}

/** A barrier group is as long as its longest ring needs. */
function longest(rings: Sequence["rings"], group: number, shareOf: (phase: number) => Share): Share {
  const paths = rings.map((ring) => known(ring[group], "barrier group").map(shareOf));
  const most = (key: keyof Share): number =>
    Math.max(...paths.map((path) => path.reduce((sum, it) => sum + it[key], 0)));
  return { leastS: most("leastS"), lostS: most("lostS"), weight: most("weight") };
}

/** Whole seconds with this sum, none below its least; above it in proportion to the weights. */
function share(shares: readonly Share[], totalS: number): number[] {
  const leastS = shares.reduce((sum, it) => sum + it.leastS, 0);
  assert(leastS <= totalS, `${totalS} s cannot hold the least splits of ${leastS} s`);
  let free = shares.map((_, at) => at);
  const wantedS = shares.map((it) => it.leastS);
  for (;;) {
    const bound = shares.reduce((sum, it, at) => sum + (free.includes(at) ? 0 : it.leastS), 0);
    const lostS = sumOver(free, (at) => known(shares[at], "share").lostS);
    const weight = sumOver(free, (at) => known(shares[at], "share").weight + 1e-6);
    for (const at of free) {
      const own = known(shares[at], "share");
      wantedS[at] = own.lostS + ((totalS - bound - lostS) * (own.weight + 1e-6)) / weight;
    }
    const short = free.filter((at) => known(wantedS[at], "wanted") < known(shares[at], "share").leastS);
    if (short.length === 0) return roundTo(wantedS, shares, totalS);
    for (const at of short) wantedS[at] = known(shares[at], "share").leastS;
    free = free.filter((at) => !short.includes(at));
  }
}

/** Rounds down, then gives the seconds that are missing to those that lost most. */
function roundTo(wantedS: readonly number[], shares: readonly Share[], totalS: number): number[] {
  const roundedS = wantedS.map((it, at) =>
    Math.max(Math.floor(it + 1e-9), known(shares[at], "share").leastS),
  );
  const byLoss = wantedS
    .map((it, at) => ({ at, lossS: it - known(roundedS[at], "rounded") }))
    .sort((a, b) => b.lossS - a.lossS || a.at - b.at);
  let missingS = totalS - roundedS.reduce((sum, it) => sum + it, 0);
  assert(missingS >= 0 && missingS <= byLoss.length, `${missingS} s are left over by rounding`);
  for (const { at } of byLoss) {
    if (missingS-- <= 0) break;
    roundedS[at] = known(roundedS[at], "rounded") + 1;
  }
  return roundedS;
}

const sumOver = (positions: readonly number[], lengthOf: (at: number) => number): number =>
  positions.reduce((sum, at) => sum + lengthOf(at), 0);
