/** One intersection against itself and the links it touches: approaches, movements, lanes, crossings, conflicts. */
import type { Fault } from "../errors.ts";
import { checkPhases } from "./check-phases.ts";
import type { NetworkIndex } from "./find.ts";
import { listRepeated } from "./list-repeated.ts";
import type { Crossing, Intersection, Movement, Network } from "./network.schema.ts";

export interface IntersectionPlace {
  readonly path: string;
  readonly drivingSide: Network["drivingSide"];
  readonly index: NetworkIndex;
}

export function checkIntersection(intersection: Intersection, place: IntersectionPlace): Fault[] {
  const { path } = place;
  const { cycleMinS, cycleMaxS } = intersection.controller;
  const faults = [
    ...checkIdentities(intersection, path),
    ...checkApproaches(intersection, place),
    ...intersection.movements.flatMap((it, at) =>
      checkMovement(it, { ...place, path: `${path}.movements.${at}`, intersection }),
    ),
    ...intersection.crossings.flatMap((it, at) => checkCrossing(it, `${path}.crossings.${at}`, intersection)),
    ...checkConflicts(intersection, path),
    ...checkPhases(intersection, path),
  ];
  if (cycleMinS > cycleMaxS) {
    faults.push({
      path: `${path}.controller.cycleMinS`,
      message: `the shortest cycle ${cycleMinS} s is longer than the longest, ${cycleMaxS} s`,
    });
  }
  return faults;
}

/** Movements and crossings share one name space, because conflicts name both. */
function checkIdentities(intersection: Intersection, path: string): Fault[] {
  const { approaches, movements, crossings, sequences } = intersection;
  const lists: readonly [string, readonly string[]][] = [
    ["approaches", approaches.map((it) => it.id)],
    ["movements", movements.map((it) => it.id)],
    ["crossings", crossings.map((it) => it.id)],
    ["sequences", sequences.map((it) => it.id)],
  ];
  const movementIds = new Set(movements.map((it) => it.id));
  return [
    ...lists.flatMap(([list, ids]) =>
      listRepeated(ids).map(({ at, value }) => ({
        path: `${path}.${list}.${at}.id`,
        message: `${value} is the id of an earlier one too`,
      })),
    ),
    ...crossings.flatMap((it, at) =>
      movementIds.has(it.id)
        ? [{ path: `${path}.crossings.${at}.id`, message: `${it.id} is the id of a movement too` }]
        : [],
    ),
  ];
}

function checkApproaches(intersection: Intersection, { path, index }: IntersectionPlace): Fault[] {
  const faults: Fault[] = [];
  for (const [at, approach] of intersection.approaches.entries()) {
    const link = index.links.get(approach.linkId);
    const linkPath = `${path}.approaches.${at}.linkId`;
    if (link === undefined) {
      faults.push({ path: linkPath, message: `no link ${approach.linkId}` });
      continue;
    }
    if (link.to !== intersection.id) {
      faults.push({
        path: linkPath,
        message: `link ${link.id} ends at ${link.to ?? "the edge of the network"}, not at ${intersection.id}`,
      });
    }
    const lanes = intersection.movements
      .filter((it) => it.approachId === approach.id && it.storageM === undefined)
      .reduce((sum, it) => sum + it.lanes, 0);
    if (lanes > link.lanes) {
      faults.push({
        path: `${path}.approaches.${at}`,
        message: `its movements use ${lanes} lanes without a turn bay, but link ${link.id} has ${link.lanes}`,
      });
    }
  }
  for (const { at, value } of listRepeated(intersection.approaches.map((it) => it.linkId))) {
    faults.push({
      path: `${path}.approaches.${at}.linkId`,
      message: `link ${value} is an earlier approach's too`,
    });
  }
  return faults;
}

type MovementPlace = IntersectionPlace & { readonly intersection: Intersection };

function checkMovement(movement: Movement, place: MovementPlace): Fault[] {
  const { path, intersection, index, drivingSide } = place;
  const faults: Fault[] = checkLanes(movement, place);
  if (!intersection.approaches.some((it) => it.id === movement.approachId)) {
    faults.push({ path: `${path}.approachId`, message: `no approach ${movement.approachId}` });
  }
  const toLink = index.links.get(movement.toLinkId);
  if (toLink === undefined) {
    faults.push({ path: `${path}.toLinkId`, message: `no link ${movement.toLinkId}` });
  } else if (toLink.from !== intersection.id) {
    faults.push({
      path: `${path}.toLinkId`,
      message: `link ${toLink.id} begins at ${toLink.from ?? "the edge of the network"}, not at ${intersection.id}`,
    });
  }
  if (movement.rightTurnOnRed && movement.turn !== drivingSide) {
    faults.push({
      path: `${path}.rightTurnOnRed`,
      message: `a turn on red is a ${drivingSide} turn where traffic drives on the ${drivingSide}`,
    });
  }
  const served = intersection.phases.some(
    (it) => it.protectedMovements.includes(movement.id) || it.permittedMovements.includes(movement.id),
  );
  if (!served && !movement.rightTurnOnRed) {
    faults.push({ path, message: `no phase serves movement ${movement.id}` });
  }
  return faults;
}

function checkLanes(movement: Movement, { path, intersection }: MovementPlace): Fault[] {
  const sharedId = movement.sharesLanesOf;
  if (sharedId === undefined) {
    return movement.lanes > 0
      ? []
      : [{ path: `${path}.sharesLanesOf`, message: "needed: the movement has no lanes of its own" }];
  }
  if (movement.lanes > 0) {
    return [
      { path: `${path}.sharesLanesOf`, message: `only where lanes is 0, and it is ${movement.lanes} here` },
    ];
  }
  const shared = intersection.movements.find((it) => it.id === sharedId);
  if (shared === undefined) return [{ path: `${path}.sharesLanesOf`, message: `no movement ${sharedId}` }];
  if (shared.approachId !== movement.approachId || shared.lanes === 0) {
    return [
      {
        path: `${path}.sharesLanesOf`,
        message: `${sharedId} is no movement of approach ${movement.approachId} with lanes of its own`,
      },
    ];
  }
  return [];
}

function checkCrossing(crossing: Crossing, path: string, intersection: Intersection): Fault[] {
  const faults: Fault[] = [];
  const { approachId, stagedWith } = crossing;
  if (approachId !== undefined && !intersection.approaches.some((it) => it.id === approachId)) {
    faults.push({ path: `${path}.approachId`, message: `no approach ${approachId}` });
  }
  if (!intersection.phases.some((it) => it.crossings.includes(crossing.id))) {
    faults.push({ path, message: `no phase serves crossing ${crossing.id}` });
  }
  if (stagedWith !== undefined) {
    const other = intersection.crossings.find((it) => it.id === stagedWith);
    if (stagedWith === crossing.id || other?.stagedWith !== crossing.id) {
      faults.push({
        path: `${path}.stagedWith`,
        message: `${stagedWith} is no other crossing that names ${crossing.id} as its other half`,
      });
    }
  }
  return faults;
}

function checkConflicts(intersection: Intersection, path: string): Fault[] {
  const faults: Fault[] = [];
  const streams = new Set([...intersection.movements, ...intersection.crossings].map((it) => it.id));
  const conflicts = new Set(intersection.conflicts.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]));
  for (const [at, pair] of intersection.conflicts.entries()) {
    for (const [side, id] of pair.entries()) {
      if (!streams.has(id)) faults.push(unknownStream(`${path}.conflicts.${at}.${side}`, id));
    }
    if (pair[0] === pair[1]) {
      faults.push({ path: `${path}.conflicts.${at}`, message: `${pair[0]} cannot conflict with itself` });
    }
  }
  for (const [at, { from, to }] of intersection.intergreens.entries()) {
    const here = `${path}.intergreens.${at}`;
    if (!streams.has(from)) faults.push(unknownStream(`${here}.from`, from));
    if (!streams.has(to)) faults.push(unknownStream(`${here}.to`, to));
    if (streams.has(from) && streams.has(to) && !conflicts.has(`${from} ${to}`)) {
      faults.push({ path: here, message: `${from} and ${to} have an intergreen but are no conflict pair` });
    }
  }
  for (const { at, value } of listRepeated(intersection.intergreens.map((it) => `${it.from} to ${it.to}`))) {
    faults.push({
      path: `${path}.intergreens.${at}`,
      message: `the intergreen from ${value} is given twice`,
    });
  }
  return faults;
}

const unknownStream = (path: string, id: string): Fault => ({
  path,
  message: `no movement or crossing ${id}`,
});
