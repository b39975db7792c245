/** Directions at one signal, in degrees clockwise from north: from the nodes' coordinates, else from the compass names. */
import type { IntersectionShape } from "../network/derive-conflicts.ts";
import type { SignalMovement } from "./utdf-movements.ts";
import { findPosition, type UtdfSource } from "./utdf-source.ts";
import type { Approach } from "./utdf-streets.ts";

const COMPASS_DEG: Readonly<Record<string, number>> = {
  NB: 0,
  NE: 45,
  EB: 90,
  SE: 135,
  SB: 180,
  SW: 225,
  WB: 270,
  NW: 315,
};
/** Where a turn leads, seen from the approach; for a leg that is neither on the map nor an approach. */
const TURN_DEG = { left: -90, through: 0, right: 90, uTurn: 180 };

/** Direction of travel on an approach. */
export function findHeadingDeg(source: UtdfSource, node: string, approach: Approach): number {
  const legDeg = findBearingDeg(source, node, approach.leg.upNode);
  return legDeg === undefined ? (COMPASS_DEG[approach.leg.direction] ?? 0) : wrapDeg(legDeg + 180);
}

/** The directions that conflicts are derived from, without crossings. */
export function buildShape(
  source: UtdfSource,
  node: string,
  streams: { readonly approaches: readonly Approach[]; readonly movements: readonly SignalMovement[] },
): Omit<IntersectionShape, "crossings"> {
  const exits = new Map<string, number>();
  for (const it of streams.movements) {
    exits.set(it.movement.toLinkId, findExitDeg(source, node, { ...streams, movement: it }));
  }
  return {
    drivingSide: source.drivingSide,
    entries: streams.approaches.map((it) => ({
      approachId: it.leg.direction,
      headingDeg: findHeadingDeg(source, node, it),
    })),
    exits: [...exits].map(([linkId, headingDeg]) => ({ linkId, headingDeg })),
    movements: streams.movements.map(({ movement }) => movement),
  };
}

export function angleBetweenDeg(firstDeg: number, secondDeg: number): number {
  const difference = wrapDeg(firstDeg - secondDeg);
  return Math.min(difference, 360 - difference);
}

export const wrapDeg = (angleDeg: number): number => ((angleDeg % 360) + 360) % 360;

function findExitDeg(
  source: UtdfSource,
  node: string,
  at: { readonly approaches: readonly Approach[]; readonly movement: SignalMovement },
): number {
  const { destNode, approach, movement } = at.movement;
  const bearingDeg = findBearingDeg(source, node, destNode);
  if (bearingDeg !== undefined) return bearingDeg;
  const leg = at.approaches.find((it) => it.leg.upNode === destNode);
  return leg === undefined
    ? wrapDeg(findHeadingDeg(source, node, approach) + TURN_DEG[movement.turn])
    : wrapDeg(findHeadingDeg(source, node, leg) + 180);
}

function findBearingDeg(source: UtdfSource, from: string, to: string): number | undefined {
  const start = findPosition(source, from);
  const end = findPosition(source, to);
  if (start === undefined || end === undefined) return undefined;
  const eastM = end.xM - start.xM;
  const northM = end.yM - start.yM;
  return Math.hypot(eastM, northM) < 1 ? undefined : wrapDeg((Math.atan2(eastM, northM) * 180) / Math.PI);
}
