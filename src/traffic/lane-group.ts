/**
 * Lane groups: the movements of an approach that queue in the same lanes, and who has priority over them.
 *
 * A movement with lanes of its own and all that share them are one group; its vehicles leave in the order they came.
 * A saturation flow is stated for the lanes that the movement uses; here it is brought to the whole group, "as if every
 * lane served this movement alone", so that a mixture discharges at the harmonic mean of its members (HCM 2010,
 * equation 18-5 in its through-equivalent form).
 * A movement that no phase serves follows the movement whose lanes it shares; with lanes of its own it is not
 * signal-controlled and flows freely.
 */
import { known } from "../errors.ts";
import { getLink, type NetworkIndex, runningSpeedOf } from "../network/find.ts";
import type { Intersection, Movement, Network } from "../network/network.schema.ts";
import { fullStopS } from "./full-stop.ts";
import { storageOf } from "./queue-storage.ts";

export interface LaneGroupMember {
  readonly movement: Movement;
  readonly flowVph: number;
  /** Part of the group's flow, 0…1. */
  readonly share: number;
  /** Protected, as if every lane of the group served it, veh/h of green. */
  readonly saturationFlowVph: number;
  /** Lanes of the group that it may use. */
  readonly usableLanes: number;
  /** The movement whose greens it has: itself, or the owner of its lanes; absent when no signal stops it. */
  readonly greensOf: string | undefined;
  /** Conflicting movements, which it yields to while it is permitted and they run. */
  readonly conflicts: readonly Conflict[];
  /** Flow of other approaches into the first lane of the link that it turns into, veh/h. */
  readonly mergingFlowVph: number;
}

export interface Conflict {
  readonly movementId: string;
  readonly flowVph: number;
  readonly queue: ConflictQueue;
  readonly startupLostTimeS: number;
  /** It also goes first when both are permitted: through before curb-side turn before crossing turn. */
  readonly goesFirst: boolean;
}

/** All that queues in the lanes of a conflicting movement. */
export interface ConflictQueue {
  readonly flowVph: number;
  /** Of such a mixture, veh/h. */
  readonly saturationFlowVph: number;
  readonly lanes: number;
  /** Part of these lanes that turns share which yield themselves, and their part of the traffic of those lanes, 0…1. */
  readonly yieldingLanesRatio: number;
  readonly yieldingShare: number;
}

export interface LaneGroup {
  readonly intersectionId: string;
  readonly linkId: string;
  readonly lanes: number;
  readonly flowVph: number;
  /** Queue at the start of the period, vehicles. */
  readonly initialQueueVeh: number;
  /** Queue that fits in its turn bay, or in its lanes of the link, vehicles. */
  readonly storageVeh: number;
  readonly isBay: boolean;
  /** Wait that counts as one stop, s. */
  readonly fullStopS: number;
  readonly members: readonly LaneGroupMember[];
}

/** The lane groups of an intersection under the given flows (veh/h by movement; absent: none) and initial queues (veh). */
export function buildLaneGroups(input: {
  readonly index: NetworkIndex;
  readonly intersection: Intersection;
  readonly flows: ReadonlyMap<string, number>;
  readonly initialQueues?: ReadonlyMap<string, number>;
}): LaneGroup[] {
  const { intersection, flows, initialQueues } = input;
  const context = buildContext(input);
  const byOwner = new Map<Movement, Movement[]>();
  for (const movement of intersection.movements) {
    const owner = ownerOf(context, movement);
    const sharing = byOwner.get(owner);
    if (sharing === undefined) byOwner.set(owner, [movement]);
    else sharing.push(movement);
  }
  const linkOfApproach = new Map(intersection.approaches.map((it) => [it.id, it.linkId]));
  const queueing = [...byOwner].map(([owner, movements]) => ({
    owner,
    movements,
    lanes: Math.max(
      1,
      sumOf(movements, (it) => it.lanes),
    ),
    bayM: owner.storageM,
    linkId: known(linkOfApproach.get(owner.approachId), `approach ${owner.approachId}`),
  }));
  return queueing.map((lanesOf) => {
    const { owner, movements, lanes, linkId } = lanesOf;
    const link = getLink(input.index, linkId);
    const flowVph = sumOf(movements, (it) => flows.get(it.id) ?? 0);
    const { storageVeh, isBay } = storageOf(link, lanesOf, queueing);
    return {
      intersectionId: intersection.id,
      linkId,
      lanes,
      flowVph,
      initialQueueVeh: sumOf(movements, (it) => initialQueues?.get(it.id) ?? 0),
      storageVeh,
      isBay,
      fullStopS: fullStopS(runningSpeedOf(link)),
      members: movements.map((movement) => buildMember(context, { movement, owner, lanes, flowVph })),
    };
  });
}

interface Context {
  readonly index: NetworkIndex;
  readonly intersection: Intersection;
  readonly flows: ReadonlyMap<string, number>;
  readonly movements: ReadonlyMap<string, Movement>;
  /** Movements that some phase serves, and those that some phase lets go while they yield. */
  readonly served: ReadonlySet<string>;
  readonly permitted: ReadonlySet<string>;
}

function buildContext(input: Pick<Context, "index" | "intersection" | "flows">): Context {
  const { movements, phases } = input.intersection;
  const permitted = new Set(phases.flatMap((it) => it.permittedMovements));
  return {
    ...input,
    movements: new Map(movements.map((it) => [it.id, it])),
    served: new Set([...permitted, ...phases.flatMap((it) => it.protectedMovements)]),
    permitted,
  };
}

function buildMember(
  context: Context,
  of: {
    readonly movement: Movement;
    readonly owner: Movement;
    readonly lanes: number;
    readonly flowVph: number;
  },
): LaneGroupMember {
  const { movement, owner } = of;
  const flowVph = context.flows.get(movement.id) ?? 0;
  return {
    movement,
    flowVph,
    share: of.flowVph > 0 ? flowVph / of.flowVph : owner === movement ? 1 : 0,
    saturationFlowVph: (movement.saturationFlowVph / lanesStated(movement, owner)) * of.lanes,
    usableLanes: owner === movement ? of.lanes : Math.max(1, movement.lanes),
    greensOf: [movement.id, owner.id].find((it) => context.served.has(it)),
    conflicts: context.permitted.has(movement.id) ? listConflicts(context, movement) : [],
    mergingFlowVph: movement.rightTurnOnRed ? mergingFlowVph(context, movement) : 0,
  };
}

/** The movement whose lanes this one uses; itself when it has its own and shares none. */
function ownerOf({ movements }: Context, movement: Movement): Movement {
  let owner = movement;
  for (let hops = 0; owner.sharesLanesOf !== undefined && hops < movements.size; hops++) {
    owner = known(movements.get(owner.sharesLanesOf), `movement ${owner.sharesLanesOf}`);
  }
  return owner;
}

function listConflicts(context: Context, movement: Movement): Conflict[] {
  const { intersection, movements, flows, index } = context;
  const rank = yieldRank(movement, index.network);
  const conflicts: Conflict[] = [];
  for (const [one, other] of intersection.conflicts) {
    if (one !== movement.id && other !== movement.id) continue;
    const rival = movements.get(one === movement.id ? other : one);
    const flowVph = flows.get(rival?.id ?? "") ?? 0;
    if (rival === undefined || flowVph === 0) continue;
    conflicts.push({
      movementId: rival.id,
      flowVph,
      queue: queueOf(context, rival),
      startupLostTimeS: rival.startupLostTimeS,
      goesFirst: yieldRank(rival, index.network) < rank,
    });
  }
  return conflicts;
}

function queueOf(context: Context, rival: Movement): ConflictQueue {
  const owner = ownerOf(context, rival);
  const sharing = context.intersection.movements.filter((it) => ownerOf(context, it) === owner);
  const lanes = Math.max(
    1,
    sumOf(sharing, (it) => it.lanes),
  );
  const flowOf = (it: Movement) => context.flows.get(it.id) ?? 0;
  const flowVph = sumOf(sharing, flowOf);
  const hours = sumOf(sharing, (it) => (flowOf(it) * lanesStated(it, owner)) / it.saturationFlowVph);
  const yielding = sharing.filter((it) => it.lanes === 0 && context.permitted.has(it.id) && flowOf(it) > 0);
  const yieldingLanesRatio = Math.min(1, yielding.length / lanes);
  const yieldingVph = sumOf(yielding, flowOf);
  return {
    flowVph,
    saturationFlowVph: (flowVph * lanes) / hours,
    lanes,
    yieldingLanesRatio,
    yieldingShare: yieldingVph === 0 ? 0 : Math.min(1, yieldingVph / flowVph / yieldingLanesRatio),
  };
}

/** Lanes that the saturation flow of a movement is stated for. */
const lanesStated = (movement: Movement, owner: Movement): number =>
  Math.max(1, movement.lanes > 0 ? movement.lanes : owner.lanes);

/** Who yields to whom among permitted movements: the smaller goes first. */
function yieldRank(movement: Movement, network: Network): number {
  if (movement.turn === "through") return 0;
  return isCurbSideTurn(movement, network) ? 1 : 2;
}

/** The turn that crosses no opposing stream: right where traffic drives on the right. */
const isCurbSideTurn = (movement: Movement, network: Network): boolean =>
  movement.turn === network.drivingSide;

function mergingFlowVph({ intersection, flows, index }: Context, movement: Movement): number {
  const rivals = intersection.movements.filter(
    (it) => it.toLinkId === movement.toLinkId && it.approachId !== movement.approachId,
  );
  return sumOf(rivals, (it) => flows.get(it.id) ?? 0) / getLink(index, movement.toLinkId).lanes;
}

const sumOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((sum, it) => sum + value(it), 0);
