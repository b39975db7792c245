/**
 * Green waves for a plan whose cycle and splits stay: link by link, stream by stream, at a steady speed, or for several routes at once, with
 * value, proven bound and gap. Offsets, and sequences where they may change, are new; everything else is the plan's own.
 */
import { known } from "../../errors.ts";
import { getIntersection } from "../../network/find.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { toTenths } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { evaluatePlan, groupFlows } from "../../traffic/evaluate-plan.ts";
import { type RouteBandsInput, solveRouteLinkBands } from "../link-bands/route-link-bands.ts";
import { solveRouteStreamBands } from "../link-bands/route-stream-bands.ts";
import type { LpEngine } from "../lp/lp-engine.ts";
import {
  buildNetworkBandProblem,
  listChosenPlans,
  listRunningChoices,
  type RouteWish,
} from "../network-bands/network-routes.ts";
import { solveNetworkBands } from "../network-bands/solve-network-bands.ts";
import type { SignalAlternatives } from "../route/route-candidate.ts";
import { listRouteSignals } from "../route/route-signals.ts";
import { findCommonCycleS, listSignalAlternatives, prepareSignals } from "../route/signal-alternatives.ts";
import type { NamedBand, PlanBandsAnswer, PlanBandsRequest, PlanBandsWish } from "./plan-bands-request.ts";
import { solveSteadyBands } from "./route-steady-bands.ts";

/** What the searches may use where no limit is given. */
const SCANS = 5000;
/** Branch and bound for streams, on routes so short that it ends in a second or so; others keep their gap. */
const NODES = 200;
const SHORT_ROUTE = 6;

interface Found {
  readonly timingPlans: readonly TimingPlan[];
  readonly bands: readonly NamedBand[];
  readonly value: number;
  readonly bound: number;
  readonly notes: readonly string[];
}

type Wish<K extends PlanBandsWish["kind"]> = Extract<PlanBandsWish, { readonly kind: K }>;

interface Question extends PlanBandsRequest {
  readonly ids: readonly string[];
  readonly alternatives: readonly SignalAlternatives[];
  readonly cycleS: number;
}

/** `engine`: for the bound and the integer model of streams. */
export function solvePlanBands(request: PlanBandsRequest, engine: LpEngine): PlanBandsAnswer {
  const prepared = prepare(request);
  if ("reasons" in prepared) return { kind: "infeasible", reasons: prepared.reasons };
  const found = solveWish(prepared, engine);
  if (typeof found === "string") return { kind: "infeasible", reasons: [found] };
  const { value, bound } = found;
  const own = new Map(found.timingPlans.map((it) => [it.intersectionId, it]));
  const timingPlans = request.running.map((it) => own.get(it.intersectionId) ?? it);
  const { index, flows, running } = request;
  return {
    kind: "solved",
    ...found,
    timingPlans,
    cycleS: prepared.cycleS,
    gap: bound > 0 ? Math.max(0, (bound - value) / bound) : 0,
    measures: evaluatePlan({ index, flows, timingPlans }),
    runningMeasures: evaluatePlan({ index, flows, timingPlans: running }),
  };
}

/** The intersections on the routes in question, each with its own plan in every sequence that it may run. */
function prepare(request: PlanBandsRequest): Question | { readonly reasons: string[] } {
  const { index, running, wish } = request;
  const routeIds =
    wish.kind === "routes" ? (wish.routeIds ?? index.network.routes.map((it) => it.id)) : [wish.routeId];
  const passed = new Set(
    routeIds.flatMap((id) => {
      const { outbound, inbound } = known(index.routes.get(id), `route ${id}`);
      return [...outbound.stops, ...(inbound?.stops ?? [])].map((it) => it.intersectionId);
    }),
  );
  const ids = running.map((it) => it.intersectionId).filter((it) => passed.has(it));
  const missing = [...passed].filter((it) => !ids.includes(it));
  if (missing.length > 0) return { reasons: [`No plan of today is given for ${missing.join(", ")}.`] };
  if (wish.kind !== "routes" && ids.length < 2)
    return { reasons: ["A route of one intersection has no link."] };
  const prepared = prepareSignals(
    { ...request, cycle: "keep", splits: "keep" },
    { signals: ids.map((id) => ({ intersection: getIntersection(index, id) })) },
  );
  const cycleS = findCommonCycleS(prepared.signals);
  if (cycleS === undefined) return { reasons: ["The intersections of the routes run different cycles."] };
  const possible = listSignalAlternatives(prepared, cycleS, "sweep");
  if (possible.kind === "infeasible") return { reasons: [possible.reason] };
  return { ...request, ids, alternatives: possible.alternatives, cycleS };
}

/** A sentence where there is no plan. */
function solveWish(question: Question, engine: LpEngine): Found | string {
  const { wish } = question;
  switch (wish.kind) {
    case "links":
      return solveLinks(question, wish);
    case "streams":
      return solveStreams(question, wish, engine);
    case "steady": {
      const { index } = question;
      const route = known(index.routes.get(wish.routeId), `route ${wish.routeId}`);
      const input = toRouteInput(question, route.id);
      return solveSteadyBands({ index, route, input, speedChangeMps: wish.speedChangeMps }, engine);
    }
    case "routes":
      return solveRoutes(question, wish);
  }
}

function toRouteInput(
  { index, flows, ids, alternatives, cycleS }: Question,
  routeId: string,
): RouteBandsInput {
  const route = listRouteSignals(index, known(index.routes.get(routeId), `route ${routeId}`), new Set(ids));
  const byId = new Map(ids.map((id, at) => [id, known(alternatives[at], `plans of ${id}`)]));
  return {
    route,
    flows,
    cycleS,
    alternatives: route.signals.map((it) => known(byId.get(it.intersection.id), "plans of a stop")),
    resolutionS: Math.max(...route.signals.map((it) => it.intersection.controller.resolutionS)),
  };
}

function solveLinks(question: Question, { routeId, halves, weightPower }: Wish<"links">): Found | string {
  const input = toRouteInput(question, routeId);
  const answer = solveRouteLinkBands(input, { halves, weightPower });
  if (answer.kind === "noBand") return "No center line gives any link a band.";
  const { links, valueS, boundS } = answer.bands;
  const weights = input.route.links.map((_, at) => known(answer.weights[at], `weights of link ${at}`));
  const nameOf = (at: number): string => known(input.route.signals[at], `signal ${at}`).intersection.id;
  return {
    timingPlans: answer.timingPlans,
    value: valueS,
    bound: boundS,
    bands: links.flatMap((link, at) =>
      (["outbound", "inbound"] as const).map((direction) => ({
        name:
          direction === "outbound"
            ? `${nameOf(at)} → ${nameOf(at + 1)}`
            : `${nameOf(at + 1)} → ${nameOf(at)}`,
        direction,
        bandwidthS: link[direction].beforeS + link[direction].afterS,
        weight: known(weights[at], "weights")[direction],
      })),
    ),
    notes:
      answer.centerLine === "meetsGreens"
        ? []
        : [
            "No center line meets a green at every signal: the links beside a red have no band in that direction.",
          ],
  };
}

function solveStreams(
  question: Question,
  { routeId, leastBandS, leastDemandVph }: Wish<"streams">,
  engine: LpEngine,
): Found | string {
  const input = toRouteInput(question, routeId);
  const { streams, bands, timingPlans } = solveRouteStreamBands(input, {
    leastBandS,
    leastDemandVph,
    engine,
    random: createSeededRandom(question.seed),
    workLimit: question.workLimit ?? SCANS,
    nodeLimit: input.route.signals.length > SHORT_ROUTE ? 0 : NODES,
  });
  if (streams.length === 0) return "No stream has that demand and a green of its own at every signal.";
  const isOneWay = (["outbound", "inbound"] as const).some(
    (direction) =>
      streams.some((it) => it.direction === direction) &&
      streams.every((it, at) => it.direction !== direction || (bands.bands[at]?.bandwidthS ?? 0) === 0),
  );
  return {
    timingPlans,
    value: bands.valueS,
    bound: bands.boundS,
    bands: streams.map(({ from, to, direction, stream }, at) => ({
      name: `${from.intersectionId} ${from.movementId} → ${to.intersectionId} ${to.movementId}`,
      direction,
      bandwidthS: known(bands.bands[at], "band of a stream").bandwidthS,
      weight: stream.weight,
    })),
    notes: isOneWay ? ["A direction is given up: the demands alone decide, no floor was asked for."] : [],
  };
}

function solveRoutes(question: Question, { routeIds, floors }: Wish<"routes">): Found | string {
  const { index, flows, ids, alternatives, seed, workLimit } = question;
  const byMovement = groupFlows(flows);
  const floorOf = new Map(floors.map((it) => [it.routeId, it.floorsS]));
  const wishes = (routeIds ?? index.network.routes.map((it) => it.id)).map((routeId): RouteWish => {
    const route = known(index.routes.get(routeId), `route ${routeId}`);
    const meanFlowVph = (stops: typeof route.outbound.stops = []): number =>
      stops.reduce((sum, it) => sum + (byMovement.get(it.intersectionId)?.get(it.movementId) ?? 0), 0) /
      Math.max(1, stops.length);
    return {
      routeId,
      weights: { outbound: meanFlowVph(route.outbound.stops), inbound: meanFlowVph(route.inbound?.stops) },
      floorsS: floorOf.get(routeId) ?? { outbound: 0, inbound: 0 },
    };
  });
  const plans = new Map(ids.map((id, at) => [id, known(alternatives[at], `plans of ${id}`)]));
  const setting = buildNetworkBandProblem({ index, wishes, alternatives: plans });
  const answer = solveNetworkBands(setting.problem, {
    start: listRunningChoices(setting, plans),
    seed,
    ...(workLimit === undefined ? {} : { scanLimit: workLimit }),
  });
  const nameOf = (route: number): string => known(wishes[route], "wish").routeId;
  if (answer.kind === "floorsNotReached") {
    return `These routes cannot have their floors even alone: ${answer.routes.map(nameOf).join(", ")}.`;
  }
  return {
    timingPlans: listChosenPlans(setting, plans, answer.signals),
    value: answer.value,
    bound: answer.bound,
    bands: answer.bandwidthS.flatMap((widths, route) => {
      const { routeId, weights } = known(wishes[route], "wish");
      const hasInbound = index.routes.get(routeId)?.inbound !== undefined;
      return (hasInbound ? (["outbound", "inbound"] as const) : (["outbound"] as const)).map((direction) => ({
        name: routeId,
        direction,
        bandwidthS: widths[direction],
        weight: weights[direction],
      }));
    }),
    notes: answer.missed.map(
      (it) =>
        `No plan was found that gives ${nameOf(it.route)} its ${it.direction} floor of ${it.floorS} s beside the others: ${toTenths(it.bandwidthS) / 10} s.`,
    ),
  };
}
