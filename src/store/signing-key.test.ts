import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSigningKey } from "./signing-key.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-key-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const keyFile = (): string => path.join(folder, "signing-key.pem");

test("the key is made once, for its owner only", async () => {
  const first = await openSigningKey(folder);
  expect(readFileSync(keyFile(), "utf8")).toBe(first);
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  expect(await openSigningKey(folder)).toBe(first);
});

test("a key of which half was written when the process died is made anew", async () => {
  writeFileSync(path.join(folder, "signing-key.pem.draft"), "-----BEGIN PRIV");
  const key = await openSigningKey(folder);
  expect(await openSigningKey(folder)).toBe(key);
  expect(readdirSync(folder)).toEqual(["signing-key.pem"]);
});

test("a file that holds no key is left alone and named", async () => {
  for (const text of ["", "rubbish"]) {
    writeFileSync(keyFile(), text);
    await expect(openSigningKey(folder)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining(keyFile()),
    });
    expect(readFileSync(keyFile(), "utf8")).toBe(text);
  }
});
