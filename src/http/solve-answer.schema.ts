/** What-if solves over HTTP: what is answered. Loose where the solver may say more than is documented here. */
import { z } from "zod";
import type { RouteAnswer } from "../solver/route/route-request.ts";
import { TimingPlanSchema } from "../timing/plan.schema.ts";
import { PerDirectionSchema } from "./solve-request.schema.ts";

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
  bandwidthS: PerDirectionSchema.exactOptional(),
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
  bandwidthS: PerDirectionSchema,
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
  bandwidthS: PerDirectionSchema,
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
      bandwidthS: PerDirectionSchema,
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
