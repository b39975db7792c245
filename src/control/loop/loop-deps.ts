/** What the loop is given. */
import type { FastifyBaseLogger } from "fastify";
import type { Clock } from "../../clock.ts";
import type { NetworkRegistry } from "../network-registry.ts";
import type { PlanLifeCycle } from "../plan-life-cycle.ts";
import type { SolveTasks } from "../solve-worker.ts";
import type { Store } from "../store.ts";
import type { WorkerPool } from "../worker-pool.ts";

export interface LoopDeps {
  readonly clock: Clock;
  readonly store: Store;
  readonly networks: NetworkRegistry;
  readonly plans: PlanLifeCycle;
  readonly pool: WorkerPool<SolveTasks>;
  readonly listControllers: () => readonly { readonly controllerId: string; readonly state: string }[];
  /** From a publish to the instant from which the plan runs, s. */
  readonly publishLeadS: number;
  readonly logger: Pick<FastifyBaseLogger, "info" | "warn" | "error">;
}
