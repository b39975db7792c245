/**
 * The controller's last line: an independent look at what the lamps show, at every change, knowing nothing of plans.
 *
 * Two streams that conflict must never both hold a protected right of way: a movement from its protected green to the
 * end of the yellow of the phase that gave it, a crossing from walk to the end of its clearance. Nor may two phases show
 * green or yellow together that no sequence of the intersection ever runs together (this also catches a permitted
 * movement at the wrong time).
 */
import type { Intersection } from "../network/network.schema.ts";
import type { Indications } from "./indications.ts";

export interface ConflictMonitor {
  readonly intersection: Intersection;
  /** "2 5": phases that may run together. */
  readonly compatiblePhases: ReadonlySet<string>;
}

export interface Conflict {
  readonly between: readonly [string, string];
}

export function createConflictMonitor(intersection: Intersection): ConflictMonitor {
  return { intersection, compatiblePhases: listCompatiblePhases(intersection) };
}

/** The first conflict among the lamps. */
export function findConflict(monitor: ConflictMonitor, shown: Indications): Conflict | undefined {
  const active = monitor.intersection.phases.filter(({ number }) => {
    const indication = shown.phases.get(number);
    return indication === "green" || indication === "flashingGreen" || indication === "yellow";
  });
  const holding = new Set([
    ...active.flatMap((it) => it.protectedMovements),
    ...[...shown.movements].filter(([, it]) => it === "protected").map(([id]) => id),
    ...[...shown.crossings].filter(([, it]) => it !== "dontWalk").map(([id]) => id),
  ]);
  const between =
    monitor.intersection.conflicts.find(([one, other]) => holding.has(one) && holding.has(other)) ??
    findIncompatible(
      monitor,
      active.map((it) => it.number),
    );
  return between === undefined ? undefined : { between };
}

function findIncompatible(
  { compatiblePhases }: ConflictMonitor,
  active: readonly number[],
): [string, string] | undefined {
  for (const [position, one] of active.entries()) {
    const other = active.slice(position + 1).find((it) => !compatiblePhases.has(`${one} ${it}`));
    if (other !== undefined) return [`phase ${one}`, `phase ${other}`];
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
