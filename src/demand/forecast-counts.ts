/**
 * Counts of the next half hour: what is usual then, moved by how far the last slots of the detector, of its intersection
 * and of its area were from usual; how much each says is fitted as counts come in (pooled-ridge.ts), one fit a horizon.
 *
 * Limits: what never happened before is not foreseen; a step of traffic is followed a slot later.
 */
import { known } from "../errors.ts";
import { QUIET_VEH } from "./close-slot.ts";
import { findUsualCounts } from "./count-profile.ts";
import type { DetectorCount } from "./detector-watch.schema.ts";
import { BASES, type DetectorWatch } from "./detector-watch.ts";
import { findLocalSlot } from "./local-slot.ts";
import { expectTarget } from "./pooled-ridge.ts";

/** With no day of profile a forecast is the last count, which holds for minutes only. */
const BLIND = 0.7;
/** Confidence lost per hour ahead. */
const FADE_PER_H = 0.1;

/** Every detector in every slot of the next 30 min, slot by slot, from the last one that ended; empty before the first. */
export function forecastCounts(watch: DetectorWatch): DetectorCount[] {
  const { last, calendar, detectors } = watch;
  const features = watch.recent.features.at(-1);
  if (last === undefined || features === undefined) return [];
  return watch.forecastFits.flatMap((fit, at) => {
    const startAtMs = last.startMs + (at + 1) * calendar.slotS * 1000;
    const usual = findUsualCounts(watch.profile, findLocalSlot(calendar, startAtMs));
    const aheadH = ((at + 1) * calendar.slotS) / 3600;
    return detectors.map(({ detectorId }, i) => {
      const mean = known(usual.meanVeh[i], "mean");
      const days = known(usual.days[i], "days");
      const moved = Math.max(0, mean + expectTarget(fit, features, i) * (mean + QUIET_VEH));
      const maturity = BLIND + (1 - BLIND) * (days / (days + 2));
      return {
        detectorId,
        startAtMs,
        durationS: calendar.slotS,
        countVeh: days > 0 ? moved : known(last.countVeh[i], "count"),
        basis: days > 0 ? known(BASES[last.basis[i] ?? 0], "basis") : "lastCount",
        confidence: known(last.confidence[i], "confidence") * maturity * (1 - FADE_PER_H * aheadH),
      };
    });
  });
}
