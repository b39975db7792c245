/** The networks that the service works on: the newest version of each in memory, every version in the store. */
import { AppError, type Fault } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import type { CountIngest } from "./ingest-counts.ts";
import type { NetworkVersion } from "./records.schema.ts";
import { type SharedNetwork, shareNetwork } from "./shared-network.ts";
import type { SolveTasks } from "./solve-worker.ts";
import type { Store } from "./store.ts";
import type { WorkerPool } from "./worker-pool.ts";

export interface StoredNetwork {
  readonly version: NetworkVersion;
  readonly network: Network;
  /** The same for the workers. */
  readonly shared: SharedNetwork;
}

export type PutNetworkOutcome =
  | { readonly kind: "stored"; readonly version: NetworkVersion }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

export interface NetworkRegistry {
  /** Judges a document and keeps it; its `id` must be `expectedId`, if that is given. */
  put(input: {
    readonly text: string;
    readonly expectedId?: string;
    readonly actorId: string;
  }): Promise<PutNetworkOutcome>;
  /** `notFound` when there is none. */
  get(networkId: string): StoredNetwork;
  list(): StoredNetwork[];
  /** Told after each document that is stored. */
  onStored(listener: () => void): void;
  /** Reads what the store holds; once, at start. */
  load(): Promise<void>;
}

export function createNetworkRegistry({
  store,
  pool,
  counts,
  nowMs,
}: {
  readonly store: Store;
  readonly pool: WorkerPool<SolveTasks>;
  readonly counts: CountIngest;
  readonly nowMs: () => number;
}): NetworkRegistry {
  const networks = new Map<string, StoredNetwork>();
  const listeners: (() => void)[] = [];

  async function take(stored: StoredNetwork): Promise<void> {
    await counts.setNetwork(stored.network);
    networks.set(stored.network.id, stored);
  }

  return {
    async put({ text, expectedId, actorId }) {
      const read = await pool.run("readNetwork", { text });
      if (read.kind === "invalid") return read;
      const { network, hash, document } = read;
      const { id: networkId } = network;
      if (expectedId !== undefined && expectedId !== networkId) {
        const message = `is ${networkId}, but the address says ${expectedId}`;
        return { kind: "invalid", faults: [{ path: "id", message }] };
      }
      const version = await store.putNetwork({
        networkId,
        name: network.name,
        hash,
        document,
        detectorIds: network.detectors.map((it) => it.id),
        audit: {
          atMs: nowMs(),
          actorId,
          action: "network.put",
          subject: `network/${networkId}`,
          beforeHash: null,
          afterHash: hash,
        },
      });
      await take({ version, network, shared: shareNetwork(hash, document) });
      for (const listener of listeners) listener();
      return { kind: "stored", version };
    },
    get(networkId) {
      const stored = networks.get(networkId);
      if (stored === undefined) throw new AppError("notFound", `there is no network ${networkId}`);
      return stored;
    },
    list: () => [...networks.values()],
    onStored: (listener) => void listeners.push(listener),
    async load() {
      for (const { networkId } of await store.listNetworks({})) {
        const found = await store.findNetwork({ networkId });
        if (found === undefined) continue;
        const { document, ...version } = found;
        await take({ version, network: JSON.parse(document), shared: shareNetwork(version.hash, document) });
      }
    },
  };
}
