/**
 * One tick of the loop: is there a plan that is better than what runs, by enough to pay for the way to it?
 *
 * Everything starts from what runs and is judged by one model (traffic/cyclic-flow-profile.ts) under one demand. Usually
 * the intersections of one part of the network take small steps (step-plans.ts), their neighbors standing; when a plan
 * change is allowed, the whole network is searched, with its cycles as they are and with cycles a step longer or shorter
 * (change-plans.ts). A candidate is worth it when what it saves while it stays is more than what the transition costs
 * (price-transition.ts). Where flows are not sure enough, and where somebody holds an intersection, nothing changes.
 *
 * The same request gives the same answer, byte for byte. Cost: about linear in the intersections of a part.
 */

import type { MovementFlow } from "../../demand/demand.schema.ts";
import { known } from "../../errors.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { getProfile } from "../../timing/jurisdiction-profiles.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildTimeBase } from "../../timing/time-zero.ts";
import { buildFlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { groupFlows } from "../../traffic/evaluate-plan.ts";
import { buildFlowNetwork, type FlowNetwork } from "../../traffic/flow-network.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import type { NetworkRequest } from "../network/network-request.ts";
import { searchPlans } from "../network/search-plans.ts";
import { getPlan, indexOf, type PreparedNetwork, type Street } from "../network/street.ts";
import { prepareSignals } from "../route/signal-alternatives.ts";
import type { Adaptation, AdaptRequest, Candidate, CycleChange, Scope } from "./adapt-request.ts";
import { changeCycles } from "./change-plans.ts";
import { priceTransition } from "./price-transition.ts";
import { isSamePlan, stepPlans } from "./step-plans.ts";

export function adaptNetwork(request: AdaptRequest): Adaptation {
  const { scope } = request;
  const confidences = averageConfidences(request.flows);
  const isSure = (id: string): boolean => (confidences.get(id) ?? 0) >= request.leastConfidence;
  const held = new Set(request.heldIds);
  const free = scope.own.filter((it) => !held.has(it));
  const movable = free.filter(isSure);
  const ground = prepareGround(request, scope, movable);
  const street = buildStreet(ground);
  const seen = {
    unsureIds: scope.own.filter((it) => !isSure(it)),
    confidence: Math.min(1, ...scope.own.map((it) => confidences.get(it) ?? 0)),
    predictedDelaysS: listDelays(street, new Set(scope.own)),
  };
  if (free.length === 0) return { kind: "held", ...seen };
  if (movable.length === 0) return { kind: "lowConfidence", ...seen };
  const candidate = findCandidate(ground, street);
  if (candidate === undefined) return { kind: "best", ...seen };
  return { kind: isWorth(candidate, request) ? "change" : "notWorth", candidate, ...seen };
}

const netOf = ({ worth }: Candidate): number => worth.gainVehH - worth.transitionVehH;

/** Steps have shown their least gain intersection by intersection. */
function isWorth(candidate: Candidate, { leastGainRatio }: AdaptRequest): boolean {
  const { runningIndex, index } = candidate.worth;
  const isEnough = candidate.change === "step" || runningIndex - index >= leastGainRatio * runningIndex;
  return isEnough && netOf(candidate) > 0;
}

/** By intersection, weighted by flow, 0…1. */
function averageConfidences(flows: readonly MovementFlow[]): Map<string, number> {
  const sums = new Map<string, { flowVph: number; sure: number }>();
  for (const { intersectionId, flowVph, confidence } of flows) {
    const sum = sums.get(intersectionId) ?? { flowVph: 0, sure: 0 };
    const weight = flowVph + LEAST_WEIGHT_VPH;
    sums.set(intersectionId, { flowVph: sum.flowVph + weight, sure: sum.sure + weight * confidence });
  }
  return new Map([...sums].map(([id, { flowVph, sure }]) => [id, sure / flowVph]));
}

/** What no traffic was counted on counts a little too. */
const LEAST_WEIGHT_VPH = 1;

/** What every candidate starts from. */
interface Ground {
  readonly request: AdaptRequest;
  readonly prepared: PreparedNetwork;
  readonly network: FlowNetwork;
  /** By member of the network. */
  readonly running: readonly TimingPlan[];
}

function prepareGround(request: AdaptRequest, { all }: Scope, movable: readonly string[]): Ground {
  const { index, flows } = request;
  const plans = new Map(request.running.map((it) => [it.intersectionId, it]));
  const question: NetworkRequest = {
    index,
    flows,
    running: request.running,
    cycle: "keep",
    splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
    sequences: "keep",
    floors: [],
    seed: request.seed,
    starts: 1,
  };
  const signals = movable.map((id) => ({ intersection: known(index.intersections.get(id), id) }));
  return {
    request,
    prepared: prepareSignals(question, { signals }),
    network: buildFlowNetwork({ index, flows: groupFlows(flows), intersectionIds: all }),
    running: all.map((it) => known(plans.get(it), `plan of ${it}`)),
  };
}

function buildStreet({ request, prepared, network, running }: Ground, timingPlans = running): Street {
  const signals = new Map(prepared.signals.map((it) => [it.running.intersectionId, it]));
  return {
    prepared,
    profiles: buildFlowProfiles(network, timingPlans),
    signals: running.map((it) => signals.get(it.intersectionId)),
    held: new Map(),
    budget: { limit: request.workLimit, used: 0 },
    random: createSeededRandom(request.seed),
  };
}

function listDelays({ profiles }: Street, own: ReadonlySet<string>): Record<string, number> {
  const delaysS: Record<string, number> = {};
  for (const { intersection, firstGroup, endGroup } of profiles.network.members) {
    if (!own.has(intersection.id)) continue;
    const groups = profiles.groups.slice(firstGroup, endGroup);
    const flowVph = groups.reduce((sum, it) => sum + it.flowVph, 0);
    const delayS = groups.reduce((sum, it) => sum + it.flowVph * it.delayS, 0);
    delaysS[intersection.id] = flowVph > 0 ? delayS / flowVph : 0;
  }
  return delaysS;
}

/** `street` stands at the running plans. */
function findCandidate(ground: Ground, street: Street): Candidate | undefined {
  const { index, planChange, step, leastGainRatio } = ground.request;
  const runningIndex = indexOf(street);
  if (planChange === undefined) {
    const members = street.signals.flatMap((it, member) => (it === undefined ? [] : [member]));
    stepPlans(street, { members, step, leastGainRatio });
    return buildCandidate(ground, street, { change: "step", cycles: [], runningIndex });
  }
  const { timingPlans, cycles } = changeCycles(index, street, planChange);
  const changed = cycles.length === 0 ? street : buildStreet(ground, timingPlans);
  searchPlans(changed, 1);
  return buildCandidate(ground, changed, { change: "planChange", cycles, runningIndex });
}

/** `undefined` where nothing changes, or where somebody would not get in step in time. */
function buildCandidate(
  { request, running }: Ground,
  street: Street,
  of: {
    readonly change: Candidate["change"];
    readonly cycles: readonly CycleChange[];
    readonly runningIndex: number;
  },
): Candidate | undefined {
  const changes = running.flatMap((plan, member) =>
    isSamePlan(plan, getPlan(street, member)) ? [] : [{ member, running: plan }],
  );
  if (changes.length === 0) return undefined;
  const { network } = request.index;
  const price = priceTransition(street, {
    changes,
    timeBase: buildTimeBase(network),
    activateAtDs: request.activateAtDs,
    cyclesMax: getProfile(network.jurisdiction).transition.cyclesMax,
  });
  if (price === undefined) return undefined;
  const { change, cycles, runningIndex } = of;
  const index = indexOf(street);
  const stayS = change === "planChange" ? known(request.planChange, "limits").stayS : request.stepStayS;
  const worth = {
    runningIndex,
    index,
    stayS,
    gainVehH: ((runningIndex - index) * stayS) / SECONDS_PER_HOUR,
    transitionVehH: price.vehH,
    transitionCycles: price.cycles,
  };
  return { change, cycles, worth, timingPlans: changes.map(({ member }) => getPlan(street, member)) };
}
