/** The key by which controllers know the service: made once, kept beside the database, readable by its owner only. */
import { generateKeyPairSync } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import path from "node:path";

const SIGNING_KEY_FILE = "signing-key.pem";

/** The private Ed25519 key, PEM (PKCS #8). */
export async function openSigningKey(folder: string): Promise<string> {
  const file = path.join(folder, SIGNING_KEY_FILE);
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(pem);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return pem;
}
