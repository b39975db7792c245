/** Sums by bin and by what is measured (a phase, a channel, a code): the form of most tables here. */
import { binStartMs, type EventLog } from "./event-log.ts";
import { itemOf } from "./signal-index.ts";

export interface BinTotal {
  /** Start of the bin. */
  readonly atMs: number;
  readonly number: number;
  readonly count: number;
  readonly sum: number;
}

export interface Tally {
  add(atMs: number, number: number, value: number): void;
  /** By bin, then number. */
  list(): BinTotal[];
}

export function createTally(binMs: number): Tally {
  const bins = new Map<number, Map<number, { count: number; sum: number }>>();
  return {
    add(atMs, number, value) {
      const bin = itemOf(bins, binStartMs(atMs, binMs), () => new Map());
      const total = itemOf(bin, number, () => ({ count: 0, sum: 0 }));
      total.count++;
      total.sum += value;
    },
    list() {
      const byNumber = (a: readonly [number, unknown], b: readonly [number, unknown]): number => a[0] - b[0];
      return [...bins]
        .sort(byNumber)
        .flatMap(([atMs, bin]) =>
          [...bin].sort(byNumber).map(([number, total]) => ({ atMs, number, ...total })),
        );
    },
  };
}

/** Events of some codes: how many there were of each number (phase, channel) in each bin. */
export function countByNumber(log: EventLog, codes: readonly number[], binMs: number): BinTotal[] {
  const tally = createTally(binMs);
  visitEvents(log, codes, (atMs, _, number) => tally.add(atMs, number, 1));
  return tally.list();
}

/** Events that carry a value as their number: how many of each code, and the sum of the values. */
export function sumByCode(log: EventLog, codes: readonly number[], binMs: number): BinTotal[] {
  const tally = createTally(binMs);
  visitEvents(log, codes, (atMs, code, number) => tally.add(atMs, code, number));
  return tally.list();
}

/** Events of some codes, in the order of the log. */
export function visitEvents(
  log: EventLog,
  codes: readonly number[],
  visit: (atMs: number, code: number, number: number) => void,
): void {
  for (const row of listRowsOf(log, codes)) {
    visit(log.atMs[row] ?? 0, log.codes[row] ?? 0, log.numbers[row] ?? 0);
  }
}

function listRowsOf({ rowsByCode }: EventLog, codes: readonly number[]): Uint32Array {
  const parts = codes.flatMap((code) => rowsByCode.get(code) ?? []);
  const [first = new Uint32Array()] = parts;
  if (parts.length <= 1) return first;
  const rows = new Uint32Array(parts.reduce((sum, it) => sum + it.length, 0));
  let length = 0;
  for (const part of parts) {
    rows.set(part, length);
    length += part.length;
  }
  return rows.sort();
}
