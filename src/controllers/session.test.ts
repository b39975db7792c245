import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { createManualClock } from "../clock.ts";
import { ControllerRegistry } from "./controller-registry.ts";
import { DEFAULT_LINK_LIMITS } from "./controller-server.ts";
import { buildPublication, SAMPLE_NOW_MS } from "./corridor.test-support.ts";
import { CLOSE_CODES, EVENT_WINDOW } from "./protocol-codes.ts";
import { buildOrder } from "./publication.ts";
import { ControllerSession } from "./session.ts";
import { STUB_CONFIGURATION_HASH, StubDevice } from "./stub-controller.test-support.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const publication = buildPublication(1);
const order = buildOrder(publication, publication.plan.timingPlans[0] ?? expect.fail());

test("a socket on which nobody registers is closed after 10 s", async () => {
  const link = createLink();
  await link.runTo(9_999);
  expect(link.far.closeCode).toBeUndefined();
  await link.runTo(10_000);
  expect(link.far.closeCode).toBe(CLOSE_CODES.registerTimeout);
});

test("three heartbeats without an answer close the session after 15 s", async () => {
  const link = createLink();
  link.far.answersAlive = false;
  link.register();
  await link.runTo(14_999);
  expect(link.far.closeCode).toBeUndefined();
  await link.runTo(15_000);
  expect(link.far.closeCode).toBe(CLOSE_CODES.aliveTimeout);
  expect(link.presence()).toMatchObject({ state: "offline", lastClose: { reason: "aliveTimeout" } });
});

test("an answered heartbeat begins the count anew", async () => {
  const link = createLink();
  link.register();
  link.far.answersAlive = false;
  await link.runTo(12_000);
  link.far.answersAlive = true;
  await link.runTo(16_000);
  link.far.answersAlive = false;
  await link.runTo(29_999);
  expect(link.far.closeCode).toBeUndefined();
});

test("a clock that is 1.5 s off warns, one that is 2.5 s off gets no plan (rule 28)", async () => {
  for (const { errorMs, clock, kind } of [
    { errorMs: 900, clock: "ok", kind: "answered" },
    { errorMs: -1500, clock: "warn", kind: "answered" },
    { errorMs: 2500, clock: "refuse", kind: "refused" },
  ]) {
    const link = createLink();
    link.device.clockErrorMs = errorMs;
    link.register();
    await link.runTo(1_000);
    expect(link.presence()).toMatchObject({ clockOffsetMs: errorMs, clock });
    const outcome = await link.session.call({ method: "plan.prepare", order, timeoutMs: 1000 });
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === "refused") {
      expect(outcome.error.data).toEqual({ reason: "clockSkew", ruleId: 28, limit: 2000, actual: 2500 });
    }
  }
});

test("a clock that is set right is trusted again when the old measurements are gone", async () => {
  const link = createLink();
  link.device.clockErrorMs = 5000;
  link.register();
  await link.runTo(1_000);
  link.device.clockErrorMs = 0;
  await link.runTo(45_000);
  expect(link.presence()?.clock).toBe("ok");
});

test("an answer after its time-out is stale and changes nothing", async () => {
  const link = createLink();
  link.register();
  link.far.answersPlans = false;
  const asked = link.session.call({ method: "plan.prepare", order, timeoutMs: 1000 });
  await link.runTo(1_000);
  await expect(asked).resolves.toEqual({ kind: "timedOut" });
  expect(link.far.heldBack).toHaveLength(1);
  for (const answer of link.far.heldBack) link.send(answer);
  expect(link.far.closeCode).toBeUndefined();
});

test("an answer that nobody asked for is rubbish", () => {
  const link = createLink();
  link.register();
  link.send(JSON.stringify({ jsonrpc: "2.0", id: 77, result: {} }));
  expect(link.far.closeCode).toBe(CLOSE_CODES.protocolError);
});

test("an answer of the wrong form closes the session and its open requests", async () => {
  const link = createLink();
  link.register();
  link.device.override = () => ({ answer: { result: { txId: 7 } } });
  const outcome = await link.session.call({ method: "plan.prepare", order, timeoutMs: 1000 });
  expect(outcome).toEqual({ kind: "offline" });
  expect(link.far.closeReason).toMatch(/^protocolError: result of request 2: txId: /);
});

test("a socket that does not take what is sent is closed with 1013", async () => {
  const link = createLink();
  link.register();
  link.far.queuedBytes = 1024 * 1024 + 1;
  await link.runTo(5_000);
  expect(link.far.closeCode).toBe(CLOSE_CODES.tryAgainLater);
});

test("more batches than the window are refused until answers are out", async () => {
  const link = createLink();
  link.register();
  const count = { type: "count", detectorId: "D", startAtMs: 1, durationS: 60, countVeh: 1 };
  for (let seq = 1; seq <= EVENT_WINDOW + 1; seq++) {
    const params = { seq, items: [count] };
    link.send(JSON.stringify({ jsonrpc: "2.0", id: 100 + seq, method: "events", params }));
  }
  await link.runTo(10);
  const answers = link.far.answers.filter((it) => it.id > 100);
  expect(answers.map((it) => it.id - 100)).toEqual([9, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(answers[0]).toMatchObject({ error: { data: { reason: "overloaded" } } });
  expect(answers.at(-1)).toMatchObject({ result: { ackSeq: 8 } });
});

test("nothing but register is taken before register", () => {
  const link = createLink();
  const item = { type: "fallback", atMs: 1, reason: "local", fallback: "own" };
  link.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "events", params: { seq: 1, items: [item] } }));
  expect(link.far.answers[0]).toMatchObject({ error: { data: { reason: "notRegistered" } } });
});

/** What a test sees and sets of the controller's end. */
interface FarEnd {
  answersAlive: boolean;
  answersPlans: boolean;
  queuedBytes: number;
  closeCode: number | undefined;
  closeReason: string;
  readonly answers: { readonly id: number }[];
  readonly heldBack: string[];
}

/** A session whose wire ends in a stub device, on a clock that stands still. */
function createLink() {
  const clock = createManualClock(SAMPLE_NOW_MS);
  const device = new StubDevice("S1", clock);
  const far: FarEnd = {
    answersAlive: true,
    answersPlans: true,
    queuedBytes: 0,
    closeCode: undefined,
    closeReason: "",
    answers: [],
    heldBack: [],
  };
  const registry = new ControllerRegistry({
    clock,
    findConfigurationHash: () => STUB_CONFIGURATION_HASH,
    takeEvents: async () => {},
    reportFailure: (_, error) => expect.fail(String(error)),
  });
  const session: ControllerSession = new ControllerSession({
    controllerId: "S1",
    clock,
    limits: DEFAULT_LINK_LIMITS,
    privateKey,
    host: registry,
    wire: {
      send: (frame) => {
        const message = JSON.parse(frame);
        if (message.method === undefined) {
          far.answers.push(message);
          return;
        }
        const reply = JSON.stringify({ jsonrpc: "2.0", id: message.id, ...device.answer(message) });
        const isAnswered = message.method === "alive" ? far.answersAlive : far.answersPlans;
        if (isAnswered) queueMicrotask(() => send(reply));
        else far.heldBack.push(reply);
      },
      close: (code, reason) => {
        far.closeCode = code;
        far.closeReason = reason;
      },
      queuedBytes: () => far.queuedBytes,
    },
  });
  const send = (frame: string): void => session.peer.receive(Buffer.from(frame), false);
  return {
    device,
    session,
    far,
    send,
    register: () =>
      send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "register", params: device.describe() })),
    presence: () => registry.findPresence("S1"),
    /** Goes on to `afterMs` since the start, second by second with all that follows done. */
    runTo: async (afterMs: number) => {
      const endMs = SAMPLE_NOW_MS + afterMs;
      await turn();
      while (clock.nowMs() < endMs) {
        clock.advanceTo(Math.min(endMs, clock.nowMs() + 1000));
        await turn();
      }
    },
  };
}

/** Lets all that waits on resolved promises run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
