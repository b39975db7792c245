/**
 * One slot of counts through the watch: what is usual, what the neighbors say, which detectors can be believed, what
 * stands in for the others; then everything learns from what was believed, and from nothing else.
 *
 * Cost: about 1 µs per detector and test, feature or horizon; once a slot.
 */
import { known } from "../errors.ts";
import { findUsualCounts, learnCounts, type UsualCounts } from "./count-profile.ts";
import { BASES, type ClosedSlot, type DetectorWatch, NEIGHBOR_FEATURES } from "./detector-watch.ts";
import { countDeviation, type FaultTests, findSuspicion, isSettled, testSlot } from "./fault-tests.ts";
import { findGroupDeviation, type GroupDeviation } from "./group-deviation.ts";
import { findLocalSlot } from "./local-slot.ts";
import { expectTarget, learnRows } from "./pooled-ridge.ts";
import { FEATURES, rememberDeviations } from "./recent-deviations.ts";

/** Deviations are (count − usual) ÷ (usual + this): near-empty slots do not shout. */
export const QUIET_VEH = 8;
const MOST_DEVIATION = 1.5;
/** Learned counts lie within so many standard deviations of what was expected: one odd day does not make a profile. */
const LEARNED_DEVIATIONS = 4;
/** Confidence of what stands in; see findConfidence. */
const AT_CAPACITY_CONFIDENCE = 0.7;
const NEIGHBOR_CONFIDENCE = 0.85;
const PROFILE_CONFIDENCE = 0.5;
const LAST_COUNT_CONFIDENCE = 0.3;
const SILENCE_MEMORY_DAYS = 14;
const MS_PER_DAY = 86_400_000;

export interface SlotCounts {
  readonly startMs: number;
  /** By detector; NaN: not counted. */
  readonly countVeh: Float64Array;
  /** 0…1; NaN: not reported. */
  readonly occupancy: Float64Array;
  /** Counted at capacity under a standing queue. */
  readonly isCapped: (detector: number) => boolean;
}

/** The watch after this slot; its open slot is left to the caller. */
export function closeSlot(watch: DetectorWatch, slot: SlotCounts): DetectorWatch {
  const local = findLocalSlot(watch.calendar, slot.startMs);
  const usual = findUsualCounts(watch.profile, local);
  const weight = usual.meanVeh.map((it) => it + QUIET_VEH);
  const believed = slot.countVeh.map((count, i) =>
    watch.tests.verdict[i] === 0 && (usual.days[i] ?? 0) >= 1 ? deviate(count, usual, i) : Number.NaN,
  );
  const site = findGroupDeviation(watch.sites, believed, weight);
  const area = findGroupDeviation(watch.areas, believed, weight);
  const features = listNeighborFeatures(watch, site, area);
  const expectedVeh = usual.meanVeh.map((mean, i) =>
    Math.max(0, mean + expectTarget(watch.neighborFit, features, i) * (mean + QUIET_VEH)),
  );
  const tests = testSlot(watch.tests, {
    ...slot,
    slotS: watch.calendar.slotS,
    expectedVeh,
    days: usual.days,
    lanes: watch.lanes,
    besideVeh: findBeside(watch, slot.countVeh),
    isNewDay: watch.last !== undefined && watch.last.day !== local.day,
  });
  const voices = area.voices.map((it, i) => Math.max(it, site.voices[i] ?? 0));
  const last = makeWhole(watch, { slot, tests, usual, expectedVeh, voices, day: local.day });
  const own = last.countVeh.map((it, i) => ((usual.days[i] ?? 0) >= 1 ? deviate(it, usual, i) : 0));
  const isSound = (i: number): boolean => BASES[last.basis[i] ?? 0] === "measured";
  const targets = own.map((it, i) => (isSound(i) && (usual.days[i] ?? 0) >= 1 ? it : Number.NaN));
  const learned = slot.countVeh.map((count, i) =>
    isSound(i) || isSettled(tests, i, slot.startMs)
      ? limit(count, { expectedVeh, tests, days: usual.days, i })
      : Number.NaN,
  );
  const weights = usual.meanVeh.map((it) => Math.sqrt(it));
  const { slots } = watch.profile;
  const horizons = watch.forecastFits.length;
  return {
    ...watch,
    profile: learnCounts(watch.profile, local, learned),
    neighborFit: learnRows(watch.neighborFit, { features, targets, weights }, slots),
    forecastFits: watch.forecastFits.map((fit, at) => {
      const then = watch.recent.features.at(-1 - at);
      return then === undefined ? fit : learnRows(fit, { features: then, targets, weights }, slots);
    }),
    recent: rememberDeviations(
      watch.recent,
      { own, site: site.deviation, area: area.deviation },
      { slotS: watch.calendar.slotS, keep: horizons },
    ),
    tests,
    last,
  };
}

function deviate(countVeh: number, { meanVeh }: UsualCounts, i: number): number {
  const mean = meanVeh[i] ?? 0;
  return Math.max(-MOST_DEVIATION, Math.min(MOST_DEVIATION, (countVeh - mean) / (mean + QUIET_VEH)));
}

/** What each would count if its lanes carried what those beside it do. */
function findBeside({ besides, lanes }: DetectorWatch, countVeh: Float64Array): Float64Array {
  const sums = new Float64Array(besides.length);
  const widths = new Float64Array(besides.length);
  for (const [i, group] of besides.entries()) {
    if (Number.isNaN(countVeh[i] ?? Number.NaN)) continue;
    sums[group] = (sums[group] ?? 0) + (countVeh[i] ?? 0);
    widths[group] = (widths[group] ?? 0) + (lanes[i] ?? 0);
  }
  return countVeh.map((own, i) => {
    const group = besides[i] ?? 0;
    const others = (widths[group] ?? 0) - (lanes[i] ?? 0);
    return others > 0 ? (((sums[group] ?? 0) - own) * (lanes[i] ?? 0)) / others : Number.NaN;
  });
}

/** NEIGHBOR_FEATURES per detector. */
function listNeighborFeatures(
  { recent, detectors }: DetectorWatch,
  site: GroupDeviation,
  area: GroupDeviation,
): Float32Array {
  const features = new Float32Array(detectors.length * NEIGHBOR_FEATURES);
  const before = recent.features.at(-1);
  for (let i = 0; i < detectors.length; i += 1) {
    features[i * NEIGHBOR_FEATURES] = site.deviation[i] ?? 0;
    features[i * NEIGHBOR_FEATURES + 1] = area.deviation[i] ?? 0;
    features[i * NEIGHBOR_FEATURES + 2] = before?.[(i + 1) * FEATURES - 1] ?? 0;
  }
  return features;
}

interface Judged {
  readonly slot: SlotCounts;
  readonly tests: FaultTests;
  readonly usual: UsualCounts;
  readonly expectedVeh: Float64Array;
  /** Neighbors that have a say. */
  readonly voices: Float64Array;
  readonly day: number;
}

/** A count for every detector: its own where it is sound, else the best that stands in. */
function makeWhole(watch: DetectorWatch, judged: Judged): ClosedSlot {
  const { slot, tests, usual, expectedVeh, voices, day } = judged;
  const size = watch.detectors.length;
  const whole = {
    startMs: slot.startMs,
    day,
    countVeh: new Float64Array(size),
    basis: new Uint8Array(size),
    confidence: new Float64Array(size),
    silentSinceMs: new Float64Array(size),
  };
  for (let i = 0; i < size; i += 1) {
    const count = slot.countVeh[i] ?? Number.NaN;
    const isSilent = Number.isNaN(count);
    const since = watch.last?.silentSinceMs[i] ?? Number.NaN;
    whole.silentSinceMs[i] = isSilent ? (Number.isNaN(since) ? slot.startMs : since) : Number.NaN;
    const basis = chooseBasis(judged, i);
    whole.basis[i] = BASES.indexOf(basis);
    whole.countVeh[i] = {
      measured: count,
      atCapacity: Math.max(count, expectedVeh[i] ?? 0),
      neighbors: expectedVeh[i] ?? 0,
      profile: usual.meanVeh[i] ?? 0,
      lastCount: watch.last?.countVeh[i] ?? 0,
    }[basis];
    whole.confidence[i] = {
      measured: 1 - findSuspicion(tests, i) / 2,
      atCapacity: AT_CAPACITY_CONFIDENCE,
      neighbors: NEIGHBOR_CONFIDENCE * shareOf(voices[i], 1) * shareOf(usual.days[i], 1),
      profile: PROFILE_CONFIDENCE * shareOf(usual.days[i], 1),
      lastCount: watch.last === undefined ? 0 : LAST_COUNT_CONFIDENCE,
    }[basis];
    if (!isSilent || basis === "lastCount") continue;
    const silentDays = (slot.startMs - (whole.silentSinceMs[i] ?? 0)) / MS_PER_DAY;
    whole.confidence[i] = (whole.confidence[i] ?? 0) * Math.exp(-silentDays / SILENCE_MEMORY_DAYS);
  }
  return whole;
}

function chooseBasis({ slot, tests, usual, voices }: Judged, i: number): (typeof BASES)[number] {
  if (!Number.isNaN(slot.countVeh[i] ?? Number.NaN) && tests.verdict[i] === 0) {
    return slot.isCapped(i) ? "atCapacity" : "measured";
  }
  if ((usual.days[i] ?? 0) === 0) return "lastCount";
  return (voices[i] ?? 0) > 0 ? "neighbors" : "profile";
}

/** n ÷ (n + half). */
const shareOf = (n: number | undefined, half: number): number => (n ?? 0) / ((n ?? 0) + half);

function limit(
  countVeh: number,
  of: {
    readonly expectedVeh: Float64Array;
    readonly tests: FaultTests;
    readonly days: Float64Array;
    readonly i: number;
  },
): number {
  if ((of.days[of.i] ?? 0) < 2) return countVeh;
  const expectedVeh = known(of.expectedVeh[of.i], "expectation");
  const most = LEARNED_DEVIATIONS * countDeviation(of.tests, of.i, expectedVeh);
  return Math.max(expectedVeh - most, Math.min(expectedVeh + most, countVeh));
}
