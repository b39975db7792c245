/** What the lamps of a street show to each movement, as changes in time order. */

import { known } from "../errors.ts";
import { getIntersection, type NetworkIndex } from "../network/find.ts";
import type { Intersection, Movement } from "../network/network.schema.ts";
import { fromTenths, toTenths } from "../timing/cycle.ts";
import type { IndicationChange, MovementIndication } from "../timing/indications.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";

/** `closed` begins with yellow; the street lets vehicles use the first part of it. */
export type Lamp = "protected" | "permitted" | "closed";

export interface LampChange {
  readonly atS: number;
  readonly intersectionId: string;
  readonly movementId: string;
  readonly lamp: Lamp;
}

const LAMP: Readonly<Record<MovementIndication, Lamp>> = {
  protected: "protected",
  permitted: "permitted",
  yellow: "closed",
  red: "closed",
};

/** What a controller shows, as vehicles see it. */
export function toLampChanges(intersectionId: string, changes: readonly IndicationChange[]): LampChange[] {
  return changes.flatMap((change) =>
    change.type === "movement"
      ? [
          {
            atS: fromTenths(change.atDs),
            intersectionId,
            movementId: change.movementId,
            lamp: LAMP[change.indication],
          },
        ]
      : [],
  );
}

/** The changes of fixed plans between two instants (seconds after cycle zero), in time order, with the state at `fromS`. */
export function listLampChanges(of: {
  index: NetworkIndex;
  timingPlans: readonly TimingPlan[];
  fromS: number;
  toS: number;
}): LampChange[] {
  const changes: LampChange[] = [];
  for (const plan of of.timingPlans) {
    const cycle = toTenths(plan.cycleS);
    const intersection = getIntersection(of.index, plan.intersectionId);
    const greens = buildMovementGreens(intersection, plan);
    for (const movement of intersection.movements) {
      const movementId = movement.id;
      const green = known(greens.get(signalOf(intersection, movement)), `greens of ${movementId}`);
      const inCycle = isSignalized(intersection, signalOf(intersection, movement))
        ? lampsOfCycle(green, cycle)
        : ALWAYS_YIELDS;
      const firstCycle = Math.floor(toTenths(of.fromS) / cycle) * cycle;
      for (let start = firstCycle; start < toTenths(of.toS); start += cycle) {
        for (const change of inCycle) {
          const atS = fromTenths(start + change.at);
          if (atS >= of.toS) continue;
          changes.push({
            atS: Math.max(atS, of.fromS),
            intersectionId: plan.intersectionId,
            movementId,
            lamp: change.lamp,
          });
        }
      }
    }
  }
  return changes.sort((a, b) => a.atS - b.atS);
}

/** A movement outside every phase, with lanes of its own (a channelized turn), yields at all times. */
const ALWAYS_YIELDS: readonly { at: number; lamp: Lamp }[] = [{ at: 0, lamp: "permitted" }];

const isSignalized = (at: Intersection, movementId: string): boolean =>
  at.phases.some(
    (it) => it.protectedMovements.includes(movementId) || it.permittedMovements.includes(movementId),
  );

/** The movement whose lamps it obeys: its own, or those of the lanes that it shares. */
const signalOf = (at: Intersection, movement: Movement): string =>
  isSignalized(at, movement.id) ? movement.id : (movement.sharesLanesOf ?? movement.id);

/** Changes on one cycle in tenths of a second, the state at 0 first. Protected outranks permitted. */
function lampsOfCycle(
  greens: ReturnType<typeof buildMovementGreens> extends Map<string, infer G> ? G : never,
  cycle: number,
): { at: number; lamp: Lamp }[] {
  const shown: Lamp[] = new Array<Lamp>(cycle).fill("closed");
  for (const lamp of ["permitted", "protected"] as const) {
    for (const { startS, lengthS } of greens[lamp]) {
      for (let tenth = 0; tenth < toTenths(lengthS); tenth++)
        shown[(toTenths(startS) + tenth) % cycle] = lamp;
    }
  }
  return shown.flatMap((lamp, at) => (at === 0 || lamp !== shown[at - 1] ? [{ at, lamp }] : []));
}
