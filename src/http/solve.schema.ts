/** A what-if solve over HTTP: what is asked and what is answered. */
import { z } from "zod";
import { MovementFlowSchema } from "../demand/demand.schema.ts";
import type { RouteAnswer } from "../solver/route/route-request.ts";
import { TimingPlanSchema } from "../timing/plan.schema.ts";

const id = z.string().min(1).max(64);
const cycleS = z.int().min(20).max(300);
const perDirection = z.strictObject({ outbound: z.number().min(0), inbound: z.number().min(0) });

const BandSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("atLeastRunning") }),
    z.strictObject({ kind: z.literal("equal") }),
    z.strictObject({ kind: z.literal("ratio"), inboundPerOutbound: z.number().positive().max(100) }),
    z.strictObject({ kind: z.literal("weighted"), weights: perDirection, floorsS: perDirection }),
    z.strictObject({ kind: z.literal("sum") }),
    z.strictObject({ kind: z.literal("outboundOnly") }),
  ])
  .meta({
    id: "BandWanted",
    description:
      "equal: what is left beyond the common band goes to the busier direction. atLeastRunning: no direction's band smaller than today's. A direction may be left without a band only by sum, floors of 0 and outboundOnly, and by atLeastRunning where it has none today",
  });

const flows = z.array(MovementFlowSchema).max(200_000);

/** What every question has in common. */
const QuestionSchema = z.strictObject({
  cycle: z
    .union([z.literal("keep"), z.strictObject({ minS: cycleS, maxS: cycleS, stepS: z.int().min(1).max(60) })])
    .meta({ description: "Cycle lengths to try, s; keep: today's" }),
  splits: z
    .union([
      z.literal("keep"),
      z.strictObject({
        targetDegreeOfSaturation: z.number().positive().max(1).default(0.9),
        slack: z.enum(["coordinated", "leastDelay", "equal", "throughput"]),
      }),
    ])
    .meta({ description: "keep: today's" }),
  sequences: z.enum(["keep", "choose"]),
  running: z
    .array(TimingPlanSchema)
    .min(1)
    .max(5000)
    .exactOptional()
    .meta({ description: "What the intersections run today; absent: what is published" }),
});

const RouteQuestionSchema = QuestionSchema.extend({
  routeId: id,
  workLimit: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(100_000)
    .meta({ description: "Most evaluations of the delay model" }),
  groupIds: z
    .array(id)
    .min(1)
    .max(400)
    .exactOptional()
    .meta({ description: "Intersections on one common cycle; absent: all of the route" }),
});

const optionalFlows = flows
  .exactOptional()
  .meta({ description: "Absent: estimated from the counts of the last 900 s" });

export const SolveRequestSchema = RouteQuestionSchema.extend({
  band: BandSchema,
  aim: z.enum(["delay", "band"]),
  flows: optionalFlows,
}).meta({ id: "SolveRequest" });

export const FrontRequestSchema = RouteQuestionSchema.extend({
  points: z.int().min(2).max(50).default(10).meta({ description: "How many plans" }),
  floorS: z
    .number()
    .min(0)
    .max(300)
    .exactOptional()
    .meta({ description: "Least band of both directions, s: a protected route's" }),
  flows: optionalFlows,
}).meta({ id: "FrontRequest" });

export const RobustRequestSchema = RouteQuestionSchema.extend({
  band: BandSchema,
  scenarios: z
    .array(
      z.strictObject({ name: z.string().min(1).max(200), weight: z.number().positive().max(1e6), flows }),
    )
    .min(1)
    .max(100)
    .meta({ description: "Demands that one plan must serve, each with its weight" }),
  risk: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("expected") }),
      z.strictObject({ kind: z.literal("worst") }),
      z.strictObject({ kind: z.literal("tail"), share: z.number().positive().max(1) }),
    ])
    .meta({ description: "What becomes least: the mean, the worst, the mean of the worst share" }),
}).meta({ id: "RobustRequest" });

const floors = z
  .array(z.strictObject({ routeId: id, floorsS: perDirection }))
  .max(2000)
  .default([])
  .meta({ description: "Bands that protected routes must have, s" });

export const NetworkSolveRequestSchema = QuestionSchema.extend({
  intersectionIds: z
    .array(id)
    .min(1)
    .max(5000)
    .exactOptional()
    .meta({ description: "That get a plan; absent: all that run one today" }),
  floors,
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
  starts: z.int().min(0).max(100).default(1).meta({ description: "Rounds of perturbation and repair" }),
  workLimit: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(20_000_000)
    .meta({ description: "Most lane groups served by the delay model" }),
  flows: optionalFlows,
}).meta({ id: "NetworkSolveRequest" });

export const PlanBandsRequestSchema = z
  .strictObject({
    wish: z.discriminatedUnion("kind", [
      z
        .strictObject({
          kind: z.literal("links"),
          routeId: id,
          halves: z.enum(["equal", "free"]).default("free"),
          weightPower: z.number().min(0).max(10).default(1),
        })
        .meta({ description: "A band per link, weighted by (flow ÷ saturation flow)^weightPower" }),
      z
        .strictObject({
          kind: z.literal("streams"),
          routeId: id,
          leastBandS: z.number().min(0).max(120).default(4),
          leastDemandVph: z.number().min(0).max(10_000).default(50),
        })
        .meta({ description: "A band per stream that enters or leaves the route; may give up a direction" }),
      z
        .strictObject({
          kind: z.literal("routes"),
          routeIds: z.array(id).min(1).max(2000).exactOptional(),
          floors,
        })
        .meta({ description: "Bands of several routes that share signals or cross" }),
    ]),
    sequences: z.enum(["keep", "choose"]),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31)
      .default(1),
    workLimit: z.int().min(1).max(100_000_000).exactOptional().meta({ description: "Scans of the search" }),
    flows: optionalFlows,
    running: QuestionSchema.shape.running,
  })
  .meta({ id: "PlanBandsRequest", description: "New offsets for a plan whose cycle and splits stay" });

export const ExplainRequestSchema = z
  .strictObject({
    routeId: id.exactOptional().meta({ description: "Whose bands are explained" }),
    targetDegreeOfSaturation: z.number().positive().max(1).default(0.9),
    flows: optionalFlows,
    running: QuestionSchema.shape.running,
  })
  .meta({ id: "ExplainRequest" });

export type SolveRequest = z.infer<typeof SolveRequestSchema>;

const MovementMeasuresSchema = z
  .looseObject({
    intersectionId: z.string(),
    movementId: z.string(),
    flowVph: z.number(),
    capacityVph: z.number(),
    degreeOfSaturation: z.number(),
    delayS: z.number().meta({ description: "Control delay, s per vehicle" }),
    stopRatio: z.number(),
    queueVeh: z.number().meta({ description: "Largest queue of the average cycle" }),
    storageVeh: z.number().meta({ description: "What fits in the lanes where it queues" }),
    isSpilling: z.boolean().meta({ description: "The largest queue of those lanes does not fit" }),
  })
  .readonly();

const DirectionMeasuresSchema = z
  .looseObject({
    direction: z.enum(["outbound", "inbound"]),
    bandwidthS: z.number(),
    bandEfficiency: z.number(),
    bandAttainability: z.number(),
    travelTimeS: z.number(),
    speedMps: z.number(),
    delayS: z.number(),
    stopsPerTrip: z.number(),
  })
  .readonly();

/** Loose: the evaluator may say more than is documented here. */
const PlanMeasuresSchema = z
  .looseObject({
    totalDelayVehHPerH: z.number(),
    totalStopsVph: z.number(),
    meanDelayS: z.number(),
    meanStopRatio: z.number(),
    largestDegreeOfSaturation: z.number(),
    spillingLaneGroups: z.number().meta({ description: "Lane groups whose largest queue does not fit" }),
    movements: z.array(MovementMeasuresSchema).readonly(),
    routes: z
      .array(
        z
          .looseObject({ routeId: z.string(), directions: z.array(DirectionMeasuresSchema).readonly() })
          .readonly(),
      )
      .readonly(),
  })
  .meta({ id: "PlanMeasures", description: "What a plan does to vehicles" });

const CycleTrialSchema = z.looseObject({
  cycleS: z.number(),
  outcome: z.enum(["tried", "infeasible"]),
  reason: z.string().exactOptional(),
  bandwidthS: perDirection.exactOptional(),
  delayVehHPerH: z.number().exactOptional(),
  stopsVph: z.number().exactOptional(),
});

const SpillbackSchema = z
  .strictObject({
    considered: z
      .array(
        z.strictObject({
          name: z.string(),
          delayVehHPerH: z.number(),
          blockedVehHPerH: z.number().meta({ description: "Waits at green for room ahead, veh·h/h" }),
          servedVph: z.number(),
          isChosen: z.boolean(),
        }),
      )
      .readonly(),
    links: z
      .array(
        z.strictObject({
          linkId: z.string(),
          storageVeh: z.number(),
          blockedVehHPerH: z.number(),
          blockedRatio: z.number(),
          outsideVehHPerH: z.number(),
        }),
      )
      .readonly(),
  })
  .meta({ description: "Present where some queue does not fit its link: plans weighed with spill-back" });

const RouteSolvedSchema = z.strictObject({
  kind: z.literal("solved"),
  timingPlans: z.array(TimingPlanSchema),
  cycleS: z.number(),
  bandwidthS: perDirection,
  bandBoundS: z
    .number()
    .meta({ description: "No offsets give the objective more at this cycle and these splits, s" }),
  measures: PlanMeasuresSchema,
  runningMeasures: PlanMeasuresSchema,
  explanation: z.looseObject({
    cycles: z.array(CycleTrialSchema),
    critical: z.strictObject({
      intersectionId: z.string(),
      movementId: z.string(),
      degreeOfSaturation: z.number(),
    }),
    bandLimits: z.array(z.string()),
    notes: z.array(z.string()),
  }),
  spillback: SpillbackSchema.exactOptional(),
  work: z.strictObject({ evaluations: z.int(), isStopped: z.boolean() }),
});

const InfeasibleSchema = z.strictObject({ kind: z.literal("infeasible"), reasons: z.array(z.string()) });

/** The same as the solver's own type, for values that nobody may change. */
export const SolveAnswerSchema: z.ZodType<RouteAnswer> = z
  .discriminatedUnion("kind", [RouteSolvedSchema, InfeasibleSchema])
  .meta({ id: "SolveAnswer", description: "Infeasible is an answer with its reasons" });

const FrontPointSchema = z.strictObject({
  timingPlans: z.array(TimingPlanSchema),
  cycleS: z.number(),
  bandwidthS: perDirection,
  bandRatio: z.number().meta({ description: "Narrower band ÷ cycle" }),
  index: z.number().meta({ description: "Delay plus 10 s for each stop, veh·h/h" }),
  measures: PlanMeasuresSchema,
  givesUp: z.strictObject({
    delayVehHPerH: z.number().meta({ description: "More delay than the plan of least delay" }),
    delayRatio: z.number(),
    bandRatio: z.number().meta({ description: "Narrower than the widest band, as part of the cycle" }),
    payers: z.array(
      z.strictObject({
        intersectionId: z.string(),
        movementId: z.string(),
        extraDelayVehHPerH: z.number(),
      }),
    ),
  }),
  costPerBandS: z.number().exactOptional().meta({ description: "Of a further second of band, veh·h/h" }),
});

export const FrontAnswerSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("solved"),
      points: z.array(FrontPointSchema).meta({ description: "From least delay to widest band" }),
      runningMeasures: PlanMeasuresSchema,
      work: z.strictObject({ evaluations: z.int(), isStopped: z.boolean() }),
    }),
    InfeasibleSchema,
  ])
  .meta({ id: "FrontAnswer", description: "Plans of which none is beaten in both band and delay" });

const RiskFiguresSchema = z.strictObject({ expected: z.number(), worst: z.number(), tail: z.number() });

export const RobustAnswerSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("solved"),
      timingPlans: z.array(TimingPlanSchema),
      cycleS: z.number(),
      bandwidthS: perDirection,
      risk: RiskFiguresSchema,
      runningRisk: RiskFiguresSchema,
      scenarios: z.array(
        z.strictObject({
          name: z.string(),
          measures: PlanMeasuresSchema,
          runningMeasures: PlanMeasuresSchema,
          index: z.number(),
          ownBestIndex: z.number(),
          regret: z.number().meta({ description: "What it costs here not to have known, veh·h/h" }),
        }),
      ),
      candidates: z.array(
        z.strictObject({
          name: z.string(),
          cycleS: z.number(),
          risk: RiskFiguresSchema,
          isChosen: z.boolean(),
        }),
      ),
    }),
    InfeasibleSchema,
  ])
  .meta({ id: "RobustAnswer" });

const SubAreaSchema = z.strictObject({
  intersectionIds: z.array(z.string()),
  cycleS: z.number(),
  halfCycleIds: z.array(z.string()),
  halfCycleGain: z.number().meta({ description: "Index that half cycles save, veh·h/h" }),
  boundaryCost: z.number().meta({
    description: "Index with even arrivals over the boundary less the index with its platoons, veh·h/h",
  }),
  critical: z.strictObject({
    intersectionId: z.string(),
    movementId: z.string(),
    degreeOfSaturation: z.number(),
  }),
  cycles: z.array(z.looseObject({ cycleS: z.number(), outcome: z.enum(["tried", "infeasible"]) })),
});

export const NetworkSolveAnswerSchema = z
  .discriminatedUnion("kind", [
    z.looseObject({
      kind: z.literal("solved"),
      timingPlans: z.array(TimingPlanSchema),
      subAreas: z.array(SubAreaSchema),
      measures: PlanMeasuresSchema,
      runningMeasures: PlanMeasuresSchema,
      notes: z.array(z.string()),
      work: z.looseObject({ isStopped: z.boolean() }),
    }),
    InfeasibleSchema,
  ])
  .meta({ id: "NetworkSolveAnswer" });

export const ExplainAnswerSchema = z
  .strictObject({
    kind: z.literal("explained"),
    cycle: z.looseObject({ cycleS: z.number() }).exactOptional(),
    bandLimits: z.array(z.string()),
    intersections: z.array(z.looseObject({ intersectionId: z.string(), sentences: z.array(z.string()) })),
    sentences: z.array(z.string()),
  })
  .meta({ id: "ExplainAnswer", description: "What holds each split, the cycle and the bands" });

export const PlanBandsAnswerSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("solved"),
      timingPlans: z.array(TimingPlanSchema),
      cycleS: z.number(),
      bands: z.array(
        z.strictObject({
          name: z.string(),
          direction: z.enum(["outbound", "inbound"]),
          bandwidthS: z.number(),
          weight: z.number(),
        }),
      ),
      value: z.number().meta({ description: "Σ weight · bandwidth" }),
      bound: z.number().meta({ description: "No offsets and sequences have more" }),
      gap: z.number(),
      notes: z.array(z.string()),
      measures: PlanMeasuresSchema,
      runningMeasures: PlanMeasuresSchema,
    }),
    InfeasibleSchema,
  ])
  .meta({ id: "PlanBandsAnswer" });
