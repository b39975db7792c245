/**
 * Detector counts over HTTP into the service's database, and whether they are there: after the load the service is killed
 * without warning, and every count that it had acknowledged is looked for in what is left on the disk.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { IngestAnswerSchema } from "../src/control/ingest-counts.ts";
import type { Count } from "../src/demand/count.schema.ts";
import { parseNetwork } from "../src/network/parse-network.ts";
import { openStore } from "../src/store/open-store.ts";
import { startService } from "./child-server.ts";
import type { Part, PartInput } from "./part.ts";
import { describeConnections, type LoadFigures, sendLoad } from "./send-load.ts";
import { describeSpread } from "./summarize.ts";

/** 194 intersections: every detector reports every second. */
const NETWORK_FILE = fileURLToPath(new URL("../../networks/district/network.json", import.meta.url));
const BATCH = 500;
const CONNECTIONS = [1, 8];
const GOAL_PER_S = 100_000;
const PERIOD_S = 1;
/** The first period lies this long ago: within the window of counts that are not late, s. */
const FIRST_AGO_S = 600;

/** The n-th count of the stream: detector by detector, then the next second. */
interface CountStream {
  readonly networkId: string;
  readonly detectorIds: readonly string[];
  readonly firstStartMs: number;
}

export const ingest: Part = async (input) => {
  const stream = openStream();
  const folder = path.join(input.folder, "ingest");
  const server = await startService({ folder, networks: [NETWORK_FILE], workers: 1 });
  const batches = input.isShort ? 40 : 600;
  const loads: (LoadFigures & { countsPerS: number })[] = [];
  const acknowledged: number[] = [];
  let first = 0;
  for (const connections of CONNECTIONS) {
    const figures = await sendLoad({
      address: server.address,
      path: `/api/v1/networks/${stream.networkId}/counts`,
      token: server.tokens["detectorFeed"] ?? "",
      bodies: Array.from({ length: batches }, (_, at) => buildBatch(stream, first + at)),
      connections,
      onAnswer: (at, answer) => {
        if (isWholeBatchKept(answer)) acknowledged.push(first + at);
      },
    });
    first += batches;
    loads.push({ ...figures, countsPerS: Math.round((batches * BATCH) / figures.seconds) });
    report(input, loads.at(-1));
  }
  await server.stop("SIGKILL");
  const missing = await countMissing(stream, { folder, batches: first, acknowledged });
  input.print(`killed; ${acknowledged.length * BATCH} counts acknowledged, ${missing} of them missing`);
  const best = Math.max(...loads.map((it) => it.countsPerS));
  const refused = first - acknowledged.length;
  return {
    figures: { batch: BATCH, loads, acknowledged: acknowledged.length * BATCH, missing },
    goals: [
      {
        name: `durable counts in batches of ${BATCH}`,
        wanted: `≥ ${GOAL_PER_S}/s`,
        actual: `${best}/s`,
        isReached: best >= GOAL_PER_S,
      },
    ],
    wrong: [
      ...(missing === 0 ? [] : [`${missing} acknowledged counts are not in the database`]),
      ...(refused === 0 ? [] : [`${refused} batches were not acknowledged whole`]),
    ],
  };
};

function report({ print }: PartInput, load: (LoadFigures & { countsPerS: number }) | undefined): void {
  if (load === undefined) return;
  print(
    `${describeConnections(load)}: ${load.countsPerS} counts/s, per batch ${describeSpread(load.latency)}`,
  );
  print(`  event-loop delay p99 ${load.eventLoopDelay.p99Ms} ms`);
}

function openStream(): CountStream {
  const parsed = parseNetwork(JSON.parse(readFileSync(NETWORK_FILE, "utf8")));
  if (parsed.kind === "invalid") throw new Error(`${NETWORK_FILE} has ${parsed.faults.length} faults`);
  const { id, detectors } = parsed.network;
  return {
    networkId: id,
    detectorIds: detectors.map((it) => it.id),
    firstStartMs: (Math.floor(Date.now() / 1000) - FIRST_AGO_S) * 1000,
  };
}

const vehiclesOf = (ordinal: number): number => (ordinal * 7919) % 31;

function buildBatch({ detectorIds, firstStartMs }: CountStream, number: number): Buffer {
  const counts = Array.from({ length: BATCH }, (_, at): Count => {
    const ordinal = number * BATCH + at;
    return {
      detectorId: detectorIds[ordinal % detectorIds.length] ?? "",
      startAtMs: firstStartMs + Math.floor(ordinal / detectorIds.length) * PERIOD_S * 1000,
      durationS: PERIOD_S,
      countVeh: vehiclesOf(ordinal),
      occupancy: (ordinal % 100) / 100,
    };
  });
  return Buffer.from(JSON.stringify({ counts }));
}

function isWholeBatchKept(answer: string): boolean {
  const { accepted, late } = IngestAnswerSchema.parse(JSON.parse(answer));
  return accepted + late === BATCH;
}

/** Acknowledged counts that the database does not hold with the value that was sent. */
async function countMissing(
  { networkId, detectorIds, firstStartMs }: CountStream,
  of: { folder: string; batches: number; acknowledged: readonly number[] },
): Promise<number> {
  const store = await openStore({ folder: of.folder });
  const columns = await store.readCounts({
    networkId,
    fromMs: firstStartMs,
    toMs: Number.MAX_SAFE_INTEGER,
    limit: of.batches * BATCH,
  });
  const detectors = await store.listDetectors({ networkId });
  await store.close();
  const places = new Map(detectorIds.map((id, at) => [id, at]));
  const placeOf = new Map(detectors.map((it) => [it.number, places.get(it.detectorId) ?? Number.NaN]));
  const kept = new Int32Array(of.batches * BATCH).fill(-1);
  for (const [row, number] of columns.detectorNumbers.entries()) {
    const second = ((columns.startsAtMs[row] ?? Number.NaN) - firstStartMs) / 1000 / PERIOD_S;
    kept[second * detectorIds.length + (placeOf.get(number) ?? Number.NaN)] = columns.countsVeh[row] ?? -1;
  }
  let missing = 0;
  for (const batch of of.acknowledged) {
    for (let ordinal = batch * BATCH; ordinal < (batch + 1) * BATCH; ordinal++) {
      if (kept[ordinal] !== vehiclesOf(ordinal)) missing += 1;
    }
  }
  return missing;
}
