import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Count } from "../demand/count.schema.ts";
import { CountSchema } from "../demand/count.schema.ts";
import { type CountImportOptions, importCounts } from "./import-counts.ts";

const shared = new URL("../../../shared/data/scats-boroondara-2006-10/", import.meta.url);
const MELBOURNE = { timeZone: "Australia/Melbourne" };

const SLOTS = Array.from({ length: 96 }, (_, at) => `V${String(at).padStart(2, "0")}`);
/** One approach in SCATS' shape: a date a row, all 96 counts alike. */
const scats = (rows: readonly (readonly [date: string, countVeh: string])[]): string =>
  [
    "\uFEFF,,Start Time,0:00,0:15",
    ["SCATS Number", "VR Internal Loc", "Date", ...SLOTS].join(","),
    ...rows.map(([date, countVeh]) => ["4262", "6", date, ...SLOTS.map(() => countVeh)].join(",")),
  ].join("\r\n");

function read(text: string, options: CountImportOptions = MELBOURNE) {
  const imported = importCounts(text, options);
  if (imported.kind === "invalid") throw new Error(JSON.stringify(imported.faults));
  return imported;
}

const keyed = (counts: readonly Count[]): Map<string, number> =>
  new Map(counts.map((it) => [`${it.detectorId} ${it.startAtMs}`, it.countVeh]));

test("a day past the 12th tells the order of dates, and both orders give the same counts", () => {
  const us = read(
    scats([
      ["10/1/2006", "5"],
      ["10/13/2006", "7"],
    ]),
  );
  const other = read(
    scats([
      ["1/10/2006", "5"],
      ["13/10/2006", "7"],
    ]),
  );
  expect(us.counts).toHaveLength(192);
  expect(other.counts).toEqual(us.counts);
  expect(us.counts[0]).toEqual({
    detectorId: "4262-SW",
    startAtMs: Date.parse("2006-10-01T00:00+10:00"),
    durationS: 900,
    countVeh: 5,
  });
  for (const it of us.counts) expect(CountSchema.parse(it)).toEqual(it);
});

test("where no date tells the order it must be stated", () => {
  const text = scats([["10/1/2006", "5"]]);
  expect(importCounts(text, MELBOURNE)).toMatchObject({ kind: "invalid", faults: [{ path: "Date" }] });
  const first = (dateOrder: "mdy" | "dmy") => read(text, { ...MELBOURNE, dateOrder }).counts[0]?.startAtMs;
  expect(first("mdy")).toBe(Date.parse("2006-10-01T00:00+10:00"));
  expect(first("dmy")).toBe(Date.parse("2006-01-10T00:00+11:00"));
});

test("the hour that the clocks skip is left out and told", () => {
  const { counts, report } = read(scats([["10/29/2006", "5"]]));
  expect(counts).toHaveLength(92);
  expect(report.filter((it) => it.sentence.startsWith("The clocks skipped"))).toHaveLength(4);
});

test("of an hour that comes twice the first row is the first time, the second row the second", () => {
  const rows = ["2023-10-29T02:00,11", "2023-10-29T02:00,12", "2023-10-29T03:00,13"];
  const { counts, report } = read(
    ["detectorId,start_local,count", ...rows.map((it) => `d1,${it}`)].join("\n"),
    { timeZone: "Europe/Berlin" },
  );
  expect(counts.map((it) => [new Date(it.startAtMs).toISOString().slice(11, 16), it.countVeh])).toEqual([
    ["00:00", 11],
    ["01:00", 12],
    ["02:00", 13],
  ]);
  expect(counts[0]?.durationS).toBe(3600);
  expect(report.some((it) => it.severity === "warning")).toBe(true);
});

test("repetitions, blanks, words, negative and absurd counts and dates that do not exist are no counts", () => {
  const rows = ["2023-10-01T00:00,5", "2023-10-01T00:00,6", "2023-10-01T00:15,", "2023-10-01T00:30,many"];
  const more = ["2023-10-01T00:45,-3", "2023-10-01T01:00,99999999", "yesterday,4", "2023-13-45T00:00,4"];
  const { counts, report } = read(
    ["site,leg,start_local,count", ...[...rows, ...more].map((it) => `1,N,${it}`)].join("\n"),
  );
  expect(counts).toMatchObject([{ detectorId: "1-N", countVeh: 5 }]);
  expect(report.filter((it) => it.severity === "omitted")).toHaveLength(6);
});

test("a file of another shape and a zone that does not exist are refused", () => {
  expect(importCounts("a,b\n1,2", MELBOURNE).kind).toBe("invalid");
  expect(importCounts("", MELBOURNE).kind).toBe("invalid");
  expect(importCounts("start_local,count\n2023-10-01T00:00,5", MELBOURNE).kind).toBe("invalid");
  expect(importCounts(scats([["10/13/2006", "5"]]), { timeZone: "Mars/Olympus" }).kind).toBe("invalid");
});

describe.skipIf(!existsSync(shared))("the tables of October 2006", () => {
  const load = (file: string) => read(readFileSync(new URL(file, shared), "utf8"));

  test("both wide copies and the long one are the same series", () => {
    const long = keyed(load("counts_burwood_rd.csv").counts);
    expect(long.size).toBeGreaterThan(35_000);
    expect(keyed(load("raw_wide_mdY_burwood.csv").counts)).toEqual(long);
    expect(keyed(load("raw_wide_dmY_burwood.csv").counts)).toEqual(long);
  });
});
