/** Flows of a network from the counts that the store holds, estimated in a worker. */
import type { MovementFlow } from "../demand/demand.schema.ts";
import { AppError } from "../errors.ts";
import type { NetworkRegistry } from "./network-registry.ts";
import type { SolveTasks } from "./solve-worker.ts";
import type { Store } from "./store.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** More counts than this in a window are refused: an hour of 1,000 detectors at 5 s is 720,000. */
const MAX_COUNTS = 1_000_000;

export interface FlowWindow {
  /** Epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Answers a flow for every movement of the network, each with its confidence. */
export type EstimateNetworkFlows = (networkId: string, window: FlowWindow) => Promise<MovementFlow[]>;

export function createFlowEstimate({
  store,
  networks,
  pool,
}: {
  readonly store: Store;
  readonly networks: NetworkRegistry;
  readonly pool: WorkerPool<SolveTasks>;
}): EstimateNetworkFlows {
  return async (networkId, window) => {
    const { shared } = networks.get(networkId);
    if (window.fromMs >= window.toMs) {
      const faults = [{ path: "fromMs", message: "must be before toMs" }];
      throw new AppError("invalidInput", "the window is empty", { faults });
    }
    const [columns, detectors] = await Promise.all([
      store.readCounts({ networkId, ...window, limit: MAX_COUNTS }),
      store.listDetectors({ networkId }),
    ]);
    if (columns.detectorNumbers.length === MAX_COUNTS) {
      throw new AppError(
        "tooLarge",
        `the window holds more than ${MAX_COUNTS} counts; ask for a shorter one`,
      );
    }
    return pool.run("estimateFlows", { network: shared, columns, detectors, window });
  };
}
