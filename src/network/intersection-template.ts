/**
 * A standard intersection from a compact description of its legs: movements, lanes, crossings, conflicts and phases,
 * either NEMA (eight phases, dual ring, lead/lag sequences) or a stage sequence (one ring).
 *
 * Assumptions: up to four legs at right angles, driving on the right; right turns share the lanes of the through
 * movement and yield to the crossing they meet; a left turn with lanes of its own has a phase of its own.
 */
import { assert } from "../errors.ts";
import { deriveConflicts, type IntersectionShape } from "./derive-conflicts.ts";
import { computeCrossingTimeS } from "./fixed-times.ts";
import {
  type Bound,
  boundOfCrossing,
  headingDeg,
  type IntersectionSpec,
  LEG_NAMES,
  type LegSpec,
  oppositeBound,
  REFUGE_M,
  turnBound,
} from "./intersection-spec.ts";
import type { Approach, Crossing, Intersection, Movement } from "./network.schema.ts";
import { buildPhases } from "./phase-template.ts";

/** Saturation flow of a lane next to that of a through lane: turning radius, HCM practice. */
const LEFT_FACTOR = 0.95;
const RIGHT_FACTOR = 0.85;
const STOP_LINE_SETBACK_M = 3;

export function buildIntersection(spec: IntersectionSpec): Intersection {
  assert(new Set(spec.legs.map((it) => it.bound)).size === spec.legs.length, `legs of ${spec.id} repeat`);
  const approaches = spec.legs.flatMap((leg) => buildApproach(spec, leg));
  const movements = spec.legs.flatMap((leg) => buildMovements(spec, leg));
  const crossings = spec.legs.flatMap((leg) => buildCrossings(spec, leg));
  const conflicts = deriveConflicts(toShape(spec, movements, crossings));
  return {
    id: spec.id,
    ...(spec.name === undefined ? {} : { name: spec.name }),
    xM: spec.xM,
    yM: spec.yM,
    approaches,
    movements,
    crossings,
    ...buildPhases({ spec, approaches, movements, crossings, conflicts }),
    conflicts,
    intergreens: [],
    controller: { cycleMinS: 40, cycleMaxS: 180, resolutionS: spec.resolutionS ?? 1 },
  };
}

const findLeg = (spec: IntersectionSpec, bound: Bound): LegSpec | undefined =>
  spec.legs.find((it) => it.bound === bound);

function buildApproach(spec: IntersectionSpec, leg: LegSpec): Approach[] {
  if (leg.entry === undefined) return [];
  const across = [turnBound(leg.bound, 1), turnBound(leg.bound, 3)];
  const widthM = Math.max(0, ...across.map((it) => findLeg(spec, it)?.roadWidthM ?? 0));
  return [
    {
      id: leg.bound,
      linkId: leg.entry.linkId,
      headingDeg: headingDeg(leg.bound),
      gradeRatio: leg.entry.gradeRatio ?? 0,
      ...(leg.entry.speed85Mps === undefined ? {} : { speed85Mps: leg.entry.speed85Mps }),
      clearanceDistanceM: widthM + STOP_LINE_SETBACK_M,
    },
  ];
}

const TURNS = [
  { letter: "L", turn: "left", quarters: 3, factor: LEFT_FACTOR },
  { letter: "T", turn: "through", quarters: 0, factor: 1 },
  { letter: "R", turn: "right", quarters: 1, factor: RIGHT_FACTOR },
] as const;

function buildMovements(spec: IntersectionSpec, leg: LegSpec): Movement[] {
  const entry = leg.entry;
  if (entry === undefined) return [];
  const open = TURNS.flatMap((it) => {
    const exit = findLeg(spec, oppositeBound(turnBound(leg.bound, it.quarters)));
    if (it.turn === "left" && entry.leftForbidden) return [];
    return exit?.exitLinkId === undefined ? [] : [{ ...it, toLinkId: exit.exitLinkId }];
  });
  const lanesOf = shareLanes(
    entry,
    open.map((it) => it.turn),
  );
  return open.map(({ letter, turn, factor, toLinkId }) => {
    const { lanes, sharesWith, isBay } = lanesOf(turn);
    const shares = TURNS.find((it) => it.turn === sharesWith);
    const flowVph =
      shares === undefined
        ? lanes * entry.laneSaturationFlowVph * factor
        : entry.lanes * entry.laneSaturationFlowVph * shares.factor;
    return {
      id: `${leg.bound}${letter}`,
      approachId: leg.bound,
      toLinkId,
      turn,
      lanes,
      ...(shares === undefined ? {} : { sharesLanesOf: `${leg.bound}${shares.letter}` }),
      saturationFlowVph: Math.round(flowVph),
      startupLostTimeS: 2,
      ...(isBay && entry.leftStorageM !== undefined ? { storageM: entry.leftStorageM } : {}),
      rightTurnOnRed: turn === "right" && spec.style.rightTurnOnRed,
      flashingYellowArrow: false,
    };
  });
}

type Turn = Movement["turn"];
interface LaneUse {
  readonly lanes: number;
  readonly sharesWith?: Turn;
  readonly isBay?: boolean;
}

/** With a through movement it has the link's lanes and the turns join it; at the stem of a T left and right divide them. */
function shareLanes(entry: NonNullable<LegSpec["entry"]>, open: readonly Turn[]): (turn: Turn) => LaneUse {
  if (open.includes("through")) {
    return (turn) => {
      if (turn === "through") return { lanes: entry.lanes };
      if (turn === "left" && entry.leftLanes > 0) return { lanes: entry.leftLanes, isBay: true };
      return { lanes: 0, sharesWith: "through" };
    };
  }
  if (open.length === 1) return () => ({ lanes: entry.lanes });
  if (entry.lanes === 1) {
    return (turn) => (turn === "left" ? { lanes: 1 } : { lanes: 0, sharesWith: "left" });
  }
  return (turn) => ({ lanes: turn === "left" ? Math.ceil(entry.lanes / 2) : Math.floor(entry.lanes / 2) });
}

function buildCrossings(spec: IntersectionSpec, leg: LegSpec): Crossing[] {
  const name = LEG_NAMES[leg.bound];
  const approachId = leg.entry === undefined ? {} : { approachId: leg.bound };
  const { walkS, walkingMps, bicycleMps } = spec.style;
  const walking = (id: string, lengthM: number): Crossing => ({
    id,
    mode: "pedestrian",
    ...approachId,
    lengthM,
    walkS,
    clearanceS: computeCrossingTimeS(lengthM, walkingMps),
    service: "recall",
  });
  const halfM = Math.round((leg.roadWidthM - REFUGE_M) * 5) / 10;
  const pedestrian: Readonly<Record<LegSpec["crossing"], Crossing[]>> = {
    none: [],
    whole: [walking(`ped${name}`, leg.roadWidthM)],
    staged: [
      { ...walking(`ped${name}-entry`, halfM), stagedWith: `ped${name}-exit` },
      { ...walking(`ped${name}-exit`, halfM), stagedWith: `ped${name}-entry` },
    ],
  };
  if (!leg.bicycleCrossing) return pedestrian[leg.crossing];
  const bicycle: Crossing = {
    ...walking(`bike${name}`, leg.roadWidthM),
    mode: "bicycle",
    clearanceS: computeCrossingTimeS(leg.roadWidthM, bicycleMps),
  };
  return [...pedestrian[leg.crossing], bicycle];
}

function toShape(
  spec: IntersectionSpec,
  movements: readonly Movement[],
  crossings: readonly Crossing[],
): IntersectionShape {
  return {
    drivingSide: "right",
    entries: spec.legs.map((it) => ({ approachId: it.bound, headingDeg: headingDeg(it.bound) })),
    exits: spec.legs.flatMap((it) =>
      it.exitLinkId === undefined
        ? []
        : [{ linkId: it.exitLinkId, headingDeg: headingDeg(oppositeBound(it.bound)) }],
    ),
    movements,
    crossings: crossings.map(({ id }) => ({
      id,
      legDeg: headingDeg(oppositeBound(boundOfCrossing(id))),
      spans: id.endsWith("-entry") ? "entry" : id.endsWith("-exit") ? "exit" : "leg",
    })),
  };
}
