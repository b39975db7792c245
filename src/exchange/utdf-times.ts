/** The times of one signal as UTDF's Timeplans and Phases sections state them, from a timing plan. All in whole tenths. */
import { getPhase, getSequence } from "../network/find.ts";
import type { Intersection, Phase } from "../network/network.schema.ts";
import { toTenths } from "../timing/cycle.ts";
import { buildPhaseTimes } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { findReferencePoint } from "./utdf-offset.ts";

/** What an offset of the file refers to. */
export interface FileReference {
  /** `Referenced To`. */
  readonly code: number;
  /** `Reference Phase`, taken apart. */
  readonly phases: readonly number[];
  /** Flashing don't walk of a phase, s; 0 without pedestrians. */
  readonly dontWalkS: (phase: number) => number;
}

export interface UtdfTimes {
  readonly cycleS: number;
  readonly offsetS: number;
  readonly phases: readonly UtdfPhaseTimes[];
}

export interface UtdfPhaseTimes {
  readonly phase: Phase;
  /** Barrier, ring and position, one digit each. */
  readonly brp: number;
  readonly splitS: number;
  /** By record name, s. */
  readonly times: Readonly<Record<TimeRecord, number>>;
}

export type TimeRecord =
  | "MaxGreen"
  | "Start"
  | "End"
  | "Yield"
  | "Yield170"
  | "LocalStart"
  | "LocalYield"
  | "LocalYield170";

/** A phase that serves nothing stands for the rest of its ring; UTDF has no such thing. */
const servesAnything = (phase: Phase): boolean =>
  phase.protectedMovements.length + phase.permittedMovements.length + phase.crossings.length > 0;

export function computeUtdfTimes(
  intersection: Intersection,
  plan: TimingPlan,
  reference: FileReference,
): UtdfTimes {
  const cycle = toTenths(plan.cycleS);
  const wrap = (tenths: number): number => (((tenths % cycle) + cycle) % cycle) / 10;
  const placed = placePhases(intersection, plan);
  const starts = new Map(
    buildPhaseTimes(intersection, plan).map((it) => [it.phase, toTenths(it.greenStartS)]),
  );
  const offset = computeOffset(intersection, { placed, starts, reference, plan });
  return {
    cycleS: plan.cycleS,
    offsetS: wrap(offset),
    phases: placed.flatMap(({ number, brp, splitTenths }) => {
      const phase = getPhase(intersection, number);
      const start = starts.get(number);
      if (start === undefined || !servesAnything(phase)) return [];
      const clearance = toTenths(phase.yellowS) + toTenths(phase.redClearanceS);
      const yieldAt = start + splitTenths - clearance;
      const yield170 = phase.recall === "max" ? yieldAt - toTenths(reference.dontWalkS(number)) : yieldAt;
      const times = {
        MaxGreen: (splitTenths - clearance) / 10,
        Start: wrap(start),
        End: wrap(start + splitTenths),
        Yield: wrap(yieldAt),
        Yield170: wrap(yield170),
        LocalStart: wrap(start - offset),
        LocalYield: wrap(yieldAt - offset),
        LocalYield170: wrap(yield170 - offset),
      };
      return [{ phase, brp, splitS: splitTenths / 10, times }];
    }),
  };
}

interface Placed {
  readonly number: number;
  readonly brp: number;
  readonly splitTenths: number;
  /** From the start of the sequence. */
  readonly startTenths: number;
}

function placePhases(intersection: Intersection, plan: TimingPlan): Placed[] {
  const splits = new Map(plan.splits.map((it) => [it.phase, toTenths(it.splitS)]));
  return getSequence(intersection, plan.sequenceId).rings.flatMap((groups, ring) => {
    let clock = 0;
    return groups.flatMap((phases, group) =>
      phases.flatMap((number, position) => {
        const splitTenths = splits.get(number);
        if (splitTenths === undefined) return [];
        const startTenths = clock;
        clock += splitTenths;
        const brp = (group + 1) * 100 + (ring + 1) * 10 + position + 1;
        return [{ number, brp, splitTenths, startTenths }];
      }),
    );
  });
}

/** Where the file's reference point lies on the common cycle. */
function computeOffset(
  intersection: Intersection,
  of: {
    readonly placed: readonly Placed[];
    readonly starts: ReadonlyMap<number, number>;
    readonly reference: FileReference;
    readonly plan: TimingPlan;
  },
): number {
  const named = of.placed.filter((it) => of.reference.phases.includes(it.number));
  const placed =
    named.length > 0 ? named : of.placed.filter((it) => it.number === of.plan.offsetReference.phase);
  const point = findReferencePoint(
    of.reference.code,
    placed.map((it) => {
      const phase = getPhase(intersection, it.number);
      return {
        ...it,
        yellowTenths: toTenths(phase.yellowS),
        redTenths: toTenths(phase.redClearanceS),
        dontWalkTenths: toTenths(of.reference.dontWalkS(it.number)),
      };
    }),
  );
  const owner = placed.find((it) => it.number === point.offsetReference.phase);
  return (of.starts.get(point.offsetReference.phase) ?? 0) + point.fileTenths - (owner?.startTenths ?? 0);
}
