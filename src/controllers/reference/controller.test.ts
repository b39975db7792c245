import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { judgeLamps } from "../../timing/lamp-judge.test-support.ts";
import { CLOSE_CODES } from "../protocol-codes.ts";
import { hashConfiguration } from "../signing.ts";
import {
  breachesOf,
  cleanups,
  commit,
  fallbackPlan,
  goOn,
  intersection,
  network,
  order,
  publish,
  START_MS,
  setStage,
  until,
} from "./controller-stage.test-support.ts";
import { NO_PLANS, readPlanState, writePlanState } from "./state-file.ts";
import type { TestCentre } from "./test-centre.test-support.ts";

test("a controller registers with what it is and reports its lamps in numbered batches", async () => {
  const stage = await setStage();
  await goOn(stage, 200);
  await until(() => stage.centre.items.some((it) => it.type === "count"));
  expect(stage.centre.registers[0]).toMatchObject({
    id: "A",
    configHash: hashConfiguration(intersection, network),
    runningPlanHash: null,
    runningRevision: 0,
    pendingTxId: null,
  });
  expect(stage.centre.batches.map((it) => it.seq)).toEqual(stage.centre.batches.map((_, index) => index + 1));
  const reported = stage.centre.items.flatMap((it) =>
    it.type === "intervalChange" ? [`${it.phase} ${it.interval}`] : [],
  );
  expect(reported.slice(0, 4)).toEqual(["1 green", "5 green", "1 yellow", "5 yellow"]);
  expect(stage.lamps.length).toBeGreaterThan(50);
  expect(breachesOf(stage)).toEqual([]);
});

test("vehicles over its detectors are counted in whole periods, also where none passed", async () => {
  const stage = await setStage();
  const periodMs = Math.ceil(START_MS / 60_000) * 60_000;
  await goOn(stage, (periodMs - START_MS) / 1000 + 10);
  for (let vehicle = 0; vehicle < 3; vehicle++) {
    stage.controller.count({ detectorId: "stop.A.W.rest", atMs: stage.clock.nowMs() });
  }
  stage.controller.count({ detectorId: "stop.B.W.rest", atMs: stage.clock.nowMs() });
  await goOn(stage, 60);
  await until(() => stage.centre.items.some((it) => it.type === "count"));
  const counts = stage.centre.items.filter((it) => it.type === "count");
  expect(counts.find((it) => it.detectorId === "stop.A.W.rest")).toMatchObject({
    startAtMs: periodMs,
    durationS: 60,
    countVeh: 3,
  });
  expect(counts.find((it) => it.detectorId === "adv.A.N")?.countVeh).toBe(0);
  expect(counts.some((it) => it.detectorId.startsWith("stop.B."))).toBe(false);
});

test("a committed plan runs from the predicted cycle and is in step when predicted", async () => {
  const stage = await setStage();
  await goOn(stage, 20);
  const prepared = await stage.centre.ask("plan.prepare", order());
  const predicted = prepared.result?.["predictedTransition"] as { cycles: number; inStepAtMs: number };
  expect(predicted.cycles).toBeGreaterThan(0);
  expect((await stage.centre.ask("plan.commit", commit)).result).toEqual({
    txId: "tx-1",
    hash: order().hash,
  });
  await goOn(stage, (predicted.inStepAtMs - stage.clock.nowMs()) / 1000 + 90);
  await until(() => stage.centre.items.some((it) => it.type === "planInStep"));
  const inStep = stage.centre.items.find((it) => it.type === "planInStep");
  expect(inStep).toMatchObject({ atMs: predicted.inStepAtMs, txId: "tx-1", hash: order().hash });
  expect(stage.controller.runningPlanHash).toBe(order().hash);
  const greens = stage.lamps.filter(
    (it) => it.type === "phase" && it.phase === 2 && it.indication === "green",
  );
  const lastDs = known(greens.at(-1), "green of the coordinated phase").atDs;
  expect(lastDs % 800).toBe(300);
  expect(breachesOf(stage)).toEqual([]);
});

test("a lost answer changes nothing: prepare and commit are answered the same again", async () => {
  const stage = await setStage();
  const first = await stage.centre.ask("plan.prepare", order());
  expect((await stage.centre.ask("plan.prepare", order())).result).toEqual(first.result);
  const done = await stage.centre.ask("plan.commit", commit);
  expect((await stage.centre.ask("plan.commit", commit)).result).toEqual(done.result);
  expect((await stage.centre.ask("plan.prepare", order())).result).toEqual(first.result);
  await goOn(stage, 300);
  expect((await stage.centre.ask("plan.commit", commit)).result).toEqual(done.result);
  expect(stage.centre.items.filter((it) => it.type === "planActive")).toHaveLength(1);
});

test("a publication goes on after the link broke in the middle of it", async () => {
  const stage = await setStage();
  await stage.centre.ask("plan.prepare", order());
  stage.centre.cut();
  await until(() => stage.notes.some((it) => it.kind === "lost"));
  await goOn(stage, 2);
  await until(() => stage.notes.filter((it) => it.kind === "registered").length === 2);
  expect(stage.centre.registers[1]?.pendingTxId).toBe("tx-1");
  expect((await stage.centre.ask("plan.commit", commit)).result).toBeDefined();
  await goOn(stage, 200);
  await until(() => stage.centre.items.some((it) => it.type === "planActive"));
});

test("after an abort a late commit finds nothing, after a commit an abort is a conflict", async () => {
  const stage = await setStage();
  await stage.centre.ask("plan.prepare", order());
  expect((await stage.centre.ask("plan.abort", commit)).result).toEqual({ txId: "tx-1" });
  expect((await stage.centre.ask("plan.commit", commit)).error?.data.reason).toBe("unknownTransaction");
  await stage.centre.ask("plan.prepare", order({ txId: "tx-2" }));
  expect((await stage.centre.ask("plan.prepare", order())).error?.data.reason).toBe("busy");
  await stage.centre.ask("plan.commit", { txId: "tx-2" });
  expect((await stage.centre.ask("plan.abort", { txId: "tx-2" })).error?.data.reason).toBe("conflict");
});

test("what is forged, stale, unsafe or impossible is refused with its reason", async () => {
  const stage = await setStage();
  const { centre } = stage;
  const reasonFor = async (change: Parameters<typeof order>[0]) =>
    (await centre.ask("plan.prepare", order(change))).error?.data.reason;
  const signed = centre.sign("plan.prepare", order());
  const raw = async (params: object) => (await centre.askRaw("plan.prepare", params)).error?.data.reason;
  expect(await raw({ ...signed, revision: 9 })).toBe("badSignature");
  expect(await raw(centre.sign("plan.prepare", order(), "B"))).toBe("badSignature");
  centre.epoch += 1;
  expect(await reasonFor({})).toBe("staleEpoch");
  centre.epoch -= 1;
  expect(await reasonFor({ hash: "0".repeat(64) })).toBe("badHash");
  expect(await reasonFor({ plan: { intersectionId: "B" } })).toBe("badValue");
  expect(await reasonFor({ validUntilMs: START_MS })).toBe("outOfRange");
  expect(
    await reasonFor({ activateAtMs: START_MS + 86_400_000, validUntilMs: START_MS + 2 * 86_400_000 }),
  ).toBe("outOfRange");
  expect(await reasonFor({ transition: { method: "addOnly", maxChangeRatio: 0.05, maxCycles: 1 } })).toBe(
    "transitionInfeasible",
  );
  const splits = fallbackPlan.splits.map((it) => ({ ...it, splitS: it.phase === 2 ? 12 : it.splitS }));
  const blocked = await centre.ask("plan.prepare", order({ plan: { splits } }));
  expect(blocked.error?.data).toMatchObject({
    reason: "planRejected",
    findings: expect.arrayContaining([expect.objectContaining({ ruleId: 16, severity: "BLOCK" })]),
  });
  await publish(stage);
  expect(await reasonFor({ txId: "tx-2", revision: 7, activateAtMs: 0 })).toBe("staleVersion");
  expect(await reasonFor({ txId: "tx-2", plan: { offsetS: 40 }, activateAtMs: 0 })).toBe("staleVersion");
});

test("a plan whose lease ends gives way to the fallback plan, one that is renewed does not", async () => {
  const stage = await setStage();
  await publish(stage, order({ validUntilMs: START_MS + 300_000 }));
  const renewal = { hash: order().hash, validUntilMs: START_MS + 600_000 };
  expect((await stage.centre.ask("plan.renew", renewal)).result).toEqual(renewal);
  await goOn(stage, 300);
  expect(stage.centre.items.some((it) => it.type === "fallback")).toBe(false);
  await goOn(stage, 300);
  await until(() => stage.centre.items.some((it) => it.type === "fallback"));
  expect(stage.centre.items.find((it) => it.type === "fallback")).toMatchObject({ reason: "leaseExpired" });
  expect(stage.controller.runningPlanHash).toBeNull();
  expect((await stage.centre.ask("plan.renew", renewal)).error?.data.reason).toBe("notInControl");
  expect(breachesOf(stage)).toEqual([]);
});

test("a released controller says when its fallback plan runs, and then runs it", async () => {
  const stage = await setStage();
  await publish(stage);
  const { result } = await stage.centre.ask("plan.release", {});
  await goOn(stage, 200);
  await until(() => stage.centre.items.some((it) => it.type === "fallback"));
  expect(stage.centre.items.find((it) => it.type === "fallback")).toMatchObject({
    reason: "released",
    atMs: result?.["fallbackAtMs"],
  });
});

test("without the centre for two minutes the controller falls back", async () => {
  const stage = await setStage();
  await publish(stage);
  await stage.centre.stop();
  await goOn(stage, 110);
  expect(stage.controller.runningPlanHash).not.toBeNull();
  await goOn(stage, 110);
  expect(stage.controller.runningPlanHash).toBeNull();
  expect(stage.notes.filter((it) => it.kind === "lost").length).toBeGreaterThan(3);
  expect(breachesOf(stage)).toEqual([]);
});

test("events that nobody acknowledged go out again after a reconnect, and those of the time between are late", async () => {
  const stage = await setStage();
  await goOn(stage, 20);
  await until(() => stage.centre.batches.length > 0);
  stage.centre.answersEvents = false;
  await goOn(stage, 60);
  stage.centre.lastSeq = stage.centre.batches.at(-1)?.seq ?? 0;
  stage.centre.cut();
  await until(() => stage.notes.some((it) => it.kind === "lost"));
  stage.centre.answersEvents = true;
  stage.clock.advanceTo(stage.clock.nowMs() + 40_000);
  while (stage.notes.at(-1)?.kind !== "registered") await goOn(stage, 1);
  await goOn(stage, 200);
  const seqs = stage.centre.batches.map((it) => it.seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  const changes = stage.lamps.filter(
    (it) => it.type !== "movement" && it.atDs * 100 < stage.clock.nowMs() - 5000,
  );
  const reported = stage.centre.items.filter(
    (it) => it.type === "intervalChange" || it.type === "crossingChange",
  );
  expect(reported.slice(0, changes.length).map((it) => it.atMs)).toEqual(changes.map((it) => it.atDs * 100));
  expect(reported.some((it) => it.late)).toBe(true);
  expect(reported.at(-1)?.late).toBeUndefined();
});

test.each([
  ["text that is no JSON", (centre: TestCentre) => centre.send("{rubbish")],
  ["a binary frame", (centre: TestCentre) => centre.send(Buffer.from([1, 2, 3]))],
  ["a message of no kind", (centre: TestCentre) => centre.send("[1,2]")],
  ["an answer to nothing", (centre: TestCentre) => centre.send('{"jsonrpc":"2.0","id":9999,"result":{}}')],
  ["a request without id", (centre: TestCentre) => centre.send('{"method":"plan.commit"}')],
  ["a frame too large", (centre: TestCentre) => centre.send(`"${"x".repeat(300_000)}"`)],
])("rubbish from the centre (%s) ends the session, not the lamps", async (_name, send) => {
  const stage = await setStage();
  await goOn(stage, 20);
  send(stage.centre);
  await until(() => stage.notes.some((it) => it.kind === "lost"));
  await goOn(stage, 100);
  await until(() => stage.notes.filter((it) => it.kind === "registered").length === 2);
  expect(breachesOf(stage)).toEqual([]);
  expect(stage.lamps.at(-1)?.atDs).toBeGreaterThan(stage.clock.nowMs() / 100 - 300);
});

test("a request that it does not understand is answered, and the session goes on", async () => {
  const stage = await setStage();
  expect((await stage.centre.askRaw("plan.burn", {})).error?.data.reason).toBe("methodNotFound");
  expect((await stage.centre.askRaw("plan.commit", { txId: 7 })).error?.data.reason).toBe("invalidParams");
  expect((await stage.centre.ask("plan.abort", commit)).result).toEqual(commit);
});

test("a controller that was replaced by a newer session does not fight for its place", async () => {
  const stage = await setStage();
  stage.centre.close(CLOSE_CODES.replaced);
  await until(() => stage.notes.some((it) => it.kind === "lost"));
  await goOn(stage, 60);
  expect(stage.centre.registers).toHaveLength(1);
});

test("after a restart the controller runs the plan that it was bound to, if its lease still lasts", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "controller-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "state.json");
  expect(readPlanState(file)).toEqual(NO_PLANS);
  const stage = await setStage({ save: (state) => writePlanState(file, state) });
  await publish(stage);
  stage.controller.stop();
  const { centre, clock } = stage;
  const again = await setStage({ centre, clock, state: readPlanState(file) });
  expect(centre.registers.at(-1)).toMatchObject({ runningPlanHash: order().hash, runningRevision: 8 });
  expect(await centre.ask("plan.prepare", order())).toHaveProperty("result");
  expect(await centre.ask("plan.commit", commit)).toHaveProperty("result");
  expect((await centre.ask("plan.prepare", order({ txId: "tx-2" }))).error?.data.reason).not.toBe("busy");
  await centre.ask("plan.abort", { txId: "tx-2" });
  await goOn(again, 400);
  expect(centre.items.filter((it) => it.type === "planInStep").length).toBeGreaterThan(0);
  again.controller.stop();
  clock.advanceTo(START_MS + 4_000_000);
  await setStage({ centre, clock, state: readPlanState(file) });
  expect(centre.registers.at(-1)).toMatchObject({ runningPlanHash: null, runningRevision: 8 });
});

test("a commit that cannot be saved is not confirmed", async () => {
  const full = () => {
    throw new Error("disk full");
  };
  const stage = await setStage({ save: full });
  await stage.centre.ask("plan.prepare", order());
  expect((await stage.centre.ask("plan.commit", commit)).error?.data.reason).toBe("internal");
  await goOn(stage, 200);
  expect(stage.controller.runningPlanHash).toBeNull();
  expect(stage.notes).toContainEqual({ kind: "failed", detail: "Error: disk full" });
});

test("a step of the clock is reported and cuts no interval", async () => {
  const stage = await setStage();
  await goOn(stage, 100);
  stage.clock.step(-7000);
  await goOn(stage, 400);
  await until(() => stage.centre.items.some((it) => it.type === "fault"));
  expect(stage.centre.items.find((it) => it.type === "fault")).toMatchObject({ fault: "clockStep" });
  const steppedAt = stage.lamps.findIndex((it, index) => it.atDs < (stage.lamps[index - 1]?.atDs ?? 0));
  const own = stage.lamps.map((it, index) =>
    index < steppedAt || steppedAt < 0 ? it : { ...it, atDs: it.atDs + 70 },
  );
  expect(
    judgeLamps({ intersection, changes: own, endDs: Math.ceil(stage.clock.nowMs() / 100) + 70 }),
  ).toEqual([]);
  const greens = stage.lamps.filter(
    (it) => it.type === "phase" && it.phase === 2 && it.indication === "green",
  );
  expect(known(greens.at(-1), "green").atDs % 800).toBe(0);
});
