/**
 * Recent counts and the watch over the detectors, put together: counts that tell the demand of the time to come, each with
 * a confidence.
 *
 * The level of a sound detector is the mean of what it counts now and of what is forecast, each as far as it is believed
 * (errors of the two have little in common: J. M. Bates, C. W. J. Granger, Operational Research Quarterly 20, 1969); its
 * counts keep their ups and downs, from which turning shares are estimated. For a faulty or silent detector stands the
 * forecast, which the watch makes from its neighbors and its profile. Where there is no profile yet, sound detectors are
 * taken as they count, and faulty ones are left out: the recent window alone is enough to begin with.
 */
import { known } from "../errors.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { assessDetectors } from "./assess-detectors.ts";
import type { Count } from "./count.schema.ts";
import type { DetectorHealth } from "./detector-watch.schema.ts";
import type { DetectorWatch } from "./detector-watch.ts";
import { forecastCounts } from "./forecast-counts.ts";
import type { JudgedCount, Window } from "./link-flows.ts";

/** A detector that was heard for less of the window is silent. */
const LEAST_COVERAGE = 0.5;

/** What the watch says of each detector, in the watch's order. */
export interface DetectorLevels {
  /** Forecast, veh/h; NaN: there is no profile yet. */
  readonly flowVph: Float64Array;
  readonly confidence: Float64Array;
  /** How far its own counts are believed, 0…1; 0: it is faulty. */
  readonly ownConfidence: Float64Array;
}

/** For the half hour after the last slot that ended; `undefined` before the first one. */
export function findDetectorLevels(watch: DetectorWatch): DetectorLevels | undefined {
  if (watch.last === undefined) return undefined;
  const size = watch.detectors.length;
  const slots = watch.forecastFits.length;
  const flowVph = new Float64Array(size);
  const confidence = new Float64Array(size);
  // Slot by slot, and in each in the order of the watch.
  for (const [at, count] of forecastCounts(watch).entries()) {
    const i = at % size;
    const isKnown = count.basis !== "lastCount";
    const vph = isKnown ? (count.countVeh * SECONDS_PER_HOUR) / count.durationS : Number.NaN;
    flowVph[i] = (flowVph[i] ?? 0) + vph / slots;
    confidence[i] = (confidence[i] ?? 0) + count.confidence / slots;
  }
  return { flowVph, confidence, ownConfidence: Float64Array.from(assessDetectors(watch), believeOwn) };
}

/** What is heard of one that was silent is not judged yet. */
const believeOwn = ({ state, confidence }: DetectorHealth): number =>
  state === "faulty" ? 0 : state === "silent" ? 1 : confidence;

/** `positions`: in the levels, of the detectors that are asked for; counts of others are left out. */
export function judgeCounts(
  counts: readonly Count[],
  of: {
    readonly positions: ReadonlyMap<string, number>;
    readonly levels: DetectorLevels;
    readonly window: Window;
  },
): JudgedCount[] {
  const seen = new Map<string, Count[]>([...of.positions.keys()].map((it) => [it, []]));
  for (const count of counts) seen.get(count.detectorId)?.push(count);
  return [...of.positions].flatMap(([detectorId, i]) =>
    judgeDetector(known(seen.get(detectorId), detectorId), {
      detectorId,
      window: of.window,
      own: known(of.levels.ownConfidence[i], "own confidence"),
      flowVph: known(of.levels.flowVph[i], "flow"),
      confidence: known(of.levels.confidence[i], "confidence"),
    }),
  );
}

function judgeDetector(
  seen: readonly Count[],
  of: {
    readonly detectorId: string;
    readonly window: Window;
    readonly own: number;
    readonly flowVph: number;
    readonly confidence: number;
  },
): JudgedCount[] {
  const { detectorId, own, flowVph, confidence } = of;
  const { fromMs, toMs } = of.window;
  const windowS = (toMs - fromMs) / 1000;
  if (Number.isNaN(flowVph)) return own === 0 ? [] : seen.map((it) => ({ ...it, confidence: own }));
  const seenS = seen.reduce((sum, it) => sum + it.durationS, 0);
  if (own === 0 || seenS < LEAST_COVERAGE * windowS) {
    const countVeh = (flowVph * windowS) / SECONDS_PER_HOUR;
    return [{ detectorId, startAtMs: fromMs, durationS: windowS, countVeh, confidence }];
  }
  const seenVeh = seen.reduce((sum, it) => sum + it.countVeh, 0);
  const trust = confidence / own;
  const levelVeh = (seenVeh + (trust * flowVph * seenS) / SECONDS_PER_HOUR) / (1 + trust);
  // Where no vehicle was seen there are no ups and downs to keep.
  const scale = (it: Count): number => (seenVeh > 0 ? it.countVeh / seenVeh : it.durationS / seenS);
  return seen.map((it) => ({ ...it, countVeh: levelVeh * scale(it), confidence: own }));
}
