import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../control/records.schema.ts";
import { RoleSchema } from "../control/records.schema.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { openTestApp, type TestApp } from "./open-test-app.test-support.ts";
import { buildOpenApi } from "./openapi.ts";

let it: TestApp;
beforeAll(async () => {
  it = await openTestApp();
});
afterAll(() => it.close());

const putSample = (network: object = buildSampleNetwork()) =>
  it.send({ as: "engineer", method: "PUT", url: "/api/v1/networks/sample", body: network });

test("health, readiness and metrics need no token", async () => {
  expect((await it.send({ method: "GET", url: "/healthz" })).json()).toEqual({ status: "ok" });
  expect((await it.send({ method: "GET", url: "/readyz" })).statusCode).toBe(200);
  it.obstacles.push("the store is gone");
  const notReady = await it.send({ method: "GET", url: "/readyz" });
  it.obstacles.pop();
  expect([notReady.statusCode, notReady.json().obstacles]).toEqual([503, ["the store is gone"]]);
  const metrics = await it.send({ method: "GET", url: "/metrics" });
  expect(metrics.headers["content-type"]).toMatch(/^text\/plain/);
  expect(metrics.body).toContain("greenwave_nodejs_eventloop_lag_p99_seconds");
});

test("the interface describes itself, with its own schemas only", async () => {
  const served = (await it.send({ method: "GET", url: "/openapi.json" })).json();
  expect(served).toEqual(JSON.parse(JSON.stringify(await buildOpenApi())));
  expect(Object.keys(served.paths)).toContain("/api/v1/networks/{networkId}/counts");
  const names = new Set(Object.keys(served.components.schemas));
  const references = [...JSON.stringify(served).matchAll(/"\$ref":"([^"]*)"/g)].map(
    (match) => match[1] ?? "",
  );
  expect(references.filter((it) => !names.has(it.replace("#/components/schemas/", "")))).toEqual([]);
  expect(references).toContain("#/components/schemas/CountInput");
  expect(served.components.schemas).not.toHaveProperty("RegisterParams");
  expect((await it.send({ method: "GET", url: "/docs/" })).statusCode).toBe(200);
});

const ACCESS: readonly (readonly ["GET" | "PUT" | "POST" | "DELETE", string, readonly Role[]])[] = [
  ["GET", "/api/v1/networks", RoleSchema.options],
  ["GET", "/api/v1/networks/none", RoleSchema.options],
  ["PUT", "/api/v1/networks/none", ["admin", "engineer"]],
  ["POST", "/api/v1/networks/none/counts", ["admin", "engineer", "detectorFeed"]],
  ["GET", "/api/v1/tokens", ["admin"]],
  ["POST", "/api/v1/tokens", ["admin"]],
  ["DELETE", "/api/v1/tokens/none", ["admin"]],
  ["GET", "/api/v1/audit", ["admin", "engineer", "approver"]],
];

test.each(ACCESS)("%s %s is open to its roles only", async (method, url, roles) => {
  const without = await it.send({ method, url });
  expect([without.statusCode, without.json().code]).toEqual([401, "notAuthenticated"]);
  expect(without.headers["www-authenticate"]).toBe("Bearer");
  for (const role of RoleSchema.options) {
    const { statusCode } = await it.send({ as: role, method, url });
    expect([role, statusCode === 403]).toEqual([role, !roles.includes(role)]);
    expect([role, statusCode]).not.toEqual([role, 401]);
  }
});

test.each([
  ["no scheme", "gw_1_2"],
  ["another scheme", "Basic YTpi"],
  ["an unknown token", `Bearer gw_000000000000_${"a".repeat(43)}`],
  ["rubbish", "Bearer \u00fc\u00fc"],
  ["a long one", `Bearer ${"a".repeat(600)}`],
])("a request with %s is not authenticated", async (_name, authorization) => {
  const { statusCode } = await it.app.inject({ url: "/api/v1/networks", headers: { authorization } });
  expect(statusCode).toBe(401);
});

test("a refusal is a problem document without internals", async () => {
  const missing = await it.send({ as: "engineer", method: "GET", url: "/api/v1/networks/none" });
  expect(missing.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(missing.json()).toEqual({
    type: "urn:greenwave:problem:notFound",
    title: "Not found",
    status: 404,
    code: "notFound",
    detail: "there is no network none",
    instance: expect.stringMatching(/./),
    faults: [],
  });
  const nowhere = await it.send({ as: "engineer", method: "GET", url: "/api/v1/nowhere?x=1" });
  expect([nowhere.statusCode, nowhere.json().detail]).toEqual([404, "there is no GET /api/v1/nowhere"]);
  for (const url of ["/api/v1/networks/%E0%A4%A", `/api/v1/networks/${"x".repeat(200)}`]) {
    const refused = await it.send({ as: "engineer", method: "GET", url });
    expect(refused.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect([refused.statusCode, refused.json().code]).toEqual([expect.toBeOneOf([400, 414]), "invalidInput"]);
  }
});

test("a connection is kept while a solve may last", () => {
  const LONGEST_TASK_MS = 3_600_000;
  expect(it.app.server.timeout).toBeGreaterThanOrEqual(LONGEST_TASK_MS);
});

test("a failure inside says nothing of its cause", async () => {
  const original = it.store.listAudit;
  it.store.listAudit = () => Promise.reject(new Error("secret path /var/lib"));
  const failed = await it.send({ as: "engineer", method: "GET", url: "/api/v1/audit" });
  it.store.listAudit = original;
  expect([failed.statusCode, failed.json().code]).toEqual([500, "internalError"]);
  expect(failed.body).not.toMatch(/secret|at .*\.ts/);
});

test("a network is stored, answered and versioned; the same content again is no new version", async () => {
  const first = await putSample();
  expect([first.statusCode, first.json().version]).toEqual([200, 1]);
  expect((await putSample()).json().version).toBe(1);
  expect((await putSample({ ...buildSampleNetwork(), name: "Renamed" })).json().version).toBe(2);
  const read = await it.send({ as: "controller", method: "GET", url: "/api/v1/networks/sample" });
  expect(read.json()).toEqual({ ...buildSampleNetwork(), name: "Renamed" });
  const list = await it.send({ as: "approver", method: "GET", url: "/api/v1/networks" });
  expect(list.json().networks).toMatchObject([{ networkId: "sample", version: 2, createdBy: "engineer-1" }]);
});

test("a wrong network is refused with every fault, and nothing of it is kept", async () => {
  const before = (await it.send({ as: "engineer", method: "GET", url: "/api/v1/networks" })).json();
  const wrong = await putSample({ ...buildSampleNetwork(), colour: 1, drivingSide: "up", name: "" });
  expect([wrong.statusCode, wrong.json().code]).toEqual([400, "invalidInput"]);
  const paths = wrong.json().faults.map((fault: { path: string }) => fault.path);
  expect(paths.sort()).toEqual(["colour", "drivingSide", "name"]);
  const other = await putSample({ ...buildSampleNetwork(), id: "other" });
  expect(other.json().faults).toMatchObject([{ path: "id" }]);
  expect((await putSample([])).statusCode).toBe(400);
  expect((await it.send({ as: "engineer", method: "GET", url: "/api/v1/networks" })).json()).toEqual(before);
});

test.each([
  ["broken JSON", '{"id":', "application/json", 400, "invalidInput"],
  ["another media type", "<x/>", "application/xml", 415, "unsupportedMediaType"],
])("a network as %s is refused", async (_name, body, type, status, code) => {
  const refused = await it.send({
    as: "engineer",
    method: "PUT",
    url: "/api/v1/networks/sample",
    body,
    headers: { "content-type": type },
  });
  expect([refused.statusCode, refused.json().code]).toEqual([status, code]);
});

test("a token is shown once, works until it is revoked, and is listed without its hash", async () => {
  const issued = await it.send({
    as: "admin",
    method: "POST",
    url: "/api/v1/tokens",
    body: { principalId: "ann@city", role: "engineer" },
  });
  const { token, tokenId } = issued.json();
  expect(issued.statusCode).toBe(201);
  expect(Buffer.from(token.split("_").slice(2).join("_"), "base64url").length).toBe(32);
  const ask = () => it.app.inject({ url: "/api/v1/networks", headers: { authorization: `Bearer ${token}` } });
  expect((await ask()).statusCode).toBe(200);
  const listed = await it.send({ as: "admin", method: "GET", url: "/api/v1/tokens" });
  expect(listed.body).toContain(tokenId);
  expect(listed.body).not.toMatch(/sha256|gw_/);
  const revoke = { as: "admin", method: "DELETE", url: `/api/v1/tokens/${tokenId}` } as const;
  expect((await it.send(revoke)).statusCode).toBe(204);
  expect((await ask()).statusCode).toBe(401);
  expect((await it.send(revoke)).statusCode).toBe(404);
});

test("every fault of a body and of a query is named, unknown keys too", async () => {
  const body = await it.send({
    as: "admin",
    method: "POST",
    url: "/api/v1/tokens",
    body: { principalId: "", role: "controller", more: 1 },
  });
  expect(body.statusCode).toBe(400);
  const paths = body.json().faults.map((fault: { path: string }) => fault.path);
  expect(paths.sort()).toEqual(["more", "principalId", "principalId", "role"]);
  const query = await it.send({ as: "admin", method: "GET", url: "/api/v1/audit?limit=0&offset=3" });
  expect(query.json().faults.map((fault: { path: string }) => fault.path)).toEqual(["limit", "offset"]);
});

test("the audit log says who did what, page by page", async () => {
  await putSample({ ...buildSampleNetwork(), name: "For the log" });
  const page = await it.send({ as: "engineer", method: "GET", url: "/api/v1/audit?limit=1" });
  const [entry] = page.json().entries;
  expect(entry).toMatchObject({
    actorId: "engineer-1",
    action: "network.put",
    subject: "network/sample",
    afterHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const next = await it.send({
    as: "engineer",
    method: "GET",
    url: `/api/v1/audit?limit=1&beforeSequence=${entry.sequence}`,
  });
  expect(next.json().entries[0].sequence).toBe(entry.sequence - 1);
});
