/**
 * Where bands of given widths may lie so that signals move little from the offsets that are wanted.
 *
 * Fix when the bands begin to pass the first signal, p outbound and q inbound: each signal is then free in an interval of
 * offsets (band-freedom.ts), so the way from its wanted offset to that interval is known. All p and q on the resolution
 * are tried: p only shifts everything, q − p decides which signals can hold both bands at all.
 *
 * Cost: (steps per cycle)² × signals × choices, arithmetic only.
 */
import { known } from "../../errors.ts";
import { wrapS } from "../../timing/cycle.ts";
import { type BandChoice, buildBandChoices } from "../bands/band-choices.ts";
import type { HeldBands } from "../bands/band-freedom.ts";
import type { BandProblem, Direction, PerDirection, SignalChoice } from "../bands/band-problem.ts";

export interface HoldQuestion {
  readonly problem: BandProblem;
  readonly resolutionS: number;
  readonly bandwidthS: PerDirection<number>;
  /** By signal of the problem. */
  readonly wanted: readonly SignalChoice[];
}

/** Another sequence than the wanted one counts as this part of the cycle. */
const OTHER_SEQUENCE = 0.1;
const SAME_S = 1e-9;

/** The `most` nearest places for the bands, each with another q − p; none where no offsets on the resolution hold them. */
export function listNearestBands(question: HoldQuestion, most: number): HeldBands[] {
  const { problem, resolutionS, bandwidthS } = question;
  const { cycleS } = problem;
  const steps = Math.round(cycleS / resolutionS);
  const without: Direction | undefined = bandwidthS.inbound === 0 ? "inbound" : undefined;
  const signals = buildBandChoices(problem, without);
  const found: { held: HeldBands; wayS: number }[] = [];
  const waysS = new Float64Array(steps);
  for (let lag = 0; lag < (without === undefined ? steps : 1); lag++) {
    waysS.fill(0);
    const lagS = lag * resolutionS;
    const canHold = signals.every((choices, at) =>
      addWays(waysS, { question, choices, wanted: known(question.wanted[at], "wanted offset"), lagS }),
    );
    if (!canHold) continue;
    const p = waysS.indexOf(Math.min(...waysS));
    const outbound = p * resolutionS;
    found.push({
      held: { bandwidthS, bandStartS: { outbound, inbound: wrapS(outbound + lagS, cycleS) } },
      wayS: waysS[p] ?? 0,
    });
  }
  return found
    .sort((a, b) => a.wayS - b.wayS)
    .slice(0, most)
    .map((it) => it.held);
}

/** Adds one signal's ways for every p; false when it can hold the bands at this lag in none of its choices. */
function addWays(
  waysS: Float64Array,
  of: {
    readonly question: HoldQuestion;
    readonly choices: readonly BandChoice[];
    readonly wanted: SignalChoice;
    readonly lagS: number;
  },
): boolean {
  const { question, choices, wanted, lagS } = of;
  const { problem, resolutionS } = question;
  const { cycleS } = problem;
  const free = choices.flatMap((choice) => {
    const offsets = freeOffsets(question, choice, lagS);
    const extraS = choice.alternative === wanted.alternative ? 0 : OTHER_SEQUENCE * cycleS;
    return offsets === undefined ? [] : [{ ...offsets, extraS }];
  });
  if (free.length === 0) return false;
  for (let p = 0; p < waysS.length; p++) {
    let leastS = Number.POSITIVE_INFINITY;
    for (const { firstS, lengthS, extraS } of free) {
      // From the interval's beginning on to the wanted offset; beyond its end, the shorter way round.
      const intoS = wrapS(wanted.offsetS - p * resolutionS - firstS, cycleS);
      const wayS = intoS <= lengthS ? 0 : Math.min(intoS - lengthS, cycleS - intoS);
      leastS = Math.min(leastS, wayS + extraS);
    }
    waysS[p] = (waysS[p] as number) + leastS;
  }
  return true;
}

/**
 * Offsets of one choice that hold both bands, relative to p, as one stretch of whole steps. Where both windows of the
 * circle meet twice, the longer meeting counts.
 */
function freeOffsets(
  { problem, resolutionS, bandwidthS }: HoldQuestion,
  choice: BandChoice,
  lagS: number,
): { readonly firstS: number; readonly lengthS: number } | undefined {
  const { cycleS } = problem;
  const outSpareS = Math.min(choice.outGreenS - bandwidthS.outbound, cycleS - resolutionS);
  const inSpareS = Math.min(choice.inGreenS - bandwidthS.inbound, cycleS - resolutionS);
  if (outSpareS < -SAME_S || inSpareS < -SAME_S) return undefined;
  const outFirstS = -choice.outStartS - outSpareS;
  const inFirstS = wrapS(lagS - choice.inStartS - inSpareS - outFirstS, cycleS);
  // Relative to outFirstS: outbound holds [0, outSpareS], inbound [inFirstS, inFirstS + inSpareS] and that less a cycle.
  const late = { fromS: inFirstS, toS: Math.min(outSpareS, inFirstS + inSpareS) };
  const early = { fromS: 0, toS: Math.min(outSpareS, inFirstS + inSpareS - cycleS) };
  const meeting = late.toS - late.fromS >= early.toS - early.fromS ? late : early;
  const firstS = Math.ceil((outFirstS + meeting.fromS) / resolutionS - SAME_S) * resolutionS;
  const lengthS = Math.floor((outFirstS + meeting.toS - firstS) / resolutionS + SAME_S) * resolutionS;
  return lengthS >= 0 ? { firstS, lengthS } : undefined;
}
