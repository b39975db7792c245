/** The loop of a network as people see and set it: settings, decisions, overrides. */
import { z } from "zod";
import { DetectorCountSchema, DetectorHealthSchema } from "../../demand/detector-watch.schema.ts";
import { type TimingPlan, TimingPlanSchema } from "../../timing/plan.schema.ts";

const idText = z.string().min(1).max(64);
const atMs = z.int().min(0).meta({ description: "Epoch ms" });
const ids = z.array(idText).max(5000);
const seconds = (leastS: number, mostS: number, fallbackS: number, description: string) =>
  z.number().min(leastS).max(mostS).default(fallbackS).meta({ description });
const ratio = (fallback: number, description: string) =>
  z.number().min(0).max(1).default(fallback).meta({ description });

const GuardSettingsSchema = z.strictObject({
  marginRatio: z
    .number()
    .min(0.05)
    .max(2)
    .default(0.25)
    .meta({ description: "A change is worse than predicted beyond this, e.g. 0.25 for a quarter" }),
  readings: z.int().min(1).max(60).default(3).meta({ description: "So many times in a row" }),
  coolDownS: seconds(0, 86_400, 1800, "After a roll-back nothing changes there for so long, s"),
});

const EvaluationSettingsSchema = z.strictObject({
  fromDate: z.iso.date().meta({ description: "First day, local; today at the earliest" }),
  weeks: z.literal([2, 4]).meta({ description: "Every weekday and hour is on as often as off" }),
  blockHours: z.literal([2, 3, 4, 6, 8, 12, 24]).meta({ description: "24: by days" }),
  offPlanId: idText.optional().meta({
    description: "What runs in blocks that are off, where nothing is scheduled",
  }),
});

export const LoopSettingsSchema = z
  .strictObject({
    mode: z.enum(["off", "schedule", "propose", "on"]).default("off").meta({
      description:
        "schedule: the plans of the schedule at their times, nothing else. propose: decisions are recorded, and nothing is published",
    }),
    tickS: seconds(5, 3600, 60, "From tick to tick, s"),
    windowS: seconds(60, 7200, 900, "Counts of so long tell the demand, s"),
    leastConfidence: z
      .number()
      .min(0.6)
      .max(1)
      .default(0.6)
      .meta({ description: "Where flows are less sure nothing changes" }),
    leastGainRatio: ratio(0.04, "A change saves at least this part of delay and stops where it is made"),
    splitStepS: seconds(0, 5, 4, "Largest change of a split without a plan change, s"),
    offsetStepS: seconds(0, 4, 4, "Largest change of an offset without a plan change, s"),
    cycleStepS: seconds(0, 8, 8, "Change of a sub-area's cycle in one plan change, s"),
    cycleMinS: seconds(20, 300, 60, "Shortest cycle, s"),
    cycleMaxS: seconds(20, 300, 150, "Longest cycle, s"),
    stepStayS: seconds(60, 7200, 600, "A step is expected to stay so long, s"),
    planStayS: seconds(1800, 86_400, 1800, "A plan stays at least so long, s"),
    planChangesPerDay: z.int().min(0).max(16).default(12),
    personStayS: seconds(0, 86_400, 1800, "What a person publishes is left as it is so long, s"),
    guard: GuardSettingsSchema.prefault({}),
    evaluate: EvaluationSettingsSchema.optional().meta({
      description: "Of mode on: the loop is on and off in turn, to see what it does",
    }),
  })
  .meta({ id: "LoopSettings", description: "How the loop of a network works" });

export const ChangeWorthSchema = z
  .strictObject({
    runningIndex: z
      .number()
      .meta({ description: "Delay, worth of stops and queues that do not fit, veh·h/h" }),
    index: z.number().meta({ description: "The same under the new plan, veh·h/h" }),
    stayS: z.number().meta({ description: "How long it is expected to stay, s" }),
    gainVehH: z.number().meta({ description: "What it saves while it stays, veh·h" }),
    transitionVehH: z.number().meta({ description: "What the way to it costs, veh·h" }),
    transitionCycles: z.int().meta({ description: "Longest transition of an intersection, cycles" }),
  })
  .meta({ id: "ChangeWorth", description: "What a change is worth by the traffic model" });

export const LoopDecisionSchema = z
  .strictObject({
    sequence: z.int().min(1),
    networkId: idText,
    atMs,
    outcome: z
      .enum([
        "publishing",
        "published",
        "proposed",
        "rolledBack",
        "best",
        "notWorth",
        "held",
        "lowConfidence",
        "limit",
        "waitsForApproval",
        "blocked",
        "aborted",
        "overtaken",
        "late",
        "failed",
      ])
      .meta({
        description:
          "best: nothing better was found. notWorth: it does not pay for its transition. limit: the limits on change do not allow it. overtaken: a person changed something meanwhile. late: the tick before was still at work",
      }),
    reason: z.string().max(1000),
    change: z.enum(["step", "planChange", "schedule", "rollBack"]).optional(),
    planId: idText.optional(),
    intersectionIds: ids.meta({ description: "That change" }),
    unsureIds: ids.meta({ description: "Not changed, because their flows are not sure enough" }),
    heldIds: ids.meta({ description: "Not changed, because somebody or something holds them" }),
    worth: ChangeWorthSchema.optional(),
    cycles: z.array(
      z.strictObject({
        fromS: z.number(),
        toS: z.number(),
        intersections: z.int(),
        largestDegreeOfSaturation: z.number(),
      }),
    ),
    proposal: z.array(TimingPlanSchema).optional().meta({ description: "Of propose mode: what would run" }),
    confidence: z
      .number()
      .optional()
      .meta({ description: "The least of an intersection that was looked at" }),
    evaluation: z.enum(["on", "off"]).optional().meta({
      description: "During an evaluation: is this a block in which the loop adapts?",
    }),
    guardRatio: z.number().optional().meta({
      description: "Measured to predicted, against before the change that is watched; 1 is as predicted",
    }),
    tookMs: z
      .number()
      .optional()
      .meta({ description: "From the snapshot to the decision, ms of processing" }),
  })
  .meta({ id: "LoopDecision", description: "What a tick decided, and why" });

export const NewOverrideSchema = z
  .strictObject({
    id: idText
      .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/, "letters, digits and . _ : - only")
      .meta({ description: "Chosen by the sender: sent again it is the same override" }),
    kind: z.enum(["hold", "force", "free"]).meta({
      description: "hold: what runs stays. force: a plan runs. free: without coordination, by calls",
    }),
    intersectionIds: ids.min(1).optional().meta({
      description: "Absent: all of the forced plan, or of the network",
    }),
    planId: idText.optional().meta({ description: "The plan that is forced" }),
    expiresAtMs: atMs.meta({ description: "It ends by itself; epoch ms" }),
    reason: z.string().min(1).max(1000),
  })
  .refine((it) => (it.kind === "force") === (it.planId !== undefined), {
    path: ["planId"],
    message: "goes with force, and with nothing else",
  })
  .meta({ id: "NewOverride", description: "A person's word over the loop" });

export const OverrideSchema = z
  .strictObject({
    ...NewOverrideSchema.shape,
    networkId: idText,
    personId: idText,
    createdAtMs: atMs,
    state: z.enum(["waiting", "inForce", "ending", "ended"]).meta({
      description: "waiting: not published yet. ending: what ran before is not published yet",
    }),
    note: z.string().max(1000).meta({ description: "What stands in the way, when something does" }),
    before: z.array(TimingPlanSchema).meta({ description: "What ran before, and comes back" }),
    endedAtMs: atMs.optional(),
    endedBy: idText.optional().meta({ description: "A person, or `clock`" }),
  })
  .meta({ id: "Override", description: "A person's word over the loop and what became of it" });

export const OutlookSchema = z
  .strictObject({
    atMs,
    runs: z.array(
      z.strictObject({
        planId: idText,
        sinceMs: atMs,
        by: idText.meta({ description: "A person, or `loop`" }),
        why: z.string(),
        intersectionIds: ids,
      }),
    ),
    waiting: z
      .array(
        z.strictObject({
          planId: idText,
          sinceMs: atMs,
          by: idText,
          why: z.string(),
          intersectionIds: ids,
          findings: z.array(z.string()).meta({ description: "What an approver is to accept" }),
        }),
      )
      .meta({ description: "Plans that wait for a person's approval, newest first" }),
    next: z
      .array(z.strictObject({ atMs, what: z.string() }))
      .meta({ description: "Of the next 24 h, as far as it is known" }),
  })
  .meta({ id: "Outlook", description: "What runs now and why, and what is to come" });

export const DetectorReportSchema = z
  .strictObject({
    untilMs: atMs.meta({ description: "End of the last slot of counts that was looked at, epoch ms" }),
    isComplete: z.boolean().meta({ description: "false: stored weeks are still being gone through" }),
    health: z.array(DetectorHealthSchema).meta({ description: "After the last slot" }),
    counts: z.array(DetectorCountSchema).meta({ description: "Of the last slot, made whole" }),
    forecast: z.array(DetectorCountSchema).meta({ description: "Of the next 30 min" }),
  })
  .meta({ id: "DetectorReport", description: "What is known of the detectors of a network" });

export const EvaluationReportSchema = z
  .strictObject({
    evaluate: EvaluationSettingsSchema.nullable(),
    isOn: z.boolean().nullable().meta({ description: "Of the block that is; null: there is none now" }),
    nextSwitchAtMs: atMs.nullable(),
    blocks: z.int(),
    blocksOver: z.int().meta({ description: "That are over and measured" }),
    effect: z
      .strictObject({
        kind: z.enum(["estimated", "notEnough"]),
        verdict: z.enum(["lower", "higher", "noDifferenceSeen"]).optional(),
        difference: z.number().optional().meta({ description: "On − off, s" }),
        interval: z.tuple([z.number(), z.number()]).readonly().optional().meta({ description: "95 %, s" }),
        offMean: z.number().optional().meta({ description: "s" }),
        pairs: z.int(),
        sentence: z.string(),
      })
      .meta({ description: "Of the loop on the seconds for which a vehicle occupies a detector" }),
  })
  .meta({ id: "EvaluationReport", description: "Does the loop help?" });

export type EvaluationReport = Readonly<z.infer<typeof EvaluationReportSchema>>;
export type DetectorReport = {
  readonly [K in keyof z.infer<typeof DetectorReportSchema>]: Readonly<
    z.infer<typeof DetectorReportSchema>[K]
  >;
};
export type Outlook = Readonly<z.infer<typeof OutlookSchema>>;
export type LoopSettings = Readonly<z.infer<typeof LoopSettingsSchema>>;
export type LoopDecision = Readonly<Omit<z.infer<typeof LoopDecisionSchema>, "proposal">> & {
  readonly proposal?: readonly TimingPlan[] | undefined;
};
export type NewOverride = Readonly<z.infer<typeof NewOverrideSchema>>;
export type Override = Readonly<Omit<z.infer<typeof OverrideSchema>, "before">> & {
  readonly before: readonly TimingPlan[];
};

/** What the guard watches: intersections that the loop has changed, and what they ran before. */
export interface Watch {
  readonly planIds: readonly string[];
  readonly before: readonly TimingPlan[];
  /** By intersection, before the change: seconds that a vehicle occupies detectors, and its delay by the model, s. */
  readonly measured: Readonly<Record<string, number>>;
  readonly predicted: Readonly<Record<string, number>>;
  readonly readings: readonly {
    readonly measured: number;
    readonly predicted: number;
    readonly atMs: number;
  }[];
  /** Readings of a plan that is not in step yet say nothing. */
  readonly countsFromMs: number;
}

/** What a loop has to remember over a restart. */
export interface LoopState {
  readonly turn: number;
  readonly planChangesAtMs: readonly number[];
  /** When a plan change is looked for again. */
  readonly nextLookAtMs: number;
  /** Until then cycles stay: the safety gate did not let the last change of one pass. */
  readonly cyclesHeldUntilMs: number;
  /** The plan of the schedule that was begun last, and where it has been. */
  readonly scheduled: {
    readonly planId: string;
    readonly intersectionIds: readonly string[];
    readonly sinceMs: number;
  };
  readonly watches: readonly Watch[];
  readonly coolDowns: readonly { readonly intersectionIds: readonly string[]; readonly untilMs: number }[];
}

export const NEW_LOOP: LoopState = {
  turn: 0,
  planChangesAtMs: [],
  nextLookAtMs: 0,
  cyclesHeldUntilMs: 0,
  scheduled: { planId: "", intersectionIds: [], sinceMs: 0 },
  watches: [],
  coolDowns: [],
};

/** Who publishes for the loop. */
export const LOOP_ACTOR = "loop";
