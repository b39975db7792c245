import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CountColumns, toCounts } from "../control/count-columns.ts";
import type { PlanRecord } from "../control/records.schema.ts";
import {
  type AuditStamp,
  COUNT_ACCEPTED,
  COUNT_CONFLICT,
  COUNT_DUPLICATE,
  type Store,
} from "../control/store.ts";
import { DATABASE_FILE } from "./open-database.ts";
import { openStore } from "./open-store.ts";

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-store-"));
  store = await openStore({ folder });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const audit: AuditStamp = {
  atMs: 1000,
  actorId: "ann",
  action: "test",
  subject: "test/1",
  beforeHash: null,
  afterHash: null,
};
const HASH = "0".repeat(64);

function columnsOf(rows: readonly (readonly [number, number, number])[]): CountColumns {
  return {
    detectorNumbers: Int32Array.from(rows, (it) => it[0]),
    startsAtMs: Float64Array.from(rows, (it) => it[1]),
    durationsS: Float64Array.from(rows, () => 5),
    countsVeh: Int32Array.from(rows, (it) => it[2]),
    occupancies: Float64Array.from(rows, () => Number.NaN),
  };
}

const listCounts = async (span: { readonly fromMs: number; readonly toMs: number }) =>
  toCounts(
    await store.readCounts({ networkId: "n", ...span, limit: 100 }),
    await store.listDetectors({ networkId: "n" }),
  );

const putNetwork = (hash = HASH, detectorIds: readonly string[] = ["d1", "d2"]) =>
  store.putNetwork({ networkId: "n", name: "N", hash, document: "{}", detectorIds, audit });

let lastRevision = 0;

/** Each under a higher revision than the one before. */
function planOf(id: string, intersectionIds: readonly string[]): PlanRecord {
  return {
    plan: {
      version: 1,
      id,
      networkId: "n",
      revision: ++lastRevision,
      name: id,
      validUntilMs: 1,
      fallback: "own",
      timingPlans: intersectionIds.map((intersectionId) => ({
        intersectionId,
        cycleS: 60,
        sequenceId: "s",
        splits: [{ phase: 1, splitS: 60 }],
        offsetS: 0,
        offsetReference: { phase: 1, point: "beginGreen" },
      })),
    },
    hash: HASH,
    networkHash: HASH,
    state: "draft",
    verdict: "notJudged",
    findings: [],
    createdBy: "ann",
    createdAtMs: 1000,
    changedAtMs: 1000,
  };
}

const decide = (id: string) =>
  store.decidePublication({
    decision: { txId: `tx-${id}`, networkId: "n", planId: id, decision: "{}" },
    moves: [{ networkId: "n", planId: id, from: ["draft"], to: "published", reason: "test", audit }],
  });

async function activate(id: string, intersectionIds: readonly string[]): Promise<void> {
  await store.createPlan({ record: planOf(id, intersectionIds), audit });
  await decide(id);
  await store.settlePublication({ txId: `tx-${id}`, actorId: "test", atMs: 2000 });
}

test("the first content of a count stays; the same again is a duplicate, another a conflict", async () => {
  await putNetwork();
  const statuses = await store.insertCounts(
    columnsOf([
      [1, 5000, 3],
      [1, 5000, 3],
      [1, 5000, 4],
      [2, 5000, 4],
    ]),
  );
  expect([...statuses]).toEqual([COUNT_ACCEPTED, COUNT_DUPLICATE, COUNT_CONFLICT, COUNT_ACCEPTED]);
  expect(await listCounts({ fromMs: 0, toMs: 1e13 })).toEqual([
    { detectorId: "d1", startAtMs: 5000, durationS: 5, countVeh: 3 },
    { detectorId: "d2", startAtMs: 5000, durationS: 5, countVeh: 4 },
  ]);
});

test("counts sent together give the same table in any order and any batches", async () => {
  await putNetwork();
  const row = fc.tuple(fc.constantFrom(1, 2), fc.nat(3), fc.nat(1));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(row, { maxLength: 5 }), { maxLength: 5 }), async (batches) => {
      const fromMs = nextWindow();
      const answers = await Promise.all(
        batches.map((rows) =>
          store.insertCounts(
            columnsOf(rows.map(([detector, step, count]) => [detector, fromMs + step, count])),
          ),
        ),
      );
      const firsts = new Map<string, number>();
      const expected = batches.map((rows) =>
        rows.map(([detector, step, count]) => {
          const key = `${detector} ${step}`;
          const first = firsts.get(key);
          if (first === undefined) firsts.set(key, count);
          if (first === undefined) return COUNT_ACCEPTED;
          return first === count ? COUNT_DUPLICATE : COUNT_CONFLICT;
        }),
      );
      expect(answers.map((it) => [...it])).toEqual(expected);
      const kept = await listCounts({ fromMs, toMs: fromMs + 10 });
      expect(kept.length).toBe(firsts.size);
    }),
    { seed: 11, numRuns: 50 },
  );
});

let windowMs = 0;
const nextWindow = () => (windowMs += 1000);

test("counts of a span are summed by detector, and occupancy only where it is told", async () => {
  await putNetwork();
  const columns = columnsOf([
    [1, 0, 3],
    [1, 5000, 4],
    [1, 10_000, 9],
    [2, 5000, 1],
  ]);
  columns.occupancies.set([0.2, 0.4]);
  await store.insertCounts(columns);
  const sums = await store.sumCounts({ networkId: "n", fromMs: 0, toMs: 10_000 });
  expect(toCounts(sums, await store.listDetectors({ networkId: "n" }))).toEqual([
    { detectorId: "d1", startAtMs: 0, durationS: 10, countVeh: 7, occupancy: expect.closeTo(0.3) },
    { detectorId: "d2", startAtMs: 0, durationS: 5, countVeh: 1 },
  ]);
});

test("what was answered is there after the store is opened again", async () => {
  await putNetwork();
  await store.insertCounts(columnsOf([[2, 7000, 9]]));
  await store.close();
  store = await openStore({ folder });
  expect(await listCounts({ fromMs: 0, toMs: 1e13 })).toHaveLength(1);
  expect(existsSync(path.join(folder, DATABASE_FILE))).toBe(true);
});

test("a folder belongs to one service at a time", async () => {
  await expect(openStore({ folder })).rejects.toMatchObject({ code: "unavailable" });
});

test("a network keeps its versions, and its detectors keep their numbers", async () => {
  const first = await putNetwork("1".repeat(64), ["d1", "d2"]);
  const again = await putNetwork("1".repeat(64), ["d1", "d2"]);
  const second = await putNetwork("2".repeat(64), ["d0", "d2"]);
  expect([first.version, again.version, second.version]).toEqual([1, 1, 2]);
  expect(await store.listDetectors({ networkId: "n" })).toEqual([
    { detectorId: "d1", number: 1 },
    { detectorId: "d2", number: 2 },
    { detectorId: "d0", number: 3 },
  ]);
  expect(await store.listNetworks({})).toHaveLength(1);
});

test("a request that fails takes nothing else of its group with it", async () => {
  const record = planOf("p", ["a"]);
  const outcomes = await Promise.allSettled([
    store.createPlan({ record, audit }),
    store.createPlan({ record, audit }),
    putNetwork(),
  ]);
  expect(outcomes.map((it) => it.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(outcomes[1]).toMatchObject({ reason: { code: "conflict" } });
  expect(await store.listPlanEvents({ networkId: "n", planId: "p" })).toHaveLength(1);
});

test("a plan that no intersection runs any more is superseded, one that still runs somewhere is not", async () => {
  await activate("p1", ["a", "b"]);
  await activate("p2", ["b", "c"]);
  const stateOf = async (planId: string) => (await store.findPlan({ networkId: "n", planId }))?.state;
  expect([await stateOf("p1"), await stateOf("p2")]).toEqual(["active", "active"]);
  const running = await store.findRunningPlan({ networkId: "n" });
  expect(running?.timingPlans.map((it) => it.intersectionId)).toEqual(["a", "b", "c"]);
  await activate("p3", ["a"]);
  expect([await stateOf("p1"), await stateOf("p2"), await stateOf("p3")]).toEqual([
    "superseded",
    "active",
    "active",
  ]);
});

test("a plan that a newer one overtakes before it runs is superseded, and runs nothing when it is late", async () => {
  const stateOf = async (planId: string) => (await store.findPlan({ networkId: "n", planId }))?.state;
  for (const [id, intersectionIds] of [
    ["p1", ["a", "b"]],
    ["p2", ["b", "c"]],
  ] as const) {
    await store.createPlan({ record: planOf(id, intersectionIds), audit });
    await decide(id);
  }
  await store.settlePublication({ txId: "tx-p2", actorId: "test", atMs: 2000 });
  expect([await stateOf("p1"), await stateOf("p2")]).toEqual(["published", "active"]);
  await activate("p3", ["a"]);
  expect([await stateOf("p1"), await stateOf("p3")]).toEqual(["superseded", "active"]);

  for (const id of ["p4", "p5"]) {
    await store.createPlan({ record: planOf(id, id === "p4" ? ["a", "b"] : ["a"]), audit });
    await decide(id);
  }
  await store.settlePublication({ txId: "tx-p5", actorId: "test", atMs: 2000 });
  await store.settlePublication({ txId: "tx-p4", actorId: "test", atMs: 3000 });
  expect([await stateOf("p4"), await stateOf("p5")]).toEqual(["active", "active"]);
  const running = await store.findRunningPlan({ networkId: "n" });
  expect(running?.id).toBe("p5");
});

test("plans are listed page by page; old ones are forgotten, but not what runs or is named", async () => {
  await activate("p1", ["a"]);
  for (const id of ["p2", "p3", "p4", "p5"]) await activate(id, ["b"]);
  const idsOf = async (asked: { readonly before?: string; readonly limit: number }) =>
    (await store.listPlans({ networkId: "n", ...asked })).map((it) => it.plan.id);
  expect(await idsOf({ limit: 2 })).toEqual(["p5", "p4"]);
  expect(await idsOf({ limit: 2, before: "p4" })).toEqual(["p3", "p2"]);
  await store.forgetPlans({ networkId: "n", createdBy: "ann", newest: 5, keptIds: [] });
  expect(await idsOf({ limit: 9 })).toHaveLength(5);
  await store.forgetPlans({ networkId: "n", createdBy: "ann", newest: 2, keptIds: ["p2"] });
  expect(await idsOf({ limit: 9 })).toEqual(["p5", "p4", "p2", "p1"]);
  expect(await store.listPlanEvents({ networkId: "n", planId: "p3" })).toEqual([]);
});

test("a plan moves only from the states that the move names", async () => {
  await store.createPlan({ record: planOf("p", ["a"]), audit });
  const publish = store.movePlan({
    networkId: "n",
    planId: "p",
    from: ["validated"],
    to: "published",
    reason: "",
    audit,
  });
  await expect(publish).rejects.toMatchObject({ code: "conflict" });
  expect(await store.findPlan({ networkId: "n", planId: "x" })).toBeUndefined();
});

test("a decision to publish stands while its plan is published or active, and is settled once", async () => {
  await store.createPlan({ record: planOf("p", ["a"]), audit });
  await decide("p");
  await expect(decide("p")).rejects.toMatchObject({ code: "unavailable" });
  await store.close();
  store = await openStore({ folder });
  const settle = () => store.settlePublication({ txId: "tx-p", actorId: "test", atMs: 2000 });
  const standing = async () => (await store.listStandingDecisions({})).map((it) => it.txId);
  expect(await standing()).toEqual(["tx-p"]);
  expect((await settle())?.state).toBe("active");
  expect(await settle()).toBeUndefined();
  expect(await standing()).toEqual(["tx-p"]);
  await activate("q", ["a"]);
  expect(await standing()).toEqual(["tx-q"]);
});

test("a decision whose plan cannot be published is not kept", async () => {
  await expect(decide("nothing")).rejects.toMatchObject({ code: "notFound" });
  expect(await store.listStandingDecisions({})).toEqual([]);
});

test("every change leaves one line in the audit log", async () => {
  await putNetwork();
  const token = {
    tokenId: "t",
    principalId: "ann",
    role: "engineer",
    sha256: HASH,
    createdBy: "root",
    createdAtMs: 1,
  } as const;
  await store.createToken({ token, audit });
  await store.revokeToken({ tokenId: "t", audit });
  await expect(store.revokeToken({ tokenId: "t", audit })).rejects.toMatchObject({ code: "notFound" });
  expect((await store.listTokens({}))[0]?.revokedAtMs).toBe(1000);
  expect((await store.listAudit({ limit: 10 })).map((it) => it.sequence)).toEqual([3, 2, 1]);
});

test("calls beyond the queue limit are refused as overloaded", async () => {
  await store.close();
  store = await openStore({ folder, queueLimit: 2 });
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => store.listNetworks({})));
  expect(outcomes.map((it) => it.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect(outcomes[2]).toMatchObject({ reason: { code: "overloaded" } });
});

test("a closed store answers that it is unavailable", async () => {
  await store.close();
  await expect(store.listNetworks({})).rejects.toMatchObject({ code: "unavailable" });
  store = await openStore({ folder });
});
