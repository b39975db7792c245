/** A corridor on disk: a network with the demand and the plan beside it. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { Demand } from "../demand/demand.schema.ts";
import { AppError } from "../errors.ts";
import { buildNetworkIndex, type NetworkIndex } from "../network/find.ts";
import type { Route } from "../network/network.schema.ts";
import type { CoordinationPlan } from "../timing/plan.schema.ts";
import { listFlowFaults, listPlanFaults } from "../traffic/list-reference-faults.ts";
import { readDemand, readNetwork, readPlan } from "./terminal.ts";

export interface Corridor {
  readonly index: NetworkIndex;
  readonly plan: CoordinationPlan;
  readonly demand: Demand;
}

export interface CorridorOptions {
  readonly plan?: string;
  readonly demand?: string;
}

export const CORRIDOR_HELP =
  "network file, or a folder that holds network.json, demand.json and plan.json (as `greenwave import` writes it)";

/** Reads `where`; plan and demand default to the files beside the network. */
export function readCorridor(where: string, options: CorridorOptions): Corridor {
  if (!existsSync(where)) throw new AppError("notFound", `${where} does not exist`);
  const folder = statSync(where).isDirectory() ? where : path.dirname(where);
  const networkFile = statSync(where).isDirectory() ? path.join(where, "network.json") : where;
  const index = buildNetworkIndex(readNetwork(networkFile));
  const plan = readPlan(options.plan ?? path.join(folder, "plan.json"));
  const demand = readDemand(options.demand ?? path.join(folder, "demand.json"));
  for (const [what, document] of [
    ["plan", plan],
    ["demand", demand],
  ] as const) {
    if (document.networkId !== index.network.id) {
      throw new AppError("invalidInput", `the ${what} is for ${document.networkId}, not ${index.network.id}`);
    }
  }
  const faults = [
    ...listPlanFaults(index.intersections, { timingPlans: plan.timingPlans, path: "plan.timingPlans" }),
    ...listFlowFaults(index.intersections, { flows: demand.flows, path: "demand.flows" }),
  ];
  if (faults.length > 0) {
    throw new AppError("invalidInput", `plan or demand do not fit the network ${networkFile}`, { faults });
  }
  return { index, plan, demand };
}

/** Stops at routes that the network does not have. */
export function checkRoutes(index: NetworkIndex, routeIds: readonly string[]): void {
  const unknown = routeIds.filter((it) => !index.routes.has(it));
  if (unknown.length > 0) throw new AppError("invalidInput", `no route ${unknown.join(", ")}`);
}

/** The named route, or the only one. */
export function chooseRoute(index: NetworkIndex, id: string | undefined): Route {
  const { routes } = index.network;
  const route = id === undefined && routes.length === 1 ? routes[0] : index.routes.get(id ?? "");
  if (route !== undefined) return route;
  const names = routes.map((it) => it.id).join(", ");
  throw new AppError(
    "invalidInput",
    id === undefined ? `choose a route with --route: ${names}` : `no route ${id}; there are: ${names}`,
  );
}
