/** A real corridor under study: imported, with and without one of its nodes, its plans solved, gated and measured. */
import { readText } from "../src/commands/terminal.ts";
import type { MovementFlow } from "../src/demand/demand.schema.ts";
import { AppError, known } from "../src/errors.ts";
import { importUtdf } from "../src/exchange/import-utdf.ts";
import { buildNetworkIndex, type NetworkIndex } from "../src/network/find.ts";
import type { Network, RouteDirection } from "../src/network/network.schema.ts";
import { type SeedsSummary, simulateSeeds } from "../src/simulation/simulate-seeds.ts";
import type { RouteRequest, RouteSolved } from "../src/solver/route/route-request.ts";
import { solveRoute } from "../src/solver/route/solve-route.ts";
import type { CoordinationPlan, TimingPlan } from "../src/timing/plan.schema.ts";
import { draftApprovals } from "../src/timing/standing-approvals.ts";
import { describeFinding, type ValidatedPlan, validatePlan } from "../src/timing/validate-plan.ts";
import { evaluatePlan } from "../src/traffic/evaluate-plan.ts";
import type { PlanMeasures } from "../src/traffic/measures.ts";

export interface StudyCorridor {
  readonly index: NetworkIndex;
  readonly routeId: string;
  readonly today: CoordinationPlan;
  /** The file's volumes: what the street is asked to carry. */
  readonly flows: readonly MovementFlow[];
}

/** A lease without an end: 2100-01-01T00:00:00Z. */
const NO_END_MS = 4_102_444_800_000;
const APPROVAL_MS = 86_400_000;
/** Before an hour is measured the street fills up, s. */
export const HOUR = { warmUpS: 900, periodS: 3600, countPeriodS: 300, epochMs: 0 } as const;

export function importCorridor(file: string, networkId: string): StudyCorridor {
  const imported = importUtdf(readText(file), {
    networkId,
    source: "UTDF.csv",
    timeZone: "America/Phoenix",
    validUntilMs: NO_END_MS,
  });
  if (imported.kind === "invalid") {
    throw new AppError("invalidInput", `${file} cannot be imported`, { faults: imported.faults });
  }
  const { network, plan, demand } = imported;
  return {
    index: buildNetworkIndex(network),
    routeId: known(network.routes[0], "route of the corridor").id,
    today: plan,
    flows: demand.flows,
  };
}

/** The corridor cut off at one node: its links there end or begin at the edge of the network. */
export function withoutIntersection(
  { index, routeId, today, flows }: StudyCorridor,
  id: string,
): StudyCorridor {
  const { network } = index;
  const links = network.links.flatMap(({ from, to, ...link }) => {
    const ends = {
      ...(from === undefined || from === id ? {} : { from }),
      ...(to === undefined || to === id ? {} : { to }),
    };
    return Object.keys(ends).length === 0 ? [] : [{ ...link, ...ends }];
  });
  const kept = new Set(links.map((it) => it.id));
  const cut = (way: RouteDirection): RouteDirection => ({
    ...way,
    stops: way.stops.filter((it) => it.intersectionId !== id),
  });
  const rest: Network = {
    ...network,
    id: `${network.id}-without-${id}`,
    intersections: network.intersections.filter((it) => it.id !== id),
    links,
    detectors: network.detectors.filter((it) => kept.has(it.linkId)),
    routes: network.routes.map(({ inbound, ...route }) => ({
      ...route,
      outbound: cut(route.outbound),
      ...(inbound === undefined ? {} : { inbound: cut(inbound) }),
    })),
  };
  return {
    index: buildNetworkIndex(rest),
    routeId,
    today: {
      ...today,
      networkId: rest.id,
      timingPlans: today.timingPlans.filter((it) => it.intersectionId !== id),
    },
    flows: flows.filter((it) => it.intersectionId !== id),
  };
}

/** A solved plan, or a stop with the reasons. */
export function solveOrStop(
  { index, routeId, today }: StudyCorridor,
  request: Omit<RouteRequest, "index" | "routeId" | "running">,
): RouteSolved {
  const answer = solveRoute({ index, routeId, running: today.timingPlans, ...request });
  if (answer.kind === "solved") return answer;
  throw new AppError("conflict", `no plan for ${index.network.id}: ${answer.reasons.join("; ")}`);
}

export interface GateReport {
  readonly plan: ValidatedPlan;
  readonly warnings: number;
  /** Of the warnings, those that the imported configuration causes. */
  readonly inherited: number;
  readonly approvals: number;
}

/** Through the safety gate, warnings under standing approvals; a BLOCK stops the study with its findings. */
export function gateOrStop(corridor: StudyCorridor, id: string, solved: RouteSolved): GateReport {
  const { index, today } = corridor;
  const nowMs = Date.now();
  const judged = {
    network: index.network,
    plan: { ...today, id, name: id, revision: today.revision + 1, timingPlans: solved.timingPlans },
    origin: "solved",
    running: today,
    loads: solved.measures.movements,
    nowMs,
  } as const;
  const first = validatePlan(judged);
  const approvals = draftApprovals(first.findings, {
    prefix: `${id}-`,
    approver: "study",
    reason: "Measured in a study; nobody drives here",
    expiresAtMs: nowMs + APPROVAL_MS,
  });
  const verdict = validatePlan({ ...judged, approvals });
  if (verdict.kind !== "validated") {
    const blocking = verdict.findings.filter((it) => it.severity === "BLOCK").map(describeFinding);
    throw new AppError("conflict", `the safety gate stops ${id} (${verdict.kind}):\n${blocking.join("\n")}`);
  }
  const warnings = verdict.findings.filter((it) => it.severity === "WARN");
  const inherited = warnings.filter((it) => it.inherited === true).length;
  return { plan: verdict.plan, warnings: warnings.length, inherited, approvals: approvals.length };
}

export interface PlanResult {
  readonly name: string;
  readonly timingPlans: readonly TimingPlan[];
  readonly model: PlanMeasures;
  readonly street: SeedsSummary;
}

/** What a plan does to the true volumes, by the model and on the street. */
export function measurePlan(
  { index, routeId, flows }: StudyCorridor,
  of: {
    readonly name: string;
    readonly timingPlans: readonly TimingPlan[];
    readonly seeds: readonly number[];
  },
): PlanResult {
  const { name, timingPlans, seeds } = of;
  return {
    name,
    timingPlans,
    model: evaluatePlan({ index, timingPlans, flows, routeIds: [routeId] }),
    street: simulateSeeds({ index, flows, timingPlans, seeds, ...HOUR }),
  };
}
