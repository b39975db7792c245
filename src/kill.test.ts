/** Show 6, the half of ingest: what was acknowledged is there after kill -9 at any instant. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { IngestAnswer } from "./control/ingest-counts.ts";
import { createSeededRandom } from "./network/seeded-random.ts";
import { dataFolderOf, type ServiceProcess, startServiceProcess } from "./service-process.test-support.ts";
import { openStore } from "./store/open-store.ts";

const ROUNDS = process.env["GREENWAVE_FULL"] === "1" ? 20 : 3;
const SENDERS = 4;
const BATCH = 20;

let folder: string;
let service: ServiceProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-kill-"));
});
afterEach(() => {
  service?.child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** Sends batch after batch until the service is gone; answers what was acknowledged. */
async function sendUntilKilled({ address, tokens }: ServiceProcess, next: () => number): Promise<number[]> {
  const acknowledged: number[] = [];
  for (;;) {
    const starts = Array.from({ length: BATCH }, next);
    const counts = starts.map((startAtMs) => {
      return { detectorId: "adv.A.N", startAtMs, durationS: 1, countVeh: startAtMs % 7 };
    });
    try {
      const response = await fetch(`${address}/api/v1/networks/sample/counts`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${tokens["detectorFeed"]}`,
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
    const started = await startServiceProcess(folder);
    service = started;
    const senders = Array.from({ length: SENDERS }, () => sendUntilKilled(started, next));
    await new Promise((resolve) => setTimeout(resolve, random.integer(50, 450)));
    started.child.kill("SIGKILL");
    acknowledged.push(...(await Promise.all(senders)).flat());
  }
  const store = await openStore({ folder: dataFolderOf(folder) });
  const kept = await store.readCounts({ networkId: "sample", fromMs: 0, toMs: 2e12, limit: 1e7 });
  await store.close();
  const keptStarts = new Map(Array.from(kept.startsAtMs, (it, row) => [it, kept.countsVeh[row]]));
  expect(acknowledged.length).toBeGreaterThan(ROUNDS * BATCH);
  expect(acknowledged.filter((it) => keptStarts.get(it) !== it % 7)).toEqual([]);
});
