/** How much memory a server holds, as it states it at /metrics (resident set of the process), MiB. */
import { assert } from "../src/errors.ts";

export async function readResidentMiB(address: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const match = /^\w*process_resident_memory_bytes (\S+)$/m.exec(text);
  assert(match?.[1] !== undefined, `${address}/metrics tells no resident memory`);
  return Number(match[1]) / 2 ** 20;
}
