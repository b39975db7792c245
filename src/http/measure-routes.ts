/** What the controllers' events say of their signals, and the hot spots of a network with owner and plan. */
import { z } from "zod";
import { HotSpotIdSchema, type HotSpotNote, HotSpotNoteSchema } from "../control/hot-spot-note.schema.ts";
import type { NetworkMeasures } from "../control/network-measures.ts";
import type { NetworkRegistry } from "../control/network-registry.ts";
import type { Store } from "../control/store.ts";
import { AppError } from "../errors.ts";
import { type Api, NetworkParamsSchema, PROBLEMS, principalOf } from "./api.ts";
import { DEFAULT_WINDOW_MS } from "./flow-routes.ts";
import {
  DiagramPointSchema,
  HotSpotSchema,
  NOTE_STATE_DESCRIPTION,
  RouteTripsSchema,
  SignalMeasuresSchema,
} from "./measures.schema.ts";

const atMs = z.coerce.number().int().min(0);
const WindowSchema = z.strictObject({
  fromMs: atMs.optional().meta({ description: "Epoch ms; default: 900 s before toMs" }),
  toMs: atMs.optional().meta({ description: "Epoch ms; default: now. At most 24 h after fromMs" }),
});
const SignalParamsSchema = NetworkParamsSchema.extend({ intersectionId: z.string().min(1).max(64) });
const HotSpotParamsSchema = NetworkParamsSchema.extend({
  intersectionId: z.string().min(1).max(64),
  phase: z.coerce.number().int().min(1).max(32),
  concern: z.enum(["capacity", "spillback", "lateArrivals", "pedestrianWait"]),
});
const NoteAnswerSchema: z.ZodType<HotSpotNote> = HotSpotNoteSchema;
const windowAnswer = { fromMs: z.int(), toMs: z.int() };
const tags = ["measures"];

export interface MeasureRouteDeps {
  readonly measures: NetworkMeasures;
  readonly networks: NetworkRegistry;
  readonly store: Store;
  readonly nowMs: () => number;
}

export function registerMeasureRoutes(api: Api, deps: MeasureRouteDeps): void {
  registerSignalMeasures(api, deps);
  registerTravelTimes(api, deps);
  registerHotSpots(api, deps);
}

function toWindow({ fromMs, toMs }: z.infer<typeof WindowSchema>, nowMs: () => number) {
  const end = toMs ?? nowMs();
  return { fromMs: fromMs ?? Math.max(0, end - DEFAULT_WINDOW_MS), toMs: end };
}

function registerSignalMeasures(api: Api, { measures, nowMs }: MeasureRouteDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/intersections/:intersectionId/measures",
    config: { access: "anyRole" },
    schema: {
      summary: "Measures of a signal from its events, in bins",
      description: "Each measure has one definition: docs/measures.md.",
      tags,
      params: SignalParamsSchema,
      querystring: WindowSchema.extend({
        binMin: z.coerce
          .number()
          .int()
          .min(1)
          .max(1440)
          .default(15)
          .meta({ description: "Length of a bin, min; at most 288 in the window" }),
      }),
      response: { 200: SignalMeasuresSchema.extend(windowAnswer), ...PROBLEMS },
    },
    handler: async ({ params, query: { binMin, ...query } }) => {
      const window = toWindow(query, nowMs);
      return { ...window, ...(await measures.measure({ ...params, window, binMs: binMin * 60_000 })) };
    },
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId/intersections/:intersectionId/diagram",
    config: { access: "anyRole" },
    schema: {
      summary: "Arrivals within their cycles: the data of the Purdue coordination diagram",
      tags,
      params: SignalParamsSchema,
      querystring: WindowSchema,
      response: {
        200: z.strictObject({ ...windowAnswer, points: z.array(DiagramPointSchema) }),
        ...PROBLEMS,
      },
    },
    handler: async ({ params, query }) => {
      const window = toWindow(query, nowMs);
      return { ...window, points: await measures.listDiagram({ ...params, window }) };
    },
  });
}

function registerTravelTimes(api: Api, { measures, nowMs }: MeasureRouteDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/routes/:routeId/travel-times",
    config: { access: "anyRole" },
    schema: {
      summary: "Travel time along a route, of a virtual vehicle a minute",
      description: "Vehicles whose way the events do not cover to its end are left out.",
      tags,
      params: NetworkParamsSchema.extend({ routeId: z.string().min(1).max(64) }),
      querystring: WindowSchema,
      response: { 200: RouteTripsSchema.extend(windowAnswer), ...PROBLEMS },
    },
    handler: async ({ params, query }) => {
      const window = toWindow(query, nowMs);
      return { ...window, ...(await measures.measureRoute({ ...params, window })) };
    },
  });
}

function registerHotSpots(api: Api, { measures, networks, store, nowMs }: MeasureRouteDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/hot-spots",
    config: { access: "anyRole" },
    schema: {
      summary: "Rank the bottlenecks and hot spots of a network, each with its owner and plan",
      tags,
      params: NetworkParamsSchema,
      querystring: WindowSchema,
      response: { 200: z.strictObject({ ...windowAnswer, hotSpots: z.array(HotSpotSchema) }), ...PROBLEMS },
    },
    handler: async ({ params: { networkId }, query }) => {
      const window = toWindow(query, nowMs);
      return { ...window, hotSpots: await measures.listHotSpots(networkId, window) };
    },
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId/hot-spot-notes",
    config: { access: "anyRole" },
    schema: {
      summary: "List owners and plans, also of hot spots that are none at the moment",
      tags,
      params: NetworkParamsSchema,
      response: { 200: z.strictObject({ notes: z.array(NoteAnswerSchema) }), ...PROBLEMS },
    },
    handler: async ({ params: { networkId } }) => {
      networks.get(networkId);
      return { notes: await store.listHotSpotNotes({ networkId }) };
    },
  });
  api.route({
    method: "PUT",
    url: "/networks/:networkId/hot-spots/:intersectionId/:phase/:concern",
    config: { access: ["engineer"] },
    schema: {
      summary: "Give a hot spot an owner and a plan",
      description: NOTE_STATE_DESCRIPTION,
      tags,
      params: HotSpotParamsSchema,
      body: HotSpotNoteSchema.pick({ owner: true, plan: true, state: true }),
      response: { 200: NoteAnswerSchema, ...PROBLEMS },
    },
    handler: async (request) => {
      const { networkId, intersectionId, phase, concern } = request.params;
      const { intersections } = networks.get(networkId).network;
      const phases = intersections.find((it) => it.id === intersectionId)?.phases ?? [];
      if (!phases.some((it) => it.number === phase)) {
        throw new AppError("notFound", `network ${networkId} has no phase ${phase} at ${intersectionId}`);
      }
      const hotSpotId = HotSpotIdSchema.parse(`${intersectionId}/${phase}/${concern}`);
      const changedBy = principalOf(request).id;
      const note = { ...request.body, hotSpotId, changedBy, changedAtMs: nowMs() };
      await store.putHotSpotNote({
        networkId,
        note,
        audit: {
          atMs: note.changedAtMs,
          actorId: changedBy,
          action: "hotSpot.put",
          subject: `network/${networkId}/hotSpot/${hotSpotId}`,
          beforeHash: null,
          afterHash: null,
        },
      });
      return note;
    },
  });
}
