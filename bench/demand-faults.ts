/**
 * Faults put into sound counts, and which of them the watch finds. The unit is an alarm: an unbroken run of slots in which
 * a detector is called faulty. An injected fault is found when an alarm stands in one of its slots; an alarm is false when
 * none of its slots lies in a fault of that detector or in the slots of grace behind it, in which the evidence drains.
 */

import { assessDetectors } from "../src/demand/assess-detectors.ts";
import type { Count } from "../src/demand/count.schema.ts";
import type { DetectorWatch } from "../src/demand/detector-watch.ts";
import { known } from "../src/errors.ts";
import { createSeededRandom, type SeededRandom } from "../src/network/seeded-random.ts";
import { type CountTable, roll, SLOT_MS } from "./count-table.ts";

const MS_PER_DAY = 86_400_000;
/** 06–22 h. */
const FIRST_SLOT = 24;
const LAST_SLOT = 88;
const GRACE_SLOTS = 4;

export type Injection = "stuck" | "zero" | "doubled";
const KINDS: readonly Injection[] = ["stuck", "zero", "doubled"];

interface InjectedFault {
  readonly detectorId: string;
  readonly kind: Injection | "drift";
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FaultScore {
  readonly kind: string;
  readonly injected: number;
  readonly found: number;
  readonly recall: number;
  /** Median time from the first false slot to the end of the slot in which it was found, min. */
  readonly medianDelayMin: number;
}

export interface FaultStudy {
  readonly scores: readonly FaultScore[];
  readonly alarms: number;
  readonly falseAlarms: number;
  /** Of the false ones, those that say drift. */
  readonly falseDrifts: number;
  /** Watched, all passes together. */
  readonly detectorWeeks: number;
  readonly precision: number;
  /** By slot of 15 min instead of by fault. */
  readonly slots: { readonly recall: number; readonly precision: number };
}

interface StudyDays {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Faults of 2–6 h by day until there are `atLeast` of each kind, in as many passes over the days as that needs. */
export function studyFaults(
  watch: DetectorWatch,
  table: CountTable,
  of: StudyDays & { readonly atLeast: number; readonly seed: number },
): FaultStudy {
  const random = createSeededRandom(of.seed);
  const passes: Pass[] = [];
  const isEnough = (): boolean =>
    KINDS.every(
      (kind) => passes.flatMap((it) => it.faults).filter((it) => it.kind === kind).length >= of.atLeast,
    );
  while (!isEnough()) {
    const faults = table.dayStartsMs
      .filter((it) => it >= of.fromMs && it < of.toMs)
      .flatMap((dayMs) => drawFaults(table, dayMs, random));
    passes.push(watchFaults(watch, table, { ...of, faults }));
  }
  return score(passes, KINDS, weeksOf(table, of, passes.length));
}

const weeksOf = ({ detectors }: CountTable, { fromMs, toMs }: StudyDays, passes: number): number =>
  (passes * detectors.length * (toMs - fromMs)) / (7 * MS_PER_DAY);

/** One fault a day on one detector in six, none twice on the same day. */
function drawFaults(table: CountTable, dayMs: number, random: SeededRandom): InjectedFault[] {
  return table.detectors.flatMap(({ detectorId }) => {
    const isHit = random.uniform() < 1 / 6;
    const kind = known(KINDS[random.integer(0, KINDS.length - 1)], "kind");
    const lengthSlots = random.integer(8, 24);
    const from = random.integer(FIRST_SLOT, LAST_SLOT - lengthSlots);
    const fromMs = dayMs + from * SLOT_MS;
    return isHit ? [{ detectorId, kind, fromMs, toMs: fromMs + lengthSlots * SLOT_MS }] : [];
  });
}

/**
 * Detectors that begin to drift on the first day, evenly to 1.3 times over `rampDays`, and stay there. One in six drifts
 * in each pass; whatever is called faulty on the others is a false alarm.
 */
export function studyDrift(
  watch: DetectorWatch,
  table: CountTable,
  of: StudyDays & { readonly atLeast: number; readonly rampDays: number; readonly seed: number },
): FaultStudy {
  const random = createSeededRandom(of.seed);
  const passes: Pass[] = [];
  while (passes.flatMap((it) => it.faults).length < of.atLeast) {
    const faults = table.detectors.flatMap(({ detectorId }) =>
      random.uniform() < 1 / 6
        ? [{ detectorId, kind: "drift" as const, fromMs: of.fromMs, toMs: of.toMs }]
        : [],
    );
    passes.push(watchFaults(watch, table, { ...of, faults }));
  }
  return score(passes, ["drift"], weeksOf(table, of, passes.length));
}

interface AlarmedSlot {
  readonly startMs: number;
  readonly isDrift: boolean;
}

interface Pass {
  readonly faults: readonly InjectedFault[];
  /** The slots in which a detector was called faulty, in order. */
  readonly alarmed: ReadonlyMap<string, readonly AlarmedSlot[]>;
}

function watchFaults(
  watch: DetectorWatch,
  table: CountTable,
  of: StudyDays & { readonly faults: readonly InjectedFault[]; readonly rampDays?: number },
): Pass {
  const alarmed = new Map<string, AlarmedSlot[]>();
  const held = new Map<InjectedFault, number>();
  const change = (count: Count): Count => {
    const fault = of.faults.find(
      (it) => it.detectorId === count.detectorId && count.startAtMs >= it.fromMs && count.startAtMs < it.toMs,
    );
    if (fault === undefined) return count;
    const stuckVeh = held.get(fault) ?? count.countVeh;
    held.set(fault, stuckVeh);
    const drift =
      1 + 0.3 * Math.min(1, (count.startAtMs - fault.fromMs) / ((of.rampDays ?? 0) * MS_PER_DAY || 1));
    const countVeh = { stuck: stuckVeh, zero: 0, doubled: 2 * count.countVeh, drift: drift * count.countVeh }[
      fault.kind
    ];
    return { ...count, countVeh: Math.round(countVeh) };
  };
  roll(watch, table, {
    ...of,
    change,
    afterSlot: (now, startMs) => {
      for (const { detectorId, state, fault } of assessDetectors(now)) {
        if (state !== "faulty") continue;
        const own = alarmed.get(detectorId);
        const slot = { startMs, isDrift: fault === "drift" };
        if (own === undefined) alarmed.set(detectorId, [slot]);
        else own.push(slot);
      }
    },
  });
  return { faults: of.faults, alarmed };
}

function score(passes: readonly Pass[], kinds: readonly string[], detectorWeeks: number): FaultStudy {
  const results = passes.flatMap(({ faults, alarmed }) =>
    faults.map((fault) => ({
      ...fault,
      foundMs: alarmed
        .get(fault.detectorId)
        ?.find((it) => it.startMs >= fault.fromMs && it.startMs < fault.toMs)?.startMs,
    })),
  );
  const alarms = passes.flatMap(listAlarms);
  const isFalse = alarms.filter((it) => !it.isTrue);
  const falseAlarms = isFalse.length;
  const scores = kinds.map((kind) => {
    const own = results.filter((it) => it.kind === kind);
    const found = own.flatMap((it) => (it.foundMs === undefined ? [] : [it.foundMs + SLOT_MS - it.fromMs]));
    const sorted = found.toSorted((a, b) => a - b);
    return {
      kind,
      injected: own.length,
      found: found.length,
      recall: found.length / own.length,
      medianDelayMin: (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) / 60_000,
    };
  });
  return {
    scores,
    alarms: alarms.length,
    falseAlarms,
    falseDrifts: isFalse.filter((it) => it.isDrift).length,
    detectorWeeks,
    precision: (alarms.length - falseAlarms) / Math.max(1, alarms.length),
    slots: scoreSlots(passes),
  };
}

interface Alarm {
  readonly isTrue: boolean;
  readonly isDrift: boolean;
}

function listAlarms({ faults, alarmed }: Pass): Alarm[] {
  return [...alarmed].flatMap(([detectorId, slots]) => {
    const own = faults.filter((it) => it.detectorId === detectorId);
    const isIn = (slotMs: number): boolean =>
      own.some((it) => slotMs >= it.fromMs && slotMs < it.toMs + GRACE_SLOTS * SLOT_MS);
    const runs: { isTrue: boolean; isDrift: boolean }[] = [];
    for (const [at, { startMs, isDrift }] of slots.entries()) {
      if (startMs - (slots[at - 1]?.startMs ?? 0) !== SLOT_MS) runs.push({ isTrue: false, isDrift: false });
      const run = known(runs.at(-1), "run");
      run.isTrue ||= isIn(startMs);
      run.isDrift ||= isDrift;
    }
    return runs;
  });
}

function scoreSlots(passes: readonly Pass[]): { recall: number; precision: number } {
  let faulty = 0;
  let alarmed = 0;
  let both = 0;
  for (const pass of passes) {
    for (const { fromMs, toMs } of pass.faults) faulty += (toMs - fromMs) / SLOT_MS;
    for (const [detectorId, slots] of pass.alarmed) {
      const own = pass.faults.filter((it) => it.detectorId === detectorId);
      alarmed += slots.length;
      both += slots.filter(({ startMs }) =>
        own.some((it) => startMs >= it.fromMs && startMs < it.toMs),
      ).length;
    }
  }
  return { recall: both / faulty, precision: both / Math.max(1, alarmed) };
}
