/**
 * Counts from outside into the store: each record judged by its schema, its detector and what the store already holds,
 * and each answered. An answer comes after the commit, so what it calls accepted survives a crash.
 */
import { z } from "zod";
import { type Count, CountSchema } from "../demand/count.schema.ts";
import { isCount } from "../demand/is-count.ts";
import { AppError, known } from "../errors.ts";
import { toFaults } from "../faults.ts";
import type { Network } from "../network/network.schema.ts";
import { type CountColumns, createColumns, setRow } from "./count-columns.ts";
import { COUNT_ACCEPTED, COUNT_DUPLICATE, type Store } from "./store.ts";

/** Detector clocks may be ahead of ours by this much; a count from later than that is a wrong clock. */
const FUTURE_TOLERANCE_MS = 60_000;

const CountStatusSchema = z.enum(["late", "duplicate", "conflict", "unknownDetector", "invalid"]).meta({
  id: "CountStatus",
  description:
    "late: kept, but older than the window that flows are estimated from. duplicate: the same content was there already. conflict: the key was there with other content, which stays. unknownDetector, invalid: not kept",
});

export const IngestAnswerSchema = z
  .strictObject({
    received: z.int().min(0),
    accepted: z.int().min(0).meta({ description: "Durable now; late ones are not among them" }),
    late: z.int().min(0),
    duplicate: z.int().min(0),
    conflict: z.int().min(0),
    unknownDetector: z.int().min(0),
    invalid: z.int().min(0),
    records: z
      .array(
        z.strictObject({
          index: z.int().min(0).meta({ description: "Position in the batch, from 0" }),
          line: z.int().min(1).optional().meta({ description: "Line of a CSV body, from 1" }),
          status: CountStatusSchema,
          faults: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
        }),
      )
      .meta({ description: "Every record that was not simply accepted, in order" }),
  })
  .meta({ id: "IngestAnswer", description: "What became of each record of a batch" });

export type CountStatus = z.infer<typeof CountStatusSchema>;
export type IngestAnswer = z.infer<typeof IngestAnswerSchema>;

export interface CountIngest {
  /** Takes a batch of untrusted records; rejects with `notFound` for an unknown network. */
  ingest(networkId: string, records: readonly unknown[]): Promise<IngestAnswer>;
  /** Makes a network's detectors known; call it for each stored network at start and whenever one changes. */
  setNetwork(network: Pick<Network, "id" | "detectors">): Promise<void>;
}

export interface CountIngestOptions {
  readonly store: Store;
  readonly nowMs: () => number;
  /** Counts whose period ended longer ago than this are kept but called late. */
  readonly lateAfterS: number;
  /** Told how many records of each status there were. */
  readonly onAnswer?: (answer: IngestAnswer) => void;
}

export function createCountIngest({ store, nowMs, lateAfterS, onAnswer }: CountIngestOptions): CountIngest {
  /** Detector number by identity, per network: of the current version's detectors only. */
  const detectors = new Map<string, ReadonlyMap<string, number>>();

  return {
    async setNetwork({ id, detectors: current }) {
      const numbers = new Map(
        (await store.listDetectors({ networkId: id })).map((it) => [it.detectorId, it.number]),
      );
      detectors.set(
        id,
        new Map(current.map((it) => [it.id, known(numbers.get(it.id), `number of detector ${it.id}`)])),
      );
    },
    async ingest(networkId, records) {
      const numbers = detectors.get(networkId);
      if (numbers === undefined) throw new AppError("notFound", `there is no network ${networkId}`);
      const receivedAtMs = nowMs();
      const batch = judgeBatch(records, numbers, receivedAtMs);
      const statuses =
        batch.kept.length === 0 ? new Uint8Array() : await store.insertCounts(toColumns(batch));
      const answer = buildAnswer(batch, statuses, receivedAtMs - lateAfterS * 1000);
      onAnswer?.(answer);
      return answer;
    },
  };
}

type Answered = IngestAnswer["records"][number];

interface JudgedBatch {
  /** Position in the batch of each record that goes to the store. */
  readonly kept: number[];
  readonly counts: Count[];
  readonly detectorNumbers: number[];
  readonly refused: Answered[];
}

function judgeBatch(
  records: readonly unknown[],
  numbers: ReadonlyMap<string, number>,
  nowMs: number,
): JudgedBatch {
  const batch: JudgedBatch = { kept: [], counts: [], detectorNumbers: [], refused: [] };
  for (const [index, record] of records.entries()) {
    const count = isCount(record) && record.startAtMs <= nowMs + FUTURE_TOLERANCE_MS ? record : undefined;
    const detectorNumber = count && numbers.get(count.detectorId);
    if (count === undefined || detectorNumber === undefined) {
      batch.refused.push({ index, ...explainRefusal(record, nowMs) });
      continue;
    }
    batch.kept.push(index);
    batch.counts.push(count);
    batch.detectorNumbers.push(detectorNumber);
  }
  return batch;
}

/** Why a record is not kept. */
function explainRefusal(record: unknown, nowMs: number): Pick<Answered, "status" | "faults"> {
  const parsed = CountSchema.safeParse(record);
  if (!parsed.success) return { status: "invalid", faults: toFaults(parsed.error.issues) };
  const { startAtMs, detectorId } = parsed.data;
  if (startAtMs > nowMs + FUTURE_TOLERANCE_MS) {
    const message = `starts ${Math.round((startAtMs - nowMs) / 1000)} s ahead of the service's clock`;
    return { status: "invalid", faults: [{ path: "startAtMs", message }] };
  }
  const message = `the network has no detector ${detectorId}`;
  return { status: "unknownDetector", faults: [{ path: "detectorId", message }] };
}

function toColumns({ counts, detectorNumbers }: JudgedBatch): CountColumns {
  const columns = createColumns(counts.length);
  columns.detectorNumbers.set(detectorNumbers);
  for (const [row, count] of counts.entries()) setRow(columns, row, count);
  return columns;
}

function buildAnswer(
  { kept, counts, refused }: JudgedBatch,
  statuses: Uint8Array,
  lateBeforeMs: number,
): IngestAnswer {
  const totals = { accepted: 0, late: 0, duplicate: 0, conflict: 0, unknownDetector: 0, invalid: 0 };
  const records = [...refused];
  for (const { status } of refused) totals[status] += 1;
  for (const [row, count] of counts.entries()) {
    const status = statusOf(count, statuses[row], lateBeforeMs);
    totals[status] += 1;
    if (status !== "accepted") records.push({ index: known(kept[row], "position of a record"), status });
  }
  records.sort((a, b) => a.index - b.index);
  return { received: counts.length + refused.length, ...totals, records };
}

function statusOf(
  count: Count,
  stored: number | undefined,
  lateBeforeMs: number,
): "accepted" | "late" | "duplicate" | "conflict" {
  if (stored === COUNT_ACCEPTED) {
    return count.startAtMs + count.durationS * 1000 < lateBeforeMs ? "late" : "accepted";
  }
  return stored === COUNT_DUPLICATE ? "duplicate" : "conflict";
}
