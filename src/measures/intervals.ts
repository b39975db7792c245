/**
 * Stretches of time from the event that begins them to the event that ends them: green, call, preemption, fault …
 * Events of one kind and one number follow each other; a beginning runs to the next event of its kind, and is whole
 * when that is an end (a beginning after a beginning means that the log lost the end). A beginning that nothing follows
 * is left out.
 */
import { CODE, type EventLog } from "./event-log.ts";
import { visitEvents } from "./tally.ts";

export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
  /** Phase, detector or input. */
  readonly number: number;
  readonly isWhole: boolean;
}

export interface IntervalKind {
  readonly begin: number;
  /** The codes that may follow and are a proper end. */
  readonly ends: readonly number[];
  /** Codes that cut the stretch short, which is then not whole. `begin` is always one of them. */
  readonly cuts?: readonly number[];
}

/** In order of begin within each number. */
export function listIntervals(log: EventLog, { begin, ends, cuts = [] }: IntervalKind): Interval[] {
  const intervals: Interval[] = [];
  const open = new Map<number, number>();
  visitEvents(log, [begin, ...ends, ...cuts], (atMs, code, number) => {
    const startMs = open.get(number);
    if (startMs !== undefined) intervals.push({ startMs, endMs: atMs, number, isWhole: ends.includes(code) });
    if (code === begin) open.set(number, atMs);
    else open.delete(number);
  });
  return intervals;
}

/**
 * How long a person waits: from the first press of a button (after the last clearance began, or the first of the log)
 * to the walk. Published: the first beginning of a walk or of a clearance ends the wait.
 */
export function listPedestrianWaits(log: EventLog): Interval[] {
  const waits: Interval[] = [];
  const pressed = new Map<number, number>();
  const previous = new Map<number, number>();
  const codes = [CODE.buttonOn, CODE.walkBegin, CODE.pedestrianClearanceBegin];
  visitEvents(log, codes, (atMs, code, number) => {
    const before = previous.get(number);
    previous.set(number, code);
    if (code !== CODE.buttonOn) {
      const startMs = pressed.get(number);
      pressed.delete(number);
      if (startMs !== undefined) waits.push({ startMs, endMs: atMs, number, isWhole: true });
    } else if (before === undefined || before === CODE.pedestrianClearanceBegin) pressed.set(number, atMs);
  });
  return waits;
}

/** From the last call of a phase before its green to the green. */
export function listPhaseWaits(log: EventLog): Interval[] {
  const waits: Interval[] = [];
  const calls = new Map<number, number>();
  visitEvents(log, [CODE.greenBegin, CODE.callBegin], (atMs, code, number) => {
    const startMs = calls.get(number);
    if (code === CODE.callBegin) calls.set(number, atMs);
    else if (startMs !== undefined) {
      waits.push({ startMs, endMs: atMs, number, isWhole: true });
      calls.delete(number);
    }
  });
  return waits;
}
