/** The offsets on the controller's resolution that leave the bands of a plan where they are. */
import { wrapS } from "../../timing/cycle.ts";
import { type BandChoice, buildBandChoices, phaseS, SAME_S } from "./band-choices.ts";
import type { BandPlan, BandProblem, SignalChoice } from "./band-problem.ts";

/** Bands of given widths at given places. */
export type HeldBands = Pick<BandPlan, "bandwidthS" | "bandStartS">;

interface PlacedBands extends HeldBands {
  readonly cycleS: number;
  readonly resolutionS: number;
}

/**
 * For each signal every alternative and offset that holds both bands. Signals are free of each other: any
 * combination of one entry per signal has these bands, so delay can be minimized over it without touching them.
 * A direction whose band is 0 does not bind.
 */
export function listFreeOffsets(
  problem: BandProblem,
  bands: HeldBands,
  options: { readonly resolutionS: number },
): SignalChoice[][] {
  const without = listGivenUp(bands);
  const placed = { ...bands, cycleS: problem.cycleS, resolutionS: options.resolutionS };
  return buildBandChoices(problem, without).map((choices) => {
    const free = new Map<string, SignalChoice>();
    for (const choice of choices) {
      for (const offsetS of listOffsetsOfChoice(choice, placed)) {
        free.set(`${choice.alternative} ${offsetS}`, { alternative: choice.alternative, offsetS });
      }
    }
    return [...free.values()];
  });
}

function listGivenUp({ bandwidthS }: HeldBands): "inbound" | "outbound" | undefined {
  if (bandwidthS.inbound === 0) return "inbound";
  return bandwidthS.outbound === 0 ? "outbound" : undefined;
}

/** Offsets on the grid, from the latest that has the outbound green begun in time to the earliest that holds the band. */
export function listOffsetsOfChoice(choice: BandChoice, bands: PlacedBands): number[] {
  const { cycleS, resolutionS, bandwidthS, bandStartS } = bands;
  const beforeOutboundS = phaseS(bandStartS.outbound - choice.outStartS, resolutionS);
  const offsets: number[] = [];
  const spareOutS = Math.min(choice.outGreenS - bandwidthS.outbound, cycleS - resolutionS) + SAME_S;
  for (let waitS = beforeOutboundS; waitS <= spareOutS; waitS += resolutionS) {
    const localZeroS = bandStartS.outbound - choice.outStartS - waitS;
    const inboundWaitS = phaseS(bandStartS.inbound - choice.inStartS - localZeroS, cycleS);
    if (inboundWaitS > choice.inGreenS - bandwidthS.inbound + SAME_S) continue;
    offsets.push(wrapS(Math.round(localZeroS / resolutionS), Math.round(cycleS / resolutionS)) * resolutionS);
  }
  return offsets;
}
