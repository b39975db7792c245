/**
 * Plans for a whole network: cycle, with half cycles where they pay, splits, offsets and sequence of all intersections
 * together, for least delay, stops and queues that do not fit, under one traffic model (traffic/cyclic-flow-profile.ts).
 *
 * Areas that are to share a cycle choose it (choose-cycle.ts); then all plans are searched together over all links
 * (search-plans.ts), whatever area they lead into. Bands that were asked for stay (held-greens.ts). The answer is never
 * worse by its own index than what runs today, and comes again byte for byte with the same seed and limits.
 * Limits are counts of lane groups served. Cost: about linear in the number of intersections.
 */
import { assert, known } from "../../errors.ts";
import { createSeededRandom, type SeededRandom } from "../../network/seeded-random.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildFlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { evaluatePlan, groupFlows, groupInitialQueues } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork, type FlowNetwork } from "../../traffic/flow-network.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { WorkBudget } from "../performance-index.ts";
import { findCommonCycleS, prepareSignals } from "../route/signal-alternatives.ts";
import { type CycleAnswer, chooseCycle } from "./choose-cycle.ts";
import { explainArea } from "./explain-areas.ts";
import { holdBands } from "./held-greens.ts";
import { holdFloors } from "./hold-floors.ts";
import type { AreaCycleTrial, NetworkAnswer, NetworkRequest, SubArea } from "./network-request.ts";
import { planAlone } from "./plan-alone.ts";
import { searchPlans } from "./search-plans.ts";
import { getPlan, indexOf, type PreparedNetwork, type Street } from "./street.ts";
import { joinAreas, listSubAreas } from "./sub-areas.ts";

export function solveNetwork(request: NetworkRequest): NetworkAnswer {
  const obstacles = listObstacles(request);
  if (obstacles.length > 0) return { kind: "infeasible", reasons: obstacles };
  const context = buildContext(request);
  const start = chooseStart(context);
  if (start.chosen.size === 0) return { kind: "infeasible", reasons: start.reasons };
  const { street, missed } = buildStreet(context, start.chosen);
  searchPlans(street, request.starts);
  return finish(context, street, { ...start, missed });
}

interface NetworkContext {
  readonly request: NetworkRequest;
  readonly prepared: PreparedNetwork;
  readonly network: FlowNetwork;
  /** Members by sub-area, and areas by the cycle that they share. */
  readonly areas: readonly (readonly number[])[];
  readonly groups: readonly (readonly number[])[];
  readonly budget: WorkBudget;
  readonly random: SeededRandom;
}

interface Start {
  /** Plans to search from; an intersection without runs on as it does. */
  readonly chosen: ReadonlyMap<string, TimingPlan>;
  /** By area. */
  readonly trials: readonly (readonly AreaCycleTrial[])[];
  readonly reasons: readonly string[];
}

/** What is missing before anything can be solved. A flow that is not given is unknown, which is not the same as 0. */
function listObstacles({ index, intersectionIds, running, flows, floors }: NetworkRequest): string[] {
  const obstacles: string[] = [];
  const say = (what: string, ids: readonly string[]): void => {
    if (ids.length > 0) obstacles.push(`${what} ${ids.join(", ")}.`);
  };
  const planned = new Set(running.map((it) => it.intersectionId));
  const counted = new Set(flows.map((it) => it.intersectionId));
  const ids = intersectionIds ?? [...planned];
  if (ids.length === 0) obstacles.push("There is no intersection to be solved.");
  say(
    "There is no intersection",
    ids.filter((it) => !index.intersections.has(it)),
  );
  say(
    "No plan of today is given for",
    ids.filter((it) => !planned.has(it)),
  );
  say(
    "No flow at all is given for",
    ids.filter((it) => !counted.has(it)),
  );
  say(
    "There is no route",
    floors.map((it) => it.routeId).filter((it) => !index.routes.has(it)),
  );
  return obstacles;
}

function buildContext(request: NetworkRequest): NetworkContext {
  const { index, running } = request;
  const flows = groupFlows(request.flows);
  const ids = request.intersectionIds ?? running.map((it) => it.intersectionId);
  const network = buildFlowNetwork({
    index,
    flows,
    initialQueues: groupInitialQueues(request.flows),
    ...periodOf(request),
    intersectionIds: running.map((it) => it.intersectionId).filter((it) => flows.has(it)),
  });
  const areas = listSubAreas(index, network);
  return {
    request,
    prepared: prepareSignals(request, {
      signals: ids.map((id) => ({ intersection: known(index.intersections.get(id), `intersection ${id}`) })),
    }),
    network,
    areas,
    groups: joinAreas(index, network, areas),
    budget: { limit: request.workLimit ?? Number.POSITIVE_INFINITY, used: 0 },
    random: createSeededRandom(request.seed),
  };
}

/** Each group's own cycle and the plans that it begins with. */
function chooseStart(context: NetworkContext): Start {
  const { prepared, network, areas, groups } = context;
  const signals = new Map(prepared.signals.map((it) => [it.running.intersectionId, it]));
  const chosen = new Map<string, TimingPlan>();
  const trials: (readonly AreaCycleTrial[])[] = [];
  const reasons: string[] = [];
  for (const group of groups) {
    const ids = group
      .flatMap((area) => known(areas[area], "area"))
      .sort((a, b) => a - b)
      .map((it) => known(network.members[it], "member").intersection.id)
      .filter((it) => signals.has(it));
    const own = { ...prepared, signals: ids.map((id) => known(signals.get(id), "signal")) };
    const answer = ids.length === 0 ? { trials: [] } : chooseGroupStart(context, own);
    for (const area of group) trials[area] = answer.trials;
    for (const it of answer.timingPlans ?? []) chosen.set(it.intersectionId, it);
    if (answer.timingPlans === undefined && ids.length > 0) reasons.push(...listReasons(answer.trials));
  }
  return { chosen, trials, reasons };
}

function chooseGroupStart(context: NetworkContext, prepared: PreparedNetwork): CycleAnswer {
  const { request, budget, random } = context;
  if (request.cycle === "keep") return { timingPlans: keepCycles(prepared), trials: [] };
  const isAll = prepared.signals.length === context.network.members.length;
  const network = isAll
    ? context.network
    : buildFlowNetwork({
        index: request.index,
        flows: groupFlows(request.flows),
        initialQueues: groupInitialQueues(request.flows),
        ...periodOf(request),
        intersectionIds: prepared.signals.map((it) => it.running.intersectionId),
      });
  return chooseCycle({ prepared, network, budget, random });
}

/** Everybody's own cycle; bands that are asked for are looked for where that is one, and else are those of today. */
function keepCycles(prepared: PreparedNetwork): readonly TimingPlan[] {
  const { signals, request } = prepared;
  const plans = signals.map((it) => planAlone(prepared, it, it.running.cycleS)?.plan ?? it.running);
  if (request.floors.length === 0) return plans;
  const running = signals.map((it) => it.running);
  if (findCommonCycleS(signals) === undefined) return running;
  const start = holdFloors(prepared, plans);
  return start.missed.length === 0 ? start.timingPlans : running;
}

function listReasons(trials: readonly AreaCycleTrial[]): string[] {
  const reasons = new Set(trials.flatMap((it) => it.reason ?? []));
  return reasons.size > 0
    ? [...reasons]
    : ["No cycle length in the range is allowed by all controllers of an area."];
}

/** The street that these plans begin with, and the floors that they miss. */
function buildStreet(
  context: NetworkContext,
  chosen: ReadonlyMap<string, TimingPlan>,
): { readonly street: Street; readonly missed: readonly string[] } {
  const { request, prepared, network, budget, random } = context;
  const running = new Map(request.running.map((it) => [it.intersectionId, it]));
  const signals = new Map(prepared.signals.map((it) => [it.running.intersectionId, it]));
  const ids = network.members.map((it) => it.intersection.id);
  const plans = ids.map((id) => known(chosen.get(id) ?? running.get(id), `plan of ${id}`));
  budget.used += network.groups.length;
  const { held, missed } = holdBands(request.index, request.floors, new Map([...running, ...chosen]));
  const street = {
    prepared,
    profiles: buildFlowProfiles(network, plans),
    signals: ids.map((id) => (chosen.has(id) ? signals.get(id) : undefined)),
    held,
    budget,
    random,
  };
  return { street, missed };
}

function finish(
  context: NetworkContext,
  street: Street,
  { trials, reasons, missed }: Start & { readonly missed: readonly string[] },
): NetworkAnswer {
  const { request, network, budget } = context;
  const { index, floors, running } = request;
  const solved = new Map(network.members.map((it, at) => [it.intersection.id, getPlan(street, at)]));
  const timingPlans = running.map((it) => solved.get(it.intersectionId) ?? it);
  const work = { groupsServed: budget.used, isStopped: budget.used >= budget.limit };
  const measures = measure(request, timingPlans);
  const runningMeasures = measure(request, running);
  const runningStreet = buildStreet(context, new Map()).street;
  const listMissed = (plans: readonly TimingPlan[]): readonly string[] =>
    holdBands(index, floors, new Map(plans.map((it) => [it.intersectionId, it]))).missed;
  const lost = listMissed(timingPlans);
  assert(lost.length <= missed.length, `floors were held and are lost: ${lost.join(" ")}`);
  const isKept = indexOf(runningStreet) <= indexOf(street) && listMissed(running).length <= lost.length;
  const shown = isKept ? runningStreet : street;
  return {
    kind: "solved",
    timingPlans: isKept ? running : timingPlans,
    subAreas: listAreas(context, shown, trials),
    index: indexOf(shown),
    runningIndex: indexOf(runningStreet),
    measures: isKept ? runningMeasures : measures,
    runningMeasures,
    notes: [...reasons, ...lost, ...(isKept ? [KEPT] : [])],
    work,
  };
}

function listAreas({ areas, groups }: NetworkContext, street: Street, trials: Start["trials"]): SubArea[] {
  const cyclesS: number[] = [];
  for (const group of groups) {
    const members = group.flatMap((it) => known(areas[it], "area"));
    const longestS = Math.max(...members.map((it) => getPlan(street, it).cycleS));
    for (const area of group) cyclesS[area] = longestS;
  }
  return areas.map((members, area) =>
    explainArea(street, {
      members,
      cycleS: known(cyclesS[area], "cycle of area"),
      cycles: trials[area] ?? [],
    }),
  );
}

const KEPT =
  "No plans were found that serve the whole network better than those that run today: they are kept.";

const measure = (request: NetworkRequest, timingPlans: readonly TimingPlan[]): PlanMeasures =>
  evaluatePlan({ index: request.index, timingPlans, flows: request.flows, ...periodOf(request) });

const periodOf = ({ periodH }: NetworkRequest) => (periodH === undefined ? {} : { periodH });
