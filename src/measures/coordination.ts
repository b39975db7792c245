/**
 * What the controller says of its coordination, per bin: the last pattern, programmed cycle, actual cycle and actual
 * offset that it wrote, carried on through bins that have none. 0: none yet. Of values written at one instant the
 * highest counts. And whether the log is whole: a bin has data when each stretch of `stretchMs` within it has at least
 * `leastEvents` events of the shared codes.
 */
import { binStartMs, CODE, type EventLog, LAST_SHARED_CODE } from "./event-log.ts";
import { itemOf } from "./signal-index.ts";
import { createTally, visitEvents } from "./tally.ts";

export interface CoordinationBin {
  readonly atMs: number;
  readonly pattern: number;
  readonly cycleS: number;
  readonly actualCycleS: number;
  readonly actualOffsetS: number;
}

const CODES = [CODE.patternChange, CODE.cycleChange, CODE.actualCycle, CODE.actualOffset];

/** For each of the bins given, ascending. */
export function measureCoordination(
  log: EventLog,
  binStartsMs: readonly number[],
  binMs: number,
): CoordinationBin[] {
  const lastByBin = new Map<number, Map<number, { atMs: number; value: number }>>();
  visitEvents(log, CODES, (atMs, code, value) => {
    const bin = itemOf(lastByBin, binStartMs(atMs, binMs), () => new Map());
    const before = bin.get(code);
    if (before?.atMs === atMs && before.value >= value) return;
    bin.set(code, { atMs, value });
  });
  const current = new Map<number, number>();
  const lastOf = (code: number): number => current.get(code) ?? 0;
  return binStartsMs.map((atMs) => {
    for (const [code, { value }] of lastByBin.get(atMs) ?? []) current.set(code, value);
    return {
      atMs,
      pattern: lastOf(CODE.patternChange),
      cycleS: lastOf(CODE.cycleChange),
      actualCycleS: lastOf(CODE.actualCycle),
      actualOffsetS: lastOf(CODE.actualOffset),
    };
  });
}

export interface DataOptions {
  readonly binMs: number;
  /** Divides binMs. Published: 300 000. */
  readonly stretchMs: number;
  /** Published: 3. */
  readonly leastEvents: number;
}

/** Starts of the bins that have data, ascending. */
export function listBinsWithData(log: EventLog, { binMs, stretchMs, leastEvents }: DataOptions): number[] {
  const events = createTally(stretchMs);
  for (let row = 0; row < log.length; row++) {
    if ((log.codes[row] ?? 0) <= LAST_SHARED_CODE) events.add(log.atMs[row] ?? 0, 0, 1);
  }
  const stretches = new Map<number, number>();
  for (const { atMs, count } of events.list()) {
    const bin = binStartMs(atMs, binMs);
    if (count >= leastEvents) stretches.set(bin, (stretches.get(bin) ?? 0) + 1);
  }
  return [...stretches]
    .filter(([, count]) => count === Math.round(binMs / stretchMs))
    .map(([bin]) => bin)
    .sort((a, b) => a - b);
}
