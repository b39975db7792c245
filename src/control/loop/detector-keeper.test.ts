import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createManualClock } from "../../clock.ts";
import { known } from "../../errors.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { openStore } from "../../store/open-store.ts";
import { createColumns, setRow } from "../count-columns.ts";
import type { Store } from "../store.ts";
import { DetectorKeeper } from "./detector-keeper.ts";

const SLOT_MS = 900_000;
const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2026, 10, 2);
const network = buildSampleNetwork();
const [FIRST] = network.detectors.map((it) => it.id);

let folder: string;
let store: Store;
let detectorNumbers: ReadonlyMap<string, number>;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-keeper-"));
  store = await openStore({ folder });
  const audit = { atMs: 0, actorId: "a", action: "a", subject: "a", beforeHash: null, afterHash: null };
  const { id: networkId, name } = network;
  const detectorIds = network.detectors.map((it) => it.id);
  await store.putNetwork({ networkId, name, hash: "h", document: "{}", detectorIds, audit });
  const numbers = await store.listDetectors({ networkId });
  detectorNumbers = new Map(numbers.map((it) => [it.detectorId, it.number]));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function keep(nowMs: number) {
  const clock = createManualClock(nowMs);
  const stored = { network, version: { hash: "h" } };
  const networks = { get: () => stored } as never;
  return {
    clock,
    keeper: new DetectorKeeper({ store, networks, clock, logger: pino({ level: "silent" }) }, network.id),
  };
}

/** In every slot of the span; the first detector counts as it is told. */
async function insert(fromMs: number, toMs: number, firstVeh?: number): Promise<void> {
  const slots = Math.round((toMs - fromMs) / SLOT_MS);
  const columns = createColumns(slots * network.detectors.length);
  for (let slot = 0; slot < slots; slot++) {
    for (const [at, { id }] of network.detectors.entries()) {
      const row = slot * network.detectors.length + at;
      const usualVeh = 60 + 3 * at + ((slot + 7 * at) % 5);
      columns.detectorNumbers[row] = known(detectorNumbers.get(id), id);
      setRow(columns, row, {
        startAtMs: fromMs + slot * SLOT_MS,
        durationS: 900,
        countVeh: id === FIRST ? (firstVeh ?? usualVeh) : usualVeh,
        occupancy: 0.1,
      });
    }
  }
  await store.insertCounts(columns);
}

test("before anything is counted there is nothing to say", async () => {
  const { keeper } = keep(FROM_MS);
  await keeper.catchUp();
  expect(keeper.describe()).toEqual({
    untilMs: FROM_MS,
    isComplete: true,
    health: [],
    counts: [],
    forecast: [],
  });
  expect(keeper.findLevels()).toBeUndefined();
});

test("what was stored while the service was away is known after a start as if it had been there", async () => {
  const endMs = FROM_MS + 4 * DAY_MS + 9 * 4 * SLOT_MS;
  await insert(FROM_MS, endMs);
  const there = keep(FROM_MS + DAY_MS);
  await there.keeper.catchUp();
  there.clock.advanceTo(endMs + 3 * 60_000);
  await there.keeper.catchUp();
  const anew = keep(endMs + 3 * 60_000);
  await anew.keeper.catchUp();
  const report = anew.keeper.describe();
  expect(report).toEqual(there.keeper.describe());
  expect(report).toMatchObject({ untilMs: endMs, isComplete: true });
  expect(new Set(report.health.map((it) => it.state))).toEqual(new Set(["sound"]));
  expect(report.forecast).toHaveLength(2 * network.detectors.length);
  expect(anew.keeper.listOccupancy()).toHaveLength((endMs - FROM_MS) / SLOT_MS);
});

test("a detector that counts triple is called faulty, and what is forecast for it is as before", async () => {
  const brokenMs = FROM_MS + 3 * DAY_MS;
  const endMs = brokenMs + 8 * SLOT_MS;
  await insert(FROM_MS, brokenMs);
  await insert(brokenMs, endMs, 200);
  const { keeper } = keep(endMs + 3 * 60_000);
  await keeper.catchUp();
  expect(keeper.describe().health[0]).toMatchObject({ detectorId: FIRST, state: "faulty" });
  const levels = known(keeper.findLevels(), "levels");
  expect(levels.ownConfidence[0]).toBe(0);
  expect(levels.flowVph[0]).toBeLessThan(4 * 80);
});
