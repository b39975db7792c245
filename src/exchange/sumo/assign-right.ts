/** Who is protected and who is permitted among the streams that have green together. */
import type { Movement, Phase } from "../../network/network.schema.ts";
import type { Conflicts } from "./find-conflicts.ts";

export interface Right {
  readonly protectedMovements: string[];
  readonly permittedMovements: string[];
  /** Shown with priority, but permitted. */
  readonly demoted: string[];
}

/** `priority` is to be protected where no conflict forbids it; `yielding` is permitted unless nothing conflicts. */
export function assignRight(given: {
  readonly priority: readonly Movement[];
  readonly yielding: readonly Movement[];
  readonly crossings: readonly string[];
  readonly conflicts: Conflicts;
}): Right {
  const { conflicts, crossings } = given;
  const demoted = new Set<string>();
  for (const [at, a] of given.priority.entries()) {
    if (crossings.some((it) => conflicts.conflict(a.id, it))) demoted.add(a.id);
    for (const b of given.priority.slice(at + 1)) {
      if (!conflicts.conflict(a.id, b.id) || demoted.has(a.id) || demoted.has(b.id)) continue;
      demoted.add(whoYields(a, b, conflicts).id);
    }
  }
  const all = [...given.priority, ...given.yielding].map((it) => it.id);
  const protectedIds = new Set([
    ...given.priority.map((it) => it.id).filter((it) => !demoted.has(it)),
    ...given.yielding
      .map((it) => it.id)
      .filter((id) => [...all, ...crossings].every((other) => !conflicts.conflict(id, other))),
  ]);
  return {
    protectedMovements: all.filter((it) => protectedIds.has(it)),
    permittedMovements: all.filter((it) => !protectedIds.has(it)),
    demoted: [...demoted],
  };
}

const TURN_RANK = { through: 0, right: 1, left: 2, uTurn: 3 } as const;

function whoYields(a: Movement, b: Movement, conflicts: Conflicts): Movement {
  const aYields = conflicts.yields(a.id, b.id);
  if (aYields !== conflicts.yields(b.id, a.id)) return aYields ? a : b;
  return TURN_RANK[a.turn] > TURN_RANK[b.turn] ? a : b;
}

/**
 * A movement that every phase serves is permitted in all of them when it is in one: between phases of different right it
 * would lose its green for the change.
 */
export function levelUnstopped(phases: readonly Phase[]): Phase[] {
  const permitted = new Set(phases.flatMap((it) => it.permittedMovements));
  const lowered = [...permitted].filter((id) =>
    phases.every((it) => it.protectedMovements.includes(id) || it.permittedMovements.includes(id)),
  );
  return phases.map((phase) => {
    const moved = phase.protectedMovements.filter((it) => lowered.includes(it));
    return {
      ...phase,
      protectedMovements: phase.protectedMovements.filter((it) => !moved.includes(it)),
      permittedMovements: [...phase.permittedMovements, ...moved],
    };
  });
}
