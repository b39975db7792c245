/** What-if questions to the solver: checked against the network, answered in a worker. */
import { AppError, type Fault } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import type { FrontRequest } from "../solver/route/front-request.ts";
import type { RobustRequest } from "../solver/route/robust-request.ts";
import type { RouteRequest } from "../solver/route/route-request.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { FlowOfMovement } from "../traffic/evaluate-plan.ts";
import { listFlowFaults, listPlanFaults } from "../traffic/list-reference-faults.ts";
import type { NetworkRegistry } from "./network-registry.ts";
import type { SolveTasks, WrittenAnswer } from "./solve-worker.ts";
import type { Store } from "./store.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** The network is the registry's; what runs today is what is published where the question does not say. */
type Asked<T> = Omit<T, "index" | "running"> & { readonly running?: readonly TimingPlan[] };

export interface Questions {
  readonly solveRoute: Asked<RouteRequest>;
  readonly solveFront: Asked<FrontRequest>;
  readonly solveRobust: Asked<RobustRequest>;
}

/** Rejects with `invalidInput` and every fault when the question does not fit the network. */
export type AskSolver = <K extends keyof Questions>(
  name: K,
  networkId: string,
  question: Questions[K],
) => Promise<WrittenAnswer>;

export function createSolver({
  store,
  networks,
  pool,
}: {
  readonly store: Store;
  readonly networks: NetworkRegistry;
  readonly pool: WorkerPool<SolveTasks>;
}): AskSolver {
  return async (name, networkId, question) => {
    const { network, shared } = networks.get(networkId);
    const running = question.running ?? (await store.findRunningPlan({ networkId }))?.timingPlans ?? [];
    const faults = listFaults(network, { ...question, running });
    if (faults.length > 0) {
      throw new AppError("invalidInput", `${faults.length} faults in the question`, { faults });
    }
    return pool.run(name, { network: shared, request: { ...question, running } } as never);
  };
}

function listFaults(
  network: Network,
  question: Pick<RouteRequest, "routeId" | "groupIds" | "running"> &
    (Pick<RouteRequest, "flows"> | Pick<RobustRequest, "scenarios">),
): Fault[] {
  const { routeId, groupIds = [], running } = question;
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
    ...listFlowsOf(question).flatMap((it) => listFlowFaults(intersections, it)),
    ...listPlanFaults(intersections, { timingPlans: running, path: "running" }),
  ];
}

const listFlowsOf = (
  question: Pick<RouteRequest, "flows"> | Pick<RobustRequest, "scenarios">,
): { readonly flows: readonly FlowOfMovement[]; readonly path: string }[] =>
  "flows" in question
    ? [{ flows: question.flows, path: "flows" }]
    : question.scenarios.map(({ flows }, at) => ({ flows, path: `scenarios.${at}.flows` }));
