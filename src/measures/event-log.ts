/**
 * What a signal's controller wrote down, as columns: instant, code and number of each event, in order of time. The
 * codes are those of the Indiana enumerations that controllers of many makers share, so that a controller's own log
 * needs no translation and another stream is translated once, at the edge.
 * Source: Sturdevant et al., Indiana Traffic Signal Hi Resolution Data Logger Enumerations, 2012,
 * doi 10.4231/K4RN35SH; 300 and above: one maker's (MAXTIME).
 * Exact repetitions are left out: loggers write a row twice at times. Events of one instant stay in the order in which
 * they were written. Instants are integer ms since the epoch, or since 1970 by the local clock where a log names no
 * time zone. 16 bytes per event.
 */
import { known } from "../errors.ts";

export const CODE = {
  greenBegin: 1,
  gapOut: 4,
  maxOut: 5,
  forceOff: 6,
  yellowBegin: 8,
  redClearanceBegin: 10,
  redClearanceEnd: 11,
  walkBegin: 21,
  pedestrianClearanceBegin: 22,
  dontWalkBegin: 23,
  callBegin: 43,
  overlapWalkBegin: 67,
  detectorOff: 81,
  detectorOn: 82,
  buttonOn: 90,
  preemptBegin: 102,
  preemptEnd: 104,
  patternChange: 131,
  cycleChange: 132,
  splitFirst: 300,
  actualCycle: 316,
  splitLast: 317,
  actualOffset: 318,
} as const;

/** The highest code that is no maker's own. */
export const LAST_SHARED_CODE = 218;

export interface EventLog {
  readonly length: number;
  readonly atMs: Float64Array;
  readonly codes: Uint16Array;
  /** What the event is about: a phase, a detector's channel, a pattern, a number of seconds. */
  readonly numbers: Uint16Array;
  /** Rows of each code that occurs, ascending: most measures ask for rare ones. */
  readonly rowsByCode: ReadonlyMap<number, Uint32Array>;
}

type Columns = Omit<EventLog, "rowsByCode">;

export interface SignalEvent {
  readonly atMs: number;
  readonly code: number;
  readonly number: number;
}

export interface EventLogBuilder {
  add(atMs: number, code: number, number: number): void;
  finish(): EventLog;
}

const FIRST_CAPACITY = 4096;

export function createEventLog(): EventLogBuilder {
  let atMs = new Float64Array(FIRST_CAPACITY);
  let codes = new Uint16Array(FIRST_CAPACITY);
  let numbers = new Uint16Array(FIRST_CAPACITY);
  let length = 0;
  let isOrdered = true;

  function grow(): void {
    const capacity = 2 * length;
    atMs = copyInto(new Float64Array(capacity), atMs);
    codes = copyInto(new Uint16Array(capacity), codes);
    numbers = copyInto(new Uint16Array(capacity), numbers);
  }

  return {
    add(at, code, number) {
      if (length === atMs.length) grow();
      if (length > 0 && at < known(atMs[length - 1], "instant before")) isOrdered = false;
      atMs[length] = at;
      codes[length] = code;
      numbers[length] = number;
      length++;
    },
    finish() {
      const log = {
        length,
        atMs: atMs.subarray(0, length),
        codes: codes.subarray(0, length),
        numbers: numbers.subarray(0, length),
      };
      const columns = leaveOutRepeated(isOrdered ? log : sortByTime(log));
      return { ...columns, rowsByCode: listRows(columns) };
    },
  };
}

/** The start of the bin that an instant lies in; bins are counted from 1970. */
export const binStartMs = (atMs: number, binMs: number): number => Math.floor(atMs / binMs) * binMs;

function copyInto<T extends Float64Array | Uint16Array>(target: T, source: T): T {
  target.set(source);
  return target;
}

/** Stable, as typed arrays sort in the language's present edition. */
function sortByTime({ length, atMs, codes, numbers }: Columns): Columns {
  const order = Uint32Array.from({ length }, (_, index) => index);
  order.sort((a, b) => known(atMs[a], "instant") - known(atMs[b], "instant"));
  return {
    length,
    atMs: Float64Array.from(order, (index) => known(atMs[index], "instant")),
    codes: Uint16Array.from(order, (index) => known(codes[index], "code")),
    numbers: Uint16Array.from(order, (index) => known(numbers[index], "number")),
  };
}

/** In place; rows of one instant are few, so each is compared with all that were kept of its instant. */
function leaveOutRepeated({ length, atMs, codes, numbers }: Columns): Columns {
  let kept = 0;
  let firstOfInstant = 0;
  for (let row = 0; row < length; row++) {
    const at = known(atMs[row], "instant");
    const code = known(codes[row], "code");
    const number = known(numbers[row], "number");
    if (kept === 0 || at !== atMs[firstOfInstant]) firstOfInstant = kept;
    let isRepeated = false;
    for (let other = firstOfInstant; other < kept && !isRepeated; other++) {
      isRepeated = codes[other] === code && numbers[other] === number;
    }
    if (isRepeated) continue;
    atMs[kept] = at;
    codes[kept] = code;
    numbers[kept] = number;
    kept++;
  }
  return {
    length: kept,
    atMs: atMs.subarray(0, kept),
    codes: codes.subarray(0, kept),
    numbers: numbers.subarray(0, kept),
  };
}

function listRows({ length, codes }: Columns): ReadonlyMap<number, Uint32Array> {
  const counts = new Uint32Array(2 ** 16);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const rowsByCode = new Map<number, Uint32Array>();
  for (const [code, count] of counts.entries()) if (count > 0) rowsByCode.set(code, new Uint32Array(count));
  for (let row = length - 1; row >= 0; row--) {
    const code = codes[row] ?? 0;
    const place = (counts[code] ?? 0) - 1;
    counts[code] = place;
    known(rowsByCode.get(code), "rows")[place] = row;
  }
  return rowsByCode;
}
