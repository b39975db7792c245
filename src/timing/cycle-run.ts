/**
 * One cycle as it runs: the instants of every interval, placed phase by phase. This is where safety is made: a green is
 * placed only after the right of way of everything that conflicts with it has been over for the intergreen, whatever
 * plan ran before. In a valid plan nothing ever has to wait; at a change between plans a first green may.
 *
 * All rings cross each barrier together; a ring that is ready early rests in red. Instants are integer tenths of a
 * second ("Ds") on the controller's own time line.
 */
import { known } from "../errors.ts";
import type { ConflictTable } from "./conflict-table.ts";
import type { RingPhase, RingPlan } from "./ring-plan.ts";

/** Steady don't walk before a conflicting green (MUTCD figure 4E-2: 3 s), unless the phase's own clearance is shorter. */
const PEDESTRIAN_BUFFER_DS = 30;

/** The intervals of a phase, each beginning where the one before ends. */
export interface PhaseRun {
  readonly ring: number;
  readonly ringPhase: RingPhase;
  readonly greenStartDs: number;
  readonly flashStartDs: number;
  readonly yellowStartDs: number;
  readonly redClearanceStartDs: number;
  readonly endDs: number;
}

export interface CrossingRun {
  readonly crossingId: string;
  readonly walkStartDs: number;
  readonly clearanceStartDs: number;
  readonly endDs: number;
}

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

export interface CycleRun {
  readonly ringPlan: RingPlan;
  readonly startDs: number;
  readonly endDs: number;
  /** In order of green start within each ring. */
  readonly phases: readonly PhaseRun[];
  readonly crossings: readonly CrossingRun[];
  readonly ends: RightOfWayEnds;
}

/** `greensDs` holds the displayed green of each phase in this cycle (as planned, lengthened or shortened). */
export function buildCycleRun(of: {
  ringPlan: RingPlan;
  startDs: number;
  greensDs: ReadonlyMap<RingPhase, number>;
  conflicts: ConflictTable;
  endsBefore: RightOfWayEnds;
}): CycleRun {
  const phases: PhaseRun[] = [];
  const crossings: CrossingRun[] = [];
  const ends = { protected: new Map(of.endsBefore.protected), permitted: new Map(of.endsBefore.permitted) };
  let barrierDs = of.startDs;
  for (const rings of of.ringPlan.groups) {
    const queues = rings.map((it, ring) => ({ ring, waiting: [...it], readyDs: barrierDs }));
    for (let queue = firstReady(queues); queue !== undefined; queue = firstReady(queues)) {
      const ringPhase = known(queue.waiting.shift(), "waiting phase");
      const startDs = earliestGreenDs({
        ringPhase,
        readyDs: queue.readyDs,
        barrierDs,
        ends,
        conflicts: of.conflicts,
      });
      const greenDs = known(of.greensDs.get(ringPhase), `green of phase ${ringPhase.phase.number}`);
      const run = placePhase({ ring: queue.ring, ringPhase, startDs, greenDs });
      const walks = placeCrossings(run, crossings);
      phases.push(run);
      crossings.push(...walks);
      noteEnds(ends, run, walks);
      queue.readyDs = run.endDs;
    }
    barrierDs = Math.max(...queues.map((it) => it.readyDs));
  }
  return { ringPlan: of.ringPlan, startDs: of.startDs, endDs: barrierDs, phases, crossings, ends };
}

/** When the first ring begins to end its last green: the next cycle must be known from then on. */
export function latchDs(cycle: CycleRun): number {
  const lastOfRing = new Map(cycle.phases.map((it) => [it.ring, it]));
  return Math.min(...[...lastOfRing.values()].map((it) => it.flashStartDs));
}

interface RingQueue {
  readonly ring: number;
  readonly waiting: RingPhase[];
  readyDs: number;
}

/** The ring whose next phase may start first, so that phases are placed in order of time. */
function firstReady(queues: readonly RingQueue[]): RingQueue | undefined {
  return queues.reduce<RingQueue | undefined>(
    (first, it) =>
      it.waiting.length > 0 && (first === undefined || it.readyDs < first.readyDs) ? it : first,
    undefined,
  );
}

/**
 * Not before the intergreens of everything that conflicts. Between streams of one barrier group that may legally run
 * together with one of them yielding, only two protected rights of way exclude each other.
 */
function earliestGreenDs(of: {
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

function placePhase(of: { ring: number; ringPhase: RingPhase; startDs: number; greenDs: number }): PhaseRun {
  const { flashingGreenDs, yellowDs, redClearanceDs } = of.ringPhase;
  const yellowStartDs = of.startDs + of.greenDs;
  return {
    ring: of.ring,
    ringPhase: of.ringPhase,
    greenStartDs: of.startDs,
    flashStartDs: yellowStartDs - flashingGreenDs,
    yellowStartDs,
    redClearanceStartDs: yellowStartDs + yellowDs,
    endDs: yellowStartDs + yellowDs + redClearanceDs,
  };
}

/** Walk begins with the green. A crossing that a phase of another ring has already started goes on undisturbed. */
function placeCrossings(run: PhaseRun, running: readonly CrossingRun[]): CrossingRun[] {
  return run.ringPhase.crossings
    .filter(
      ({ crossingId }) => !running.some((it) => it.crossingId === crossingId && it.endDs > run.greenStartDs),
    )
    .map(({ crossingId, walkDs, clearanceDs }) => ({
      crossingId,
      walkStartDs: run.greenStartDs,
      clearanceStartDs: run.greenStartDs + walkDs,
      endDs: run.greenStartDs + walkDs + clearanceDs,
    }));
}

function noteEnds(
  ends: { readonly protected: Map<string, RightOfWayEnd>; readonly permitted: Map<string, RightOfWayEnd> },
  run: PhaseRun,
  walks: readonly CrossingRun[],
): void {
  const { protectedMovements, permittedMovements } = run.ringPhase.phase;
  const note = (into: Map<string, RightOfWayEnd>, id: string, end: RightOfWayEnd): void => {
    if ((into.get(id)?.greenEndDs ?? 0) <= end.greenEndDs) into.set(id, end);
  };
  const intergreenDs = run.endDs - run.yellowStartDs;
  const end = { greenEndDs: run.yellowStartDs, intergreenDs, clearDs: run.redClearanceStartDs };
  for (const id of permittedMovements) note(ends.permitted, id, end);
  for (const id of protectedMovements) note(ends.protected, id, end);
  const bufferDs = Math.min(intergreenDs, PEDESTRIAN_BUFFER_DS);
  for (const { crossingId, clearanceStartDs, endDs } of walks) {
    note(ends.protected, crossingId, {
      greenEndDs: clearanceStartDs,
      intergreenDs: 0,
      clearDs: endDs + bufferDs,
    });
  }
}
