import { expect, test } from "vitest";
import { buildSamplePlan } from "../timing/sample-plan.test-support.ts";
import { CommitRecordSchema } from "./commit-record.schema.ts";
import { buildPublication, SAMPLE_NOW_MS } from "./corridor.test-support.ts";
import type { MemberOutcome, Publication } from "./publication.ts";
import { buildRpcError } from "./rpc-peer.ts";
import { createWorld } from "./transaction-world.test-support.ts";

test("nine controllers prepare, commit and change plan together", async () => {
  const world = createWorld(9);
  expect(statusesOf(await world.publish(buildPublication(9)))).toEqual(Array(9).fill("committed"));
  expect(world.records).toHaveLength(1);
  expect(world.activations()).toEqual(Array(9).fill([]));
  world.clock.advanceTo(SAMPLE_NOW_MS + 29_999);
  expect(world.reports).toEqual([]);
  world.clock.advanceTo(SAMPLE_NOW_MS + 30_000);
  expect(world.activations()).toEqual(Array(9).fill(["tx-1"]));
  expect(world.reports.map((it) => it.remaining)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

test("one refusal leaves every controller with its plan and names the reason", async () => {
  const world = createWorld(9);
  const error = buildRpcError("planRejected", "rule 16", { ruleId: 16, limit: 80, actual: 81 });
  world.device(3).override = ({ method }) => (method === "plan.prepare" ? { answer: { error } } : undefined);
  const outcome = await world.publish(buildPublication(9));
  expect(outcome).toMatchObject({ kind: "aborted", reason: "notPrepared" });
  expect(outcome.members[3]).toEqual({ controllerId: "S4", status: "refused", error });
  expect(statusesOf(outcome).filter((it) => it === "aborted")).toHaveLength(8);
  await world.runTo(60_000);
  expect(world.records).toEqual([]);
  expect(world.activations()).toEqual(Array(9).fill([]));
  expect(world.devices.every((it) => it.describe().pendingTxId === null)).toBe(true);
});

test("a silent controller aborts the transaction at the time limit, not before", async () => {
  const world = createWorld(3);
  world.device(1).override = ({ method }) => (method === "plan.prepare" ? { answer: undefined } : undefined);
  let isDecided = false;
  const outcome = world.publish(buildPublication(3));
  void outcome.then(() => {
    isDecided = true;
  });
  await world.runTo(9_999);
  expect(isDecided).toBe(false);
  await world.runTo(10_000);
  expect(statusesOf(await outcome)).toEqual(["aborted", "silent", "aborted"]);
  await world.runTo(60_000);
  expect(world.activations()).toEqual([[], [], []]);
});

test("a controller that is away aborts the transaction at once", async () => {
  const world = createWorld(3);
  world.links.disconnect(world.device(2));
  expect(statusesOf(await world.publish(buildPublication(3)))).toEqual(["aborted", "aborted", "offline"]);
});

test("with a quorum of critical members the others are left out and keep their plan", async () => {
  const world = createWorld(3);
  world.links.disconnect(world.device(2));
  const criticalIds = new Set(["S1", "S2"]);
  const outcome = await world.publish({ ...buildPublication(3), criticalIds });
  expect(statusesOf(outcome)).toEqual(["committed", "committed", "leftOut"]);
  await world.runTo(30_000);
  world.links.connect(world.device(2));
  await world.runTo(60_000);
  expect(world.activations()).toEqual([["tx-1"], ["tx-1"], []]);
});

test("a decision that comes too late for the activation is to abort", async () => {
  const world = createWorld(2);
  world.device(0).override = ({ method }) => {
    if (method === "plan.prepare") world.clock.advanceTo(SAMPLE_NOW_MS + 28_001);
    return undefined;
  };
  const outcome = await world.publish(buildPublication(2));
  expect(outcome).toMatchObject({ kind: "aborted", reason: "tooLate" });
});

test("a controller that echoes another hash has not prepared (rule 33)", async () => {
  const world = createWorld(2);
  world.device(1).override = (request) => {
    if (request.method !== "plan.prepare") return undefined;
    const { txId, activateAtMs } = request.params;
    const predictedTransition = { cycles: 0, inStepAtMs: activateAtMs };
    return { answer: { result: { txId, hash: "f".repeat(64), findings: [], predictedTransition } } };
  };
  const outcome = await world.publish(buildPublication(2));
  expect(outcome.members[1]?.error?.data.reason).toBe("badHash");
  await world.runTo(60_000);
  expect(world.activations()).toEqual([[], []]);
});

test("a commit whose answer was lost is sent again on return, and the plan begins once", async () => {
  const world = createWorld(3);
  const lost = world.device(1);
  lost.override = ({ method }) => {
    if (method === "plan.commit") world.links.disconnect(lost);
    return undefined;
  };
  expect(statusesOf(await world.publish(buildPublication(3)))).toEqual(["committed", "owed", "committed"]);
  lost.override = () => undefined;
  await world.runTo(5_000);
  world.links.connect(lost);
  await world.runTo(60_000);
  expect(world.links.sent.filter((it) => it === "S2 plan.commit")).toHaveLength(2);
  expect(world.activations()).toEqual([["tx-1"], ["tx-1"], ["tx-1"]]);
  expect(world.reports.at(-1)?.remaining).toBe(0);
});

test("a controller that returns while others are still being told is told as well", async () => {
  const world = createWorld(2);
  const [lost, silent] = [world.device(0), world.device(1)];
  lost.override = ({ method }) => {
    if (method !== "plan.commit") return undefined;
    world.links.disconnect(lost);
    return { answer: undefined };
  };
  silent.override = ({ method }) => (method === "plan.commit" ? { answer: undefined } : undefined);
  const outcome = world.publish(buildPublication(2));
  await world.runTo(2_000);
  lost.override = () => undefined;
  world.links.connect(lost);
  silent.override = () => undefined;
  await world.runTo(6_000);
  expect(statusesOf(await outcome)).toEqual(["owed", "committed"]);
  await world.runTo(60_000);
  expect(world.activations()).toEqual([["tx-1"], ["tx-1"]]);
});

test("a controller that restarts between prepare and commit is prepared again, then committed", async () => {
  const world = createWorld(2);
  const device = world.device(1);
  device.override = ({ method }) => {
    if (method === "plan.commit") world.links.disconnect(device);
    return undefined;
  };
  await world.publish(buildPublication(2));
  device.override = () => undefined;
  device.restart();
  await world.runTo(40_000);
  world.links.connect(device);
  await world.runTo(60_000);
  expect(world.activations()).toEqual([["tx-1"], ["tx-1"]]);
});

test("after a crash before the record, what was prepared is aborted on return", async () => {
  const world = createWorld(3);
  world.journal = "hangsBefore";
  void world.publish(buildPublication(3));
  await world.runTo(1_000);
  expect(world.devices.map((it) => it.describe().pendingTxId)).toEqual(Array(3).fill("tx-1"));
  world.crash([]);
  await world.runTo(60_000);
  expect(world.activations()).toEqual([[], [], []]);
  expect(world.devices.every((it) => it.describe().pendingTxId === null)).toBe(true);
});

test("a journal that fails aborts the transaction and says so", async () => {
  const world = createWorld(3);
  world.journal = "fails";
  await expect(world.publish(buildPublication(3))).rejects.toThrow("disk full");
  await world.runTo(60_000);
  expect(world.activations()).toEqual([[], [], []]);
  expect(world.devices.every((it) => it.describe().pendingTxId === null)).toBe(true);
});

test("after a crash with the record written and nobody told, the commit is told on return", async () => {
  const world = createWorld(3);
  world.journal = "hangsAfter";
  void world.publish(buildPublication(3));
  await world.runTo(1_000);
  expect(world.links.sent.filter((it) => it.endsWith("commit"))).toEqual([]);
  const stored = JSON.parse(JSON.stringify(world.records));
  world.crash(stored.map((it: unknown) => CommitRecordSchema.parse(it)));
  await world.runTo(60_000);
  expect(world.activations()).toEqual([["tx-1"], ["tx-1"], ["tx-1"]]);
  expect(world.reports).toHaveLength(3);
});

test("after a restart, controllers that run the plan are not told again, but their leases are renewed", async () => {
  const world = createWorld(2);
  await world.publish(buildPublication(2));
  await world.runTo(60_000);
  world.crash(world.records);
  await world.runTo(61_000);
  expect(world.links.sent).toEqual(["S1 plan.renew", "S2 plan.renew"]);
  expect(world.reports.map((it) => it.controllerId)).toEqual(["S1", "S2", "S1", "S2"]);
});

test("a controller that fell back without the centre gets its plan again when it is back", async () => {
  const world = createWorld(2);
  await world.publish(buildPublication(2));
  await world.runTo(60_000);
  const device = world.device(0);
  world.links.disconnect(device);
  device.fallBack("linkLost");
  await world.runTo(200_000);
  world.links.connect(device);
  await world.runTo(210_000);
  expect(world.activations()).toEqual([["tx-1", "tx-1"], ["tx-1"]]);
  expect(world.reports).toHaveLength(2);
});

test("a lease that is renewed for one member holds for one that is away", async () => {
  const world = createWorld(2);
  const publication = buildPublication(2);
  await world.publish(publication);
  await world.runTo(60_000);
  const [away, there] = [world.device(0), world.device(1)];
  world.links.disconnect(away);
  away.fallBack("linkLost");
  const hash = there.describe().runningPlanHash ?? expect.fail();
  const validUntilMs = publication.plan.validUntilMs + 3_600_000;
  await expect(world.transactions.renew("S2", { hash, validUntilMs })).resolves.toEqual({
    kind: "answered",
    result: { hash, validUntilMs },
  });
  await world.runTo(publication.plan.validUntilMs - SAMPLE_NOW_MS + 1000);
  world.links.connect(away);
  await world.runTo(publication.plan.validUntilMs - SAMPLE_NOW_MS + 10_000);
  expect(world.activations()).toEqual([["tx-1", "tx-1"], ["tx-1"]]);
});

test("a controller that left control by itself is not told again", async () => {
  const world = createWorld(2);
  await world.publish(buildPublication(2));
  await world.runTo(60_000);
  const device = world.device(0);
  device.fallBack("local");
  world.links.disconnect(device);
  world.links.connect(device);
  await world.runTo(70_000);
  expect(world.activations()).toEqual([["tx-1"], ["tx-1"]]);
});

test("a decision whose lease has ended is not told any more", async () => {
  const world = createWorld(2);
  const device = world.device(0);
  device.override = ({ method }) => {
    if (method === "plan.commit") world.links.disconnect(device);
    return method === "plan.commit" ? { answer: undefined } : undefined;
  };
  await world.publish(buildPublication(2));
  device.override = () => undefined;
  await world.runTo(24 * 3_600_000);
  world.links.connect(device);
  await world.runTo(24 * 3_600_000 + 1000);
  expect(world.activations()).toEqual([[], ["tx-1"]]);
});

test("publishing again under the same identity changes nothing", async () => {
  const world = createWorld(2);
  const publication = buildPublication(2);
  const [first, second] = await Promise.all([world.publish(publication), world.publish(publication)]);
  expect(second).toBe(first);
  expect(world.links.sent.filter((it) => it.endsWith("prepare"))).toHaveLength(2);
});

test("a controller takes part in one transaction at a time", async () => {
  const world = createWorld(3);
  const [first, second] = await Promise.all([
    world.publish(buildPublication(2, 1)),
    world.publish(buildPublication(3, 2)),
  ]);
  expect(first.kind).toBe("committed");
  expect(second).toMatchObject({
    kind: "aborted",
    reason: "busy",
    members: [
      { controllerId: "S1", status: "busy" },
      { controllerId: "S2", status: "busy" },
    ],
  });
});

test("rolling back is publishing the last good plan under a new revision", async () => {
  const world = createWorld(2);
  await world.publish(buildPublication(2, 1));
  await world.runTo(30_000);
  await world.publish({ ...buildPublication(2, 2), activateAtMs: SAMPLE_NOW_MS + 60_000 });
  await world.runTo(60_000);
  await world.publish({ ...buildPublication(2, 3), activateAtMs: SAMPLE_NOW_MS + 90_000 });
  await world.runTo(90_000);
  expect(world.activations()).toEqual(Array(2).fill(["tx-1", "tx-2", "tx-3"]));
});

test("a plan that only looks validated is not published", async () => {
  const world = createWorld(2);
  const publication = buildPublication(2);
  const forged = { ...publication, plan: { ...publication.plan, ...buildSamplePlan() } } as Publication;
  expect(() => world.transactions.publish(forged)).toThrow(/has not passed the safety gate/);
  expect(world.links.sent).toEqual([]);
});

const statusesOf = (outcome: { readonly members: readonly MemberOutcome[] }): string[] =>
  outcome.members.map((it) => it.status);
