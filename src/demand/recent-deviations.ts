/**
 * What the last day says beyond the profile: deviations of each detector, of its intersection and of its area in the last
 * two slots and as means that fade over an hour and, for the detector itself, four hours and a day. These are the
 * features from which the next slots are forecast.
 */

/** Own: last, before last, hour, four hours, day. Intersection and area: last, before last, hour. */
export const FEATURES = 11;
const HOURS = [1, 4, 24] as const;

export interface RecentDeviations {
  /** FEATURES per detector, the newest slot included; newest slot last, one for each slot to the farthest horizon. */
  readonly features: readonly Float32Array[];
}

export const createRecentDeviations = (): RecentDeviations => ({ features: [] });

export interface SlotDeviations {
  readonly own: Float64Array;
  readonly site: Float64Array;
  readonly area: Float64Array;
}

/** The memory with one more slot; `keep`: slots to the farthest horizon. */
export function rememberDeviations(
  recent: RecentDeviations,
  { own, site, area }: SlotDeviations,
  { slotS, keep }: { readonly slotS: number; readonly keep: number },
): RecentDeviations {
  const before = recent.features.at(-1) ?? new Float32Array(own.length * FEATURES);
  const now = new Float32Array(before.length);
  const fade = HOURS.map((it) => Math.exp(-slotS / (it * 3600)));
  const [hour = 0, fourHours = 0, day = 0] = fade;
  for (let i = 0; i < own.length; i += 1) {
    const base = i * FEATURES;
    const mix = (at: number, kept: number, value: number): void => {
      now[base + at] = kept * (before[base + at] ?? 0) + (1 - kept) * value;
    };
    const put = (at: number, value: number): void => {
      now[base + at] = value;
      now[base + at + 1] = before[base + at] ?? 0;
    };
    const self = own[i] ?? 0;
    put(0, self);
    mix(2, hour, self);
    mix(3, fourHours, self);
    mix(4, day, self);
    put(5, site[i] ?? 0);
    mix(7, hour, site[i] ?? 0);
    put(8, area[i] ?? 0);
    mix(10, hour, area[i] ?? 0);
  }
  return { features: [...recent.features, now].slice(-keep) };
}
