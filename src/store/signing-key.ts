/**
 * The key by which controllers know the service: made once, kept beside the database, readable by its owner only. It is
 * whole or not there at all, whenever the process ends.
 */
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { AppError, messageOf } from "../errors.ts";

const SIGNING_KEY_FILE = "signing-key.pem";

/** The private Ed25519 key, PEM (PKCS #8). Rejects with `unavailable` when the file is there and holds no such key. */
export async function openSigningKey(folder: string): Promise<string> {
  const file = path.join(folder, SIGNING_KEY_FILE);
  try {
    return await readKey(file);
  } catch (cause) {
    throw new AppError("unavailable", `cannot use the signing key ${file}: ${messageOf(cause)}`, { cause });
  }
}

async function readKey(file: string): Promise<string> {
  const found = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  const pem =
    found ?? generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  createPrivateKey(pem);
  if (found === undefined) await writeWhole(file, pem);
  return pem;
}

async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.draft`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  const folder = await open(path.dirname(file), "r");
  await folder.sync().finally(() => folder.close());
}
