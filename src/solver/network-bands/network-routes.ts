/**
 * From a network to the problem of its routes' bands, and back: which stops each way has, when a vehicle on the green wave
 * reaches them, and the greens of its movement in every plan that an intersection may run.
 */
import { assert, known } from "../../errors.ts";
import { getIntersection, type NetworkIndex } from "../../network/find.ts";
import type { Route, RouteDirection } from "../../network/network.schema.ts";
import { buildGreensOf } from "../../timing/phase-times.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import { bandGreens, type SignalAlternatives } from "../route/route-candidate.ts";
import { listArrivalsS } from "../route/route-signals.ts";
import type { BandRoute, BandWay, NetworkBandProblem, SignalChoices } from "./network-band-problem.ts";

/** What the bands of one route are worth, and how wide they shall be at least, s. */
export interface RouteWish {
  readonly routeId: string;
  readonly weights: PerDirection<number>;
  readonly floorsS: PerDirection<number>;
}

export interface NetworkBandInput {
  readonly index: NetworkIndex;
  readonly wishes: readonly RouteWish[];
  /**
   * The plans that each intersection may run, all on one cycle: today's sequence first, the same splits in every
   * sequence that may be chosen, as a rule. An intersection without is passed on the way.
   */
  readonly alternatives: ReadonlyMap<string, SignalAlternatives>;
}

export interface NetworkBandSetting {
  readonly problem: NetworkBandProblem;
  /** The intersections of `problem.signals`. */
  readonly intersectionIds: readonly string[];
}

/** The problem's signals are the intersections on any of the routes, in the order of `alternatives`. */
export function buildNetworkBandProblem(input: NetworkBandInput): NetworkBandSetting {
  const { index, wishes, alternatives } = input;
  const routes = wishes.map((wish) => ({
    wish,
    route: known(index.routes.get(wish.routeId), `route ${wish.routeId}`),
  }));
  const passed = new Set(routes.flatMap(({ route }) => listIntersectionIds(route)));
  const intersectionIds = [...alternatives.keys()].filter((it) => passed.has(it));
  const signalOf = new Map(intersectionIds.map((id, signal) => [id, signal]));
  const plansOf = (id: string): SignalAlternatives => known(alternatives.get(id), `plans of ${id}`);
  const cycleS = known(plansOf(known(intersectionIds[0], "intersection on a route"))[0], "plan").cycleS;
  const others = intersectionIds.filter((id) => plansOf(id).some((it) => it.cycleS !== cycleS));
  assert(others.length === 0, `${others.join(", ")} not on the cycle of ${cycleS} s`);
  const wayOf = (direction: RouteDirection, weight: number, floorS: number): BandWay => ({
    weight,
    floorS,
    stops: listStops(input, direction, signalOf),
  });
  return {
    intersectionIds,
    problem: {
      cycleS,
      resolutionS: Math.max(
        ...intersectionIds.map((id) => getIntersection(index, id).controller.resolutionS),
      ),
      signals: intersectionIds.map((id) => ({ alternativeCount: plansOf(id).length })),
      routes: routes.map(({ wish: { weights, floorsS }, route }): BandRoute => {
        const outbound = wayOf(route.outbound, weights.outbound, floorsS.outbound);
        if (route.inbound === undefined) return { outbound };
        return { outbound, inbound: wayOf(route.inbound, weights.inbound, floorsS.inbound) };
      }),
    },
  };
}

const listIntersectionIds = ({ outbound, inbound }: Route): string[] =>
  [...outbound.stops, ...(inbound?.stops ?? [])].map((it) => it.intersectionId);

function listStops(
  { index, alternatives }: NetworkBandInput,
  direction: RouteDirection,
  signalOf: ReadonlyMap<string, number>,
): BandWay["stops"] {
  const arrivalsS = listArrivalsS(index, direction);
  const stops = direction.stops.filter((it) => signalOf.has(it.intersectionId));
  return stops.map(({ intersectionId, movementId }, position) => {
    const intersection = getIntersection(index, intersectionId);
    const arrivalS = known(arrivalsS.get(intersectionId), `arrival at ${intersectionId}`);
    const plans = known(alternatives.get(intersectionId), `plans of ${intersectionId}`);
    return {
      signal: known(signalOf.get(intersectionId), `signal ${intersectionId}`),
      travelS: arrivalS - position * direction.queueClearanceS,
      greens: plans.map((plan) => {
        const greens = buildGreensOf(intersection, { ...plan, offsetS: 0 }, movementId);
        return bandGreens(intersection, movementId, greens);
      }),
    };
  });
}

/** The chosen plans with their offsets, in the order of `setting.intersectionIds`. */
export function listChosenPlans(
  { intersectionIds }: NetworkBandSetting,
  alternatives: NetworkBandInput["alternatives"],
  choices: SignalChoices,
): TimingPlan[] {
  return intersectionIds.map((id, signal) => {
    const { alternative, offsetS } = known(choices[signal], `choice of ${id}`);
    return { ...known(alternatives.get(id)?.[alternative], `chosen plan of ${id}`), offsetS };
  });
}

/** Today's choices, to start from: the first plan of each intersection and its offset. */
export function listRunningChoices(
  { intersectionIds }: NetworkBandSetting,
  alternatives: NetworkBandInput["alternatives"],
): SignalChoices {
  return intersectionIds.map((id) => ({
    alternative: 0,
    offsetS: known(alternatives.get(id)?.[0], `plan of ${id}`).offsetS,
  }));
}
