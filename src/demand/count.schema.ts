/** Detector counts as they arrive: over HTTP (JSON, CSV), over WebSocket and from controllers. */
import { z } from "zod";

export const CountSchema = z
  .strictObject({
    detectorId: z.string().min(1).max(64),
    startAtMs: z.int().min(0).meta({ description: "Start of the period, epoch ms" }),
    durationS: z.number().positive().max(3600).meta({ description: "Length of the period, s" }),
    countVeh: z.int().min(0).max(10_000).meta({ description: "Vehicles in the period" }),
    occupancy: z.number().min(0).max(1).optional().meta({ description: "Share of time occupied, 0…1" }),
  })
  .meta({ id: "Count", description: "One detector, one period" });

export type Count = Readonly<z.infer<typeof CountSchema>>;
