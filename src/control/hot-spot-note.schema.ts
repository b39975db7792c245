/** What people have to say about a hot spot: whose it is, what is to be done, and how far that is. */
import { z } from "zod";

export const HotSpotIdSchema = z
  .string()
  .regex(/^[^/]{1,64}\/\d{1,3}\/[a-zA-Z]{1,32}$/, "intersection/phase/concern")
  .meta({ description: "intersection/phase/concern, the same at every measurement" });

export const HotSpotNoteSchema = z
  .strictObject({
    hotSpotId: HotSpotIdSchema,
    owner: z.string().min(1).max(100).meta({ description: "Who sees to it" }),
    plan: z.string().min(1).max(2000).meta({ description: "What is to be done" }),
    state: z.enum(["open", "planned", "done", "accepted"]).meta({
      description: "accepted: known, and nothing will be done",
    }),
    changedBy: z.string().min(1).max(64),
    changedAtMs: z.int().min(0).meta({ description: "Epoch ms" }),
  })
  .meta({ id: "HotSpotNote", description: "Owner and plan of a hot spot" });

export type HotSpotNote = Readonly<z.infer<typeof HotSpotNoteSchema>>;
