import { expect, test } from "vitest";
import { compareTables } from "./compare-tables.ts";
import { readDetectorConfig } from "./read-detector-config.ts";
import { createHiresReader } from "./read-log.ts";

function read(text: string, chunkBytes = text.length) {
  const reader = createHiresReader();
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.read(bytes.subarray(at, at + chunkBytes));
  return reader.finish();
}

const LOG = [
  "TimeStamp,DeviceId,EventId,Parameter",
  "2024-05-13T15:00:00.000,227,82,5",
  "2024-05-13 15:00:01.2,454,1,2",
  "2024-05-13T15:00:00.000,227,82,5",
  "",
].join("\r\n");

test("a log is the same however its bytes are cut", () => {
  const whole = read(LOG);
  expect(whole).toMatchObject({ rows: 3, repeatedRows: 1, unreadableRows: 0, faults: [] });
  expect([...whole.devices].map(([id, log]) => [id, log.length, log.atMs[0]])).toEqual([
    ["227", 1, Date.UTC(2024, 4, 13, 15)],
    ["454", 1, Date.UTC(2024, 4, 13, 15, 0, 1, 200)],
  ]);
  for (const chunkBytes of [1, 7, 40]) expect(read(LOG, chunkBytes)).toEqual(whole);
});

test("columns are found by name and a time zone is kept to", () => {
  const log = read("Parameter,Event Id,extra,device_id,timestamp\n2,1,x,7,2024-05-13T15:00:00-07:00\n");
  expect(log.devices.get("7")).toMatchObject({
    length: 1,
    codes: Uint16Array.of(1),
    numbers: Uint16Array.of(2),
  });
  expect(log.devices.get("7")?.atMs[0]).toBe(Date.UTC(2024, 4, 13, 22));
});

test.each([
  ["2024-13-45T00:00:00,1,1,1", "no instant"],
  ["yesterday,1,1,1", "no instant"],
  ["2024-05-13T15:00:00,1,1", "no event"],
  ["2024-05-13T15:00:00,1,1,-1", "no event"],
  ["2024-05-13T15:00:00,1,1.5,1", "no event"],
  ["2024-05-13T15:00:00,,1,1", "no device"],
])("the row %s is left out and said to be", (row, message) => {
  const log = read(`TimeStamp,DeviceId,EventId,Parameter\n${row}\n2024-05-13T15:00:00,1,1,1\n`);
  expect(log).toMatchObject({ rows: 2, unreadableRows: 1 });
  expect(log.faults[0]).toMatchObject({ path: "line 2", message: expect.stringContaining(message) });
});

test("without the four columns nothing is read", () => {
  const log = read("a,b,c\n1,2,3\n");
  expect(log).toMatchObject({ rows: 0, repeatedRows: 0, unreadableRows: 0 });
  expect(log.faults).toMatchObject([{ path: "line 1", message: expect.stringContaining("header") }]);
  expect(log.devices.size).toBe(0);
});

test("a detector with a use that no measure knows is left out and said to be", () => {
  const { detectorsByDevice, faults } = readDetectorConfig(
    "DeviceId,Phase,Function,Parameter\n1,2,Advance,5\n1,2,Wish,6\n1,,Advance,7\n",
  );
  expect(detectorsByDevice.get("1")).toEqual([{ phase: 2, use: "advance", channel: 5 }]);
  expect(faults.map((it) => it.path)).toEqual(["line 3", "line 4"]);
});

test("a comparison tells equal, differing, missing and surplus rows apart", () => {
  const table = {
    name: "t",
    columns: ["DeviceId", "Phase", "Total"],
    rows: [
      ["1", 2, 10],
      ["1", 4, 0.1 + 0.2],
      ["1", 6, 7],
    ],
  };
  const compared = compareTables(table, "DeviceId,Phase,Total\n1,2,11\n1,4.0,0.3\n1,8,7\n");
  expect(compared).toMatchObject({
    rows: 3,
    expectedRows: 3,
    equal: 1,
    differing: 1,
    missing: 1,
    surplus: 1,
  });
  expect(compared.differences).toEqual([
    "expected 1, 2, 11; computed 1, 2, 10",
    "missing: 1, 8, 7",
    "not expected: 1, 6, 7",
  ]);
});
