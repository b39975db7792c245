/** Detector pulses to count records: one per detector and period, also where nothing passed (silence is not zero). */
import type { Count } from "../demand/count.schema.ts";
import type { DetectorPulse } from "./street.ts";

/** Time that a vehicle is over a loop at street speed: (vehicle + loop length) ÷ speed ≈ 7 m ÷ 14 m/s, s. */
const PULSE_S = 0.5;

export function collectCounts(of: {
  detectorIds: readonly string[];
  pulses: readonly DetectorPulse[];
  fromS: number;
  toS: number;
  periodS: number;
  epochMs: number;
}): Count[] {
  const periods = Math.floor((of.toS - of.fromS) / of.periodS + 1e-9);
  const counted = new Map(of.detectorIds.map((id) => [id, new Array<number>(periods).fill(0)]));
  for (const { detectorId, atS } of of.pulses) {
    const period = Math.floor((atS - of.fromS) / of.periodS);
    const counts = counted.get(detectorId);
    if (counts !== undefined && period >= 0 && period < periods) counts[period] = (counts[period] ?? 0) + 1;
  }
  return [...counted].flatMap(([detectorId, counts]) =>
    counts.map((countVeh, period) => ({
      detectorId,
      startAtMs: Math.round(of.epochMs + (of.fromS + period * of.periodS) * 1000),
      durationS: of.periodS,
      countVeh,
      occupancy: Math.min(1, (countVeh * PULSE_S) / of.periodS),
    })),
  );
}
