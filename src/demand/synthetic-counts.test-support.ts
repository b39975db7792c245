/**
 * Counts of a made-up corridor: two daily peaks, weekdays that differ, quiet Saturdays and Sundays, swings of the whole
 * area and of each intersection that last for hours, and the noise of counting. Seeded; no detector of it is faulty.
 */
import { createSeededRandom, type SeededRandom } from "../network/seeded-random.ts";
import type { Count } from "./count.schema.ts";
import type { WatchedDetector } from "./detector-watch.ts";

export interface SyntheticCounts {
  readonly detectors: readonly WatchedDetector[];
  /** In order of time. */
  readonly counts: readonly Count[];
  readonly timeZone: string;
  readonly fromMs: number;
}

export interface SyntheticOptions {
  readonly sites: number;
  readonly days: number;
  readonly slotS: number;
  readonly seed: number;
}

/** Monday, 2 October 2023, 00:00 UTC. */
const FROM_MS = Date.UTC(2023, 9, 2);
const LEGS = ["N", "E", "S", "W"] as const;

export function buildSyntheticCounts({ sites, days, slotS, seed }: SyntheticOptions): SyntheticCounts {
  const random = createSeededRandom(seed);
  const detectors = Array.from({ length: sites }, (_, site) =>
    LEGS.map((leg) => ({ detectorId: `${site}-${leg}`, lanes: 3, siteId: String(site), areaId: "corridor" })),
  ).flat();
  const shapes = detectors.map(() => ({
    busyVph: 300 + 900 * random.uniform(),
    morning: random.uniform(),
    weekdays: Array.from({ length: 7 }, () => 1 + 0.04 * random.normal(0, 1)),
  }));
  const perDay = 86_400 / slotS;
  const counts: Count[] = [];
  const area = createSwing(random, 0.04, slotS);
  const places = Array.from({ length: sites }, () => createSwing(random, 0.04, slotS));
  for (let slot = 0; slot < days * perDay; slot += 1) {
    const weekday = (1 + Math.floor(slot / perDay)) % 7;
    const hour = ((slot % perDay) * slotS) / 3600;
    const common = area();
    const own = places.map((it) => it());
    for (const [at, { detectorId, siteId }] of detectors.entries()) {
      const { busyVph, morning, weekdays } = shapes[at] ?? { busyVph: 0, morning: 0, weekdays: [] };
      const usual = busyVph * shapeOfDay(hour, morning, weekday) * (weekdays[weekday] ?? 1);
      const mean = (usual * slotS * Math.exp(common + (own[Number(siteId)] ?? 0))) / 3600;
      const countVeh = Math.max(0, Math.round(mean + Math.sqrt(1.2 * mean) * random.normal(0, 1)));
      counts.push({ detectorId, startAtMs: FROM_MS + slot * slotS * 1000, durationS: slotS, countVeh });
    }
  }
  return { detectors, counts, timeZone: "UTC", fromMs: FROM_MS };
}

/** Share of the busiest flow at this hour. */
function shapeOfDay(hour: number, morning: number, weekday: number): number {
  const bump = (at: number, width: number): number => Math.exp(-(((hour - at) / width) ** 2));
  if (weekday === 0 || weekday === 6) return 0.05 + 0.55 * bump(14, 5);
  return 0.05 + 0.5 * bump(13, 6) + 0.4 * (morning * bump(8, 1.2) + (1 - morning) * bump(17.5, 1.5));
}

/** A swing about 0 with this standard deviation that is forgotten over two hours. */
function createSwing(random: SeededRandom, deviation: number, slotS: number): () => number {
  const keep = Math.exp(-slotS / 7200);
  let value = 0;
  return () => {
    value = keep * value + Math.sqrt(1 - keep * keep) * random.normal(0, deviation);
    return value;
  };
}
