/** The service over real sockets: streams, refusals, restart and shutdown. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import os from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import WebSocket from "ws";
import { type Config, parseConfig } from "./config.ts";
import { known } from "./errors.ts";
import { type RunningService, startService } from "./main.ts";
import { buildSampleNetwork } from "./network/sample-network.test-support.ts";

let folder: string;
let service: RunningService;
let token: string;

const configOf = (flags: object = {}): Config => {
  const parsed = parseConfig({
    environment: {},
    flags: {
      data: path.join(folder, "data"),
      port: "0",
      workers: "1",
      networks: path.join(folder, "network.json"),
      ...flags,
    },
  });
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
};
const start = (flags: object = {}) => startService(configOf(flags), { logger: pino({ level: "silent" }) });

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-main-"));
  writeFileSync(path.join(folder, "network.json"), JSON.stringify(buildSampleNetwork()));
  service = await start();
  token = (await service.tokens.issue({ principalId: "feed", role: "detectorFeed", actorId: "test" })).token;
});
afterEach(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

interface Feed {
  readonly socket: WebSocket;
  /** The messages of the service, in order, as they come. */
  next(): Promise<Record<string, unknown>>;
  readonly closed: Promise<number>;
}

async function openFeed(feedToken = token, networkId = "sample"): Promise<Feed> {
  const socket = new WebSocket(`${service.address.replace("http", "ws")}/ws/counts/${networkId}`, {
    headers: { authorization: `Bearer ${feedToken}` },
  });
  const messages: Record<string, unknown>[] = [];
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    const resolve = waiting.shift();
    if (resolve === undefined) messages.push(message);
    else resolve(message);
  });
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  return {
    socket,
    closed,
    next: () => {
      const message = messages.shift();
      return message === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(message);
    },
  };
}

const countAgo = (agoS: number, more: object = {}) => ({
  detectorId: "adv.A.N",
  startAtMs: Math.floor(Date.now() / 1000) * 1000 - agoS * 1000,
  durationS: 5,
  countVeh: 3,
  ...more,
});

test("a stream answers each message in order, record by record", async () => {
  const feed = await openFeed();
  const first = countAgo(11);
  for (let id = 1; id <= 30; id++) {
    const startAtMs = first.startAtMs - 1000 * (id - 1);
    feed.socket.send(JSON.stringify({ id, counts: [{ ...first, startAtMs }] }));
  }
  for (let id = 1; id <= 30; id++)
    expect(await feed.next()).toMatchObject({ type: "answer", id, accepted: 1 });
  feed.socket.send(JSON.stringify({ id: 31, counts: [first, { ...first, countVeh: 9 }, 5] }));
  expect(await feed.next()).toMatchObject({ id: 31, duplicate: 1, conflict: 1, invalid: 1 });
});

test("a message that is no batch is answered with its faults, and others on the line do not notice", async () => {
  const [bad, good] = [await openFeed(), await openFeed()];
  bad.socket.send("{");
  expect(await bad.next()).toMatchObject({
    type: "error",
    code: "invalidInput",
    faults: [{ message: "not JSON" }],
  });
  bad.socket.send(JSON.stringify({ id: -1, counts: [], more: 1 }));
  const { faults } = (await bad.next()) as { faults: { path: string }[] };
  expect(faults.map((it) => it.path).sort()).toEqual(["counts", "id", "more"]);
  for (let index = 0; index < 8; index++) bad.socket.send("rubbish");
  expect(await bad.closed).toBe(1008);
  good.socket.send(JSON.stringify({ id: 1, counts: [countAgo(20)] }));
  expect(await good.next()).toMatchObject({ id: 1, accepted: 1 });
});

test("frames that are binary or too large close the stream with the code that fits", async () => {
  const [binary, large] = [await openFeed(), await openFeed()];
  binary.socket.send(Buffer.from([1, 2, 3]));
  large.socket.send(JSON.stringify({ id: 1, counts: ["x".repeat(1_100_000)] }));
  expect([await binary.closed, await large.closed]).toEqual([1003, 1009]);
});

test.each([
  ["an unknown token", () => openFeed("gw_0_0"), 401],
  ["an unknown network", () => openFeed(token, "none"), 404],
  ["another address", () => openFeed(token, "a/b"), 404],
])("a stream with %s is refused", async (_name, open, status) => {
  await expect(open()).rejects.toThrow(`Unexpected server response: ${status}`);
});

test("a restart finds networks, tokens, counts and the signing key, and a stop tells the streams", async () => {
  const feed = await openFeed();
  const message = JSON.stringify({ id: 1, counts: [countAgo(33)] });
  feed.socket.send(message);
  await feed.next();
  const key = path.join(folder, "data", "signing-key.pem");
  const madeAt = statSync(key).mtimeMs;
  expect(statSync(key).mode & 0o777).toBe(0o600);
  await service.close();
  expect(await feed.closed).toBe(1001);
  service = await start({ networks: "" });
  expect(statSync(key).mtimeMs).toBe(madeAt);
  const again = await openFeed();
  again.socket.send(message);
  expect(await again.next()).toMatchObject({ duplicate: 1, accepted: 0 });
});

test("a request under way when the service stops is still answered", async () => {
  const url = `${service.address}/api/v1/networks/sample/counts`;
  const body = JSON.stringify({ counts: [countAgo(50)] });
  const sending = request(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-length": body.length,
      expect: "100-continue",
    },
  });
  const answered = once(sending, "response");
  sending.flushHeaders();
  await once(sending, "continue");
  const closed = service.close();
  sending.end(body);
  const [response]: IncomingMessage[] = await answered;
  expect(response?.statusCode).toBe(200);
  await closed;
  await expect(fetch(`${service.address}/healthz`)).rejects.toThrow();
});

test("a service that cannot start says why and leaves nothing open", async () => {
  writeFileSync(path.join(folder, "bad.json"), JSON.stringify({ ...buildSampleNetwork(), colour: 1 }));
  const data = path.join(folder, "other");
  const refused = start({ data, networks: path.join(folder, "bad.json") });
  await expect(refused).rejects.toMatchObject({ code: "invalidInput", faults: [{ path: "colour" }] });
  await expect(start({ networks: "nowhere.json" })).rejects.toMatchObject({ code: "unavailable" });
  const port = known(new URL(service.address).port, "port");
  await expect(start({ data, port })).rejects.toThrow(/EADDRINUSE/);
  const other = await start({ data });
  await other.close();
});

test("an administrator's token may come from the configuration, by its hash only", async () => {
  await service.close();
  const adminTokenSha256 = createHash("sha256").update("open-sesame").digest("hex");
  service = await start({ adminTokenSha256 });
  const ask = (bearer: string) =>
    fetch(`${service.address}/api/v1/tokens`, { headers: { authorization: `Bearer ${bearer}` } });
  expect((await ask("open-sesame")).status).toBe(200);
  expect((await ask("open-sesam")).status).toBe(401);
});

test("the first administrator's token is issued once", async () => {
  const first = await service.issueFirstAdminToken();
  expect(service.tokens.authenticate(first)).toEqual({ id: "admin", role: "admin" });
  await expect(service.issueFirstAdminToken()).rejects.toMatchObject({ code: "conflict" });
});
