/**
 * The fixed side of the simulated street: lanes, who may use which, where vehicles appear, turn and vanish.
 * Built once from a network and a demand. Shares no code with the traffic model that the solver uses.
 *
 * Assumptions: a movement's own lanes are its queues; a movement without lanes uses one lane of another's (the kerb lane
 * for a right turn, the far lane for a left one; mirrored where traffic drives on the left). Where the stop line of a
 * link carries more than its upstream movements deliver, the rest appears along the link; where it carries less, the
 * rest leaves there (driveways, parking).
 */

import type { MovementFlow } from "../demand/demand.schema.ts";
import { known } from "../errors.ts";
import { getApproach, getLink, getMovement, type NetworkIndex, runningSpeedOf } from "../network/find.ts";
import type { Detector, Intersection, Link, Movement } from "../network/network.schema.ts";
import { SECONDS_PER_HOUR } from "../units.ts";

/** Length that a standing vehicle takes, front to front, m (HCM default, 25 ft). */
const STANDING_VEHICLE_M = 7.6;

export interface LayoutMovement {
  readonly key: string;
  readonly flowVph: number;
  /** Lanes (indices into `lanes`) that it may queue in. */
  readonly lanes: readonly number[];
  readonly headwayS: number;
  readonly startupLostTimeS: number;
  /** Wait that counts as one stop, s; a shorter one is that part of a stop. */
  readonly fullStopS: number;
  readonly turnsOnRed: boolean;
  /** Who goes first where neither has protected green: 0 through, 1 kerb-side turn, 2 turn across, 3 U-turn. */
  readonly rank: number;
  readonly fromLink: number;
  readonly toLink: number;
  /** Movements that it must not meet (indices): whom it yields to when it has no protected green. */
  readonly conflicts: readonly number[];
  readonly stopLineDetectors: readonly string[];
}

export interface LayoutLink {
  readonly id: string;
  readonly travelS: number;
  readonly lengthM: number;
  readonly storageVeh: number;
  /** Movements of the approach at its end, with the share of the arrivals that takes each. */
  readonly turns: readonly { readonly movement: number; readonly share: number }[];
  readonly entryVph: number;
  readonly midBlockVph: number;
  /** Probability that a vehicle from upstream leaves before the stop line. */
  readonly leaveShare: number;
  readonly advance: readonly Detector[];
  readonly exits: readonly Detector[];
}

export interface StreetLayout {
  readonly movements: readonly LayoutMovement[];
  readonly movementByKey: ReadonlyMap<string, number>;
  readonly links: readonly LayoutLink[];
  readonly laneCount: number;
}

export const movementKey = (intersectionId: string, movementId: string): string =>
  `${intersectionId}/${movementId}`;

export function buildStreetLayout(index: NetworkIndex, flows: readonly MovementFlow[]): StreetLayout {
  const { network } = index;
  const flowByKey = new Map(flows.map((it) => [movementKey(it.intersectionId, it.movementId), it.flowVph]));
  const keys = network.intersections.flatMap((at) => at.movements.map((it) => movementKey(at.id, it.id)));
  const movementByKey = new Map(keys.map((key, position) => [key, position]));
  const linkByKey = new Map(network.links.map((link, position) => [link.id, position]));
  const lanes = numberLanes(network.intersections);
  const stopLine = stopLineDetectors(index);
  const movements = network.intersections.flatMap((at) =>
    at.movements.map((it): LayoutMovement => {
      const key = movementKey(at.id, it.id);
      const owner = laneOwner(at, it);
      const link = getLink(index, getApproach(at, it.approachId).linkId);
      return {
        key,
        flowVph: flowByKey.get(key) ?? 0,
        lanes: usableLanes({ at, movement: it, lanes, drivingSide: network.drivingSide }),
        headwayS: (SECONDS_PER_HOUR * Math.max(1, owner.lanes)) / it.saturationFlowVph,
        startupLostTimeS: it.startupLostTimeS,
        fullStopS: fullStopOf(runningSpeedOf(link)),
        turnsOnRed: it.rightTurnOnRed,
        rank: rankOf(it, network.drivingSide),
        fromLink: known(linkByKey.get(link.id), link.id),
        toLink: known(linkByKey.get(it.toLinkId), `link ${it.toLinkId}`),
        conflicts: conflictsOf(at, it.id).map((other) =>
          known(movementByKey.get(movementKey(at.id, other)), other),
        ),
        stopLineDetectors: stopLine.get(key) ?? [],
      };
    }),
  );
  const links = network.links.map((link) => layLink({ index, link, movements, movementByKey }));
  return { movements, movementByKey, links, laneCount: lanes.count };
}

/** Time lost by braking to a stand at 3.0 m/s² and picking up speed again at 1.5 m/s², s. */
const fullStopOf = (speedMps: number): number => speedMps / 2 / 3 + speedMps / 2 / 1.5;

function rankOf(movement: Movement, drivingSide: "right" | "left"): number {
  if (movement.turn === "through") return 0;
  if (movement.turn === "uTurn") return 3;
  return movement.turn === drivingSide ? 1 : 2;
}

interface LaneNumbers {
  readonly first: ReadonlyMap<string, number>;
  readonly count: number;
}

function numberLanes(intersections: readonly Intersection[]): LaneNumbers {
  const first = new Map<string, number>();
  let count = 0;
  for (const at of intersections) {
    for (const movement of at.movements) {
      first.set(movementKey(at.id, movement.id), count);
      count += movement.lanes;
    }
  }
  return { first, count };
}

function laneOwner(at: Intersection, movement: Movement): Movement {
  return movement.lanes > 0 || movement.sharesLanesOf === undefined
    ? movement
    : getMovement(at, movement.sharesLanesOf);
}

function usableLanes(of: {
  at: Intersection;
  movement: Movement;
  lanes: LaneNumbers;
  drivingSide: "right" | "left";
}): number[] {
  const owner = laneOwner(of.at, of.movement);
  const first = known(of.lanes.first.get(movementKey(of.at.id, owner.id)), `lanes of ${owner.id}`);
  if (owner === of.movement) return Array.from({ length: owner.lanes }, (_, lane) => first + lane);
  const towardKerb = (of.movement.turn === "right") === (of.drivingSide === "right");
  return [towardKerb ? first : first + owner.lanes - 1];
}

function conflictsOf(at: Intersection, movementId: string): string[] {
  const isMovement = new Set(at.movements.map((it) => it.id));
  return at.conflicts
    .filter(([a, b]) => a === movementId || b === movementId)
    .map(([a, b]) => (a === movementId ? b : a))
    .filter((other) => isMovement.has(other));
}

function stopLineDetectors(index: NetworkIndex): Map<string, string[]> {
  const byMovement = new Map<string, string[]>();
  for (const detector of index.network.detectors) {
    if (detector.type !== "stopLine") continue;
    const arrival = index.arrivals.get(detector.linkId);
    for (const movementId of arrival === undefined ? [] : (detector.movementIds ?? [])) {
      const key = movementKey(known(arrival, detector.linkId).intersection.id, movementId);
      byMovement.set(key, [...(byMovement.get(key) ?? []), detector.id]);
    }
  }
  return byMovement;
}

function layLink(of: {
  index: NetworkIndex;
  link: Link;
  movements: readonly LayoutMovement[];
  movementByKey: ReadonlyMap<string, number>;
}): LayoutLink {
  const { link, index, movements } = of;
  const arrival = index.arrivals.get(link.id);
  const leaving = (arrival?.intersection.movements ?? [])
    .filter((it) => it.approachId === arrival?.approach.id)
    .map((it) => known(of.movementByKey.get(movementKey(arrival?.intersection.id ?? "", it.id)), it.id));
  const flowOf = (movement: number) => known(movements[movement], "movement").flowVph;
  const demandVph = leaving.reduce((sum, it) => sum + flowOf(it), 0);
  const position = index.network.links.indexOf(getLink(index, link.id));
  const supplyVph = movements.reduce((sum, it) => sum + (it.toLink === position ? it.flowVph : 0), 0);
  const enters = link.from === undefined;
  const detectors = index.network.detectors.filter((it) => it.linkId === link.id);
  return {
    id: link.id,
    travelS: link.lengthM / runningSpeedOf(link),
    lengthM: link.lengthM,
    storageVeh: link.storageVeh ?? (link.lanes * link.lengthM) / STANDING_VEHICLE_M,
    turns: leaving.map((movement) => ({
      movement,
      share: demandVph > 0 ? flowOf(movement) / demandVph : 1 / leaving.length,
    })),
    entryVph: enters ? demandVph : 0,
    midBlockVph: enters ? 0 : Math.max(0, demandVph - supplyVph),
    leaveShare: enters || supplyVph <= demandVph ? 0 : 1 - demandVph / supplyVph,
    advance: detectors.filter((it) => it.type === "advance"),
    exits: detectors.filter((it) => it.type === "exit"),
  };
}
