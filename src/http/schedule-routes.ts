/** The schedule of a network: which plan runs when, and why; and the changes to come. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { NetworkRegistry } from "../control/network-registry.ts";
import { type ScheduleRecord, ScheduleRecordSchema } from "../control/records.schema.ts";
import type { Store } from "../control/store.ts";
import { AppError } from "../errors.ts";
import { checkSchedule } from "../schedule/check-schedule.ts";
import { findDueEntry, listChanges } from "../schedule/due-entry.ts";
import {
  type Schedule,
  ScheduleChangeSchema,
  ScheduleFindingSchema,
  ScheduleSchema,
} from "../schedule/schedule.schema.ts";
import { toCanonicalJson } from "../timing/canonical-json.ts";
import { type Api, NetworkParamsSchema, PROBLEMS, principalOf } from "./api.ts";

const MS_PER_DAY = 86_400_000;
const LONGEST_WINDOW_DAYS = 31;

/** The same schemas, for values that nobody may change. */
const RecordAnswerSchema: z.ZodType<ScheduleRecord> = ScheduleRecordSchema;
const ScheduleBodySchema: z.ZodType<Schedule> = ScheduleSchema;

const atMs = z.coerce.number().int().min(0).max(4_102_444_800_000);
const tags = ["schedule"];

export interface ScheduleRouteDeps {
  readonly networks: NetworkRegistry;
  readonly store: Store;
  readonly nowMs: () => number;
}

export function registerScheduleRoutes(api: Api, deps: ScheduleRouteDeps): void {
  registerSchedule(api, deps);
  registerChanges(api, deps);
}

function registerSchedule(api: Api, { networks, store, nowMs }: ScheduleRouteDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/schedule",
    config: { access: "anyRole" },
    schema: {
      summary: "Get the schedule that rules",
      tags,
      params: NetworkParamsSchema,
      response: { 200: RecordAnswerSchema, ...PROBLEMS },
    },
    handler: ({ params }) => getSchedule(store, params.networkId),
  });
  api.route({
    method: "PUT",
    url: "/networks/:networkId/schedule",
    config: { access: ["engineer"] },
    schema: {
      summary: "Set the schedule; its plans must be there, conflicts and gaps are answered as findings",
      tags,
      params: NetworkParamsSchema,
      body: ScheduleBodySchema,
      response: {
        200: z.strictObject({ record: RecordAnswerSchema, findings: z.array(ScheduleFindingSchema) }),
        ...PROBLEMS,
      },
    },
    handler: async (request) => {
      const { networkId } = request.params;
      const { network } = networks.get(networkId);
      const schedule = request.body;
      const planIds = await listKnownPlans(store, networkId, schedule);
      const findings = checkSchedule({ schedule, network, planIds });
      const faults = findings
        .filter((it) => it.severity === "BLOCK")
        .map(({ path, sentence }) => ({ path, message: sentence }));
      if (faults.length > 0) throw new AppError("invalidInput", "the schedule cannot be used", { faults });
      const hash = createHash("sha256").update(toCanonicalJson(schedule)).digest("hex");
      const record = await store.putSchedule({
        schedule,
        hash,
        audit: {
          atMs: nowMs(),
          actorId: principalOf(request).id,
          action: "schedule.put",
          subject: `schedule/${networkId}`,
          beforeHash: null,
          afterHash: hash,
        },
      });
      return { record, findings };
    },
  });
}

function registerChanges(api: Api, { store, nowMs }: ScheduleRouteDeps): void {
  api.route({
    method: "GET",
    url: "/networks/:networkId/schedule/changes",
    config: { access: "anyRole" },
    schema: {
      summary: "What runs by the schedule at the begin of a window, and the changes in it",
      tags,
      params: NetworkParamsSchema,
      querystring: z.strictObject({
        from: atMs.optional().meta({ description: "Epoch ms; default: now" }),
        to: atMs.optional().meta({ description: "Epoch ms; default: 24 h after from" }),
      }),
      response: {
        200: z.strictObject({
          planId: z.string().nullable().meta({ description: "Due at `from`; null: nothing is scheduled" }),
          why: z.string(),
          changes: z.array(ScheduleChangeSchema),
        }),
        ...PROBLEMS,
      },
    },
    handler: async ({ params, query }) => {
      const fromMs = query.from ?? nowMs();
      const toMs = query.to ?? fromMs + MS_PER_DAY;
      if (toMs < fromMs || toMs - fromMs > LONGEST_WINDOW_DAYS * MS_PER_DAY) {
        const message = `wanted from ≤ to and at most ${LONGEST_WINDOW_DAYS} days between them`;
        throw new AppError("invalidInput", message, { faults: [{ path: "to", message }] });
      }
      const { schedule } = await getSchedule(store, params.networkId);
      const due = findDueEntry(schedule, fromMs);
      const planId = due.kind === "due" ? due.planId : null;
      return { planId, why: due.why, changes: listChanges(schedule, fromMs, toMs) };
    },
  });
}

async function getSchedule(store: Store, networkId: string): Promise<ScheduleRecord> {
  const record = await store.findSchedule({ networkId });
  if (record === undefined) throw new AppError("notFound", `network ${networkId} has no schedule`);
  return record;
}

async function listKnownPlans(store: Store, networkId: string, schedule: Schedule): Promise<Set<string>> {
  const named = new Set(schedule.dayTypes.flatMap((it) => it.entries.map(({ planId }) => planId)));
  const found = await Promise.all([...named].map((planId) => store.findPlan({ networkId, planId })));
  return new Set(found.flatMap((it) => (it === undefined ? [] : [it.plan.id])));
}
