/**
 * The schedule file: which plan runs when, and why.
 *
 * A day type is a day's list of entries; an entry runs from its time on until the next one. Every weekday has a day type;
 * special days (holidays, events, seasons) lay another one over it, the highest priority on top. Plans are named by
 * their identity. Times are local times of the schedule's zone; due-entry.ts says what they mean when clocks change.
 */
import { z } from "zod";
import { isTimeZone } from "../network/time-zone.ts";

const SCHEDULE_VERSION = 1;

const idText = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/, "letters, digits and . _ : - only");

const LocalTimeSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "HH:MM")
  .meta({ description: "Local time, HH:MM" });

const LocalDateSchema = z.iso.date().meta({ description: "Local date, YYYY-MM-DD" });

/** In the order of Date.getUTCDay. */
export const WeekdaySchema = z.enum([
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
]);

export const ScheduleEntrySchema = z
  .strictObject({
    at: LocalTimeSchema,
    planId: idText.meta({ description: "The plan that runs from then on" }),
    why: z.string().min(1).max(1000).meta({ description: "Why this plan, and why from then" }),
  })
  .meta({ id: "ScheduleEntry", description: "A plan from a time of the day on" });

export const DayTypeSchema = z
  .strictObject({
    id: idText,
    name: z.string().min(1).max(200),
    entries: z
      .array(ScheduleEntrySchema)
      .min(1)
      .max(96)
      .meta({ description: "By time; before the first one a special day leaves what lies under it" }),
  })
  .meta({ id: "DayType", description: "What runs on days of one kind" });

export const SpecialDaySchema = z
  .strictObject({
    id: idText,
    name: z.string().min(1).max(200),
    kind: z.enum(["holiday", "event", "season"]),
    from: LocalDateSchema.meta({ description: "First date, YYYY-MM-DD" }),
    to: LocalDateSchema.meta({ description: "Last date, YYYY-MM-DD" }),
    weekdays: z
      .array(WeekdaySchema)
      .min(1)
      .max(7)
      .optional()
      .meta({ description: "Only these of the dates; absent: all" }),
    dayTypeId: idText,
    until: LocalTimeSchema.optional().meta({
      description: "From then on what lies under it runs again; absent: to the end of each day",
    }),
    priority: z.int().min(1).max(100).meta({ description: "The highest rules; weekdays have 0" }),
  })
  .meta({ id: "SpecialDay", description: "Dates on which another day type rules" });

export const ScheduleSchema = z
  .strictObject({
    version: z.literal(SCHEDULE_VERSION),
    networkId: idText,
    name: z.string().min(1).max(200),
    timeZone: z
      .string()
      .min(1)
      .max(64)
      .refine(isTimeZone, "an IANA time zone, for example Asia/Shanghai")
      .meta({ description: "IANA time zone; the network's" }),
    validFrom: LocalDateSchema.optional().meta({ description: "First date that it rules; absent: always" }),
    validTo: LocalDateSchema.optional().meta({ description: "Last date that it rules; absent: always" }),
    dayTypes: z.array(DayTypeSchema).min(1).max(64),
    weekdays: z
      .record(WeekdaySchema, idText)
      .meta({ description: "The day type of each weekday, all seven" }),
    specialDays: z.array(SpecialDaySchema).max(1000).default([]),
  })
  .meta({ id: "Schedule", description: "Which plan of a network runs when, and why" });

export type Weekday = z.infer<typeof WeekdaySchema>;
export type ScheduleEntry = Readonly<z.infer<typeof ScheduleEntrySchema>>;
export type DayType = Readonly<Omit<z.infer<typeof DayTypeSchema>, "entries">> & {
  readonly entries: readonly ScheduleEntry[];
};
export type SpecialDay = Readonly<Omit<z.infer<typeof SpecialDaySchema>, "weekdays">> & {
  readonly weekdays?: readonly Weekday[] | undefined;
};
export type Schedule = Readonly<
  Omit<z.infer<typeof ScheduleSchema>, "dayTypes" | "weekdays" | "specialDays">
> & {
  readonly dayTypes: readonly DayType[];
  readonly weekdays: Readonly<Record<Weekday, string>>;
  readonly specialDays: readonly SpecialDay[];
};

/** A change of plan by the schedule. */
export const ScheduleChangeSchema = z
  .strictObject({
    atMs: z.int().meta({ description: "Epoch ms" }),
    local: z.string().meta({ description: "The same in the schedule's zone, with its offset from UTC" }),
    fromPlanId: idText.nullable().meta({ description: "null: nothing was scheduled" }),
    toPlanId: idText.nullable().meta({ description: "null: nothing is scheduled" }),
    why: z.string(),
    dayTypeId: idText.nullable(),
    specialDayId: idText.nullable().meta({ description: "The special day that rules; null: the weekday" }),
  })
  .meta({ id: "ScheduleChange", description: "A plan change that is to come" });

export type ScheduleChange = Readonly<z.infer<typeof ScheduleChangeSchema>>;

export const ScheduleFindingSchema = z
  .strictObject({
    severity: z.enum(["BLOCK", "WARN"]).meta({
      description: "BLOCK: the schedule cannot be used. WARN: it can, and this should be known",
    }),
    kind: z.enum(["reference", "conflict", "gap", "rate", "validity"]),
    path: z.string(),
    sentence: z.string(),
  })
  .meta({ id: "ScheduleFinding", description: "A conflict, a gap or another finding on a schedule" });

export type ScheduleFinding = Readonly<z.infer<typeof ScheduleFindingSchema>>;
