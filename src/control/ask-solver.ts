/** What-if questions to the solver: checked against the network, answered in a worker. */
import { AppError, type Fault } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import type { ExplainRequest } from "../solver/explain/explain-plan.ts";
import type { NetworkRequest } from "../solver/network/network-request.ts";
import type { PlanBandsRequest } from "../solver/plan-bands/plan-bands-request.ts";
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
type Asked<T> = Omit<T, "index" | "running" | "timingPlans"> & { readonly running?: readonly TimingPlan[] };

export interface Questions {
  readonly solveRoute: Asked<RouteRequest>;
  readonly solveFront: Asked<FrontRequest>;
  readonly solveRobust: Asked<RobustRequest>;
  readonly solveNetwork: Asked<NetworkRequest>;
  readonly solvePlanBands: Asked<PlanBandsRequest>;
  /** Of what runs today. */
  readonly explainPlan: Asked<ExplainRequest>;
}

/** Rejects with `invalidInput` and every fault when the question does not fit the network. */
export type AskSolver = <K extends keyof Questions>(
  name: K,
  networkId: string,
  question: Questions[K],
  /** Fires when the asker has gone. */
  unwanted?: AbortSignal,
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
  return async (name, networkId, question, unwanted) => {
    const { network, shared } = networks.get(networkId);
    const running = question.running ?? (await store.findRunningPlan({ networkId }))?.timingPlans ?? [];
    const faults = listFaults(network, { ...question, running });
    if (faults.length > 0) {
      throw new AppError(
        "invalidInput",
        `${faults.length} ${faults.length === 1 ? "fault" : "faults"} in the question`,
        { faults },
      );
    }
    const input = { network: shared, request: { ...question, running } } as never;
    return pool.run(name, input, unwanted) as Promise<WrittenAnswer>;
  };
}

/** What the questions name of the network. */
interface Named {
  readonly routeId?: string;
  readonly groupIds?: readonly string[];
  readonly intersectionIds?: readonly string[];
  readonly floors?: readonly { readonly routeId: string }[];
  readonly wish?: PlanBandsRequest["wish"];
  readonly flows?: readonly FlowOfMovement[];
  readonly scenarios?: readonly { readonly flows: readonly FlowOfMovement[] }[];
  readonly running: readonly TimingPlan[];
}

function listFaults(network: Network, question: Named): Fault[] {
  const { routeId, running, intersectionIds = [], floors = [], flows, scenarios = [] } = question;
  const intersections = new Map(network.intersections.map((it) => [it.id, it]));
  const routeIds = new Set(network.routes.map((it) => it.id));
  const flowSets = [
    ...(flows === undefined ? [] : [{ flows, path: "flows" }]),
    ...scenarios.map((it, at) => ({ flows: it.flows, path: `scenarios.${at}.flows` })),
  ];
  return [
    ...(routeId === undefined ? [] : listRouteFaults(network, { ...question, routeId })),
    ...[...listWishRoutes(question.wish), ...toPlaces(floors, "floors")].flatMap(({ path, id }) =>
      routeIds.has(id) ? [] : [{ path, message: `the network has no route ${id}` }],
    ),
    ...intersectionIds.flatMap((id, at) =>
      intersections.has(id)
        ? []
        : [{ path: `intersectionIds.${at}`, message: `the network has no intersection ${id}` }],
    ),
    ...flowSets.flatMap((it) => listFlowFaults(intersections, it)),
    ...listPlanFaults(intersections, { timingPlans: running, path: "running" }),
  ];
}

const toPlaces = (named: readonly { readonly routeId: string }[], path: string) =>
  named.map((it, at) => ({ path: `${path}.${at}.routeId`, id: it.routeId }));

function listWishRoutes(wish: PlanBandsRequest["wish"] | undefined): { path: string; id: string }[] {
  if (wish === undefined) return [];
  if (wish.kind !== "routes") return [{ path: "wish.routeId", id: wish.routeId }];
  const named = (wish.routeIds ?? []).map((id, at) => ({ path: `wish.routeIds.${at}`, id }));
  return [...named, ...toPlaces(wish.floors, "wish.floors")];
}

function listRouteFaults(
  network: Network,
  { routeId, groupIds = [], running }: Named & { readonly routeId: string },
): Fault[] {
  const route = network.routes.find((it) => it.id === routeId);
  if (route === undefined) return [{ path: "routeId", message: `the network has no route ${routeId}` }];
  const stops = new Set(route.outbound.stops.map((it) => it.intersectionId));
  const runs = new Set(running.map((it) => it.intersectionId));
  return [
    ...groupIds.flatMap((id, at) =>
      stops.has(id) ? [] : [{ path: `groupIds.${at}`, message: `route ${routeId} does not pass ${id}` }],
    ),
    ...[...stops]
      .filter((id) => !runs.has(id))
      .map((id) => ({ path: "running", message: `what does intersection ${id} run today?` })),
  ];
}
