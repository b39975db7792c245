/**
 * Cycle zero: the instant from which every offset of a network counts, and where a cycle stands at an instant.
 *
 * Instants are integer tenths of a second since the Unix epoch ("Ds"). Cycle zero is the epoch itself, or a local time
 * of every day. With a daily sync the position jumps once a day (140 s does not divide 86,400 s) and when the clocks
 * of the zone change; the sequencer treats such a jump like any other offset error and corrects it in a transition.
 *
 * A local time that does not exist on the day of a spring change counts as if the clocks had not changed; one that
 * exists twice means its first occurrence (the rule of RFC 5545, section 3.3.5).
 */
import { known } from "../errors.ts";
import type { Network, TimeZero } from "../network/network.schema.ts";

const MS_PER_DS = 100;
const MS_PER_DAY = 86_400_000;

/** What is needed to know cycle zero: its rule and the IANA zone in which a local time is meant. */
export interface TimeBase {
  readonly timeZero: TimeZero;
  readonly timeZone: string;
}

export const buildTimeBase = ({ timeZero, timeZone }: Pick<Network, "timeZero" | "timeZone">): TimeBase => ({
  timeZero,
  timeZone,
});

/** The cycle zero that rules at an instant: the epoch, or the last daily sync at or before it. */
export function cycleZeroDs(base: TimeBase, atDs: number): number {
  if (base.timeZero.type === "epoch") return 0;
  const [hours, minutes] = base.timeZero.at.split(":").map(Number);
  const syncMinutes =
    known(hours, "hours of the daily sync") * 60 + known(minutes, "minutes of the daily sync");
  const atMs = atDs * MS_PER_DS;
  const localDayMs = Math.floor((atMs + zoneOffsetMs(base.timeZone, atMs)) / MS_PER_DAY) * MS_PER_DAY;
  for (const dayMs of [localDayMs, localDayMs - MS_PER_DAY]) {
    const syncDs = instantOfLocalMs(base.timeZone, dayMs + syncMinutes * 60_000) / MS_PER_DS;
    if (syncDs <= atDs) return syncDs;
  }
  throw new Error(`assertion failed: no daily sync in the day before ${atDs} ds`);
}

/** Where the common cycle stands at an instant, in [0, cycleDs). */
export function positionInCycleDs(base: TimeBase, time: { atDs: number; cycleDs: number }): number {
  const sinceZeroDs = time.atDs - cycleZeroDs(base, time.atDs);
  return ((sinceZeroDs % time.cycleDs) + time.cycleDs) % time.cycleDs;
}

/** The instant of a wall-clock reading, given as if the zone were UTC; both in epoch ms. */
function instantOfLocalMs(timeZone: string, localMs: number): number {
  const [first] = listInstantsOfLocalMs(timeZone, localMs);
  return first ?? localMs - zoneOffsetMs(timeZone, localMs - MS_PER_DAY);
}

/** Every instant at which the clocks of the zone read this: none in a skipped hour, two in a repeated one, in order. */
export function listInstantsOfLocalMs(timeZone: string, localMs: number): number[] {
  const before = zoneOffsetMs(timeZone, localMs - MS_PER_DAY);
  const after = zoneOffsetMs(timeZone, localMs + MS_PER_DAY);
  return [...new Set([localMs - before, localMs - after])]
    .filter((atMs) => atMs + zoneOffsetMs(timeZone, atMs) === localMs)
    .sort((a, b) => a - b);
}

/** Local time minus UTC at an instant, ms: a pure function of the zone's published rules. */
export function zoneOffsetMs(timeZone: string, atMs: number): number {
  const wholeMs = Math.floor(atMs / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(wholeMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeMs;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A formatter is costly to make and holds no state. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const cached = formats.get(timeZone);
  if (cached !== undefined) return cached;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, format);
  return format;
}
