/** A what-if solve of a route: its input checked against the network, solved in a worker. */
import type { MovementFlow } from "../demand/demand.schema.ts";
import { AppError, type Fault } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import type { RouteRequest } from "../solver/route/route-request.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { listFlowFaults, listPlanFaults } from "../traffic/list-reference-faults.ts";
import type { NetworkRegistry } from "./network-registry.ts";
import type { SolveTasks, WrittenAnswer } from "./solve-worker.ts";
import type { Store } from "./store.ts";
import type { WorkerPool } from "./worker-pool.ts";

export type RouteQuestion = Omit<RouteRequest, "index" | "running"> & {
  readonly flows: readonly MovementFlow[];
  /** Absent: what is published. */
  readonly running?: readonly TimingPlan[];
};

/** `invalidInput` with every fault when the question does not fit the network. */
export type SolveNetworkRoute = (networkId: string, question: RouteQuestion) => Promise<WrittenAnswer>;

export function createRouteSolve({
  store,
  networks,
  pool,
}: {
  readonly store: Store;
  readonly networks: NetworkRegistry;
  readonly pool: WorkerPool<SolveTasks>;
}): SolveNetworkRoute {
  return async (networkId, question) => {
    const { network, shared } = networks.get(networkId);
    const running = question.running ?? (await store.findRunningPlan({ networkId }))?.timingPlans ?? [];
    const faults = listFaults(network, { ...question, running });
    if (faults.length > 0) {
      throw new AppError("invalidInput", `${faults.length} faults in the question`, { faults });
    }
    return pool.run("solveRoute", { network: shared, request: { ...question, running } });
  };
}

function listFaults(
  network: Network,
  { routeId, groupIds = [], flows, running }: Omit<RouteRequest, "index">,
): Fault[] {
  const route = network.routes.find((it) => it.id === routeId);
  if (route === undefined) return [{ path: "routeId", message: `the network has no route ${routeId}` }];
  const intersections = new Map(network.intersections.map((it) => [it.id, it]));
  const stops = new Set(route.outbound.stops.map((it) => it.intersectionId));
  const runs = new Set(running.map((it) => it.intersectionId));
  return [
    ...groupIds.flatMap((id, at) =>
      stops.has(id) ? [] : [{ path: `groupIds.${at}`, message: `route ${routeId} does not pass ${id}` }],
    ),
    ...[...stops]
      .filter((id) => !runs.has(id))
      .map((id) => ({ path: "running", message: `what does intersection ${id} run today?` })),
    ...listFlowFaults(intersections, { flows, path: "flows" }),
    ...listPlanFaults(intersections, { timingPlans: running, path: "running" }),
  ];
}
