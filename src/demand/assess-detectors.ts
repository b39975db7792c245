/** What the watch says of each detector and of its last slot; the faces that loop, console and report read. */
import { known } from "../errors.ts";
import type { DetectorCount, DetectorHealth } from "./detector-watch.schema.ts";
import { BASES, type DetectorWatch } from "./detector-watch.ts";
import { findFault, findSuspicion } from "./fault-tests.ts";

/** Evidence, as a share of what convicts, from which a detector is called suspect. */
const SUSPECT = 0.5;

/** Health of every detector after the last slot that ended, in the order of the watch; empty before the first one. */
export function assessDetectors({ detectors, tests, last }: DetectorWatch): DetectorHealth[] {
  if (last === undefined) return [];
  return detectors.map(({ detectorId }, i) => {
    const silentSinceMs = last.silentSinceMs[i] ?? Number.NaN;
    const fault = findFault(tests, i);
    const confidence = known(last.confidence[i], "confidence");
    if (!Number.isNaN(silentSinceMs)) {
      return { detectorId, state: "silent", sinceMs: silentSinceMs, confidence };
    }
    if (fault !== undefined) {
      return {
        detectorId,
        state: "faulty",
        fault,
        sinceMs: known(tests.faultySinceMs[i], "since"),
        confidence,
      };
    }
    return { detectorId, state: findSuspicion(tests, i) >= SUSPECT ? "suspect" : "sound", confidence };
  });
}

/** Counts of the last slot that ended with what is missing or false made good. */
export function imputeCounts({ detectors, last, calendar }: DetectorWatch): DetectorCount[] {
  if (last === undefined) return [];
  return detectors.map(({ detectorId }, i) => ({
    detectorId,
    startAtMs: last.startMs,
    durationS: calendar.slotS,
    countVeh: known(last.countVeh[i], "count"),
    basis: known(BASES[last.basis[i] ?? 0], "basis"),
    confidence: known(last.confidence[i], "confidence"),
  }));
}
