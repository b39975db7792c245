/** `greenwave sumo run` with what goes wrong around it; a script stands for the program `sumo`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { main } from "../cli.ts";
import { PLAIN_PROGRAM, programText, twoSignals } from "../exchange/sumo/small-net.test-support.ts";

const ENTRY = fileURLToPath(new URL("../../bin/greenwave.mjs", import.meta.url));

let folder: string;
let said: string;
const inFolder = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-sumo-command-"));
  said = "";
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
  writeFileSync(
    inFolder("a.net.xml"),
    twoSignals([programText("A", PLAIN_PROGRAM), programText("B", PLAIN_PROGRAM)]),
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const run = (...args: string[]): Promise<number> => main(["sumo", "run", ...args]);
const street = (): string[] => ["--net", inFolder("a.net.xml"), "--routes", inFolder("a.rou.xml")];

test("a scenario that is none, or a wrong option, is refused with a sentence", async () => {
  const entry = { net: "a.net.xml", routes: ["a.rou.xml"], begin: 60, end: 60 };
  writeFileSync(inFolder("scenarios.json"), JSON.stringify({ a: entry }));
  for (const [words, sentence] of [
    [[`${inFolder("scenarios.json")}#a`], "a.end: must be after begin"],
    [[...street(), "--begin", "60", "--end", "60"], "--end must be after --begin"],
    [[...street(), "--seeds", "1,,2"], "whole number"],
    [[...street(), "--seeds", ""], "whole number"],
    [[...street(), "--seeds", "99999999999"], "whole number"],
  ] as const) {
    said = "";
    expect([words, await run(...words)]).toEqual([words, 2]);
    expect(said).toContain(sentence);
  }
  writeFileSync(inFolder("scenarios.json"), JSON.stringify({ a: { ...entry, end: 120 } }));
  said = "";
  expect(await run(`${inFolder("scenarios.json")}#constructor`)).toBe(2);
  expect(said).toContain("no scenario constructor; there are: a");
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "after %s neither simulator nor folder is left",
  async (signal) => {
    const sumo = path.join(inFolder("bin"), "sumo");
    mkdirSync(inFolder("bin"));
    mkdirSync(inFolder("tmp"));
    writeFileSync(
      sumo,
      `#!/bin/sh\necho $$ > ${inFolder("draft")}\nmv ${inFolder("draft")} ${inFolder("pid")}\nexec sleep 60\n`,
    );
    chmodSync(sumo, 0o755);
    const child = spawn(process.execPath, [ENTRY, "sumo", "run", ...street(), "--control", "shipped"], {
      env: { PATH: `${inFolder("bin")}:/usr/bin:/bin`, TMPDIR: inFolder("tmp") },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    await vi.waitUntil(() => existsSync(inFolder("pid")), { timeout: 30_000 });
    const pid = Number(readFileSync(inFolder("pid"), "utf8"));
    child.kill(signal);
    expect(await ended).toEqual([signal === "SIGINT" ? 130 : 143, null]);
    await vi.waitUntil(() => !isAlive(pid), { timeout: 5000 });
    expect(readdirSync(inFolder("tmp"))).toEqual([]);
  },
  60_000,
);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
