/**
 * The controller's last line: an independent look at what the lamps show, at every change, knowing nothing of plans.
 *
 * Two streams that conflict must never both hold a protected right of way: protected green or the yellow after it for
 * movements, walk or clearance for crossings. Nor may a stream with right of way meet one of a phase that no sequence
 * of the intersection ever runs together with its own (this also catches a permitted movement at the wrong time).
 */
import type { Intersection } from "../network/network.schema.ts";
import type { Indications, MovementIndication } from "./indications.ts";

export interface ConflictMonitor {
  readonly conflicts: readonly (readonly [string, string])[];
  /** "2 5": phases that may run together. */
  readonly compatiblePhases: ReadonlySet<string>;
  /** Movements whose yellow, if they show it, ends a protected green. */
  readonly protectedBefore: ReadonlySet<string>;
}

export interface Conflict {
  readonly between: readonly [string, string];
}

export function createConflictMonitor(intersection: Intersection): ConflictMonitor {
  return {
    conflicts: intersection.conflicts,
    compatiblePhases: listCompatiblePhases(intersection),
    protectedBefore: new Set(),
  };
}

/** Looks at one state of the lamps; answers the monitor to look at the next one with, and the first conflict. */
export function inspect(
  monitor: ConflictMonitor,
  shown: Indications,
): { monitor: ConflictMonitor; conflict: Conflict | undefined } {
  const protectedNow = new Set<string>();
  for (const [id, indication] of shown.movements) {
    if (holdsRightOfWay(indication, monitor.protectedBefore.has(id))) protectedNow.add(id);
  }
  for (const [id, indication] of shown.crossings) if (indication !== "dontWalk") protectedNow.add(id);
  const between =
    monitor.conflicts.find(([one, other]) => protectedNow.has(one) && protectedNow.has(other)) ??
    findIncompatiblePhases(monitor, shown);
  return {
    monitor: { ...monitor, protectedBefore: protectedNow },
    conflict: between === undefined ? undefined : { between },
  };
}

const holdsRightOfWay = (indication: MovementIndication, before: boolean): boolean =>
  indication === "protected" || (indication === "yellow" && before);

function findIncompatiblePhases(monitor: ConflictMonitor, shown: Indications): [string, string] | undefined {
  const active = [...shown.phases].filter(([, it]) => it !== "red" && it !== "redClearance");
  for (const [one] of active) {
    for (const [other] of active) {
      if (one < other && !monitor.compatiblePhases.has(`${one} ${other}`)) {
        return [`phase ${one}`, `phase ${other}`];
      }
    }
  }
  return undefined;
}

function listCompatiblePhases({ sequences }: Intersection): Set<string> {
  const pairs = new Set<string>();
  for (const { rings } of sequences) {
    for (const [ring, groups] of rings.entries()) {
      for (const [group, phases] of groups.entries()) {
        const others = rings.flatMap((it, index) => (index === ring ? [] : (it[group] ?? [])));
        for (const one of phases) for (const other of others) pairs.add(`${one} ${other}`);
      }
    }
  }
  return pairs;
}
