/** Measures and hot spots as the service answers them. Shapes of the room measures, with their units. */
import { z } from "zod";
import { HotSpotNoteSchema } from "../control/hot-spot-note.schema.ts";
import type { RouteTrips, SignalMeasures } from "../control/network-measures.ts";
import type { DiagramPoint } from "../measures/arrivals-on-green.ts";
import type { HotSpot } from "../measures/hot-spots.ts";

export const NOTE_STATE_DESCRIPTION =
  "The note stays with the hot spot's identity, whether it is one at the moment or not.";

const bin = { atMs: z.number().meta({ description: "Start of the bin, epoch ms" }) };
const phase = z.int();
const state = z.enum(["green", "yellow", "red"]);
const share = z.number().meta({ description: "0…1" });
const total = z
  .strictObject({
    ...bin,
    number: z.int().meta({ description: "Phase, or place of the detector at its intersection" }),
    count: z.int(),
    sum: z.number().meta({ description: "Of values where events carry one, else the count" }),
  })
  .meta({ id: "BinTotal" });

export const SignalMeasuresSchema = z
  .strictObject({
    actuations: z.array(total).readonly(),
    arrivals: z
      .array(z.strictObject({ ...bin, phase, arrivals: z.int(), onGreen: z.int(), share }))
      .readonly()
      .meta({ description: "Arrivals on green" }),
    delays: z
      .array(z.strictObject({ ...bin, phase, vehicles: z.int(), delayS: z.number() }))
      .readonly()
      .meta({ description: "Delay at the stop line, of all vehicles together, s" }),
    splitFailures: z
      .array(
        z.strictObject({
          ...bin,
          phase,
          cycles: z.int(),
          failures: z.int(),
          greenS: z.number(),
          greenOccupancy: share,
          redOccupancy: share,
        }),
      )
      .readonly(),
    terminations: z.strictObject({
      gapOut: z.array(total).readonly(),
      maxOut: z.array(total).readonly(),
      forceOff: z.array(total).readonly(),
    }),
    phaseWaits: z
      .array(z.strictObject({ ...bin, phase, waits: z.int(), meanS: z.number(), skips: z.int() }))
      .readonly(),
    pedestrians: z
      .array(
        z.strictObject({
          ...bin,
          phase,
          services: z.int(),
          presses: z.int(),
          uniquePresses: z.int(),
          volume: z.number().meta({ description: "Estimated pedestrians" }),
        }),
      )
      .readonly(),
    pedestrianWaits: z.array(total).readonly().meta({ description: "sum: s" }),
    yellowRed: z
      .array(
        z.strictObject({
          ...bin,
          phase,
          state,
          redOffsetS: z.number().meta({ description: "After the start of red, s" }),
          count: z.int(),
        }),
      )
      .readonly(),
    queuesOver: z
      .array(z.strictObject({ ...bin, channel: z.int(), stretches: z.int(), coveredS: z.number(), share }))
      .readonly()
      .meta({ description: "Standing traffic over detectors at the beginning of links: spill-back" }),
  })
  .meta({ id: "SignalMeasures" }) satisfies z.ZodType<SignalMeasures>;

export const DiagramPointSchema = z
  .strictObject({
    phase,
    atMs: z.number().meta({ description: "Epoch ms" }),
    inCycleS: z.number().meta({ description: "After the start of green, s" }),
    state,
    yellowS: z.number().optional(),
    redS: z.number().optional(),
    cycleS: z.number().optional().meta({ description: "To the next start of green; absent: not yet known" }),
  })
  .meta({ id: "DiagramPoint" }) satisfies z.ZodType<DiagramPoint>;

const TripSchema = z
  .strictObject({
    startMs: z.number().meta({ description: "At the beginning of the route's first link, epoch ms" }),
    travelS: z.number().meta({ description: "To the last stop line, s" }),
    delayS: z.number().meta({ description: "Of it, at stop lines, s" }),
    stops: z.int(),
  })
  .meta({ id: "Trip", description: "A virtual vehicle over a route" });

export const RouteTripsSchema = z.strictObject({
  outbound: z.array(TripSchema).readonly(),
  inbound: z.array(TripSchema).readonly().exactOptional(),
}) satisfies z.ZodType<RouteTrips>;

export const HotSpotSchema = z
  .strictObject({
    id: z.string(),
    kind: z.enum(["bottleneck", "blocked", "spillback", "lateArrivals", "pedestrianWait"]),
    intersectionId: z.string(),
    phase,
    lostHoursPerHour: z.number().meta({ description: "Hours that people lose here, per hour" }),
    value: z.number().meta({ description: "What was measured, in the unit of the threshold" }),
    threshold: z.number(),
    note: HotSpotNoteSchema.optional(),
  })
  .meta({
    id: "HotSpot",
    description: "Costliest first; docs/measures.md says what each kind means",
  }) satisfies z.ZodType<HotSpot & { note?: z.infer<typeof HotSpotNoteSchema> | undefined }>;
