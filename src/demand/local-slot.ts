/** Slots of the local day and kinds of day: what the profile of a detector is kept by. */
import { zoneOffsetMs } from "../timing/time-zero.ts";

const MS_PER_DAY = 86_400_000;
/** Monday to Friday, Saturday, Sunday and holidays. */
export const DAY_CLASSES = 3;
export const WEEKDAYS = 7;

export interface SlotCalendar {
  /** IANA name. */
  readonly timeZone: string;
  /** Whole seconds that divide an hour, or an hour. */
  readonly slotS: number;
  /** Local dates, YYYY-MM-DD, on which traffic is as on Sundays. */
  readonly holidays: ReadonlySet<string>;
}

export interface LocalSlot {
  /** Number of the local day. */
  readonly day: number;
  /** 0 at local midnight. On the day of a clock change some numbers are skipped or come twice. */
  readonly slot: number;
  /** 0 working day, 1 Saturday, 2 Sunday or holiday. */
  readonly dayClass: number;
  /** 0 Sunday … 6 Saturday; a holiday is a Sunday. */
  readonly weekday: number;
}

export function findLocalSlot({ timeZone, slotS, holidays }: SlotCalendar, startMs: number): LocalSlot {
  const localMs = startMs + zoneOffsetMs(timeZone, startMs);
  const day = Math.floor(localMs / MS_PER_DAY);
  const slot = Math.floor((localMs - day * MS_PER_DAY) / (slotS * 1000));
  const date = new Date(day * MS_PER_DAY);
  const weekday = holidays.has(date.toISOString().slice(0, 10)) ? 0 : date.getUTCDay();
  return { day, slot, weekday, dayClass: weekday === 0 ? 2 : weekday === 6 ? 1 : 0 };
}

export const slotsPerDay = (slotS: number): number => Math.round(86_400 / slotS);
