/**
 * Everything that lasts, as a list: lamps, calls, holds, omits, preemptions, faults, transitions, waits, each from its
 * beginning to its end. Class names and the choice of events: ATSPM package of Oregon DOT (timeline), without flash and
 * alarm states, which are bit fields of one maker.
 */
import { CODE, type EventLog } from "./event-log.ts";
import {
  type Interval,
  type IntervalKind,
  listIntervals,
  listPedestrianWaits,
  listPhaseWaits,
} from "./intervals.ts";
import { visitEvents } from "./tally.ts";

export interface TimelineEntry {
  readonly startMs: number;
  readonly endMs: number;
  /** The log has both ends. */
  readonly isWhole: boolean;
  readonly name: string;
  /** Phase, detector, input or value; absent for transitions. */
  readonly value: number | undefined;
}

export interface TimelineOptions {
  /** Shorter entries are left out. Published: 200. */
  readonly leastMs: number;
}

/** An instant is drawn as long as this. */
const INSTANT_MS = 60_000;

const PAIRS: readonly (IntervalKind & { readonly name: string })[] = [
  { name: "Split", begin: 0, ends: [12] },
  { name: "Green", begin: 1, ends: [7] },
  { name: "Yellow", begin: 8, ends: [9] },
  { name: "Red", begin: 10, ends: [11] },
  { name: "Ped Service", begin: 21, ends: [23] },
  { name: "FYA", begin: 32, ends: [33] },
  { name: "Phase Hold", begin: 41, ends: [42] },
  { name: "Phase Call", begin: 43, ends: [44] },
  { name: "Phase Omit", begin: 46, ends: [47] },
  { name: "Ped Omit", begin: 48, ends: [49] },
  { name: "Advance Warning Phase", begin: 55, ends: [56] },
  { name: "Overlap Green", begin: 61, ends: [62, 63, 64, 65, 66] },
  { name: "Overlap Trail Green", begin: 62, ends: [61, 63, 64, 65, 66] },
  { name: "Overlap Yellow", begin: 63, ends: [61, 62, 64, 65, 66] },
  { name: "Overlap Red", begin: 64, ends: [61, 62, 63, 65, 66] },
  { name: "Overlap Ped", begin: 67, ends: [65] },
  { name: "Advance Warning Overlap", begin: 71, ends: [72] },
  { name: "Other", begin: 84, ends: [83], cuts: [85, 86, 87, 88] },
  { name: "Watchdog", begin: 85, ends: [83], cuts: [84, 86, 87, 88] },
  { name: "Stuck Off", begin: 86, ends: [83], cuts: [84, 85, 87, 88] },
  { name: "Stuck On", begin: 87, ends: [83], cuts: [84, 85, 86, 88] },
  { name: "Erratic", begin: 88, ends: [83], cuts: [84, 85, 86, 87] },
  { name: "TSP Detector", begin: 94, ends: [93] },
  { name: "Preempt", begin: CODE.preemptBegin, ends: [CODE.preemptEnd] },
  { name: "TSP Call", begin: 112, ends: [115] },
  { name: "TSP Service", begin: 118, ends: [119] },
  { name: "Special Function", begin: 176, ends: [177] },
];

const INSTANTS = [
  { name: "Pattern Change", code: CODE.patternChange },
  { name: "Cycle Length Change", code: CODE.cycleChange },
  { name: "Interval Advance", code: 179 },
  { name: "Power Failure", code: 182 },
  { name: "Power Restored", code: 184 },
];

const TRANSITION_CODE = 150;
const TRANSITIONS: ReadonlyMap<number, string> = new Map([
  [2, "Transition Longway"],
  [3, "Transition Shortway"],
  [4, "Transition Dwell"],
]);
const LAST_COORDINATION_STATE = 4;

/** By kind, then beginning. */
export function listTimeline(log: EventLog, { leastMs }: TimelineOptions): TimelineEntry[] {
  const named = (name: string, intervals: readonly Interval[]): TimelineEntry[] =>
    intervals.map(({ number, ...it }) => ({ ...it, name, value: number }));
  return [
    ...PAIRS.flatMap((kind) => named(kind.name, listIntervals(log, kind))),
    ...named("Phase Wait", listPhaseWaits(log)),
    ...named("Ped Delay", listPedestrianWaits(log)),
    ...INSTANTS.flatMap(({ name, code }) => named(name, listInstants(log, code))),
    ...listTransitions(log),
  ].filter((it) => it.endMs - it.startMs >= leastMs);
}

function listInstants(log: EventLog, code: number): Interval[] {
  const instants: Interval[] = [];
  visitEvents(log, [code], (startMs, _, number) =>
    instants.push({ startMs, endMs: startMs + INSTANT_MS, number, isWhole: true }),
  );
  return instants;
}

/** A state of coordination lasts to the next; of those of one instant the lowest holds (0 and 1: in step, or free). */
function listTransitions(log: EventLog): TimelineEntry[] {
  const states: { readonly atMs: number; readonly state: number }[] = [];
  visitEvents(log, [TRANSITION_CODE], (atMs, _, state) => {
    if (state <= LAST_COORDINATION_STATE) states.push({ atMs, state });
  });
  states.sort((a, b) => a.atMs - b.atMs || b.state - a.state);
  return states.flatMap(({ atMs, state }, at) => {
    const name = TRANSITIONS.get(state);
    const next = states[at + 1];
    if (name === undefined || next === undefined) return [];
    return [{ startMs: atMs, endMs: next.atMs, isWhole: true, name, value: undefined }];
  });
}
