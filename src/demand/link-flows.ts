/**
 * Counts of a window → flow per detector, and from those the flow past a place of a link (its stop line, its advance
 * detectors, its exit) over all lanes.
 *
 * Missing is not zero: a period without a record lowers the coverage and never the flow. Of records that overlap, the one
 * that starts first counts, and of those that start together the longest and then the first given. Lanes whose detectors
 * say nothing are taken to carry what the others carry on average. Counts are believed as far as their confidence says.
 */
import type { Detector } from "../network/network.schema.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import type { Count } from "./count.schema.ts";

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A count with the confidence of the watch (DetectorCount); absent: nobody has judged it, and it is believed. */
export type JudgedCount = Count & { readonly confidence?: number };

export interface DetectorFlow {
  readonly flowVph: number;
  /** Share of the window that records cover, each as far as it is believed, 0…1. */
  readonly coverage: number;
  /** Vehicles by period; the key is start and length of the period. */
  readonly periods: ReadonlyMap<string, number>;
}

export interface PlaceFlow extends DetectorFlow {
  /** The detectors that were added up: no two over the same lane. */
  readonly detectors: readonly Detector[];
}

/** Flow by detector; a detector without a record in the window is absent. */
export function measureDetectors(counts: readonly JudgedCount[], window: Window): Map<string, DetectorFlow> {
  const records = new Map<string, JudgedCount[]>();
  for (const count of counts) {
    if (count.startAtMs >= window.toMs || endMs(count) <= window.fromMs) continue;
    const own = records.get(count.detectorId);
    if (own === undefined) records.set(count.detectorId, [count]);
    else own.push(count);
  }
  return new Map([...records].map(([id, own]) => [id, measure(own, window)]));
}

/**
 * The flow past detectors that stand at one kind of place of one link. Detectors over lanes that are counted already are
 * left out (coverage first, then the nearest to the stop line). `undefined` when none has a record.
 */
export function measurePlace(
  detectors: readonly Detector[],
  flows: ReadonlyMap<string, DetectorFlow>,
): PlaceFlow | undefined {
  const lanes = new Set(detectors.flatMap((it) => it.lanes));
  const ranked = detectors
    .flatMap((detector) => {
      const flow = flows.get(detector.id);
      return flow === undefined ? [] : [{ detector, flow }];
    })
    .sort((a, b) => b.flow.coverage - a.flow.coverage || a.detector.setbackM - b.detector.setbackM);
  const counted = new Set<number>();
  const chosen = ranked.filter(({ detector }) => {
    if (detector.lanes.some((it) => counted.has(it))) return false;
    for (const lane of detector.lanes) counted.add(lane);
    return true;
  });
  if (chosen.length === 0) return undefined;
  const scale = lanes.size / counted.size;
  return {
    detectors: chosen.map((it) => it.detector),
    flowVph: scale * chosen.reduce((sum, it) => sum + it.flow.flowVph, 0),
    coverage: Math.min(...chosen.map((it) => it.flow.coverage)) / scale,
    periods: addPeriods(
      chosen.map((it) => it.flow.periods),
      scale,
    ),
  };
}

const endMs = (count: Count): number => count.startAtMs + count.durationS * 1000;

function measure(records: readonly JudgedCount[], { fromMs, toMs }: Window): DetectorFlow {
  const sorted = [...records].sort((a, b) => a.startAtMs - b.startAtMs || b.durationS - a.durationS);
  const periods = new Map<string, number>();
  let vehicles = 0;
  let coveredMs = 0;
  let believedMs = 0;
  let freeFromMs = Number.NEGATIVE_INFINITY;
  for (const record of sorted) {
    if (record.startAtMs < freeFromMs) continue;
    freeFromMs = endMs(record);
    const insideMs = Math.min(endMs(record), toMs) - Math.max(record.startAtMs, fromMs);
    vehicles += (record.countVeh * insideMs) / (record.durationS * 1000);
    coveredMs += insideMs;
    believedMs += insideMs * (record.confidence ?? 1);
    periods.set(`${record.startAtMs}+${record.durationS}`, record.countVeh);
  }
  return {
    flowVph: (vehicles / coveredMs) * 1000 * SECONDS_PER_HOUR,
    coverage: believedMs / (toMs - fromMs),
    periods,
  };
}

/** Periods in which every one of them has a record. */
function addPeriods(parts: readonly ReadonlyMap<string, number>[], scale: number): Map<string, number> {
  const [first, ...others] = parts;
  return new Map(
    [...(first ?? [])].flatMap(([period, countVeh]) => {
      const more = others.map((it) => it.get(period));
      if (more.includes(undefined)) return [];
      return [[period, scale * more.reduce<number>((sum, it) => sum + (it ?? 0), countVeh)]];
    }),
  );
}
