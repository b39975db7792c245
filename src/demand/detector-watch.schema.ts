/** What the watch over detectors says to other rooms and to people: health, counts made whole, and what comes next. */
import { z } from "zod";

const DetectorIdSchema = z.string().min(1).max(64);
const InstantSchema = z.int().min(0);
const ConfidenceSchema = z
  .number()
  .min(0)
  .max(1)
  .meta({ description: "1: a sound detector's own recent count; below 0.6 nothing adapts" });

export const DetectorFaultSchema = z
  .enum(["stuckOff", "stuckOn", "frozen", "chattering", "implausibleCount", "contradictsNeighbors", "drift"])
  .meta({
    id: "DetectorFault",
    description:
      "stuckOff: no vehicles where many are expected. stuckOn: occupied without vehicles. frozen: the same count again and again. chattering: more than one count per vehicle. implausibleCount: more than lanes can carry. contradictsNeighbors: a level that neither its history nor its neighbors explain. drift: such a level that came slowly.",
  });

export const DetectorHealthSchema = z
  .strictObject({
    detectorId: DetectorIdSchema,
    state: z.enum(["sound", "suspect", "faulty", "silent"]).meta({
      description: "suspect: evidence of a fault, not enough to act; silent: no count in the last slot",
    }),
    fault: DetectorFaultSchema.optional(),
    sinceMs: InstantSchema.optional().meta({ description: "Since when it is faulty or silent, epoch ms" }),
    confidence: ConfidenceSchema,
  })
  .meta({ id: "DetectorHealth", description: "What is known of one detector after its last slot" });

export const CountBasisSchema = z.enum(["measured", "atCapacity", "neighbors", "profile", "lastCount"]).meta({
  id: "CountBasis",
  description:
    "Where a count comes from: the detector; the detector, at capacity under a standing queue, so that demand is at least this; what its neighbors say; the profile of such days; the last count where there is no profile yet",
});

export const DetectorCountSchema = z
  .strictObject({
    detectorId: DetectorIdSchema,
    startAtMs: InstantSchema.meta({ description: "Start of the slot, epoch ms" }),
    durationS: z.number().positive().max(3600),
    countVeh: z.number().min(0).meta({ description: "Vehicles, expected; not whole" }),
    basis: CountBasisSchema,
    confidence: ConfidenceSchema,
  })
  .meta({ id: "DetectorCount", description: "A count made whole, or forecast, of one detector in one slot" });

export type DetectorFault = z.infer<typeof DetectorFaultSchema>;
export type DetectorHealth = Readonly<z.infer<typeof DetectorHealthSchema>>;
export type CountBasis = z.infer<typeof CountBasisSchema>;
export type DetectorCount = Readonly<z.infer<typeof DetectorCountSchema>>;
