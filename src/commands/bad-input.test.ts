/** Whatever a command is given, it answers with an exit code and a sentence, and never with a stack trace. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { main } from "../cli.ts";

const RUNS = process.env["GREENWAVE_FULL"] === "1" ? 2000 : 60;
const USAGE = 2;
const UNAVAILABLE = 3;

const canalStreet = fileURLToPath(new URL("../../networks/canal-street", import.meta.url));
const shipped = (name: string): Document => JSON.parse(readFileSync(path.join(canalStreet, name), "utf8"));
const DOCUMENTS = ["network.json", "plan.json", "demand.json"] as const;

type Document = { [key: string]: Document } | Document[] | string | number | boolean | null;

let folder: string;
let said: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-bad-input-"));
  said = "";
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<number> {
  said = "";
  return main(args);
}

/** A corridor folder like Canal Street with one document changed. */
function writeCorridor(name: (typeof DOCUMENTS)[number], document: unknown): void {
  for (const each of DOCUMENTS) {
    const text =
      each === name ? JSON.stringify(document) : readFileSync(path.join(canalStreet, each), "utf8");
    writeFileSync(path.join(folder, each), text);
  }
}

test("a file that is missing, a folder, empty or rubbish is named, with status 2", async () => {
  const rubbish = path.join(folder, "rubbish.json");
  writeFileSync(rubbish, Buffer.from([0, 255, 216, 7, 123, 34]));
  const empty = path.join(folder, "empty.json");
  writeFileSync(empty, "");
  const out = path.join(folder, "out");
  for (const file of [rubbish, empty, folder, path.join(folder, "missing")]) {
    for (const words of [
      ["check", file],
      ["evaluate", file],
      ["solve", file],
      ["export", "utdf", file, "--out", out],
      ["import", "utdf", file, "--out", out],
      ["import", "csv", file, "--out", out],
      [
        "controller",
        "--id",
        "A",
        "--url",
        "ws://h",
        "--token-file",
        file,
        "--centre-key-file",
        file,
        "--network",
        file,
      ],
    ]) {
      expect([words, await run(...words)]).toEqual([words, USAGE]);
      expect(said).toContain(folder);
    }
  }
});

test("flags that make no sense are refused with status 2 before any work", async () => {
  for (const words of [
    ["solve", canalStreet, "--cycle", "NaN"],
    ["solve", canalStreet, "--cycle", "90:60"],
    ["solve", canalStreet, "--target", "-1"],
    ["solve", canalStreet, "--band", "ratio=NaN"],
    ["solve", canalStreet, "--route", "none"],
    ["solve", canalStreet, "--group", "s1,none"],
    ["front", canalStreet, "--points", "1"],
    ["front", canalStreet, "--pick", "1.5"],
    ["front", canalStreet, "--floor", "Infinity"],
    ["robust", canalStreet, "--scenario", "demand.json=Infinity"],
    ["robust", canalStreet, "--risk", "tail=2"],
    ["optimize", canalStreet, "--floor", "none=5,5"],
    ["optimize", canalStreet, "--starts", "1.5"],
    ["bands", canalStreet, "--power", "Infinity"],
    ["bands", canalStreet, "--of", "routes", "--floor", "main=5,Infinity"],
    ["explain", canalStreet, "--at", "none"],
    ["evaluate", canalStreet, "--street", "1e9"],
    ["demo", "--speed", "NaN"],
    ["demo", "--seed", "one"],
    ["serve", "--port", "70000"],
    ["serve", "--networks", path.join(folder, "missing"), "--data", path.join(folder, "data"), "--port", "0"],
    ["check", "--nonsense"],
    ["frobnicate"],
  ]) {
    expect([words, await run(...words)]).toEqual([words, USAGE]);
    expect(said).not.toBe("");
  }
});

test("what the machine refuses is named, with status 3", async () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  const template = path.join(folder, "template.csv");
  expect(await run("template", "csv")).toBe(0);
  writeFileSync(template, said);
  for (const words of [
    ["serve", "--port", "0", "--data", file],
    ["serve", "--port", "0", "--data", path.join(folder, "data"), "--host", "203.0.113.1"],
    ["import", "csv", template, "--out", path.join(file, "out")],
    ["solve", canalStreet, "--cycle", "keep", "--out", path.join(file, "plan.json")],
  ]) {
    expect([words, await run(...words)]).toEqual([words, UNAVAILABLE]);
    expect(said).toMatch(/cannot (make|listen|write)/);
  }
});

test("a plan or a demand that does not fit the network is refused with the path of every fault", async () => {
  const flow = { movementId: "none", intersectionId: "s1", flowVph: 1 };
  writeCorridor("demand.json", { version: 1, networkId: "canal-street", name: "x", flows: [flow, flow] });
  for (const word of ["evaluate", "solve"]) {
    expect(await run(word, folder)).toBe(USAGE);
    expect(said).toContain("demand.flows.0: the network has no movement none at s1");
    expect(said).toContain("demand.flows.1: movement none at s1 has a flow already");
  }
});

test("a plan is explained without bands where the network has several routes or none", async () => {
  const document = shipped("network.json");
  for (const routes of [[], [0, 1].map((at) => ({ ...Object(document).routes[0], id: `main-${at}` }))]) {
    writeCorridor("network.json", { ...Object(document), routes });
    expect(await run("explain", folder)).toBe(0);
  }
});

test("a plan of the front that is not there is not written, with status 1", async () => {
  const out = path.join(folder, "plan.json");
  expect(await run("front", canalStreet, "--points", "2", "--pick", "9", "--out", out)).toBe(1);
  expect(said).toContain("there is no plan 9 to pick");
  expect(existsSync(out)).toBe(false);
});

/** Every node of a document, as a path. */
const listPaths = (document: Document, here: readonly string[] = []): (readonly string[])[] => [
  here,
  ...(document === null || typeof document !== "object"
    ? []
    : Object.entries(document).flatMap(([key, value]) => listPaths(value, [...here, key]))),
];

interface Change {
  readonly at: number;
  readonly what: "delete" | "duplicate" | "scale" | "replace";
  readonly by: Document;
}

function change(document: Document, { at, what, by }: Change): void {
  const paths = listPaths(document);
  const path = paths[1 + (at % (paths.length - 1))] ?? [];
  const parent = path.slice(0, -1).reduce((it: Document, key) => Object(it)[key], document);
  const key = path.at(-1) ?? "";
  if (parent === null || typeof parent !== "object") return;
  const value = Object(parent)[key];
  if (what === "replace") Object(parent)[key] = by;
  else if (what === "scale") Object(parent)[key] = typeof value === "number" ? value * (1 + (at % 3)) : value;
  else if (!Array.isArray(parent)) {
    delete parent[key];
    if (what === "duplicate") parent[`${key}2`] = value;
  } else if (what === "delete") parent.splice(Number(key), 1);
  else parent.push(structuredClone(value));
}

test("whatever becomes of a shipped network, its plan or its demand, checking, measuring and explaining it end well", async () => {
  const changes = fc.array(
    fc.record<Change>({
      at: fc.nat(100_000),
      what: fc.constantFrom("delete", "duplicate", "scale", "scale", "replace"),
      by: fc.constantFrom<Document>(null, -1, 0, 1e308, 0.1, "", "s1", "__proto__", [], {}, true),
    }),
    { minLength: 1, maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...DOCUMENTS), changes, async (name, made) => {
      const document = shipped(name);
      for (const each of made) change(document, each);
      writeCorridor(name, document);
      expect(await run("check", path.join(folder, "network.json"))).toBeOneOf([0, USAGE]);
      for (const word of ["evaluate", "explain"]) {
        expect(await run(word, folder)).toBeOneOf([0, 1, USAGE]);
        expect(said).not.toMatch(/NaN|^ +at /m);
      }
    }),
    { seed: 20261122, numRuns: RUNS },
  );
});
