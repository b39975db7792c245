/** What-if solves over HTTP: what is asked. */
import { z } from "zod";
import { MovementFlowSchema } from "../demand/demand.schema.ts";
import { TimingPlanSchema } from "../timing/plan.schema.ts";

const id = z.string().min(1).max(64);
const cycleS = z.int().min(20).max(300);
const figure = z.number().min(0).max(1e6);
/** A figure for each direction of a route. */
export const PerDirectionSchema = z.strictObject({ outbound: figure, inbound: figure });

const BandSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("atLeastRunning") }),
    z.strictObject({ kind: z.literal("equal") }),
    z.strictObject({ kind: z.literal("ratio"), inboundPerOutbound: z.number().positive().max(100) }),
    z.strictObject({ kind: z.literal("weighted"), weights: PerDirectionSchema, floorsS: PerDirectionSchema }),
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
  .array(z.strictObject({ routeId: id, floorsS: PerDirectionSchema }))
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
          kind: z.literal("steady"),
          routeId: id,
          speedChangeMps: z.number().positive().max(45).default(1),
        })
        .meta({
          description: "One band per direction, its speed changing little from link to link (MAXBAND)",
        }),
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
