import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { main } from "../cli.ts";

const LOG = [
  "TimeStamp,DeviceId,EventId,Parameter",
  "2024-05-13T15:00:00.000,7,1,2",
  "2024-05-13T15:00:05.000,7,82,5",
  "2024-05-13T15:00:30.000,7,8,2",
  "2024-05-13T15:00:40.000,7,82,5",
].join("\n");

let folder: string;
let printed: string[];
const inFolder = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-measures-"));
  printed = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      printed.push(String(text));
      return true;
    });
  }
  writeFileSync(inFolder("log.csv.gz"), gzipSync(LOG));
  writeFileSync(inFolder("detectors.csv"), "DeviceId,Phase,Function,Parameter\n7,2,Advance,5\n");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const run = (...more: string[]): Promise<number> =>
  main(["measures", inFolder("log.csv.gz"), "--detectors", inFolder("detectors.csv"), ...more]);

test("the measures of a compressed log are printed", async () => {
  expect(await run("--table", "arrival_on_green", "--json")).toBe(0);
  const [table] = JSON.parse(printed.at(-1) ?? "");
  expect(table.rows).toEqual([["2024-05-13 15:00:00", "7", 2, 2, 0.5]]);
});

test("a comparison that differs says where and ends with 1", async () => {
  writeFileSync(inFolder("actuations.csv"), "TimeStamp,DeviceId,Detector,Total\n2024-05-13 15:00:00,7,5,2\n");
  expect(await run("--compare", folder)).toBe(0);
  writeFileSync(inFolder("actuations.csv"), "TimeStamp,DeviceId,Detector,Total\n2024-05-13 15:00:00,7,5,3\n");
  expect(await run("--compare", folder)).toBe(1);
  expect(printed.join("")).toContain(
    "expected 2024-05-13 15:00:00, 7, 5, 3; computed 2024-05-13 15:00:00, 7, 5, 2",
  );
});

test("a log that is no log is refused", async () => {
  writeFileSync(inFolder("log.csv.gz"), gzipSync("a,b\n1,2\n"));
  expect(await run()).toBe(2);
  writeFileSync(inFolder("log.csv.gz"), "not compressed");
  expect(await run()).toBe(2);
  expect(await main(["measures", inFolder("none.csv"), "--detectors", inFolder("detectors.csv")])).toBe(2);
});

test("what is wrong with a file is said, and a comparison with nothing is none", async () => {
  const said = async (...more: string[]) => [await run(...more), printed.splice(0).join("")];
  expect(await said("--compare", inFolder("none"))).toEqual([2, expect.stringContaining("holds no table")]);
  writeFileSync(inFolder("detectors.csv"), "a,b\n1,2\n");
  expect(await said()).toEqual([2, expect.stringContaining("line 1: the header must name DeviceId")]);
  writeFileSync(inFolder("log.csv.gz"), gzipSync(LOG).subarray(0, 30));
  expect(await said()).toEqual([2, expect.stringContaining("unexpected end of file")]);
});
