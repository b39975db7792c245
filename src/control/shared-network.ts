/**
 * A network for many workers: its document lies once in shared memory, so that handing it over costs nothing on the
 * event loop, and each worker reads it once.
 */
import { buildNetworkIndex, type NetworkIndex } from "../network/find.ts";

export interface SharedNetwork {
  readonly hash: string;
  /** The document, JSON in UTF-8. */
  readonly bytes: SharedArrayBuffer;
}

export function shareNetwork(hash: string, document: string): SharedNetwork {
  const text = Buffer.from(document, "utf8");
  const bytes = new SharedArrayBuffer(text.length);
  new Uint8Array(bytes).set(text);
  return { hash, bytes };
}

/** Networks that a worker keeps read. */
const KEPT = 8;

/** Reads shared networks, each once. */
export function createNetworkReader(): (shared: SharedNetwork) => NetworkIndex {
  const read = new Map<string, NetworkIndex>();
  return ({ hash, bytes }) => {
    const index = read.get(hash) ?? buildNetworkIndex(JSON.parse(Buffer.from(bytes).toString("utf8")));
    read.delete(hash);
    read.set(hash, index);
    const [oldest] = read.keys();
    if (read.size > KEPT && oldest !== undefined) read.delete(oldest);
    return index;
  };
}
