/** What is solved: one arterial that runs a plain plan today, and another demand for every solve. */
import type { MovementFlow } from "../src/demand/demand.schema.ts";
import type { SolveRequest } from "../src/http/solve-request.schema.ts";
import { buildNetworkIndex, type NetworkIndex } from "../src/network/find.ts";
import type { Network } from "../src/network/network.schema.ts";
import type { TimingPlan } from "../src/timing/plan.schema.ts";
import { buildBenchArterial, buildBenchDemand, buildBenchPlan } from "./arterial.ts";

const ARTERIAL_SEED = 20261122;
/** Seeds below belong to today's plan and to warming up. */
const FIRST_MEASURED_SEED = 1000;

/** Everything is free: 61 cycle lengths, splits, lead and lag, offsets. */
export const QUESTION = {
  routeId: "main",
  cycle: { minS: 60, maxS: 120, stepS: 1 },
  splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
  sequences: "choose",
  band: { kind: "equal" },
  aim: "delay",
  workLimit: 100_000,
} as const satisfies SolveRequest;

export interface SolveWorkload {
  readonly network: Network;
  readonly index: NetworkIndex;
  readonly running: readonly TimingPlan[];
}

export function buildSolveWorkload(signals: number): SolveWorkload {
  const network = buildBenchArterial(signals, ARTERIAL_SEED);
  const running = buildBenchPlan(network, buildBenchDemand(network, 0));
  return { network, index: buildNetworkIndex(network), running };
}

/** The demand of the n-th measured solve, n ≥ 0; of warming up, n < 0. No two are the same. */
export const buildDemand = (network: Network, at: number): MovementFlow[] =>
  buildBenchDemand(network, FIRST_MEASURED_SEED + at);

/** One answer in a hundred is verified, the first one always. */
export const isVerified = (at: number): boolean => at % 100 === 0;
