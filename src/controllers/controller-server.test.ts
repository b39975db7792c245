import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Clock, createScaledClock } from "../clock.ts";
import type { CommitRecord } from "./commit-record.schema.ts";
import { ControllerServer, type LinkLimits } from "./controller-server.ts";
import { buildPublication, listMembers, SAMPLE_NOW_MS } from "./corridor.test-support.ts";
import type { EventItem } from "./protocol.schema.ts";
import { CLOSE_CODES, MAX_FRAME_BYTES, SUBPROTOCOL } from "./protocol-codes.ts";
import { connectStub, STUB_CONFIGURATION_HASH, StubDevice } from "./stub-controller.test-support.ts";
import { PlanTransactions } from "./transaction.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const COUNT: EventItem = { type: "count", detectorId: "D", startAtMs: 1, durationS: 60, countVeh: 7 };

let centre: Centre;
beforeEach(async () => {
  centre = await startCentre();
});
afterEach(() => centre.stop());

test("nine controllers over sockets prepare, commit, and run the plan at its instant", async () => {
  const devices = listMembers(9).map((id) => new StubDevice(id, centre.clock));
  await Promise.all(devices.map((it) => centre.connect(it).registered));
  const records: CommitRecord[] = [];
  let finish = (): void => {};
  const allActive = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const transactions = new PlanTransactions({
    links: centre.server,
    clock: centre.clock,
    journal: { record: async (it) => void records.push(it) },
    reportActive: ({ remaining }) => {
      if (remaining === 0) finish();
    },
    limits: { leadTimeMs: 0 },
  });
  const activateAtMs = centre.clock.nowMs() + 500;
  const outcome = await transactions.publish({ ...buildPublication(9), activateAtMs });
  expect(outcome.kind).toBe("committed");
  await allActive;
  expect(centre.clock.nowMs()).toBeGreaterThanOrEqual(activateAtMs);
  expect(devices.map((it) => it.activations)).toEqual(Array(9).fill(["tx-1"]));
  expect(centre.server.listPresence().map((it) => it.state)).toEqual(Array(9).fill("inControl"));
});

test("an address that is not a controller's is left to others", async () => {
  await expect(handshake(centre.url, { path: "/ws/counts" })).resolves.toMatchObject({ status: 404 });
  await expect(handshake(centre.url, { path: "/ws/controllers/%00" })).resolves.toMatchObject({
    status: 404,
  });
});

test("an unknown sub-protocol is refused with 400, a wrong or missing token with 401", async () => {
  await expect(handshake(centre.url, { protocol: "other.v1" })).resolves.toMatchObject({ status: 400 });
  await expect(handshake(centre.url, { protocol: undefined })).resolves.toMatchObject({ status: 400 });
  await expect(handshake(centre.url, { token: "token-of-S2" })).resolves.toMatchObject({ status: 401 });
  await expect(handshake(centre.url, { token: undefined })).resolves.toMatchObject({ status: 401 });
  expect(centre.server.listPresence()).toEqual([]);
});

test("the newest session wins; the older one is closed by name and its epoch is past", async () => {
  const device = new StubDevice("S1", centre.clock);
  const older = centre.connect(device);
  const first = await older.registered;
  const second = await centre.connect(device).registered;
  await expect(older.closed).resolves.toMatchObject({ code: CLOSE_CODES.replaced });
  expect(second.epoch).toBeGreaterThan(first.epoch);
  expect(centre.server.findPresence("S1")?.state).toBe("ready");
  const outcome = await centre.server.call("S1", {
    method: "plan.abort",
    order: { txId: "x" },
    timeoutMs: 1000,
  });
  expect(outcome.kind).toBe("answered");
});

test("an identity other than that of the token is closed by name", async () => {
  const device = new StubDevice("S1", centre.clock);
  const link = centre.connect(device, { register: "no" });
  await opened(link.socket);
  void link.ask("register", { ...device.describe(), id: "S2" });
  await expect(link.closed).resolves.toMatchObject({ code: CLOSE_CODES.wrongIdentity });
});

test("a controller with another configuration is watched but gets no plan", async () => {
  const device = new StubDevice("S1", centre.clock);
  const link = centre.connect(device, { register: "no" });
  await opened(link.socket);
  const answer = await link.ask("register", { ...device.describe(), configHash: "0".repeat(64) });
  expect(answer).toMatchObject({ result: { mode: "monitor" } });
  const outcome = await centre.server.call("S1", {
    method: "plan.abort",
    order: { txId: "x" },
    timeoutMs: 1000,
  });
  expect(outcome).toMatchObject({ kind: "refused", error: { data: { reason: "noRights" } } });
  await expect(link.sendEvents([COUNT])).resolves.toMatchObject({ result: { ackSeq: 1 } });
});

test("a controller whose configuration is no longer the centre's registers anew, and is then only watched", async () => {
  const device = new StubDevice("S1", centre.clock);
  const link = centre.connect(device);
  await link.registered;
  centre.server.recheckConfigurations();
  expect(centre.server.findPresence("S1")?.state).toBe("ready");
  centre.configurationHash = "0".repeat(64);
  centre.server.recheckConfigurations();
  await expect(link.closed).resolves.toMatchObject({ code: CLOSE_CODES.configurationChanged });
  const again = centre.connect(device);
  await again.registered;
  expect(centre.server.findPresence("S1")?.state).toBe("monitor");
  centre.server.recheckConfigurations();
  expect(centre.server.findPresence("S1")?.state).toBe("monitor");
  centre.configurationHash = STUB_CONFIGURATION_HASH;
  centre.server.recheckConfigurations();
  await expect(again.closed).resolves.toMatchObject({ code: CLOSE_CODES.configurationChanged });
});

test("a forged signature is refused by the controller", async () => {
  const device = new StubDevice("S1", centre.clock);
  const stranger = generateKeyPairSync("ed25519").publicKey;
  await centre.connect(device, { publicKey: stranger }).registered;
  const outcome = await centre.server.call("S1", { method: "plan.release", order: {}, timeoutMs: 1000 });
  expect(outcome).toMatchObject({ kind: "refused", error: { data: { reason: "badSignature" } } });
});

test("events are acknowledged when they are kept, in order, and once", async () => {
  const link = centre.connect(new StubDevice("S1", centre.clock));
  await link.registered;
  centre.keepFails = true;
  await expect(link.sendEvents([COUNT], 1)).resolves.toMatchObject({
    error: { data: { reason: "internal" } },
  });
  await expect(link.sendEvents([COUNT], 2)).resolves.toMatchObject({
    error: { data: { reason: "internal" } },
  });
  centre.keepFails = false;
  await expect(link.sendEvents([COUNT], 1)).resolves.toMatchObject({ result: { ackSeq: 1 } });
  await expect(link.sendEvents([COUNT], 3)).resolves.toMatchObject({
    error: { data: { limit: 2, actual: 3 } },
  });
  await expect(link.sendEvents([COUNT], 2)).resolves.toMatchObject({ result: { ackSeq: 2 } });
  await expect(link.sendEvents([COUNT], 1)).resolves.toMatchObject({ result: { ackSeq: 2 } });
  expect(centre.kept).toHaveLength(2);
  expect(centre.failures).not.toEqual([]);
});

test("a new session goes on after the last batch of the same boot, and from zero after a restart", async () => {
  const device = new StubDevice("S1", centre.clock);
  const first = centre.connect(device);
  await first.registered;
  await first.sendEvents([COUNT]);
  await first.sendEvents([COUNT]);
  expect((await centre.connect(device).registered).lastSeq).toBe(2);
  device.restart();
  expect((await centre.connect(device).registered).lastSeq).toBe(0);
});

test("a controller that falls back leaves control", async () => {
  const device = new StubDevice("S1", centre.clock);
  const link = centre.connect(device);
  await link.registered;
  await link.sendEvents([{ type: "planActive", atMs: 1, txId: "t", hash: "a".repeat(64) }]);
  expect(centre.server.findPresence("S1")).toMatchObject({
    state: "inControl",
    runningPlanHash: "a".repeat(64),
  });
  await link.sendEvents([{ type: "fallback", atMs: 2, reason: "local", fallback: "own" }]);
  expect(centre.server.findPresence("S1")).toMatchObject({ state: "ready", runningPlanHash: null });
});

test("wrong parameters are answered with every fault, and the session goes on", async () => {
  const link = centre.connect(new StubDevice("S1", centre.clock));
  await link.registered;
  const answer = await link.ask("events", { seq: 0, items: [{ ...COUNT, countVeh: -1, extra: 1 }] });
  expect(answer).toMatchObject({ error: { data: { reason: "invalidParams", path: "seq" } } });
  const { message } = (answer as { error: { message: string } }).error;
  for (const fault of ["params.seq", "params.items.0.countVeh", "extra"]) expect(message).toContain(fault);
  await expect(link.ask("nonsense", {})).resolves.toMatchObject({
    error: { data: { reason: "methodNotFound" } },
  });
  await expect(link.ask("register", new StubDevice("S1", centre.clock).describe())).resolves.toMatchObject({
    error: { data: { reason: "alreadyRegistered" } },
  });
  await expect(link.sendEvents([COUNT], 1)).resolves.toMatchObject({ result: { ackSeq: 1 } });
});

test("rubbish is disconnected by a named code and the others never notice", async () => {
  await centre.stop();
  // The well-behaved one speaks after each frame of rubbish, faster than a controller may.
  centre = await startCentre({ handshakesPerS: 10_000, framesPerS: 10_000, frameBurst: 10_000 });
  const good = centre.connect(new StubDevice("S1", centre.clock));
  await good.registered;
  const runs = process.env["GREENWAVE_FULL"] === "1" ? 1000 : 120;
  let seq = 0;
  await fc.assert(
    fc.asyncProperty(rubbishArbitrary, fc.boolean(), async (frame, isRegistered) => {
      const bad = centre.connect(new StubDevice("S2", centre.clock), isRegistered ? {} : { register: "no" });
      await (isRegistered ? bad.registered : opened(bad.socket));
      bad.socket.send(frame);
      const { code } = await bad.closed;
      expect([CLOSE_CODES.protocolError, CLOSE_CODES.frameTooBig, CLOSE_CODES.flooding]).toContain(code);
      seq += 1;
      expect(await good.sendEvents([COUNT], seq)).toMatchObject({ result: { ackSeq: seq } });
    }),
    { seed: 4001, numRuns: runs },
  );
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  expect(centre.server.findPresence("S1")?.state).toBe("ready");
  expect(centre.failures).toEqual([]);
});

test("a frame above 256 KiB closes with 1009", async () => {
  const link = centre.connect(new StubDevice("S1", centre.clock));
  await link.registered;
  link.socket.send("x".repeat(MAX_FRAME_BYTES + 1));
  await expect(link.closed).resolves.toMatchObject({ code: CLOSE_CODES.frameTooBig });
});

test("a flood of frames or pings closes by name", async () => {
  for (const flood of [(it: WebSocket) => it.ping(), (it: WebSocket) => it.send(JSON.stringify(UNKNOWN))]) {
    const link = centre.connect(new StubDevice("S1", centre.clock));
    await link.registered;
    for (let i = 0; i < 1000; i++) flood(link.socket);
    await expect(link.closed).resolves.toMatchObject({ code: CLOSE_CODES.flooding });
  }
});

test("a storm of 200 controllers is admitted at the set rate and all get in", async () => {
  let refused = 0;
  const connectUntilAdmitted = async (id: string): Promise<void> => {
    for (;;) {
      const link = centre.connect(new StubDevice(id, centre.clock));
      const first = await Promise.race([link.registered.then(() => "in"), link.closed.then(() => "out")]);
      if (first === "in") return;
      refused += 1;
      await new Promise((resolve) => setTimeout(resolve, 200 + (refused % 10) * 20));
    }
  };
  const startMs = Date.now();
  await Promise.all(listMembers(200).map(connectUntilAdmitted));
  expect(refused).toBeGreaterThan(0);
  expect(Date.now() - startMs).toBeGreaterThan(((200 - 50) / 50) * 1000 - 50);
  expect(centre.server.listPresence().filter((it) => it.state === "ready")).toHaveLength(200);
});

test("too many handshakes are told when to come back", async () => {
  await centre.stop();
  centre = await startCentre({ handshakesPerS: 1 });
  await centre.connect(new StubDevice("S1", centre.clock)).registered;
  await expect(handshake(centre.url, { path: "/ws/controllers/S2", token: "token-of-S2" })).resolves.toEqual({
    status: 503,
    retryAfter: "1",
  });
});

test("a stop closes every session by name", async () => {
  const links = listMembers(3).map((id) => centre.connect(new StubDevice(id, centre.clock)));
  await Promise.all(links.map((it) => it.registered));
  await centre.server.close();
  for (const link of links) await expect(link.closed).resolves.toMatchObject({ code: CLOSE_CODES.goingAway });
});

const UNKNOWN = { jsonrpc: "2.0", id: 1, method: "unknown", params: {} };

/** Frames that are no message of the protocol: text, JSON of any kind, broken envelopes, too large, too deep, binary. */
const rubbishArbitrary: fc.Arbitrary<string | Buffer> = fc.oneof(
  fc.string(),
  fc.json(),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .jsonValue()
    .map((params) => JSON.stringify({ jsonrpc: "2.0", id: 1, method: "events", params: [params] })),
  fc.jsonValue().map((result) => JSON.stringify({ jsonrpc: "2.0", id: 999_999, result: { result } })),
  fc.constantFrom(
    "",
    "null",
    "[]",
    "{}",
    '{"__proto__":{"method":"register","polluted":true}}',
    '{"jsonrpc":"2.0","id":1,"method":"register","params":{},"__proto__":{"polluted":true}}',
    '{"jsonrpc":"2.0","id":1,"result":{},"constructor":{"prototype":{"polluted":true}}}',
    '{"jsonrpc":"2.0","id":1.5,"method":"events","params":{}}',
    '{"jsonrpc":"2.0","id":"1","method":"events","params":{}}',
    '{"jsonrpc":"1.0","id":1,"method":"events","params":{}}',
    '{"jsonrpc":"2.0","id":1,"method":7,"params":{}}',
    "[".repeat(100_000),
    `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
    `{"jsonrpc":"2.0","id":1,"result":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)},"x":1}`,
    "x".repeat(MAX_FRAME_BYTES + 1),
  ),
);

interface Centre {
  readonly url: string;
  readonly clock: Clock;
  readonly server: ControllerServer;
  readonly kept: EventItem[];
  readonly failures: unknown[];
  keepFails: boolean;
  configurationHash: string;
  connect(
    device: StubDevice,
    overrides?: Partial<Parameters<typeof connectStub>[0]>,
  ): ReturnType<typeof connectStub>;
  stop(): Promise<void>;
}

/** A service with nothing but the controller link, on a free port; a controller's token is `token-of-<id>`. */
async function startCentre(limits: Partial<LinkLimits> = {}): Promise<Centre> {
  const clock = createScaledClock({
    simulatedAnchorMs: SAMPLE_NOW_MS,
    realAnchorMs: Date.now(),
    speedFactor: 1,
  });
  const server = new ControllerServer({
    clock,
    privateKey,
    limits,
    authenticate: async (controllerId, token) => token === `token-of-${controllerId}`,
    findConfigurationHash: () => started.configurationHash,
    takeEvents: async (_, items) => {
      if (started.keepFails) throw new Error("disk full");
      started.kept.push(...items);
    },
    reportFailure: (_, error) => started.failures.push(error),
  });
  const http = createServer();
  http.on("upgrade", (request, socket, head) => {
    if (!server.handleUpgrade(request, socket, head)) socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const started: Centre = {
    url,
    clock,
    server,
    kept: [],
    failures: [],
    keepFails: false,
    configurationHash: STUB_CONFIGURATION_HASH,
    connect: (device, overrides = {}) =>
      connectStub({ url, device, token: `token-of-${device.id}`, publicKey, ...overrides }),
    stop: async () => {
      await server.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return started;
}

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => socket.once("open", () => resolve()));

/** The HTTP answer to an upgrade that is expected to be refused. */
function handshake(
  url: string,
  options: {
    readonly path?: string;
    readonly protocol?: string | undefined;
    readonly token?: string | undefined;
  },
): Promise<{ readonly status: number | undefined; readonly retryAfter: string | undefined }> {
  const { path, protocol, token } = {
    path: "/ws/controllers/S1",
    protocol: SUBPROTOCOL,
    token: "token-of-S1",
    ...options,
  };
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${url}${path}`, protocol === undefined ? [] : [protocol], { headers });
  return new Promise((resolve, reject) => {
    socket.on("open", () => reject(new Error("the handshake was accepted")));
    socket.on("error", () => {});
    socket.on("unexpected-response", (_, response) => {
      resolve({ status: response.statusCode, retryAfter: response.headers["retry-after"] });
      response.destroy();
    });
  });
}
