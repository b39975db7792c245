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
import { type CrossingRun, type PhaseRun, placePhase } from "./phase-run.ts";
import { earliestGreenDs, noteMovementEnds, noteWalkEnds, type RightOfWayEnds } from "./right-of-way.ts";
import type { RingPhase, RingPlan } from "./ring-plan.ts";

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
      noteMovementEnds(ends, run);
      noteWalkEnds(ends, walks, run.ringPhase);
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
