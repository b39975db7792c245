/**
 * Tests of every detector against what its profile and its neighbors lead to expect, one slot at a time. Each test adds up
 * evidence in nats (log-likelihood ratio of its fault to soundness) and never falls below 0: Page's cumulative sum (E. S.
 * Page, "Continuous inspection schemes", Biometrika 41, 1954). A detector is faulty while a sum stands above the
 * threshold; sums have a ceiling, so that a repaired detector is believed again within a slot or two (drift: days).
 *
 * stuckOff           no vehicle: −log P(0), counts negative binomial about the expectation
 * stuckOn            occupied nearly always and almost no vehicle
 * frozen             the same count again: log of the spread of counts
 * chattering         too little occupied time per count for any vehicle
 * implausibleCount   more than 2,400 veh/h and lane, beyond what a short period can bunch
 * contradictsNeighbors  counts at twice, or half, the expectation; or a day with less than a seventh of what each lane
 *                    beside it counts, which also finds what never worked
 * drift              counts of whole days an eighth above or below the expectation
 *
 * Limits: a closed street looks like stuckOff; two detectors of a place that fail together support each other; what
 * drifts with all its neighbors is taken for traffic.
 */
import { known } from "../errors.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import type { DetectorFault } from "./detector-watch.schema.ts";

/** In the order in which they are named when several hold. */
const TESTS = [
  { fault: "implausibleCount" },
  { fault: "chattering" },
  { fault: "stuckOn" },
  { fault: "stuckOff" },
  { fault: "frozen" },
  { fault: "contradictsNeighbors" },
  { fault: "contradictsNeighbors" },
  { fault: "drift" },
  { fault: "drift" },
  { fault: "contradictsNeighbors" },
] as const satisfies readonly { readonly fault: DetectorFault }[];
const [IMPLAUSIBLE, CHATTER, STUCK_ON, STUCK_OFF, FROZEN, HIGH, LOW, DRIFT_UP, DRIFT_DOWN, STARVED] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;

/** Odds of a million to one, about: 3,000 detectors are tested 96 times a day. */
export const FAULT_NATS = 13;
const CEILING_NATS = FAULT_NATS + 2;
/** No slot alone convicts. */
const MOST_NATS_PER_SLOT = 7;

/** Variance of a count: NOISE · expectation + (SPREAD · expectation)²; NOISE is learned per detector from here. */
const FIRST_NOISE = 1.5;
const LEAST_NOISE = 0.6;
const SPREAD = 0.1;
const NOISE_MEMORY_H = 72;
/** Shape of the negative binomial when asking how likely an empty slot is: much wider than ordinary days. */
const EMPTY_SHAPE = 6;
const DOUBLE = Math.log(2);
const DRIFT = Math.log(1.12);
/** Standard deviation of the log of a day's count to its expectation, learned per detector from here. */
const FIRST_DAY_DEVIATION = 0.035;
const LEAST_DAY_DEVIATION = 0.025;
const DAY_MEMORY = 0.1;
/** A day with less than this expected says nothing of drift, veh. */
const LEAST_DAY_VEH = 300;
/** Of the mean of the lanes beside it. */
const STARVED_SHARE = 0.15;
/** Field practice (basic flow checks); a slot may exceed it by √n bunching. */
const MOST_LANE_VPH = 2400;
/** A vehicle of 4 m over a loop of 2 m at 40 m/s. */
const LEAST_PULSE_S = 0.12;

export interface FaultTests {
  /** By test, by detector. */
  readonly nats: readonly Float64Array[];
  /** Position of the fault in the list of tests + 1, by detector; 0 is sound. */
  readonly verdict: Uint8Array;
  readonly faultySinceMs: Float64Array;
  readonly lastVeh: Float64Array;
  readonly noise: Float64Array;
  /** Of the local day so far. */
  readonly dayVeh: Float64Array;
  readonly dayExpectedVeh: Float64Array;
  readonly dayDeviation: Float64Array;
  /** Of the local day so far, own and mean of the lanes beside it, over slots in which both were counted. */
  readonly ownVeh: Float64Array;
  readonly besideVeh: Float64Array;
}

export interface TestedSlot {
  readonly startMs: number;
  readonly slotS: number;
  /** NaN: no count. */
  readonly countVeh: Float64Array;
  /** 0…1; NaN: not reported. */
  readonly occupancy: Float64Array;
  /** From the profile and the neighbors, never from the detector's own last counts. */
  readonly expectedVeh: Float64Array;
  /** Days behind the expectation; with less than one, only what physics forbids is tested. */
  readonly days: Float64Array;
  readonly lanes: Float64Array;
  /** Mean count per lane of the detectors beside each, times its own lanes; NaN: there is none. */
  readonly besideVeh: Float64Array;
  /** This slot is the first of a local day. */
  readonly isNewDay: boolean;
}

export function createFaultTests(detectors: number): FaultTests {
  const filled = (value: number): Float64Array => new Float64Array(detectors).fill(value);
  return {
    nats: TESTS.map(() => filled(0)),
    verdict: new Uint8Array(detectors),
    faultySinceMs: filled(Number.NaN),
    lastVeh: filled(Number.NaN),
    noise: filled(FIRST_NOISE),
    dayVeh: filled(0),
    dayExpectedVeh: filled(0),
    dayDeviation: filled(FIRST_DAY_DEVIATION),
    ownVeh: filled(0),
    besideVeh: filled(0),
  };
}

/** The tests after one more slot. */
export function testSlot(before: FaultTests, slot: TestedSlot): FaultTests {
  const tests: FaultTests = {
    nats: before.nats.map((it) => it.slice()),
    verdict: before.verdict.slice(),
    faultySinceMs: before.faultySinceMs.slice(),
    lastVeh: before.lastVeh.slice(),
    noise: before.noise.slice(),
    dayVeh: before.dayVeh.slice(),
    dayExpectedVeh: before.dayExpectedVeh.slice(),
    dayDeviation: before.dayDeviation.slice(),
    ownVeh: before.ownVeh.slice(),
    besideVeh: before.besideVeh.slice(),
  };
  for (let i = 0; i < tests.verdict.length; i += 1) {
    if (slot.isNewDay) {
      testLanesBeside(tests, i);
      testDay(tests, i, slot.days[i] ?? 0);
    }
    const countVeh = slot.countVeh[i] ?? Number.NaN;
    if (Number.isNaN(countVeh)) continue;
    testPhysics(tests, i, slot, countVeh);
    if ((slot.days[i] ?? 0) >= 1) testLevel(tests, i, slot, countVeh);
    const besideVeh = slot.besideVeh[i] ?? Number.NaN;
    if (!Number.isNaN(besideVeh)) {
      tests.ownVeh[i] = (tests.ownVeh[i] ?? 0) + countVeh;
      tests.besideVeh[i] = (tests.besideVeh[i] ?? 0) + besideVeh;
    }
    tests.lastVeh[i] = countVeh;
    judge(tests, i, slot.startMs);
  }
  return tests;
}

export function findFault({ verdict }: FaultTests, detector: number): DetectorFault | undefined {
  const at = verdict[detector] ?? 0;
  return at === 0 ? undefined : known(TESTS[at - 1], "test").fault;
}

/** The strongest evidence against a detector as a share of what convicts it, 0…1. */
export function findSuspicion({ nats }: FaultTests, detector: number): number {
  let most = 0;
  for (const test of nats) most = Math.max(most, test[detector] ?? 0);
  return Math.min(1, most / FAULT_NATS);
}

/** A level that has contradicted for this long is what is usual now: roads are rebuilt. */
const SETTLED_MS = 14 * 86_400_000;

/** Is a detector called faulty for its level alone, and for so long that its counts are learned all the same? */
export function isSettled({ verdict, faultySinceMs }: FaultTests, detector: number, atMs: number): boolean {
  const test = (verdict[detector] ?? 0) - 1;
  const isLevel = test === HIGH || test === LOW || test === DRIFT_UP || test === DRIFT_DOWN;
  return isLevel && atMs - (faultySinceMs[detector] ?? atMs) > SETTLED_MS;
}

/** Standard deviation of a count about its expectation, veh. */
export function countDeviation({ noise }: FaultTests, detector: number, expectedVeh: number): number {
  return Math.sqrt((noise[detector] ?? FIRST_NOISE) * Math.max(1, expectedVeh) + (SPREAD * expectedVeh) ** 2);
}

function testPhysics(tests: FaultTests, i: number, slot: TestedSlot, countVeh: number): void {
  const { slotS } = slot;
  const mostVeh = ((slot.lanes[i] ?? 1) * MOST_LANE_VPH * slotS) / SECONDS_PER_HOUR;
  add(
    tests,
    IMPLAUSIBLE,
    i,
    countVeh > mostVeh + 3 * Math.sqrt(mostVeh) ? MOST_NATS_PER_SLOT : -MOST_NATS_PER_SLOT,
  );
  const occupancy = slot.occupancy[i] ?? Number.NaN;
  if (Number.isNaN(occupancy)) return;
  const pulseS = (occupancy * slotS) / Math.max(1, countVeh);
  const isChatter = countVeh >= 5 && pulseS < LEAST_PULSE_S;
  add(tests, CHATTER, i, isChatter ? MOST_NATS_PER_SLOT : -MOST_NATS_PER_SLOT);
  // A queue that never moves in a whole slot would be as empty of counts; lanes that carry none are no use either.
  const isHeld = occupancy > 0.97 && countVeh < mostVeh / 50;
  add(tests, STUCK_ON, i, isHeld ? MOST_NATS_PER_SLOT / 2 : -MOST_NATS_PER_SLOT);
}

function testLevel(tests: FaultTests, i: number, slot: TestedSlot, countVeh: number): void {
  const expectedVeh = slot.expectedVeh[i] ?? 0;
  const days = slot.days[i] ?? 1;
  const isEmpty = countVeh === 0;
  const emptyNats = EMPTY_SHAPE * Math.log(1 + expectedVeh / EMPTY_SHAPE);
  add(tests, STUCK_OFF, i, isEmpty ? emptyNats : Number.NEGATIVE_INFINITY);
  const deviation = countDeviation(tests, i, expectedVeh) * Math.sqrt(1 + 1 / days);
  const isSame = !isEmpty && countVeh === tests.lastVeh[i];
  const sameNats = Math.max(0.5, Math.log(deviation * Math.sqrt(2 * Math.PI)));
  add(tests, FROZEN, i, isSame ? sameNats : Number.NEGATIVE_INFINITY);
  const ratio = Math.log((countVeh + 0.5) / (expectedVeh + 0.5));
  const variance = (deviation / Math.max(1, expectedVeh)) ** 2;
  add(tests, HIGH, i, (DOUBLE / variance) * (ratio - DOUBLE / 2));
  add(tests, LOW, i, (DOUBLE / variance) * (-ratio - DOUBLE / 2));
  // What is false of itself says nothing of the day or of the usual noise.
  if (tests.verdict[i] !== 0 && !isDrifting(tests, i)) return;
  const surprise = Math.min(9, (countVeh - expectedVeh) ** 2 / Math.max(1, expectedVeh));
  const rate = slot.slotS / (NOISE_MEMORY_H * SECONDS_PER_HOUR);
  const noise = tests.noise[i] ?? FIRST_NOISE;
  tests.noise[i] = Math.max(LEAST_NOISE, noise + rate * (surprise - noise));
  tests.dayVeh[i] = (tests.dayVeh[i] ?? 0) + countVeh;
  tests.dayExpectedVeh[i] = (tests.dayExpectedVeh[i] ?? 0) + expectedVeh;
}

const isDrifting = ({ verdict }: FaultTests, i: number): boolean =>
  verdict[i] === DRIFT_UP + 1 || verdict[i] === DRIFT_DOWN + 1;

function testLanesBeside(tests: FaultTests, i: number): void {
  const besideVeh = tests.besideVeh[i] ?? 0;
  const ownVeh = tests.ownVeh[i] ?? 0;
  tests.ownVeh[i] = 0;
  tests.besideVeh[i] = 0;
  if (besideVeh < LEAST_DAY_VEH) return;
  add(tests, STARVED, i, ownVeh < STARVED_SHARE * besideVeh ? MOST_NATS_PER_SLOT : -MOST_NATS_PER_SLOT);
}

/** A day against its expectation, then a new one begins. */
function testDay(tests: FaultTests, i: number, days: number): void {
  const expectedVeh = tests.dayExpectedVeh[i] ?? 0;
  const countVeh = tests.dayVeh[i] ?? 0;
  tests.dayVeh[i] = 0;
  tests.dayExpectedVeh[i] = 0;
  if (expectedVeh < LEAST_DAY_VEH || countVeh === 0) return;
  const ratio = Math.log(countVeh / expectedVeh);
  const deviation = tests.dayDeviation[i] ?? FIRST_DAY_DEVIATION;
  const variance = deviation ** 2 * (1 + 1 / Math.max(1, days));
  add(tests, DRIFT_UP, i, (DRIFT / variance) * (ratio - DRIFT / 2));
  add(tests, DRIFT_DOWN, i, (DRIFT / variance) * (-ratio - DRIFT / 2));
  const usual = Math.min(Math.abs(ratio), 2 * deviation) ** 2;
  const learned = (1 - DAY_MEMORY) * deviation ** 2 + DAY_MEMORY * usual;
  tests.dayDeviation[i] = Math.max(LEAST_DAY_DEVIATION, Math.sqrt(learned));
}

function add(tests: FaultTests, test: number, i: number, nats: number): void {
  const sums = known(tests.nats[test], "test");
  const step = Math.max(-MOST_NATS_PER_SLOT, Math.min(MOST_NATS_PER_SLOT, nats));
  const sum = nats === Number.NEGATIVE_INFINITY ? 0 : (sums[i] ?? 0) + step;
  sums[i] = Math.max(0, Math.min(CEILING_NATS, sum));
}

function judge(tests: FaultTests, i: number, startMs: number): void {
  const at = tests.nats.findIndex((it) => (it[i] ?? 0) >= FAULT_NATS);
  if (at < 0) tests.faultySinceMs[i] = Number.NaN;
  else if (tests.verdict[i] === 0) tests.faultySinceMs[i] = startMs;
  tests.verdict[i] = at + 1;
}
