/**
 * One cycle length of a front: its plan of widest bands, its plan of least delay, and between them the least delay that
 * is found for any width of band.
 */
import { assert, known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildFlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { measureBand } from "../../traffic/measure-band.ts";
import { type HeldBands, listFreeOffsets } from "../bands/band-freedom.ts";
import type { BandProblem, SignalChoice } from "../bands/band-problem.ts";
import { performanceIndex } from "../performance-index.ts";
import { listNearestBands } from "./hold-bands.ts";
import type { SignalAlternatives } from "./route-candidate.ts";
import type { RouteContext } from "./route-context.ts";
import { settleOffsets, settlingOf } from "./settle-offsets.ts";
import type { Judged } from "./try-cycles.ts";
import { listAllowedByPlan } from "./work-out.ts";

/** Places for the bands that are tried beside that in the next wider plan. */
const PLACES = 1;

/** A plan with the narrower of its bands, as measured, as part of its cycle. */
export interface Held {
  readonly cycleS: number;
  readonly ratio: number;
  /** By plan of the request. */
  readonly timingPlans: readonly TimingPlan[];
  readonly index: number;
  readonly bands: HeldBands | undefined;
}

export interface Strand {
  readonly context: RouteContext;
  readonly cycleS: number;
  readonly problem: BandProblem;
  readonly alternatives: readonly SignalAlternatives[];
  readonly resolutionS: number;
  /** The plan that is found when no band is asked for, in the terms of the problem. */
  readonly wanted: readonly SignalChoice[];
  readonly leastIndex: number;
  readonly widestRatio: number;
  /** Plans found so far; the widest first, then the one without bands. */
  readonly held: Held[];
}

/** `undefined` where the cycle has no band at all. */
export function buildStrand(context: RouteContext, tried: Judged): Strand | undefined {
  const { band, problem, cycleS } = tried.candidate;
  if (band === undefined || problem === undefined) return undefined;
  const { alternatives, resolutionS } = tried.input;
  const settled = settleFrom(context, tried.timingPlans, listAllowedByPlan(tried));
  const widest = hold(context, { ...settled, cycleS, bands: band });
  const least = settleFreely(context, widest, resolutionS);
  const offsetOf = new Map(least.timingPlans.map((it) => [it.intersectionId, it.offsetS]));
  const wanted = band.signals.map(({ alternative }, at) => ({
    alternative,
    offsetS: known(
      offsetOf.get(known(alternatives[at]?.[alternative], "alternative").intersectionId),
      "offset",
    ),
  }));
  return {
    context,
    cycleS,
    problem,
    alternatives,
    resolutionS,
    wanted,
    leastIndex: least.index,
    widestRatio: widest.ratio,
    held: [widest, least],
  };
}

function hold(context: RouteContext, plan: Omit<Held, "ratio">): Held {
  const { index, routeId } = context.request;
  const { outbound, inbound } = known(index.routes.get(routeId), `route ${routeId}`);
  const plans = new Map(plan.timingPlans.map((it) => [it.intersectionId, it]));
  const groupIds = new Set(context.route.signals.map((it) => it.intersection.id));
  const widths = [outbound, ...(inbound === undefined ? [] : [inbound])].map((direction) => {
    const band = measureBand({ index, direction, timingPlans: plans, groupIds });
    return band.kind === "band" ? band.bandwidthS : 0;
  });
  return { ...plan, ratio: Math.min(...widths) / plan.cycleS };
}

/** From the plan of widest bands on, every offset allowed. */
function settleFreely(context: RouteContext, from: Held, resolutionS: number): Held {
  const { cycleS } = from;
  const members = new Set(context.route.signals.map((it) => it.intersection.id));
  const steps = Array.from({ length: Math.round(cycleS / resolutionS) }, (_, step) => step * resolutionS);
  const allowed = from.timingPlans.map((it) => (members.has(it.intersectionId) ? steps : []));
  return hold(context, { ...settleFrom(context, from.timingPlans, allowed), cycleS, bands: undefined });
}

/** Searches the least delay with bands of at least `ratio` of the cycle, and keeps what it finds. */
export function holdRatio(strand: Strand, ratio: number): void {
  const { context, cycleS, held } = strand;
  const bandwidthS = { outbound: ratio * cycleS, inbound: context.route.twoWay ? ratio * cycleS : 0 };
  const wider = held.filter((it) => it.bands !== undefined && widthOf(it.bands) >= bandwidthS.outbound);
  const from = wider.reduce((best, it) => (it.ratio < best.ratio ? it : best), known(held[0], "widest plan"));
  const places = [
    { from, bands: narrow(known(from.bands, "bands of a wider plan"), bandwidthS) },
    ...listNearestBands({ ...strand, bandwidthS }, PLACES).map((bands) => ({ from: undefined, bands })),
  ];
  for (const place of places) {
    held.push(
      hold(context, { ...settleWithin(strand, place.bands, place.from), cycleS, bands: place.bands }),
    );
  }
}

const widthOf = ({ bandwidthS: { outbound, inbound } }: HeldBands): number =>
  inbound > 0 ? Math.min(outbound, inbound) : outbound;

/** The middle of wider bands. */
function narrow(bands: HeldBands, bandwidthS: HeldBands["bandwidthS"]): HeldBands {
  const startOf = (direction: "outbound" | "inbound"): number =>
    bands.bandStartS[direction] + Math.max(0, bands.bandwidthS[direction] - bandwidthS[direction]) / 2;
  return { bandwidthS, bandStartS: { outbound: startOf("outbound"), inbound: startOf("inbound") } };
}

/** Offsets of least delay that hold the bands, from a plan that does, or from the nearest to the wanted offsets. */
function settleWithin(
  strand: Strand,
  bands: HeldBands,
  from: Held | undefined,
): Pick<Held, "timingPlans" | "index"> {
  const { context, problem, resolutionS, alternatives, wanted, cycleS } = strand;
  const planOf = new Map((from?.timingPlans ?? []).map((it) => [it.intersectionId, it]));
  const chosen = new Map<string, { readonly plan: TimingPlan; readonly offsets: readonly number[] }>();
  for (const [at, choices] of listFreeOffsets(problem, bands, { resolutionS }).entries()) {
    const plans = known(alternatives[at], "alternatives");
    const id = known(plans[0], "alternative").intersectionId;
    const present = planOf.get(id);
    const alternative =
      present === undefined
        ? nearest(choices, known(wanted[at], "wanted"), cycleS).alternative
        : plans.findIndex((it) => it.sequenceId === present.sequenceId);
    const offsets = choices.filter((it) => it.alternative === alternative).map((it) => it.offsetS);
    const offsetS = present?.offsetS ?? nearest(choices, known(wanted[at], "wanted"), cycleS).offsetS;
    chosen.set(id, {
      plan: { ...known(plans[alternative], "alternative"), offsetS },
      offsets: offsets.sort((a, b) => a - b),
    });
  }
  const timingPlans = context.request.running.map((it) => chosen.get(it.intersectionId)?.plan ?? it);
  const allowed = timingPlans.map((it) => chosen.get(it.intersectionId)?.offsets ?? []);
  return settleFrom(context, timingPlans, allowed);
}

function nearest(choices: readonly SignalChoice[], wanted: SignalChoice, cycleS: number): SignalChoice {
  const wayOf = (it: SignalChoice): number => {
    const gapS = Math.abs(it.offsetS - wanted.offsetS);
    return Math.min(gapS, cycleS - gapS) + (it.alternative === wanted.alternative ? 0 : cycleS);
  };
  assert(choices.length > 0, "bands that a signal cannot hold");
  return choices.reduce((best, it) => (wayOf(it) < wayOf(best) ? it : best));
}

function settleFrom(
  { flowNetwork, budget }: RouteContext,
  timingPlans: readonly TimingPlan[],
  allowed: readonly (readonly number[])[],
): Pick<Held, "timingPlans" | "index"> {
  budget.used += 1;
  const profiles = buildFlowProfiles(flowNetwork, timingPlans);
  settleOffsets(settlingOf(profiles), allowed, budget);
  return {
    timingPlans: timingPlans.map((it, at) => ({
      ...it,
      offsetS: known(profiles.members[at], "member").offsetS,
    })),
    index: performanceIndex(profiles.totals),
  };
}
