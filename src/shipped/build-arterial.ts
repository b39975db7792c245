/**
 * One arterial from its published facts (spacings, arterial reds, cycle, progression speed) and made-up surroundings:
 * cross streets, lanes, crossings and volumes. Outbound is eastbound, the order in which the facts are printed.
 *
 * The published red of an arterial signal holds everything that is not arterial green: the arterial's own change
 * interval and the whole split of the cross street.
 */
import { known } from "../errors.ts";
import { buildDetectors } from "../network/detector-template.ts";
import { US_STYLE } from "../network/fixed-times.ts";
import type { LegSpec } from "../network/intersection-spec.ts";
import { buildIntersection } from "../network/intersection-template.ts";
import type { Intersection, Link, Network } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { assignFlows } from "./assign-flows.ts";
import { buildShippedNetwork, type ShippedNetwork } from "./shipped-network.ts";

export interface ArterialFacts {
  readonly network: Pick<Network, "id" | "name" | "timeZone" | "provenance">;
  readonly cycleS: number;
  /** Arterial greens, s, in whole tenths, and the distances between the signals, m. */
  readonly greensS: readonly number[];
  readonly spacingsM: readonly number[];
  readonly progressionSpeedMps: number;
  readonly control: "ringBarrier" | "stages";
  readonly resolutionS: 1 | 0.1;
  readonly main: StreetSpec;
  readonly side: StreetSpec & { readonly oneWay: boolean };
  readonly entryFlowsVph: { readonly outbound: number; readonly inbound: number };
  /** Flow on a cross street's approach ÷ its capacity under the published greens. */
  readonly sideLoad: number;
  readonly demandName: string;
  readonly planName: string;
  /** Offset of each signal today, s. */
  readonly offsetsS: readonly number[];
}

export interface StreetSpec {
  readonly speedLimitMps: number;
  readonly speed85Mps: number;
  /** In one direction. */
  readonly lanes: number;
  readonly roadWidthM: number;
  readonly entryLengthM: number;
}

const LANE_SATURATION_FLOW_VPH = 1800;
const WEIGHTS = { left: 12, through: 74, right: 14, uTurn: 0 } as const;
const MAIN_WEIGHTS = { left: 0, through: 91, right: 9, uTurn: 0 } as const;

export function buildArterial(facts: ArterialFacts): ShippedNetwork {
  const intersections = facts.greensS.map((_, at) => buildSignal(facts, at));
  const links = buildLinks(facts);
  const linksById = new Map(links.map((it) => [it.id, it]));
  const stops = (movementId: string) => intersections.map((it) => ({ intersectionId: it.id, movementId }));
  const direction = { progressionSpeedMps: facts.progressionSpeedMps, queueClearanceS: 0 };
  const network: Network = {
    version: 1,
    ...facts.network,
    jurisdiction: "us-mutcd",
    drivingSide: "right",
    timeZero: { type: "epoch" },
    intersections,
    links,
    detectors: intersections.flatMap((it) => buildDetectors(it, linksById)),
    routes: [
      {
        id: "main",
        name: facts.network.name,
        tier: "preferred",
        outbound: { stops: stops("EBT"), ...direction },
        inbound: { stops: stops("WBT").reverse(), ...direction },
      },
    ],
    eventLanes: [],
  };
  const timingPlans = intersections.map((it, at) => buildTimingPlan(facts, it, at));
  return buildShippedNetwork({
    network,
    demandName: facts.demandName,
    flows: assignFlows({
      network,
      entryFlowsVph: listEntryFlows(facts, intersections, timingPlans),
      weightOf: ({ approachId, turn }) => (isMain(approachId) ? MAIN_WEIGHTS : WEIGHTS)[turn],
    }),
    planName: facts.planName,
    timingPlans,
  });
}

const signalId = (at: number): string => `s${at + 1}`;
const isMain = (approachId: string): boolean => approachId === "EB" || approachId === "WB";

const EDGE_WEST = "edge-w";
const EDGE_EAST = "edge-e";
const sideEdge = (at: number, bound: "NB" | "SB"): string => `edge-${bound === "NB" ? "s" : "n"}${at + 1}`;
const isEdge = (place: string): boolean => place.startsWith("edge-");
/** Links are named after where they begin and end. */
const linkId = (from: string, to: string): string => `${from}.${to}`;
const westOf = (at: number): string => (at === 0 ? EDGE_WEST : signalId(at - 1));
const eastOf = (facts: ArterialFacts, at: number): string =>
  at === facts.greensS.length - 1 ? EDGE_EAST : signalId(at + 1);

/** A one-way cross street runs north at odd signals and south at even ones. */
const runsThatWay = (at: number, bound: "NB" | "SB"): boolean => (at % 2 === 0 ? "NB" : "SB") === bound;
const arrivesOnSide = (facts: ArterialFacts, at: number, bound: "NB" | "SB"): boolean =>
  !facts.side.oneWay || runsThatWay(at, bound);
const leavesOnSide = (facts: ArterialFacts, at: number, bound: "NB" | "SB"): boolean =>
  !facts.side.oneWay || !runsThatWay(at, bound);

const positionM = (facts: ArterialFacts, at: number): number =>
  facts.spacingsM.slice(0, at).reduce((sum, it) => sum + it, 0);

function buildSignal(facts: ArterialFacts, at: number): Intersection {
  const id = signalId(at);
  const legs = [
    mainLeg(facts, at, "EB"),
    mainLeg(facts, at, "WB"),
    sideLeg(facts, at, "NB"),
    sideLeg(facts, at, "SB"),
  ];
  return buildIntersection({
    id,
    name: `Cross street ${at + 1}`,
    xM: Math.round(positionM(facts, at) * 10) / 10,
    yM: 0,
    legs,
    main: "EW",
    control: facts.control,
    style: US_STYLE,
    resolutionS: facts.resolutionS,
  });
}

function mainLeg(facts: ArterialFacts, at: number, bound: "EB" | "WB"): LegSpec {
  const { main } = facts;
  const beyond = bound === "EB" ? westOf(at) : eastOf(facts, at);
  return {
    bound,
    entry: {
      linkId: linkId(beyond, signalId(at)),
      speedLimitMps: main.speedLimitMps,
      speed85Mps: main.speed85Mps,
      lanes: main.lanes,
      leftLanes: 0,
      leftForbidden: true,
      laneSaturationFlowVph: LANE_SATURATION_FLOW_VPH,
    },
    exitLinkId: linkId(signalId(at), beyond),
    roadWidthM: main.roadWidthM,
    crossing: "staged",
  };
}

function sideLeg(facts: ArterialFacts, at: number, bound: "NB" | "SB"): LegSpec {
  const { side } = facts;
  const edge = sideEdge(at, bound);
  const entry = {
    linkId: linkId(edge, signalId(at)),
    speedLimitMps: side.speedLimitMps,
    speed85Mps: side.speed85Mps,
    lanes: side.lanes,
    leftLanes: 0,
    laneSaturationFlowVph: LANE_SATURATION_FLOW_VPH,
  };
  return {
    bound,
    ...(arrivesOnSide(facts, at, bound) ? { entry } : {}),
    ...(leavesOnSide(facts, at, bound) ? { exitLinkId: linkId(signalId(at), edge) } : {}),
    roadWidthM: side.roadWidthM,
    crossing: "whole",
  };
}

function buildLinks(facts: ArterialFacts): Link[] {
  const { main, side } = facts;
  const places = [EDGE_WEST, ...facts.greensS.map((_, at) => signalId(at)), EDGE_EAST];
  const along = places.slice(1).flatMap((east, at) => {
    const west = known(places[at], "place");
    const lengthM = facts.spacingsM[at - 1] ?? main.entryLengthM;
    const street = { ...main, lengthM, runningSpeedMps: facts.progressionSpeedMps };
    return [toLink(west, east, street), toLink(east, west, street)];
  });
  const across = facts.greensS.flatMap((_, at) =>
    (["NB", "SB"] as const).flatMap((bound) => {
      const edge = sideEdge(at, bound);
      const street = { ...side, lengthM: side.entryLengthM };
      return [
        ...(arrivesOnSide(facts, at, bound) ? [toLink(edge, signalId(at), street)] : []),
        ...(leavesOnSide(facts, at, bound) ? [toLink(signalId(at), edge, street)] : []),
      ];
    }),
  );
  return [...along, ...across];
}

/** The published progression speed is taken as the speed at which arterial traffic moves. */
function toLink(
  from: string,
  to: string,
  street: StreetSpec & { readonly lengthM: number; readonly runningSpeedMps?: number },
): Link {
  return {
    id: linkId(from, to),
    ...(isEdge(from) ? {} : { from }),
    ...(isEdge(to) ? {} : { to }),
    lengthM: Math.round(street.lengthM * 10) / 10,
    speedLimitMps: street.speedLimitMps,
    ...(street.runningSpeedMps === undefined ? {} : { runningSpeedMps: street.runningSpeedMps }),
    lanes: street.lanes,
  };
}

/** Arterial phases get the published green; cross streets the rest of the cycle. */
function buildTimingPlan(facts: ArterialFacts, intersection: Intersection, at: number): TimingPlan {
  const { coordinatedPhases, offsetReference } = intersection;
  const main = known(
    intersection.phases.find((it) => it.number === coordinatedPhases[0]),
    "arterial phase",
  );
  const mainSplitS = toTenthsOf(known(facts.greensS[at], "green") + main.yellowS + main.redClearanceS);
  return {
    intersectionId: intersection.id,
    cycleS: facts.cycleS,
    sequenceId: known(intersection.sequences[0], "sequence").id,
    splits: intersection.phases.map(({ number }) => ({
      phase: number,
      splitS: coordinatedPhases.includes(number) ? mainSplitS : toTenthsOf(facts.cycleS - mainSplitS),
    })),
    offsetS: known(facts.offsetsS[at], "offset"),
    offsetReference,
  };
}

const toTenthsOf = (timeS: number): number => Math.round(timeS * 10) / 10;

/** The arterial's ends as given; a cross street's entry carries its share of the capacity that it has today. */
function listEntryFlows(
  facts: ArterialFacts,
  intersections: readonly Intersection[],
  timingPlans: readonly TimingPlan[],
): Map<string, number> {
  const { outbound, inbound } = facts.entryFlowsVph;
  const flows = new Map([
    [linkId(EDGE_WEST, signalId(0)), outbound],
    [linkId(EDGE_EAST, signalId(facts.greensS.length - 1)), inbound],
  ]);
  for (const [at, { approaches, phases, coordinatedPhases }] of intersections.entries()) {
    const phase = known(
      phases.find((it) => !coordinatedPhases.includes(it.number)),
      "cross street phase",
    );
    const splitS = known(
      timingPlans[at]?.splits.find((it) => it.phase === phase.number),
      "cross street split",
    ).splitS;
    const greenRatio = (splitS - phase.yellowS - phase.redClearanceS) / facts.cycleS;
    const flowVph = facts.sideLoad * facts.side.lanes * LANE_SATURATION_FLOW_VPH * greenRatio;
    for (const approach of approaches.filter((it) => !isMain(it.id))) {
      flows.set(approach.linkId, Math.round(flowVph / 10) * 10);
    }
  }
  return flows;
}
