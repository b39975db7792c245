/**
 * Plans that have the bands asked for, to start from: sequences and offsets of the routes' signals from the band solver,
 * all on the whole cycle; then what keeps them. A route's signals that are not to be solved stay as they are, and the
 * band with them counts.
 */
import { known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import {
  buildNetworkBandProblem,
  listChosenPlans,
  listRunningChoices,
} from "../network-bands/network-routes.ts";
import { solveNetworkBands } from "../network-bands/solve-network-bands.ts";
import { listSignalAlternatives } from "../route/signal-alternatives.ts";
import { type HeldGreens, holdBands } from "./held-greens.ts";
import type { PreparedNetwork } from "./street.ts";

export interface HeldStart {
  readonly timingPlans: readonly TimingPlan[];
  readonly held: HeldGreens;
  /** Floors that no plan was found for, in sentences. */
  readonly missed: readonly string[];
}

/** Both directions alike: any band beyond the floors is given up again where delay asks for it. */
const WEIGHTS = { outbound: 1, inbound: 1 };

/** `timingPlans`: by signal of `prepared`. Only floors of routes over these signals are looked at. */
export function holdFloors(prepared: PreparedNetwork, timingPlans: readonly TimingPlan[]): HeldStart {
  const { index, running } = prepared.request;
  const own = new Set(timingPlans.map((it) => it.intersectionId));
  const floors = prepared.request.floors.filter(({ routeId }) => {
    const { outbound, inbound } = known(index.routes.get(routeId), `route ${routeId}`);
    return [...outbound.stops, ...(inbound?.stops ?? [])].some((it) => own.has(it.intersectionId));
  });
  if (floors.length === 0) return { timingPlans, held: new Map(), missed: [] };
  const banded = new Map(solveBands(prepared, timingPlans, floors).map((it) => [it.intersectionId, it]));
  const started = timingPlans.map((it) => banded.get(it.intersectionId) ?? it);
  const plans = new Map([...running, ...started].map((it) => [it.intersectionId, it]));
  return { timingPlans: started, ...holdBands(index, floors, plans) };
}

/** Plans of the signals on these routes. */
function solveBands(
  prepared: PreparedNetwork,
  timingPlans: readonly TimingPlan[],
  floors: PreparedNetwork["request"]["floors"],
): TimingPlan[] {
  const { index, seed } = prepared.request;
  const cycleS = Math.max(...timingPlans.map((it) => it.cycleS));
  const possible = listSignalAlternatives(prepared, cycleS, "sweep");
  if (possible.kind === "infeasible") return [];
  const alternatives = new Map(
    possible.alternatives.map((plans, at) => [known(timingPlans[at], "plan").intersectionId, plans]),
  );
  const wishes = floors.map((it) => ({ ...it, weights: WEIGHTS }));
  const setting = buildNetworkBandProblem({ index, wishes, alternatives });
  const start = listRunningChoices(setting, alternatives);
  const answer = solveNetworkBands(setting.problem, { start, seed });
  return answer.kind === "solved" ? listChosenPlans(setting, alternatives, answer.signals) : [];
}
