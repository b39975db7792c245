/**
 * The bands of given offsets and alternatives, for every route: each signal's greens are moved back to the first stop, and
 * a widest band begins where some green begins there. Judges the answers of this room and shares no code with the search.
 */
import { known } from "../../errors.ts";
import { type Interval, wrapS } from "../../timing/cycle.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import type { BandWay, NetworkBandProblem, SignalChoices } from "./network-band-problem.ts";

/** By route, s; 0 for a direction that has no band or that there is not. */
export function measureNetworkBands(
  { cycleS, routes }: NetworkBandProblem,
  choices: SignalChoices,
): PerDirection<number>[] {
  return routes.map(({ outbound, inbound }) => ({
    outbound: measureWay(outbound, choices, cycleS),
    inbound: inbound === undefined ? 0 : measureWay(inbound, choices, cycleS),
  }));
}

function measureWay({ stops }: BandWay, choices: SignalChoices, cycleS: number): number {
  const greensOfStops = stops.map(({ signal, travelS, greens }) => {
    const { alternative, offsetS } = known(choices[signal], `choice of signal ${signal}`);
    const own = known(greens[alternative], `alternative ${alternative} of signal ${signal}`);
    return own.map(({ startS, lengthS }) => ({ startS: startS + offsetS - travelS, lengthS }));
  });
  const beginnings = [0, ...greensOfStops.flat().map((it) => it.startS)];
  const widths = beginnings.map((beginS) =>
    Math.min(cycleS, ...greensOfStops.map((greens) => leftOfGreenS(greens, beginS, cycleS))),
  );
  return Math.max(0, ...widths);
}

/** How long the signal stays green from this instant on; 0 on red. */
const leftOfGreenS = (greens: readonly Interval[], timeS: number, cycleS: number): number =>
  Math.max(
    0,
    ...greens.map(({ startS, lengthS }) =>
      lengthS >= cycleS
        ? cycleS
        : lengthS - Math.max(0, wrapS(timeS - startS + ROUNDING_S, cycleS) - ROUNDING_S),
    ),
  );

/** A beginning that rounding has put just before its green is in it, s. */
const ROUNDING_S = 1e-9;
