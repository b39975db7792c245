import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toCounts } from "../control/count-columns.ts";
import type { IngestAnswer } from "../control/ingest-counts.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { openSampleApp, START_MS, type TestApp } from "./open-test-app.test-support.ts";

const URL = "/api/v1/networks/sample/counts";

let it: TestApp;
beforeAll(async () => {
  it = await openSampleApp();
});
afterAll(() => it.close());

const post = (body: object | string, type = "application/json") =>
  it.send({ as: "detectorFeed", method: "POST", url: URL, body, headers: { "content-type": type } });

/** A record whose period ended `agoS` before the clock of the test. */
const countAgo = (agoS: number, more: object = {}) => ({
  detectorId: "adv.A.N",
  startAtMs: START_MS - agoS * 1000,
  durationS: 5,
  countVeh: 3,
  ...more,
});

test("each record gets its own answer, and only those that were not simply accepted are listed", async () => {
  const counts = [
    countAgo(10),
    countAgo(10),
    countAgo(10, { countVeh: 4 }),
    countAgo(5000),
    countAgo(20, { detectorId: "adv.A.X" }),
    countAgo(30, { countVeh: -1, colour: "red" }),
    countAgo(-3600),
    "nonsense",
    countAgo(20, { occupancy: 0.5 }),
  ];
  const answer = await post({ counts });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    received: 9,
    accepted: 2,
    late: 1,
    duplicate: 1,
    conflict: 1,
    unknownDetector: 1,
    invalid: 3,
    records: [
      { index: 1, status: "duplicate" },
      { index: 2, status: "conflict" },
      { index: 3, status: "late" },
      {
        index: 4,
        status: "unknownDetector",
        faults: [{ path: "detectorId", message: "the network has no detector adv.A.X" }],
      },
      {
        index: 5,
        status: "invalid",
        faults: [
          { path: "countVeh", message: expect.stringMatching(/./) },
          { path: "colour", message: "unknown key" },
        ],
      },
      {
        index: 6,
        status: "invalid",
        faults: [{ path: "startAtMs", message: "starts 3600 s ahead of the service's clock" }],
      },
      { index: 7, status: "invalid", faults: [{ path: "", message: expect.stringMatching(/object/) }] },
    ],
  });
  const window = { fromMs: START_MS - 20_000, toMs: START_MS, limit: 10 };
  const kept = await it.store.readCounts({ networkId: "sample", ...window });
  expect(toCounts(kept, await it.store.listDetectors({ networkId: "sample" }))).toEqual([
    { detectorId: "adv.A.N", startAtMs: START_MS - 20_000, durationS: 5, countVeh: 3, occupancy: 0.5 },
    { detectorId: "adv.A.N", startAtMs: START_MS - 10_000, durationS: 5, countVeh: 3 },
  ]);
});

test("a batch sent again, or two at once, is counted once", async () => {
  const counts = Array.from({ length: 50 }, (_, index) => countAgo(100 + index * 5));
  const answers = await Promise.all([post({ counts }), post({ counts }), post({ counts })]);
  const totals = answers.map((answer) => [answer.json().accepted, answer.json().duplicate]);
  expect(totals.sort()).toEqual([
    [0, 50],
    [0, 50],
    [50, 0],
  ]);
});

test("records that come out of order are accepted", async () => {
  const answer = await post({ counts: [countAgo(400), countAgo(410), countAgo(405)] });
  expect(answer.json()).toMatchObject({ accepted: 3, records: [] });
});

test("CSV says the same, with line numbers", async () => {
  const startAtMs = START_MS - 600_000;
  const text = [
    "startAtMs,detectorId,countVeh,durationS,occupancy",
    `${startAtMs},adv.A.N,7,5,0.25`,
    `${startAtMs},adv.B.N,7,5,`,
    `${startAtMs},adv.B.S,seven,5,`,
    `${startAtMs},adv.B.S,7`,
    `${startAtMs},adv.B.S,7,5,0.1,9`,
    "",
    `${startAtMs},adv.A.N,8,5,0.25`,
  ].join("\r\n");
  const answer = await post(`${text}\r\n`, "text/csv; charset=utf-8");
  expect(answer.json()).toMatchObject({ received: 7, accepted: 2, conflict: 1, invalid: 4 });
  const records: IngestAnswer["records"] = answer.json().records;
  expect(records.map(({ line, status, faults }) => [line, status, faults?.map(({ path }) => path)])).toEqual([
    [4, "invalid", ["countVeh"]],
    [5, "invalid", ["durationS"]],
    [6, "invalid", ["cell 6"]],
    [7, "invalid", ["detectorId", "startAtMs", "durationS", "countVeh"]],
    [8, "conflict", undefined],
  ]);
});

test("a CSV header that is wrong is refused with every fault", async () => {
  const answer = await post("detectorId,startAtMs,speed,startAtMs\n", "text/csv");
  expect([answer.statusCode, answer.json().code]).toEqual([400, "invalidInput"]);
  expect(answer.json().faults).toHaveLength(4);
});

test.each([
  ["no counts", { counts: [] }, 400],
  ["too many", { counts: Array.from({ length: 10_001 }, () => 0) }, 400],
  ["an unknown key", { counts: [countAgo(1)], more: 1 }, 400],
  ["a list", [countAgo(1)], 400],
  ["broken JSON", "{", 400],
  ["an empty body", "", 400],
  ["a poisoned prototype", '{"counts":[1],"__proto__":{"x":1}}', 400],
  ["five megabytes", `{"counts":["${"x".repeat(5_000_000)}"]}`, 413],
])("a batch with %s is refused whole", async (_name, body, status) => {
  const answer = await post(body);
  expect([answer.statusCode, answer.json().status]).toEqual([status, status]);
});

test("counts for an unknown network are refused", async () => {
  const answer = await it.send({
    as: "detectorFeed",
    method: "POST",
    url: "/api/v1/networks/none/counts",
    body: { counts: [countAgo(1)] },
  });
  expect([answer.statusCode, answer.json().code]).toEqual([404, "notFound"]);
});

test("whatever a batch holds, every record is answered and nothing fails inside", async () => {
  const nearlyCount = fc.record(
    {
      detectorId: fc.oneof(fc.constantFrom("adv.A.N", "adv.B.E", "toString", "__proto__"), fc.string()),
      startAtMs: fc.oneof(fc.integer({ min: 0, max: START_MS }), fc.double(), fc.string()),
      durationS: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.double(), fc.constant(null)),
      countVeh: fc.oneof(fc.integer({ min: -1, max: 20_000 }), fc.boolean()),
      occupancy: fc.double(),
    },
    { requiredKeys: [] },
  );
  const record = fc.oneof({ weight: 4, arbitrary: nearlyCount }, fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (counts) => {
      const answer = await post({ counts });
      expect(answer.statusCode).toBe(200);
      const { received, records, accepted, ...rest }: IngestAnswer = answer.json();
      expect(received).toBe(counts.length);
      expect(accepted + records.length).toBe(received);
      const { late, duplicate, conflict, unknownDetector, invalid } = rest;
      expect(late + duplicate + conflict + unknownDetector + invalid).toBe(records.length);
    }),
    { seed: 7, numRuns: 200 },
  );
});

test("a network's new version decides which detectors are known", async () => {
  const network = buildSampleNetwork();
  const detectors = network.detectors.filter(({ id }) => id !== "adv.C.E");
  const body = countAgo(700, { detectorId: "adv.C.E" });
  expect((await post({ counts: [body] })).json().accepted).toBe(1);
  const put = { as: "engineer", method: "PUT", url: "/api/v1/networks/sample" } as const;
  expect((await it.send({ ...put, body: { ...network, detectors } })).statusCode).toBe(200);
  expect((await post({ counts: [body] })).json().unknownDetector).toBe(1);
  await it.send({ ...put, body: network });
  expect((await post({ counts: [body] })).json().duplicate).toBe(1);
});
