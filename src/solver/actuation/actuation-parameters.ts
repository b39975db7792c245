/**
 * What the controller of one intersection needs beside its splits: passage times, recalls, maximum greens, and who gets
 * the time that a phase leaves (Signal Timing Manual, 2nd edition, 6.1.3 and 7.3).
 *
 *   passage = setback ÷ speed of the detector upstream, at least MAH − L / v, at most 4 s
 *
 * with MAH = 3 s the longest gap of a moving queue and L = 6 m a vehicle over the loop at the stop line.
 */
import { runningSpeedOf } from "../../network/find.ts";
import type { Detector, Phase } from "../../network/network.schema.ts";
import { buildWiring } from "../../timing/actuated/wiring.ts";
import type { PhaseTimes } from "../../timing/phase-times.ts";
import type { Actuation } from "../../timing/plan.schema.ts";
import type { Site } from "../../timing/site.ts";

const LONGEST_GAP_S = 3;
const VEHICLE_LENGTH_M = 6;
/** Longer passage times keep a green for vehicles that are not yet near it. */
const LONGEST_PASSAGE_S = 4;
/** Free, a maximum is this much more than the green that the average cycle needs (1.25–1.5 in the manual). */
const MAX_GREEN_RATIO = 1.5;
/** A plan with a longer cycle is full: its splits are the maximums, s. */
const LONGEST_MAXIMUMS_S = 100;

/** Of every phase that runs. Free, the coordinated phases are on minimum recall, so that the signal rests in them. */
export function chooseParameters(
  site: Site,
  of: { readonly times: readonly PhaseTimes[]; readonly cycleS: number; readonly mode: Actuation["mode"] },
): Actuation["phases"] {
  const { intersection, detectors } = site;
  const wiring = buildWiring(intersection, detectors);
  const ratio = Math.max(1, Math.min(MAX_GREEN_RATIO, LONGEST_MAXIMUMS_S / of.cycleS));
  return of.times.map(({ phase: number, greenS }) => {
    const phase = intersection.phases.find((it) => it.number === number);
    const isBlind = (wiring.callersByPhase.get(number) ?? []).some((it) => it.length === 0);
    const rests = of.mode === "free" && intersection.coordinatedPhases.includes(number);
    const speaking = (wiring.extensionsByPhase.get(number) ?? []).map((it) => it.detectorId);
    return {
      phase: number,
      passageS: choosePassageS(
        site,
        detectors.filter((it) => speaking.includes(it.id)),
      ),
      recall: isBlind ? "max" : rests ? "min" : "none",
      maxGreenS: chooseMaxGreenS(phase, greenS * ratio),
    };
  });
}

function choosePassageS({ links }: Site, detectors: readonly Detector[]): number {
  const passages = detectors.flatMap((detector) => {
    const link = links.find((it) => it.id === detector.linkId);
    if (link === undefined) return [];
    const speedMps = runningSpeedOf(link);
    return [Math.max(LONGEST_GAP_S - VEHICLE_LENGTH_M / speedMps, detector.setbackM / speedMps)];
  });
  const longestS = Math.min(LONGEST_PASSAGE_S, Math.max(LONGEST_GAP_S - 1, ...passages));
  return Math.ceil(longestS * 10 - 1e-9) / 10;
}

function chooseMaxGreenS(phase: Phase | undefined, wantedS: number): number {
  return Math.min(240, Math.max(phase?.minGreenS ?? 0, Math.floor(wantedS * 10) / 10));
}
