/**
 * Plans as data. A timing plan is all that one controller runs; a coordination plan is the timing plans of a
 * corridor, published together. Only `validatePlan` turns one into a `ValidatedPlan` (timing/validate-plan.ts).
 */
import { z } from "zod";
import {
  IntersectionIdSchema,
  OffsetReferenceSchema,
  PhaseNumberSchema,
  PhaseSchema,
} from "../network/network.schema.ts";

export const PLAN_VERSION = 1;

const seconds = z
  .number()
  .min(0)
  .max(600)
  .refine((valueS) => Math.abs(valueS * 10 - Math.round(valueS * 10)) < 1e-9, "a whole number of 0.1 s");

export const ActuationSchema = z
  .strictObject({
    mode: z.enum(["coordinated", "free"]).meta({
      description:
        "Coordinated: splits are maximums on the common cycle. Free: by calls alone, up to max greens",
    }),
    forceOff: z.enum(["fixed", "floating"]).meta({
      description:
        "Where phases that are not coordinated end at the latest. Fixed: at their point of the cycle, so time that an earlier phase leaves goes to them. Floating: after their split, so it goes to the coordinated phases",
    }),
    phases: z
      .array(
        z.strictObject({
          phase: PhaseNumberSchema,
          passageS: PhaseSchema.shape.passageS.unwrap().meta({
            description: "A vehicle keeps the green this long after it has left a detector, s",
          }),
          recall: PhaseSchema.shape.recall.unwrap(),
          maxGreenS: PhaseSchema.shape.maxGreenS.meta({
            description:
              "When free, counted from the first call elsewhere; absent: the green of the split, s",
          }),
        }),
      )
      .min(1)
      .max(32),
  })
  .meta({ id: "Actuation", description: "How the controller answers its detectors; absent: fixed time" });

export const TimingPlanSchema = z
  .strictObject({
    intersectionId: IntersectionIdSchema,
    cycleS: seconds.min(10).meta({ description: "Cycle length, s" }),
    sequenceId: z.string().min(1).max(64).meta({ description: "One of the intersection's sequences" }),
    splits: z
      .array(
        z.strictObject({
          phase: PhaseNumberSchema,
          splitS: seconds.meta({ description: "Green + yellow + red clearance, s" }),
        }),
      )
      .min(1)
      .max(32),
    offsetS: seconds.meta({ description: "From cycle zero to the reference point, in [0, cycle), s" }),
    offsetReference: OffsetReferenceSchema,
    actuation: ActuationSchema.optional(),
  })
  .meta({ id: "TimingPlan", description: "What one controller runs" });

export const CoordinationPlanSchema = z
  .strictObject({
    version: z.literal(PLAN_VERSION),
    id: z.string().min(1).max(64),
    networkId: z.string().min(1).max(64),
    revision: z.int().min(1).meta({ description: "Grows with every plan published for the network" }),
    name: z.string().min(1).max(200),
    timingPlans: z.array(TimingPlanSchema).min(1).max(5000),
    validUntilMs: z
      .int()
      .positive()
      .meta({ description: "Lease: without renewal the controller goes to its fallback then; epoch ms" }),
    fallback: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: "Name of the controller's own plan to fall back to" }),
  })
  .meta({ id: "CoordinationPlan", description: "The timing plans of a corridor, published together" });

export type Actuation = Readonly<z.infer<typeof ActuationSchema>>;
export type TimingPlan = Readonly<Omit<z.infer<typeof TimingPlanSchema>, "splits" | "offsetReference">> & {
  readonly splits: readonly { readonly phase: number; readonly splitS: number }[];
  readonly offsetReference: Readonly<z.infer<typeof OffsetReferenceSchema>>;
};
export type CoordinationPlan = Readonly<Omit<z.infer<typeof CoordinationPlanSchema>, "timingPlans">> & {
  readonly timingPlans: readonly TimingPlan[];
};
