/**
 * The watch over the detectors of a network: its state, as plain data. A watch is a value: advanceWatch makes the next one
 * and leaves this one as it was (columns that did not change are shared), so a tick works on a frozen snapshot, and a
 * state that was kept replays. Everything is kept in columns by detector, because thousands are updated together.
 *
 * Size: about 25 KB per detector with slots of 15 min, 75 KB with slots of 5 min.
 */
import { assert, known } from "../errors.ts";
import { type CountProfile, createCountProfile } from "./count-profile.ts";
import type { CountBasis } from "./detector-watch.schema.ts";
import { createFaultTests, type FaultTests } from "./fault-tests.ts";
import { type SlotCalendar, slotsPerDay } from "./local-slot.ts";
import { createPooledRidge, type PooledRidge } from "./pooled-ridge.ts";
import { createRecentDeviations, FEATURES, type RecentDeviations } from "./recent-deviations.ts";

/** How far ahead counts are forecast, s. */
const HORIZON_S = 1800;
/** Deviation of its intersection and of its area in this slot, and of its area in the hour before. */
export const NEIGHBOR_FEATURES = 3;

export interface WatchedDetector {
  readonly detectorId: string;
  readonly lanes: number;
  /** Detectors of one place, which share its traffic: the intersection. */
  readonly siteId: string;
  /** Detectors that have the same ups and downs: a corridor or sub-area. */
  readonly areaId: string;
  /** Detectors side by side over lanes that carry alike; absent: none is comparable. */
  readonly besideId?: string;
}

export interface DetectorWatch {
  readonly calendar: SlotCalendar;
  readonly detectors: readonly WatchedDetector[];
  /** Position by identity. */
  readonly positions: ReadonlyMap<string, number>;
  readonly sites: Int32Array;
  readonly areas: Int32Array;
  readonly besides: Int32Array;
  readonly lanes: Float64Array;
  readonly open: OpenSlot;
  readonly profile: CountProfile;
  readonly neighborFit: PooledRidge;
  /** By horizon: one slot ahead first. */
  readonly forecastFits: readonly PooledRidge[];
  readonly recent: RecentDeviations;
  readonly tests: FaultTests;
  readonly last: ClosedSlot | undefined;
}

/** What has been counted in the slot that has not ended. */
export interface OpenSlot {
  readonly startMs: number;
  readonly countVeh: Float64Array;
  readonly coveredS: Float64Array;
  /** Occupied time, s, and the time for which it was reported. */
  readonly occupiedS: Float64Array;
  readonly occupancyS: Float64Array;
  /** End of the last period that counted; what begins before it is a repetition. */
  readonly coveredUntilMs: Float64Array;
}

/** The last slot that ended, made whole. */
export interface ClosedSlot {
  readonly startMs: number;
  readonly day: number;
  /** Measured, or what stands in for it. */
  readonly countVeh: Float64Array;
  /** Position in BASES. */
  readonly basis: Uint8Array;
  readonly confidence: Float64Array;
  /** Since when there has been no count; NaN: there is one. */
  readonly silentSinceMs: Float64Array;
}

export const BASES = [
  "measured",
  "atCapacity",
  "neighbors",
  "profile",
  "lastCount",
] as const satisfies readonly CountBasis[];

export interface WatchStart {
  readonly detectors: readonly WatchedDetector[];
  readonly calendar: SlotCalendar;
  /** The first slot begins here or at the next whole slot. */
  readonly fromMs: number;
}

/** A watch that has seen nothing yet. */
export function createDetectorWatch({ detectors, calendar, fromMs }: WatchStart): DetectorWatch {
  const { slotS } = calendar;
  assert(slotS > 0 && 3600 % slotS === 0, `slots of ${slotS} s do not divide an hour`);
  const positions = new Map(detectors.map((it, at) => [it.detectorId, at]));
  assert(positions.size === detectors.length, "a detector stands twice in the watch");
  const horizons = Math.max(1, Math.round(HORIZON_S / slotS));
  return {
    calendar,
    detectors,
    positions,
    sites: numberGroups(detectors.map((it) => it.siteId)),
    areas: numberGroups(detectors.map((it) => it.areaId)),
    besides: numberGroups(detectors.map((it) => it.besideId ?? `alone ${it.detectorId}`)),
    lanes: Float64Array.from(detectors, (it) => it.lanes),
    open: {
      ...emptySlot(Math.ceil(fromMs / (slotS * 1000)) * slotS * 1000, detectors.length),
      coveredUntilMs: new Float64Array(detectors.length),
    },
    profile: createCountProfile(slotsPerDay(slotS), detectors.length),
    neighborFit: createPooledRidge(NEIGHBOR_FEATURES),
    forecastFits: Array.from({ length: horizons }, () => createPooledRidge(FEATURES)),
    recent: createRecentDeviations(),
    tests: createFaultTests(detectors.length),
    last: undefined,
  };
}

export const emptySlot = (startMs: number, detectors: number): Omit<OpenSlot, "coveredUntilMs"> => ({
  startMs,
  countVeh: new Float64Array(detectors),
  coveredS: new Float64Array(detectors),
  occupiedS: new Float64Array(detectors),
  occupancyS: new Float64Array(detectors),
});

function numberGroups(ids: readonly string[]): Int32Array {
  const numbers = new Map([...new Set(ids)].map((id, at) => [id, at]));
  return Int32Array.from(ids, (id) => known(numbers.get(id), `group ${id}`));
}
