/**
 * Instants of a log: ISO 8601 with T or blank. One without a time zone keeps the log's own clock: it is read as if it
 * were UTC. Down to the minute a text is parsed once for all rows that share it.
 */
const MINUTE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$/;
const SECONDS = /^:(\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/;
const MINUTE_BYTES = 16;
/** `:ss.fff`, what nearly every logger writes after the minute. */
const SHORT_BYTES = 7;
const COLON = 58;
const POINT = 46;
const DIGIT_0 = 48;

/** Epoch ms of the text in bytes [from, to); NaN: there is none. */
export function createInstantReader(): (bytes: Uint8Array, from: number, to: number) => number {
  const minute = new Uint8Array(MINUTE_BYTES);
  const decoder = new TextDecoder();
  let minuteMs = Number.NaN;

  function isSameMinute(bytes: Uint8Array, from: number): boolean {
    // The last characters change first.
    for (let at = MINUTE_BYTES - 1; at >= 0; at--) if (bytes[from + at] !== minute[at]) return false;
    return true;
  }

  return (bytes, from, to) => {
    if (to - from < MINUTE_BYTES) return Number.NaN;
    if (!isSameMinute(bytes, from)) {
      minute.set(bytes.subarray(from, from + MINUTE_BYTES));
      const text = decoder.decode(minute);
      minuteMs = MINUTE.test(text) ? Date.parse(`${text.replace(" ", "T")}:00Z`) : Number.NaN;
    }
    const secondsAt = from + MINUTE_BYTES;
    if (to - secondsAt === SHORT_BYTES) {
      const shortMs = readShortSeconds(bytes, secondsAt);
      if (shortMs >= 0) return minuteMs + shortMs;
    }
    const rest = SECONDS.exec(decoder.decode(bytes.subarray(secondsAt, to)));
    if (rest === null) return Number.NaN;
    const [, seconds, zone] = rest;
    return minuteMs + Math.round(Number(seconds) * 1000) - (zone === undefined ? 0 : readZone(zone));
  };
}

/** `:ss.fff` in ms; −1: it is written in another way. */
function readShortSeconds(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== COLON || bytes[at + 3] !== POINT) return -1;
  let value = 0;
  for (const place of [1, 2, 4, 5, 6]) {
    const digit = (bytes[at + place] ?? 0) - DIGIT_0;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Local time minus UTC, ms. */
function readZone(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
}
