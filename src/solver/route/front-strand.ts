/**
 * One cycle length of a front: its plan of widest bands, its plan of least delay, and between them the least delay that
 * is found for any width of band.
 */
import { assert, known } from "../../errors.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildFlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { type HeldBands, listFreeOffsets } from "../bands/band-freedom.ts";
import type { BandProblem, SignalChoice } from "../bands/band-problem.ts";
import { listNearestBands } from "./hold-bands.ts";
import type { SignalAlternatives } from "./route-candidate.ts";
import type { RouteContext } from "./route-context.ts";
import { performanceIndex, settleOffsets, settlingOf } from "./settle-offsets.ts";
import type { PreparedSignals } from "./signal-alternatives.ts";
import type { Judged } from "./try-cycles.ts";
import { settleCandidate, workOut } from "./work-out.ts";

/** Places for the bands that are tried beside those of the next wider plan. */
const PLACES = 2;

/** A plan that holds bands of at least `ratio` of its cycle. */
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
  readonly least: Held;
  readonly widest: Held;
  /** Plans found so far, the widest included. */
  readonly held: Held[];
}

/** `undefined` where the cycle has no band at all. */
export function buildStrand(
  context: RouteContext,
  prepared: PreparedSignals,
  tried: Judged,
): Strand | undefined {
  const worked = workOut(context, prepared, tried);
  const { band, problem, cycleS } = worked.judged.candidate;
  if (band === undefined || problem === undefined) return undefined;
  const atWidest = settleCandidate(context, worked);
  const { alternatives, resolutionS } = worked.judged.input;
  const widest: Held = {
    cycleS,
    ratio: narrowest(band.bandwidthS, context) / cycleS,
    timingPlans: atWidest.timingPlans,
    index: performanceIndex(atWidest.totals),
    bands: band,
  };
  const least = settleFreely(context, widest, resolutionS);
  const offsetOf = new Map(least.timingPlans.map((it) => [it.intersectionId, it.offsetS]));
  const wanted = band.signals.map(({ alternative }, at) => ({
    alternative,
    offsetS: known(
      offsetOf.get(known(alternatives[at]?.[alternative], "alternative").intersectionId),
      "offset",
    ),
  }));
  return { context, cycleS, problem, alternatives, resolutionS, wanted, least, widest, held: [widest] };
}

const narrowest = (
  { outbound, inbound }: { readonly outbound: number; readonly inbound: number },
  { route }: RouteContext,
): number => (route.twoWay ? Math.min(outbound, inbound) : outbound);

/** From the plan of widest bands on, every offset allowed. */
function settleFreely(context: RouteContext, from: Held, resolutionS: number): Held {
  const members = new Set(context.route.signals.map((it) => it.intersection.id));
  const steps = Array.from(
    { length: Math.round(from.cycleS / resolutionS) },
    (_, step) => step * resolutionS,
  );
  const allowed = from.timingPlans.map((it) => (members.has(it.intersectionId) ? steps : []));
  return {
    ...settleFrom(context, from.timingPlans, allowed),
    cycleS: from.cycleS,
    ratio: 0,
    bands: undefined,
  };
}

/** The least delay found with bands of at least `ratio` of the cycle; `undefined` where they do not fit. */
export function holdRatio(strand: Strand, ratio: number): Held | undefined {
  const { context, cycleS, held, widest } = strand;
  if (ratio > widest.ratio) return undefined;
  const floorS = ratio * cycleS;
  const bandwidthS = { outbound: floorS, inbound: context.route.twoWay ? floorS : 0 };
  const wider = held.reduce((best, it) => (it.ratio >= ratio && it.ratio < best.ratio ? it : best), widest);
  const places = [
    { from: wider, bands: narrow(known(wider.bands, "bands of a wider plan"), bandwidthS) },
    ...listNearestBands({ ...strand, bandwidthS }, PLACES).map((bands) => ({ from: undefined, bands })),
  ];
  let best: Held = { ...wider, ratio };
  for (const { from, bands } of places) {
    const settled = settleWithin(strand, bands, from);
    if (settled.index < best.index) best = { ...settled, cycleS, ratio, bands };
  }
  // A plan kept from a wider point keeps that point's bands: they hold the narrower ones.
  held.push(best);
  return best;
}

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
