/**
 * A band problem laid out for the search: every way to pass a signal (alternative × outbound green × inbound green) is
 * one choice, and every green is moved along the route to the first signal, so that travel times no longer appear.
 * A band that starts at p there lies in the green of a signal with offset o when
 * p − o − outStartS (mod cycle) is in [0, outGreenS − bandwidth]; inbound likewise.
 */
import { assert, known } from "../../errors.ts";
import { type Interval, wrapS } from "../../timing/cycle.ts";
import type { BandProblem, Direction } from "./band-problem.ts";

/** Two times closer than this are the same instant, s: far below any resolution, far above rounding. */
export const SAME_S = 1e-9;

export interface BandChoice {
  /** Place in `BandSignal.alternatives`. */
  readonly alternative: number;
  readonly outStartS: number;
  readonly outGreenS: number;
  readonly inStartS: number;
  readonly inGreenS: number;
}

/** The choices of each signal; `without`: this direction counts as green always. */
export function buildBandChoices(problem: BandProblem, without?: Direction): BandChoice[][] {
  const { cycleS, signals, links, queueClearanceS } = problem;
  assert(cycleS > 0, `cycle ${cycleS} s`);
  assert(
    signals.length > 0 && links.length === signals.length - 1,
    `${signals.length} signals, ${links.length} links`,
  );
  let outTravelS = 0;
  let inTravelS = 0;
  return signals.map((signal, i) => {
    if (i > 0) {
      const link = known(links[i - 1], `link ${i - 1}`);
      outTravelS += link.outboundTravelS - queueClearanceS.outbound;
      inTravelS += link.inboundTravelS - queueClearanceS.inbound;
    }
    return signal.alternatives.flatMap((greens, alternative) => {
      const outs = moveGreens(without === "outbound" ? "always" : greens.outbound, -outTravelS, cycleS);
      const ins = moveGreens(without === "inbound" ? "always" : greens.inbound, inTravelS, cycleS);
      return outs.flatMap((out) =>
        ins.map((inbound) => ({
          alternative,
          outStartS: out.startS,
          outGreenS: out.lengthS,
          inStartS: inbound.startS,
          inGreenS: inbound.lengthS,
        })),
      );
    });
  });
}

/**
 * Greens moved by `shiftS`. One that fills the cycle is given four cycles of length: enough that neither its start nor
 * the other direction ever limits a band in it (a band and a wait are at most one cycle each).
 */
function moveGreens(greens: readonly Interval[] | "always", shiftS: number, cycleS: number): Interval[] {
  const always = { startS: 0, lengthS: 4 * cycleS };
  if (greens === "always") return [always];
  return greens
    .filter((it) => it.lengthS > 0)
    .map((it) =>
      it.lengthS >= cycleS ? always : { startS: wrapS(it.startS + shiftS, cycleS), lengthS: it.lengthS },
    );
}

/** `wrapS`, with an instant that is the period's end but for rounding taken as its beginning. */
export function phaseS(timeS: number, periodS: number): number {
  const wrapped = wrapS(timeS, periodS);
  return wrapped > periodS - SAME_S ? 0 : wrapped;
}
