/**
 * The link between a controller and the centre: JSON-RPC 2.0 in WebSocket text frames, sub-protocol `greenwave.v1`,
 * frames of at most 256 KiB, one controller per socket. The controller opens the socket at `/ws/controllers/{id}`
 * with `Authorization: Bearer <its token>`. Each side numbers its own requests; every request is answered, with a
 * result or an error. There are no notifications and no batches. Unknown keys are refused on both sides.
 *
 * Controller → centre
 *   register  first request of every session. The answer sets the session's epoch and mode. In mode "monitor" (the
 *             centre's configuration of this intersection has another hash) no plan is ever sent.
 *   events    whenever something happened, at once for planActive, fallback and fault, else batched (≤ 1 s). `seq`
 *             numbers the batches of one boot (`bootId`) in the order of sending, from 1 and without gaps. A batch is
 *             kept until its answer names its seq or a later one. After an error answer (wait a second) and after a
 *             reconnect (from lastSeq + 1 of the register answer) all that are kept are sent again, in order. At most
 *             8 batches wait unanswered. Items that could not be sent when they happened carry `late: true`.
 * Centre → controller
 *   alive         every heartbeatMs. The controller answers at once with its clock on receipt and on sending (NTP's
 *                 t2, t3); the centre estimates the clock offset and says so in the next alive. A controller that has
 *                 heard nothing for 3 × heartbeatMs (15 s) closes the socket and connects again.
 *   plan.prepare  phase one: verify signature, hash, revision and clock, validate by the controller's own rules,
 *                 predict the transition, keep the plan. Nothing changes on the street. Refused with an error that
 *                 lists every finding. Preparing the same txId again gives the same answer.
 *   plan.commit   phase two: the plan will run from activateAtMs (already past: from the next cycle boundary), by the
 *                 controller's own transition. Same answer each time. `unknownTransaction` if nothing is prepared
 *                 under txId (the controller restarted): the centre then prepares and commits again.
 *   plan.abort    forget what was prepared. Same answer for an unknown txId; `conflict` once committed.
 *   plan.renew    the lease of the running plan, by its hash, now ends at validUntilMs. Without renewal the controller
 *                 goes to its fallback plan at a cycle boundary by its own transition.
 *   plan.release  go to the fallback plan now, in the same way: the centre gives control back.
 * Between prepare and a decision the controller goes on with the plan that it runs, however long that lasts.
 *
 * Signature: every plan.* request carries an Ed25519 signature by the centre's key over the canonical JSON of
 * {controllerId, method, params without signature} (signing.ts). The epoch inside fences off requests of earlier
 * sessions. Hash: SHA-256 of the canonical JSON of {timingPlan, timeZero, timeZone, fallback}.
 * Instants are integer epoch milliseconds, durations on a cycle are seconds in tenths.
 */
import { z } from "zod";
import { CountSchema } from "../demand/count.schema.ts";
import { IntersectionIdSchema, PhaseNumberSchema, TimeZeroSchema } from "../network/network.schema.ts";
import { FindingSchema } from "../timing/finding.schema.ts";
import { CoordinationPlanSchema, TimingPlanSchema } from "../timing/plan.schema.ts";
import { ERROR_CODES, type ErrorReason } from "./protocol-codes.ts";

const atMs = z.int().min(0).meta({ description: "Epoch ms" });
const text = z.string().min(1).max(200);
const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")
  .meta({ description: "SHA-256, lower-case hexadecimal" });
const seq = z.int().min(0);
const txId = z.string().min(1).max(64).meta({ description: "Identity of the corridor's plan transaction" });
const epoch = z.int().min(1).meta({ description: "Of the session, from the answer to register" });
const signature = z
  .string()
  .regex(/^[A-Za-z0-9+/]{86}==$/, "64 bytes in base64")
  .meta({ description: "Ed25519, base64" });
const requestId = z.int().min(1).meta({ description: "Counted by the side that asks" });

export const TransitionMethodSchema = z
  .enum(["dwell", "addOnly", "shortWay"])
  .meta({ description: "Wait in the coordinated phase; lengthen cycles only; lengthen or shorten" });

export const CapabilitiesSchema = z
  .strictObject({
    cycleMinS: z.number().min(1).max(300),
    cycleMaxS: z.number().min(1).max(300),
    resolutionS: z.union([z.literal(1), z.literal(0.1)]),
    transitionMethods: z.array(TransitionMethodSchema).min(1).max(3),
  })
  .meta({ id: "Capabilities", description: "What the controller can do" });

export const RegisterParamsSchema = z
  .strictObject({
    id: IntersectionIdSchema,
    model: text,
    version: text.meta({ description: "Of the controller's program" }),
    bootId: z.string().min(1).max(64).meta({ description: "Drawn anew at every start of the controller" }),
    capabilities: CapabilitiesSchema,
    configHash: sha256Hex.meta({
      description: "Of the intersection's configuration that the controller holds (config-hash.ts)",
    }),
    runningPlanHash: sha256Hex.nullable().meta({ description: "null: it runs its own fallback plan" }),
    runningRevision: z.int().min(0).meta({ description: "Highest revision that it has ever run; 0: none" }),
    pendingTxId: txId
      .nullable()
      .meta({ description: "Prepared, or committed and not yet active; null: none" }),
    clockMs: atMs.meta({ description: "The controller's clock on sending, epoch ms" }),
  })
  .meta({ id: "RegisterParams" });

export const RegisterResultSchema = z
  .strictObject({
    sessionId: text,
    epoch,
    heartbeatMs: z
      .int()
      .min(100)
      .max(60_000)
      .meta({ description: "Time between two alives, 5000 by default" }),
    serverTimeMs: atMs,
    lastSeq: seq.meta({ description: "Last batch of this bootId that the centre holds; 0: none" }),
    mode: z.enum(["control", "monitor"]),
  })
  .meta({ id: "RegisterResult" });

const late = z.literal(true).optional().meta({ description: "Could not be sent when it happened" });

export const EventItemSchema = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("intervalChange"),
      atMs,
      phase: PhaseNumberSchema,
      interval: z.enum(["green", "flashingGreen", "yellow", "redClearance", "red"]),
      late,
    }),
    z.strictObject({
      type: z.literal("crossingChange"),
      atMs,
      crossingId: text,
      interval: z.enum(["walk", "clearance", "dontWalk"]),
      late,
    }),
    z
      .strictObject({
        type: z.literal("detectorChange"),
        atMs,
        detectorId: text,
        isOccupied: z.boolean(),
        late,
      })
      .meta({ description: "An edge of a detector, for measures that need its instant" }),
    z.strictObject({ type: z.literal("buttonPress"), atMs, crossingId: text, late }),
    z
      .strictObject({
        type: z.literal("termination"),
        atMs,
        phase: PhaseNumberSchema,
        reason: z.enum(["gapOut", "maxOut", "forceOff", "skip"]).meta({
          description:
            "Nobody came for the passage time; the maximum green; the force-off of the coordinated cycle; the phase's turn passed without a call",
        }),
        late,
      })
      .meta({ description: "How a phase of an actuated plan ended: the end of its steady green is decided" }),
    CountSchema.extend({ type: z.literal("count"), late }),
    z
      .strictObject({ type: z.literal("planActive"), atMs, txId, hash: sha256Hex, late })
      .meta({ description: "The plan runs; its transition begins" }),
    z
      .strictObject({ type: z.literal("planInStep"), atMs, txId, hash: sha256Hex, late })
      .meta({ description: "The transition is over; the offset is kept" }),
    z.strictObject({
      type: z.literal("fallback"),
      atMs,
      reason: z.enum(["linkLost", "leaseExpired", "released", "local", "fault"]),
      fallback: text.meta({ description: "Name of the plan that it now runs" }),
      late,
    }),
    z.strictObject({
      type: z.literal("fault"),
      atMs,
      fault: z.enum(["greenConflict", "minimumViolated", "clockStep", "detector", "other"]),
      detail: z.string().max(500),
      late,
    }),
  ])
  .meta({ id: "EventItem", description: "Something that happened at the intersection" });

export const EventsParamsSchema = z
  .strictObject({ seq: seq.min(1), items: z.array(EventItemSchema).min(1).max(1000) })
  .meta({ id: "EventsParams" });
export const EventsResultSchema = z
  .strictObject({ ackSeq: seq.meta({ description: "This batch and all before it are held" }) })
  .meta({ id: "EventsResult" });

export const AliveParamsSchema = z
  .strictObject({
    serverTimeMs: atMs.meta({ description: "The centre's clock on sending (t1), epoch ms" }),
    clockOffsetMs: z
      .number()
      .nullable()
      .meta({ description: "Controller clock − centre clock as last estimated, ms; null: not yet known" }),
  })
  .meta({ id: "AliveParams" });
export const AliveResultSchema = z
  .strictObject({
    receivedAtMs: atMs.meta({ description: "The controller's clock on receipt (t2), epoch ms" }),
    sentAtMs: atMs.meta({ description: "The controller's clock on sending (t3), epoch ms" }),
  })
  .meta({ id: "AliveResult" });

export const TransitionSchema = z
  .strictObject({
    method: TransitionMethodSchema,
    maxChangeRatio: z
      .number()
      .min(0)
      .max(0.5)
      .meta({ description: "Largest change of a cycle, 0…0.5 of it" }),
    maxCycles: z.int().min(1).max(20),
  })
  .meta({ id: "Transition", description: "How the controller may get to the new plan (rule 24)" });

const signed = { epoch, signature };

export const PreparePlanParamsSchema = z
  .strictObject({
    txId,
    planId: CoordinationPlanSchema.shape.id,
    revision: CoordinationPlanSchema.shape.revision,
    hash: sha256Hex,
    timingPlan: TimingPlanSchema,
    timeZero: TimeZeroSchema,
    timeZone: z.string().min(1).max(64).meta({ description: "IANA, for a local daily time zero" }),
    activateAtMs: atMs.meta({ description: "The new plan runs from here, epoch ms; past: at once" }),
    validUntilMs: CoordinationPlanSchema.shape.validUntilMs,
    fallback: CoordinationPlanSchema.shape.fallback,
    transition: TransitionSchema,
    ...signed,
  })
  .meta({ id: "PreparePlanParams" });

export const PreparePlanResultSchema = z
  .strictObject({
    txId,
    hash: sha256Hex.meta({ description: "Of the content as the controller has understood it" }),
    findings: z
      .array(FindingSchema)
      .max(200)
      .meta({ description: "Of the controller's own rules; none of them BLOCK" }),
    predictedTransition: z.strictObject({
      cycles: z.int().min(0).max(100).meta({ description: "Changed cycles until in step" }),
      inStepAtMs: atMs,
    }),
  })
  .meta({ id: "PreparePlanResult" });

export const CommitPlanParamsSchema = z.strictObject({ txId, ...signed }).meta({ id: "CommitPlanParams" });
export const CommitPlanResultSchema = z
  .strictObject({ txId, hash: sha256Hex })
  .meta({ id: "CommitPlanResult" });
export const AbortPlanParamsSchema = z.strictObject({ txId, ...signed }).meta({ id: "AbortPlanParams" });
export const AbortPlanResultSchema = z.strictObject({ txId }).meta({ id: "AbortPlanResult" });
export const RenewPlanParamsSchema = z
  .strictObject({ hash: sha256Hex, validUntilMs: atMs, ...signed })
  .meta({ id: "RenewPlanParams" });
export const RenewPlanResultSchema = z
  .strictObject({ hash: sha256Hex, validUntilMs: atMs })
  .meta({ id: "RenewPlanResult" });
export const ReleasePlanParamsSchema = z.strictObject(signed).meta({ id: "ReleasePlanParams" });
export const ReleasePlanResultSchema = z
  .strictObject({ fallbackAtMs: atMs.meta({ description: "The fallback plan runs from here, epoch ms" }) })
  .meta({ id: "ReleasePlanResult" });

const request = <M extends string, P extends z.ZodType>(method: M, params: P) =>
  z.strictObject({ jsonrpc: z.literal("2.0"), id: requestId, method: z.literal(method), params });

export const ControllerRequestSchema = z
  .discriminatedUnion("method", [
    request("register", RegisterParamsSchema),
    request("events", EventsParamsSchema),
  ])
  .meta({ id: "ControllerRequest", description: "Controller → centre" });

export const CentreRequestSchema = z
  .discriminatedUnion("method", [
    request("alive", AliveParamsSchema),
    request("plan.prepare", PreparePlanParamsSchema),
    request("plan.commit", CommitPlanParamsSchema),
    request("plan.abort", AbortPlanParamsSchema),
    request("plan.renew", RenewPlanParamsSchema),
    request("plan.release", ReleasePlanParamsSchema),
  ])
  .meta({ id: "CentreRequest", description: "Centre → controller" });

interface ControllerResults {
  alive: z.infer<typeof AliveResultSchema>;
  "plan.prepare": z.infer<typeof PreparePlanResultSchema>;
  "plan.commit": z.infer<typeof CommitPlanResultSchema>;
  "plan.abort": z.infer<typeof AbortPlanResultSchema>;
  "plan.renew": z.infer<typeof RenewPlanResultSchema>;
  "plan.release": z.infer<typeof ReleasePlanResultSchema>;
}

/** The answers of the controller, by the method that the centre called. */
export const CONTROLLER_RESULTS: { readonly [M in CentreMethod]: z.ZodType<ControllerResults[M]> } = {
  alive: AliveResultSchema,
  "plan.prepare": PreparePlanResultSchema,
  "plan.commit": CommitPlanResultSchema,
  "plan.abort": AbortPlanResultSchema,
  "plan.renew": RenewPlanResultSchema,
  "plan.release": ReleasePlanResultSchema,
};

/** The answers of the centre, by the method that the controller called. */
export const CENTRE_RESULTS = { register: RegisterResultSchema, events: EventsResultSchema } as const;

export const ErrorDataSchema = z
  .strictObject({
    reason: z.enum(Object.keys(ERROR_CODES) as [ErrorReason, ...ErrorReason[]]),
    path: z.string().max(300).optional().meta({ description: "Of the first fault, within params" }),
    limit: z.union([z.number(), z.string().max(200)]).optional(),
    actual: z.union([z.number(), z.string().max(200)]).optional(),
    ruleId: z.int().min(1).max(999).optional(),
    findings: z.array(FindingSchema).max(200).optional().meta({ description: "All of them" }),
  })
  .meta({ id: "ErrorData" });

export const RpcErrorSchema = z
  .strictObject({ code: z.int(), message: z.string().max(1000), data: ErrorDataSchema })
  .meta({ id: "RpcError" });

/** `result` is checked against the schema of the method that was called. */
export const ResponseSchema = z
  .union([
    z.strictObject({ jsonrpc: z.literal("2.0"), id: requestId, result: z.record(z.string(), z.unknown()) }),
    z.strictObject({ jsonrpc: z.literal("2.0"), id: requestId.nullable(), error: RpcErrorSchema }),
  ])
  .meta({ id: "Response", description: "Both ways; id null: the request could not be read" });

export type Capabilities = Readonly<z.infer<typeof CapabilitiesSchema>>;
export type RegisterParams = Readonly<z.infer<typeof RegisterParamsSchema>>;
export type RegisterResult = Readonly<z.infer<typeof RegisterResultSchema>>;
export type EventItem = Readonly<z.infer<typeof EventItemSchema>>;
export type EventsParams = Readonly<z.infer<typeof EventsParamsSchema>>;
export type Transition = Readonly<z.infer<typeof TransitionSchema>>;
export type PreparePlanParams = Readonly<z.infer<typeof PreparePlanParamsSchema>>;
export type PreparePlanResult = Readonly<z.infer<typeof PreparePlanResultSchema>>;
export type ControllerRequest = z.infer<typeof ControllerRequestSchema>;
export type CentreRequest = z.infer<typeof CentreRequestSchema>;
export type CentreMethod = CentreRequest["method"];
export type CentreParams<M extends CentreMethod> = Extract<CentreRequest, { method: M }>["params"];
export type ControllerResult<M extends CentreMethod> = ControllerResults[M];
export type RpcError = Readonly<z.infer<typeof RpcErrorSchema>>;
export type ErrorData = Readonly<z.infer<typeof ErrorDataSchema>>;
export type Response = z.infer<typeof ResponseSchema>;
