import { known } from "../../errors.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildFlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { evaluatePlan, groupFlows } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork } from "../../traffic/flow-network.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import { prepareSignals } from "../route/signal-alternatives.ts";
import { chooseCycle } from "./choose-cycle.ts";
import type { NetworkAnswer, NetworkRequest } from "./network-request.ts";
import { searchPlans } from "./search-plans.ts";
import { indexOf, listPlans, type Street } from "./street.ts";
import { joinAreas, listSubAreas } from "./sub-areas.ts";

export function solveNetwork(request: NetworkRequest, log: (what: string) => void = () => {}): NetworkAnswer {
  const { index, running } = request;
  const flows = groupFlows(request.flows);
  const ids = request.intersectionIds ?? running.map((it) => it.intersectionId);
  const prepared = prepareSignals(request, {
    signals: ids.map((id) => ({ intersection: known(index.intersections.get(id), `intersection ${id}`) })),
  });
  log("prepare");
  const network = buildFlowNetwork({ index, flows, intersectionIds: running.map((it) => it.intersectionId) });
  log("flow network");
  const areas = listSubAreas(index, network);
  const groups = joinAreas(index, network, areas);
  log(`${areas.length} areas ${groups.length} groups`);
  const budget = { limit: request.workLimit ?? Number.POSITIVE_INFINITY, used: 0 };
  const random = createSeededRandom(request.seed);
  const chosen = chooseCycle({ prepared, network, budget, random });
  log(`cycle ${"cycleS" in chosen ? chosen.cycleS : "none"} work ${budget.used}`);
  if (!("cycleS" in chosen))
    return { kind: "infeasible", reasons: chosen.trials.map((it) => it.reason ?? "") };
  const plans = new Map(chosen.timingPlans.map((it) => [it.intersectionId, it]));
  const signals = new Map(prepared.signals.map((it) => [it.running.intersectionId, it]));
  const start = running.map((it) => plans.get(it.intersectionId) ?? it);
  const street: Street = {
    prepared,
    profiles: buildFlowProfiles(network, start),
    signals: running.map((it) => signals.get(it.intersectionId)),
    budget,
    random,
  };
  log("profiles");
  searchPlans(street, (what) => log(`${what} ${indexOf(street).toFixed(1)} work ${budget.used}`));
  const timingPlans = listPlans(street);
  const measure = (plans: readonly TimingPlan[]): PlanMeasures =>
    evaluatePlan({ index, timingPlans: plans, flows: request.flows });
  const measures = measure(timingPlans);
  const runningMeasures = measure(running);
  log("measures");
  return {
    kind: "solved",
    timingPlans,
    subAreas: [],
    measures,
    runningMeasures,
    notes: [],
    work: { groupsServed: budget.used, isStopped: budget.used >= budget.limit },
  };
}
