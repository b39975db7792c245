/** What one second more green would give where a band is limited: the problem is solved again with that second. */
import type { Interval } from "../../timing/cycle.ts";
import type { BandAlternative, BandPlan, BandProblem, Direction } from "./band-problem.ts";
import { solveBandExact } from "./solve-band-exact.ts";

export interface GreenPrice {
  /** Place in `BandProblem.signals`. */
  readonly signal: number;
  readonly direction: Direction;
  /** Where the second is added; with continuous offsets it matters for the other direction's sake. */
  readonly at: "start" | "end";
  /** So much more the objective's value is with the second, s; 0: something else limits too. */
  readonly gainS: number;
}

/** The second, s. */
const MORE_S = 1;

/**
 * For each signal that the plan's limits name, the direction and the end of its green at which one second more gives
 * most, with continuous offsets. Every alternative of the signal is given the second. Cost: four solves per signal.
 */
export function priceLimits(problem: BandProblem, { limits, boundS }: BandPlan): GreenPrice[] {
  const signals = new Set(
    limits.flatMap((it) => (it.kind === "green" ? [it.signal] : it.kind === "pair" ? it.signals : [])),
  );
  return [...signals].map((signal) => {
    const prices = (["outbound", "inbound"] as const).flatMap((direction) =>
      (["start", "end"] as const).map((at): GreenPrice => {
        const answer = solveBandExact(lengthenGreen(problem, { signal, direction, at }));
        const gainS = answer.kind === "solved" ? Math.max(0, answer.valueS - boundS) : 0;
        return { signal, direction, at, gainS };
      }),
    );
    return prices.reduce((one, other) => (other.gainS > one.gainS + 1e-9 ? other : one));
  });
}

function lengthenGreen(
  problem: BandProblem,
  { signal, direction, at }: Pick<GreenPrice, "signal" | "direction" | "at">,
): BandProblem {
  const lengthen = ({ startS, lengthS }: Interval): Interval => ({
    startS: at === "start" ? startS - MORE_S : startS,
    lengthS: lengthS + MORE_S,
  });
  const change = (it: BandAlternative): BandAlternative => ({
    ...it,
    [direction]: it[direction].map(lengthen),
  });
  return {
    ...problem,
    signals: problem.signals.map((it, i) =>
      i === signal ? { alternatives: it.alternatives.map(change) } : it,
    ),
  };
}
