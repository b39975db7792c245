/** Logs written by hand for tests: seconds, code, number. */
import { createEventLog, type EventLog } from "./event-log.ts";

export type HandEvent = readonly [atS: number, code: number, number: number];

export function writeLog(events: readonly HandEvent[]): EventLog {
  const builder = createEventLog();
  for (const [atS, code, number] of events) builder.add(Math.round(atS * 1000), code, number);
  return builder.finish();
}

/** Cycles of one phase: green at each start, yellow greenS later, red clearance 4 s after that. */
export const lampEvents = (phase: number, startsS: readonly number[], greenS: number): HandEvent[] =>
  startsS.flatMap((startS): HandEvent[] => [
    [startS, 1, phase],
    [startS + greenS, 8, phase],
    [startS + greenS + 4, 10, phase],
  ]);

export const inOrder = (events: readonly HandEvent[]): HandEvent[] => [...events].sort((a, b) => a[0] - b[0]);
