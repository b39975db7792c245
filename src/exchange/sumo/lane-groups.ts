/** Movements of one approach that share lanes, and which of them may run beside which. */
import { known } from "../../errors.ts";
import type { SignalApproach, SignalMovement, SignalStreams } from "./build-movements.ts";
import type { Conflicts } from "./find-conflicts.ts";

export interface LaneGroup {
  readonly approach: SignalApproach;
  readonly movements: readonly SignalMovement[];
  readonly lanes: number;
  readonly hasThrough: boolean;
}

/** Approaches whose directions differ by more than this are two sides of one street, degrees. */
const OPPOSING_DEG = 130;

export function listLaneGroups({ approaches, movements }: SignalStreams): LaneGroup[] {
  return approaches.flatMap((approach) => {
    const own = movements.filter((it) => it.movement.approachId === approach.approach.id);
    const lanesOf = new Map(own.map((it) => [it, new Set(it.links.map((link) => link.connection.fromLane))]));
    const groups: SignalMovement[][] = [];
    for (const movement of own) {
      const lanes = known(lanesOf.get(movement), "lanes");
      const touching = groups.filter((group) =>
        group.some((it) => [...known(lanesOf.get(it), "lanes")].some((lane) => lanes.has(lane))),
      );
      for (const group of touching) groups.splice(groups.indexOf(group), 1);
      groups.push([...touching.flat(), movement]);
    }
    return groups.map((group) => ({
      approach,
      movements: group,
      lanes: new Set(group.flatMap((it) => [...known(lanesOf.get(it), "lanes")])).size,
      hasThrough: group.some((it) => it.movement.turn === "through"),
    }));
  });
}

/** Without conflict, or with one that somebody who turns out of a shared lane yields in to oncoming traffic. */
export const mayRunBeside = (a: LaneGroup, b: LaneGroup, conflicts: Conflicts): boolean =>
  a.movements.every((one) =>
    b.movements.every(
      (other) =>
        !conflicts.conflict(one.movement.id, other.movement.id) ||
        mayYield(a, b, { one, other, conflicts }) ||
        mayYield(b, a, { one: other, other: one, conflicts }),
    ),
  );

function mayYield(
  a: LaneGroup,
  b: LaneGroup,
  of: { readonly one: SignalMovement; readonly other: SignalMovement; readonly conflicts: Conflicts },
): boolean {
  const turns = of.one.movement.turn !== "through";
  const fromSharedLane = a.hasThrough || a.approach === b.approach;
  return (
    turns &&
    fromSharedLane &&
    of.conflicts.yields(of.one.movement.id, of.other.movement.id) &&
    (a.approach === b.approach || isOpposing(a.approach, b.approach))
  );
}

export function isOpposing(a: SignalApproach, b: SignalApproach): boolean {
  const differenceDeg = Math.abs((a.approach.headingDeg ?? 0) - (b.approach.headingDeg ?? 0));
  return Math.min(differenceDeg, 360 - differenceDeg) > OPPOSING_DEG;
}
