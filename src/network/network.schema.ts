/**
 * The network file: streets as a signal engineer configures them, one JSON document per network.
 *
 * Vocabulary: NEMA and GMNS (docs/glossary.md). Units stand at the end of every name: S seconds, M metres,
 * Mps metres per second, Vph vehicles per hour. Ratios are 0…1 without a suffix.
 * Fixed times (yellow, red clearance, pedestrian clearance, intergreen) are configuration: no solver writes them.
 */
import { z } from "zod";

const NETWORK_VERSION = 1;

const idText = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/, "letters, digits and . _ : - only");
const nameText = z.string().min(1).max(200);

/** Seconds in whole tenths, the resolution of fixed times. */
const tenths = (minS: number, maxS: number) =>
  z
    .number()
    .min(minS)
    .max(maxS)
    .refine((valueS) => Math.abs(valueS * 10 - Math.round(valueS * 10)) < 1e-9, "a whole number of 0.1 s");

export const IntersectionIdSchema = idText.meta({
  description: "Identity of an intersection and of its controller",
});
export const PhaseNumberSchema = z
  .int()
  .min(1)
  .max(32)
  .meta({ description: "Phase number (NEMA 1–8 or stage 1…)" });
export const JurisdictionSchema = z.enum(["us-mutcd", "china-gb", "de-rilsa", "simulation"]);

/** The instant that offsets count from. */
export const TimeZeroSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("epoch") }).meta({ description: "1970-01-01T00:00:00Z; never restarts" }),
  z
    .strictObject({
      type: z.literal("localDaily"),
      at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "HH:MM"),
    })
    .meta({ description: "Every day at this local time in the network's time zone" }),
]);

export const LinkSchema = z
  .strictObject({
    id: idText,
    name: nameText.optional(),
    from: IntersectionIdSchema.optional().meta({ description: "Absent: traffic enters the network here" }),
    to: IntersectionIdSchema.optional().meta({ description: "Absent: traffic leaves the network here" }),
    lengthM: z.number().positive().max(50_000).meta({ description: "Stop line to stop line, m" }),
    speedLimitMps: z.number().positive().max(45).meta({ description: "Posted speed, m/s" }),
    runningSpeedMps: z
      .number()
      .positive()
      .max(45)
      .optional()
      .meta({ description: "At which traffic moves between signals, m/s; absent: the posted speed" }),
    lanes: z.int().min(1).max(10),
    platoonDispersion: z
      .strictObject({
        spread: z.number().min(0).max(2).meta({ description: "α" }),
        lagRatio: z.number().min(0.3).max(1.2).meta({ description: "β" }),
      })
      .optional()
      .meta({ description: "Robertson's factors, calibrated; absent: 0.35 and 0.8" }),
    storageVeh: z
      .number()
      .positive()
      .optional()
      .meta({ description: "Queue that fits; default lanes × length ÷ 7.6 m" }),
  })
  .meta({ id: "Link", description: "Directed stretch from one stop line to the next" });

export const ApproachSchema = z
  .strictObject({
    id: idText,
    linkId: idText.meta({ description: "The link whose traffic arrives here" }),
    headingDeg: z
      .number()
      .min(0)
      .lt(360)
      .optional()
      .meta({ description: "Direction of travel, clockwise from north" }),
    gradeRatio: z
      .number()
      .min(-0.3)
      .max(0.3)
      .default(0)
      .meta({ description: "Rise over run, uphill positive" }),
    speed85Mps: z.number().positive().max(45).optional().meta({ description: "85th percentile speed, m/s" }),
    clearanceDistanceM: z
      .number()
      .positive()
      .max(150)
      .optional()
      .meta({ description: "Stop line to the far side of the last conflict (W), m" }),
  })
  .meta({ id: "Approach", description: "The lanes that enter an intersection from one side" });

export const MovementSchema = z
  .strictObject({
    id: idText.meta({ description: "For example NBT, SBL" }),
    approachId: idText,
    toLinkId: idText,
    turn: z.enum(["left", "through", "right", "uTurn"]),
    lanes: z
      .int()
      .min(0)
      .max(8)
      .meta({ description: "Lanes of its own at the stop line; 0: shares another's" }),
    sharesLanesOf: idText
      .optional()
      .meta({ description: "The movement whose lanes it uses; needed when lanes is 0" }),
    saturationFlowVph: z.number().positive().max(12_000).meta({
      description:
        "Protected, of its own lanes together (of the shared lanes when lanes is 0), veh/h of green",
    }),
    permittedSaturationFlowVph: z
      .number()
      .min(0)
      .max(12_000)
      .optional()
      .meta({ description: "While yielding, measured; absent: from opposing flow and critical gap" }),
    startupLostTimeS: z.number().min(0).max(10).default(2),
    storageM: z.number().positive().optional().meta({ description: "Turn bay length, m" }),
    rightTurnOnRed: z
      .boolean()
      .default(false)
      .meta({ description: "Turn on red after stop (curb-side turn)" }),
    flashingYellowArrow: z
      .boolean()
      .default(false)
      .meta({ description: "Permitted display that cannot trap" }),
  })
  .meta({ id: "Movement", description: "Inbound link to outbound link" });

export const CrossingSchema = z
  .strictObject({
    id: idText,
    mode: z.enum(["pedestrian", "bicycle"]).default("pedestrian"),
    approachId: idText.optional().meta({ description: "The approach whose stop line it lies at" }),
    lengthM: z.number().positive().max(80).meta({ description: "Kerb to kerb, or kerb to refuge, m" }),
    walkS: tenths(0, 60).meta({ description: "Steady walk (green), s" }),
    clearanceS: tenths(0, 80).meta({ description: "Flashing (pedestrian clearance), s" }),
    clearanceSpeedMps: z.number().min(0.5).max(6).optional().meta({ description: "Absent: the profile's" }),
    service: z.enum(["recall", "actuated"]).default("recall"),
    stagedWith: idText
      .optional()
      .meta({ description: "The other half of a two-stage crossing over a refuge" }),
  })
  .meta({ id: "Crossing", description: "Pedestrian or bicycle crossing of one leg" });

export const PhaseSchema = z
  .strictObject({
    number: PhaseNumberSchema,
    name: nameText.optional(),
    protectedMovements: z.array(idText).max(24).default([]),
    permittedMovements: z.array(idText).max(24).default([]),
    crossings: z.array(idText).max(12).default([]),
    minGreenS: tenths(1, 60),
    maxGreenS: tenths(1, 240).optional(),
    flashingGreenS: tenths(0, 10)
      .default(0)
      .meta({ description: "Vehicle flashing green, the end of its green, s" }),
    yellowS: tenths(0, 10),
    redClearanceS: tenths(0, 20),
    passageS: tenths(0, 15).optional().meta({ description: "Vehicle extension when actuated, s" }),
    recall: z.enum(["none", "min", "max", "pedestrian"]).default("max"),
  })
  .meta({ id: "Phase", description: "Numbered right of way that serves movements and crossings" });

export const SequenceSchema = z
  .strictObject({
    id: idText.meta({ description: "For example lead-lead" }),
    rings: z
      .array(z.array(z.array(PhaseNumberSchema).min(1).max(16)).min(1).max(4))
      .min(1)
      .max(4)
      .meta({
        description:
          "rings[ring][barrierGroup] = phases in order. All rings cross each barrier together. A stage sequence is one ring with one group",
      }),
  })
  .meta({ id: "Sequence", description: "One order of phases that the controller allows" });

export const OffsetReferenceSchema = z
  .strictObject({
    phase: PhaseNumberSchema,
    point: z.enum(["beginGreen", "beginYellow", "beginRed"]),
  })
  .meta({
    id: "OffsetReference",
    description: "The point of the coordinated phase that an offset refers to",
  });

export const IntersectionSchema = z
  .strictObject({
    id: IntersectionIdSchema,
    name: nameText.optional(),
    xM: z.number().meta({ description: "East of the network's origin, m" }),
    yM: z.number().meta({ description: "North of the network's origin, m" }),
    approaches: z.array(ApproachSchema).min(1).max(12),
    movements: z.array(MovementSchema).min(1).max(64),
    crossings: z.array(CrossingSchema).max(24).default([]),
    phases: z.array(PhaseSchema).min(1).max(32),
    sequences: z
      .array(SequenceSchema)
      .min(1)
      .max(16)
      .meta({ description: "Allowed orders; the first is today's" }),
    coordinatedPhases: z.array(PhaseNumberSchema).min(1).max(4),
    offsetReference: OffsetReferenceSchema,
    conflicts: z
      .array(z.tuple([idText, idText]))
      .max(4000)
      .meta({ description: "Pairs of movements or crossings that never both have protected right of way" }),
    intergreens: z
      .array(z.strictObject({ from: idText, to: idText, intergreenS: tenths(0, 30) }))
      .max(4000)
      .default([])
      .meta({
        description:
          "End of green of `from` to start of green of `to`; absent: yellow + red clearance of `from`",
      }),
    controller: z.strictObject({
      cycleMinS: tenths(20, 300),
      cycleMaxS: tenths(20, 300),
      resolutionS: z.union([z.literal(1), z.literal(0.1)]).default(1),
    }),
  })
  .meta({ id: "Intersection", description: "A signalized place and the controller that runs it" });

export const DetectorSchema = z
  .strictObject({
    id: idText,
    linkId: idText,
    lanes: z.array(z.int().min(1).max(10)).min(1).meta({ description: "Lane numbers from the kerb, 1…" }),
    setbackM: z.number().min(0).meta({ description: "Upstream of the link's stop line, m" }),
    type: z.enum(["stopLine", "advance", "exit"]),
    movementIds: z.array(idText).optional().meta({
      description:
        "What its lanes serve; absent: every movement of its approach (stop line), those whose lanes reach back to it (advance)",
    }),
  })
  .meta({ id: "Detector" });

export const RouteDirectionSchema = z
  .strictObject({
    stops: z
      .array(z.strictObject({ intersectionId: IntersectionIdSchema, movementId: idText }))
      .min(1)
      .max(400)
      .meta({ description: "In order of travel: the movement that the route takes at each intersection" }),
    progressionSpeedMps: z
      .number()
      .positive()
      .max(45)
      .optional()
      .meta({ description: "Absent: each link's limit" }),
    leastProgressionSpeedMps: z.number().positive().max(45).optional().meta({
      description: "The band may be as slow as this on any link; absent: it has the progression speed",
    }),
    queueClearanceS: z.number().min(0).max(60).default(0),
  })
  .meta({ id: "RouteDirection" });

export const RouteSchema = z
  .strictObject({
    id: idText,
    name: nameText.optional(),
    tier: z.enum(["protected", "preferred", "ordinary"]).default("ordinary"),
    outbound: RouteDirectionSchema,
    inbound: RouteDirectionSchema.optional().meta({ description: "Absent: a one-way route" }),
  })
  .meta({ id: "Route", description: "Ordered intersections to be coordinated, one or two directions" });

export const EventLaneSchema = z
  .strictObject({
    id: idText,
    name: nameText.optional(),
    linkIds: z.array(idText).min(1).max(400),
    lane: z.int().min(1).max(10).meta({ description: "Lane number from the kerb, 1…" }),
  })
  .meta({
    id: "EventLane",
    description: "A lane that is exclusive when dedicated and lent to the public otherwise",
  });

export const ProvenanceSchema = z.strictObject({
  kind: z.enum(["published", "imported", "synthetic", "surveyed"]),
  source: z.string().min(1).max(2000),
  assumptions: z.array(z.string().min(1).max(1000)).max(10_000).default([]),
});

export const NetworkSchema = z
  .strictObject({
    version: z.literal(NETWORK_VERSION),
    id: idText,
    name: nameText,
    jurisdiction: JurisdictionSchema,
    drivingSide: z.enum(["right", "left"]),
    timeZone: z.string().min(1).max(64).meta({ description: "IANA time zone, for schedules and local sync" }),
    timeZero: TimeZeroSchema.default({ type: "epoch" }),
    origin: z
      .strictObject({ latitudeDeg: z.number().min(-90).max(90), longitudeDeg: z.number().min(-180).max(180) })
      .optional(),
    provenance: ProvenanceSchema,
    intersections: z.array(IntersectionSchema).min(1).max(5000),
    links: z.array(LinkSchema).min(1).max(60_000),
    detectors: z.array(DetectorSchema).max(200_000).default([]),
    routes: z.array(RouteSchema).max(2000).default([]),
    eventLanes: z.array(EventLaneSchema).max(500).default([]),
  })
  .meta({ id: "Network", title: "greenwave network file" });

type Deep<T> = T extends readonly (infer U)[]
  ? number extends T["length"]
    ? readonly Deep<U>[]
    : { readonly [K in keyof T]: Deep<T[K]> }
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> }
    : T;

export type Network = Deep<z.infer<typeof NetworkSchema>>;
export type Intersection = Deep<z.infer<typeof IntersectionSchema>>;
export type Approach = Deep<z.infer<typeof ApproachSchema>>;
export type Movement = Deep<z.infer<typeof MovementSchema>>;
export type Crossing = Deep<z.infer<typeof CrossingSchema>>;
export type Phase = Deep<z.infer<typeof PhaseSchema>>;
export type Sequence = Deep<z.infer<typeof SequenceSchema>>;
export type OffsetReference = Deep<z.infer<typeof OffsetReferenceSchema>>;
export type Link = Deep<z.infer<typeof LinkSchema>>;
export type Detector = Deep<z.infer<typeof DetectorSchema>>;
export type Route = Deep<z.infer<typeof RouteSchema>>;
export type RouteDirection = Deep<z.infer<typeof RouteDirectionSchema>>;
export type EventLane = Deep<z.infer<typeof EventLaneSchema>>;
export type TimeZero = Deep<z.infer<typeof TimeZeroSchema>>;
export type Jurisdiction = z.infer<typeof JurisdictionSchema>;
