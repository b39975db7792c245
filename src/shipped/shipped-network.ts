/** A network of networks/ as it is made: the street, what it is asked to carry, and the plan that runs there today. */
import type { Demand } from "../demand/demand.schema.ts";
import { type Network, NetworkSchema } from "../network/network.schema.ts";
import type { CoordinationPlan, TimingPlan } from "../timing/plan.schema.ts";
import type { AssignedFlow } from "./assign-flows.ts";
import { formatJson, omitDefaults } from "./format-json.ts";

export interface ShippedNetwork {
  readonly network: Network;
  readonly demand: Demand;
  readonly plan: CoordinationPlan;
}

/** 2100-01-01T00:00:00Z: what runs today has no end of its own. */
const NO_END_MS = 4_102_444_800_000;

export function buildShippedNetwork(parts: {
  readonly network: Network;
  readonly demandName: string;
  readonly flows: readonly AssignedFlow[];
  readonly planName: string;
  readonly timingPlans: readonly TimingPlan[];
}): ShippedNetwork {
  const { network } = parts;
  return {
    network,
    demand: {
      version: 1,
      networkId: network.id,
      name: parts.demandName,
      flows: parts.flows.map((it) => ({ ...it, confidence: 1 })),
    },
    plan: {
      version: 1,
      id: "today",
      networkId: network.id,
      revision: 1,
      name: parts.planName,
      timingPlans: parts.timingPlans,
      validUntilMs: NO_END_MS,
      fallback: "local",
    },
  };
}

/** The text of each file, by name. */
export function formatShippedNetwork(shipped: ShippedNetwork): ReadonlyMap<string, string> {
  const flows = shipped.demand.flows.map(({ intersectionId, movementId, flowVph }) => ({
    intersectionId,
    movementId,
    flowVph,
  }));
  return new Map([
    ["network.json", formatJson(omitDefaults(NetworkSchema, shipped.network))],
    ["demand.json", formatJson({ ...shipped.demand, flows })],
    ["plan.json", formatJson(shipped.plan)],
  ]);
}
