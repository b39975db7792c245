/** Counts of weeks as local days: the flow past every detector in every quarter hour of every day. */
import type { Count } from "../demand/count.schema.ts";
import { known } from "../errors.ts";
import { zoneOffsetMs } from "../timing/time-zero.ts";
import { SECONDS_PER_HOUR } from "../units.ts";

export const QUARTERS = 96;
const QUARTER_MS = 900_000;
const MS_PER_DAY = QUARTERS * QUARTER_MS;

export interface DayProfile {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** [detector · 96 + quarter], veh/h; NaN: not counted. */
  readonly flowsVph: Float64Array;
}

/**
 * One profile per local date that has a count of these detectors, by date. A count over several quarter hours is divided
 * evenly; the hour that comes twice in autumn is the mean of the two, the one that spring skips has no flow.
 */
export function buildDayProfiles(of: {
  readonly counts: readonly Count[];
  readonly detectorIds: readonly string[];
  readonly timeZone: string;
}): DayProfile[] {
  const positions = new Map(of.detectorIds.map((id, position) => [id, position]));
  const size = of.detectorIds.length * QUARTERS;
  const days = new Map<number, { readonly vehicles: Float64Array; readonly seconds: Float64Array }>();
  const shiftsMs = new Map<number, number>();
  for (const { detectorId, startAtMs, durationS, countVeh } of of.counts) {
    const detector = positions.get(detectorId);
    if (detector === undefined) continue;
    const endMs = startAtMs + durationS * 1000;
    for (let atMs = startAtMs; atMs < endMs; ) {
      // Clocks change on quarter hours of UTC.
      const quarter = Math.floor(atMs / QUARTER_MS);
      const untilMs = Math.min(endMs, (quarter + 1) * QUARTER_MS);
      let shiftMs = shiftsMs.get(quarter);
      if (shiftMs === undefined) {
        shiftMs = zoneOffsetMs(of.timeZone, quarter * QUARTER_MS);
        shiftsMs.set(quarter, shiftMs);
      }
      const localMs = atMs + shiftMs;
      const number = Math.floor(localMs / MS_PER_DAY);
      let day = days.get(number);
      if (day === undefined) {
        day = { vehicles: new Float64Array(size), seconds: new Float64Array(size) };
        days.set(number, day);
      }
      const cell = detector * QUARTERS + Math.floor((localMs - number * MS_PER_DAY) / QUARTER_MS);
      const partS = (untilMs - atMs) / 1000;
      day.vehicles[cell] = known(day.vehicles[cell], "vehicles") + (countVeh * partS) / durationS;
      day.seconds[cell] = known(day.seconds[cell], "seconds") + partS;
      atMs = untilMs;
    }
  }
  return [...days]
    .sort(([a], [b]) => a - b)
    .map(([number, { vehicles, seconds }]) => ({
      date: new Date(number * MS_PER_DAY).toISOString().slice(0, 10),
      flowsVph: vehicles.map((it, cell) => (it / known(seconds[cell], "seconds")) * SECONDS_PER_HOUR),
    }));
}
