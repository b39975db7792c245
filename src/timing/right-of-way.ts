/**
 * When each stream last lost its right of way, and the earliest green that everything in conflict with it allows: the
 * place where intergreens are kept, whoever decides how long greens are. Tenths of a second ("Ds") on own time.
 */
import type { ConflictTable } from "./conflict-table.ts";
import type { CrossingRun, PhaseRun } from "./phase-run.ts";
import type { RingPhase } from "./ring-plan.ts";

/** Steady don't walk before a conflicting green (MUTCD figure 4E-2: 3 s), unless the phase's own clearance is shorter. */
const PEDESTRIAN_BUFFER_DS = 30;

/** When each movement and crossing last loses its right of way; kept from cycle to cycle. */
export interface RightOfWayEnds {
  readonly protected: ReadonlyMap<string, RightOfWayEnd>;
  readonly permitted: ReadonlyMap<string, RightOfWayEnd>;
}

interface RightOfWayEnd {
  /** End of green or of walk: where intergreens count from. */
  readonly greenEndDs: number;
  /** Where no intergreen is configured. */
  readonly intergreenDs: number;
  /** Nothing in conflict starts earlier, whatever is configured: end of yellow, or of clearance and the buffer after it. */
  readonly clearDs: number;
}

export const NO_RIGHT_OF_WAY_YET: RightOfWayEnds = { protected: new Map(), permitted: new Map() };

/**
 * Not before the intergreens of everything that conflicts. Between streams of one barrier group that may legally run
 * together with one of them yielding, only two protected rights of way exclude each other.
 */
export function earliestGreenDs(of: {
  ringPhase: RingPhase;
  readyDs: number;
  barrierDs: number;
  ends: RightOfWayEnds;
  conflicts: ConflictTable;
}): number {
  const { phase, crossings } = of.ringPhase;
  const protectedIds = [...phase.protectedMovements, ...crossings.map((it) => it.crossingId)];
  let startDs = of.readyDs;
  const waitFor = (id: string, before: "protected" | "permitted", latestEndDs: number): void => {
    for (const { from, intergreenDs } of of.conflicts.get(id) ?? []) {
      const end = of.ends[before].get(from);
      if (end === undefined || end.clearDs > latestEndDs) continue;
      startDs = Math.max(startDs, end.clearDs, end.greenEndDs + (intergreenDs ?? end.intergreenDs));
    }
  };
  for (const id of protectedIds) {
    waitFor(id, "protected", Number.POSITIVE_INFINITY);
    waitFor(id, "permitted", of.barrierDs);
  }
  for (const id of phase.permittedMovements) {
    waitFor(id, "protected", of.barrierDs);
    waitFor(id, "permitted", of.barrierDs);
  }
  return startDs;
}

interface OpenEnds {
  readonly protected: Map<string, RightOfWayEnd>;
  readonly permitted: Map<string, RightOfWayEnd>;
}

export function noteMovementEnds(ends: OpenEnds, run: PhaseRun): void {
  const { protectedMovements, permittedMovements } = run.ringPhase.phase;
  const end = {
    greenEndDs: run.yellowStartDs,
    intergreenDs: run.endDs - run.yellowStartDs,
    clearDs: run.redClearanceStartDs,
  };
  for (const id of permittedMovements) noteLater(ends.permitted, id, end);
  for (const id of protectedMovements) noteLater(ends.protected, id, end);
}

/** Of the crossings that walk with a phase. */
export function noteWalkEnds(
  ends: Pick<OpenEnds, "protected">,
  walks: readonly CrossingRun[],
  { yellowDs, redClearanceDs }: RingPhase,
): void {
  const bufferDs = Math.min(yellowDs + redClearanceDs, PEDESTRIAN_BUFFER_DS);
  for (const { crossingId, clearanceStartDs, endDs } of walks) {
    noteLater(ends.protected, crossingId, {
      greenEndDs: clearanceStartDs,
      intergreenDs: 0,
      clearDs: endDs + bufferDs,
    });
  }
}

function noteLater(into: Map<string, RightOfWayEnd>, id: string, end: RightOfWayEnd): void {
  if ((into.get(id)?.greenEndDs ?? 0) <= end.greenEndDs) into.set(id, end);
}
