/** Show 6, the half of ingest: what was acknowledged is there after kill -9 at any instant. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compiledUrl } from "./control/compiled-url.ts";
import type { IngestAnswer } from "./control/ingest-counts.ts";
import { buildSampleNetwork } from "./network/sample-network.test-support.ts";
import { createSeededRandom } from "./network/seeded-random.ts";
import { openStore } from "./store/open-store.ts";

const ROUNDS = process.env["GREENWAVE_FULL"] === "1" ? 20 : 3;
const SENDERS = 4;
const BATCH = 20;

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-kill-"));
  writeFileSync(path.join(folder, "network.json"), JSON.stringify(buildSampleNetwork()));
});
afterEach(() => {
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function start(): Promise<{ address: string; tokens: Record<string, string> }> {
  const entry = fileURLToPath(compiledUrl("./run-service.test-support.ts", import.meta.url));
  const started = spawn(process.execPath, [entry], {
    env: {
      PATH: process.env["PATH"],
      GREENWAVE_DATA: path.join(folder, "data"),
      GREENWAVE_PORT: "0",
      GREENWAVE_LOG_LEVEL: "silent",
      GREENWAVE_WORKERS: "1",
      GREENWAVE_NETWORKS: path.join(folder, "network.json"),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = started;
  const [line]: Buffer[] = await once(started.stdout, "data");
  return JSON.parse(String(line));
}

/** Sends batch after batch until the service is gone; answers what was acknowledged. */
async function sendUntilKilled(
  service: Awaited<ReturnType<typeof start>>,
  next: () => number,
): Promise<number[]> {
  const acknowledged: number[] = [];
  for (;;) {
    const starts = Array.from({ length: BATCH }, next);
    const counts = starts.map((startAtMs) => {
      return { detectorId: "adv.A.N", startAtMs, durationS: 1, countVeh: startAtMs % 7 };
    });
    try {
      const response = await fetch(`${service.address}/api/v1/networks/sample/counts`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${service.tokens["detectorFeed"]}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ counts }),
      });
      const answer = (await response.json()) as IngestAnswer;
      expect(answer.late + answer.accepted).toBe(BATCH);
      acknowledged.push(...starts);
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return acknowledged;
      throw error;
    }
  }
}

test(`every acknowledged count is there after kill -9 at ${ROUNDS} random instants`, async () => {
  const random = createSeededRandom(20261122);
  const acknowledged: number[] = [];
  let startAtMs = 1_700_000_000_000;
  const next = () => {
    startAtMs += 1000;
    return startAtMs;
  };
  for (let round = 0; round < ROUNDS; round++) {
    const service = await start();
    const senders = Array.from({ length: SENDERS }, () => sendUntilKilled(service, next));
    await new Promise((resolve) => setTimeout(resolve, random.integer(50, 450)));
    child?.kill("SIGKILL");
    acknowledged.push(...(await Promise.all(senders)).flat());
  }
  const store = await openStore({ folder: path.join(folder, "data") });
  const kept = await store.readCounts({ networkId: "sample", fromMs: 0, toMs: 2e12, limit: 1e7 });
  await store.close();
  const keptStarts = new Map(Array.from(kept.startsAtMs, (it, row) => [it, kept.countsVeh[row]]));
  expect(acknowledged.length).toBeGreaterThan(ROUNDS * BATCH);
  expect(acknowledged.filter((it) => keptStarts.get(it) !== it % 7)).toEqual([]);
});
