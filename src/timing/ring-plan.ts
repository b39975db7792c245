/**
 * A timing plan prepared for running: its phases in ring and barrier order with their times in whole tenths of a second
 * ("Ds"), the shortest green that each may ever get, and where its cycle begins on the common cycle.
 *
 * The plan must have passed the safety gate; a plan that breaks a minimum or a ring sum stops here as a bug.
 */
import { assert, known } from "../errors.ts";
import { getPhase, getSequence } from "../network/find.ts";
import type { Crossing, Intersection, Phase } from "../network/network.schema.ts";
import { toTenths } from "./cycle.ts";
import { buildPhaseTimes } from "./phase-times.ts";
import type { TimingPlan } from "./plan.schema.ts";
import { positionInCycleDs, type TimeBase } from "./time-zero.ts";

export interface RingPhase {
  readonly phase: Phase;
  /** Displayed green, flashing green included. */
  readonly greenDs: number;
  /** Minimum green, flashing green and the crossings that are served: no transition goes below. */
  readonly shortestGreenDs: number;
  readonly flashingGreenDs: number;
  readonly yellowDs: number;
  readonly redClearanceDs: number;
  readonly crossings: readonly {
    readonly crossingId: string;
    readonly walkDs: number;
    readonly clearanceDs: number;
  }[];
}

/** groups[barrierGroup][ring] = phases in order; a ring without a phase in a group rests in red there. */
export interface RingPlan {
  readonly plan: TimingPlan;
  readonly timeBase: TimeBase;
  readonly cycleDs: number;
  /** Where the cycle's first green begins on the common cycle, in [0, cycleDs). */
  readonly localZeroDs: number;
  readonly groups: readonly (readonly (readonly RingPhase[])[])[];
}

export function buildRingPlan(
  intersection: Intersection,
  { plan, timeBase }: Pick<RingPlan, "plan" | "timeBase">,
): RingPlan {
  const rings = getSequence(intersection, plan.sequenceId).rings;
  const splits = new Map(plan.splits.map((it) => [it.phase, toTenths(it.splitS)]));
  const groups = Array.from({ length: Math.max(...rings.map((it) => it.length)) }, (_, group) =>
    rings.map((ring) =>
      (ring[group] ?? []).flatMap((number) => {
        const splitDs = splits.get(number);
        return splitDs === undefined
          ? []
          : [buildRingPhase(intersection, getPhase(intersection, number), splitDs)];
      }),
    ),
  );
  const cycleDs = toTenths(plan.cycleS);
  const lengthDs = groups.reduce((sum, rings) => sum + groupLengthDs(rings), 0);
  assert(lengthDs === cycleDs, `splits of ${plan.intersectionId} fill ${lengthDs} ds of ${cycleDs} ds`);
  const localZeroDs = findLocalZeroDs({ intersection, plan, groups, cycleDs });
  return { plan, timeBase, cycleDs, localZeroDs, groups };
}

const splitOfDs = (it: RingPhase): number => it.greenDs + it.yellowDs + it.redClearanceDs;

/** From one barrier to the next: the longest ring. */
export const groupLengthDs = (rings: readonly (readonly RingPhase[])[]): number =>
  Math.max(...rings.map((phases) => phases.reduce((sum, it) => sum + splitOfDs(it), 0)));

/** By how much a cycle that begins at `startDs` (shared time) is late on the common cycle, in [0, cycle). */
export function lateDs({ cycleDs, localZeroDs, timeBase }: RingPlan, startDs: number): number {
  const positionDs = positionInCycleDs(timeBase, { atDs: startDs, cycleDs });
  return (positionDs - localZeroDs + cycleDs) % cycleDs;
}

function buildRingPhase(intersection: Intersection, phase: Phase, splitDs: number): RingPhase {
  const yellowDs = toTenths(phase.yellowS);
  const redClearanceDs = toTenths(phase.redClearanceS);
  const flashingGreenDs = toTenths(phase.flashingGreenS);
  const greenDs = splitDs - yellowDs - redClearanceDs;
  const crossings = listServedCrossings(intersection, phase, greenDs);
  const shortestGreenDs = Math.max(
    toTenths(phase.minGreenS),
    flashingGreenDs,
    ...crossings.map((it) => it.walkDs + it.clearanceDs),
  );
  assert(
    greenDs >= shortestGreenDs,
    `green of phase ${phase.number} of ${intersection.id} is ${greenDs} ds, its minimum ${shortestGreenDs} ds`,
  );
  return { phase, greenDs, shortestGreenDs, flashingGreenDs, yellowDs, redClearanceDs, crossings };
}

/** Crossings on recall always; an actuated one where it fits the green, because a longer one would break the cycle. */
function listServedCrossings(
  intersection: Intersection,
  phase: Phase,
  greenDs: number,
): RingPhase["crossings"] {
  return phase.crossings
    .map(
      (id): Crossing =>
        known(
          intersection.crossings.find((it) => it.id === id),
          `crossing ${id}`,
        ),
    )
    .map(({ id, service, walkS, clearanceS }) => ({
      crossingId: id,
      service,
      walkDs: toTenths(walkS),
      clearanceDs: toTenths(clearanceS),
    }))
    .filter((it) => it.service === "recall" || it.walkDs + it.clearanceDs <= greenDs);
}

/** The reference phase's green start is known on the common cycle and in the sequence; the difference is local zero. */
function findLocalZeroDs({
  intersection,
  plan,
  groups,
  cycleDs,
}: Pick<RingPlan, "plan" | "groups" | "cycleDs"> & { intersection: Intersection }): number {
  const reference = plan.offsetReference.phase;
  const onCycle = known(
    buildPhaseTimes(intersection, plan).find((it) => it.phase === reference),
    `reference phase ${reference}`,
  );
  let groupStartDs = 0;
  for (const rings of groups) {
    for (const phases of rings) {
      const position = phases.findIndex((it) => it.phase.number === reference);
      if (position < 0) continue;
      const startDs = phases.slice(0, position).reduce((sum, it) => sum + splitOfDs(it), groupStartDs);
      return (((toTenths(onCycle.greenStartS) - startDs) % cycleDs) + cycleDs) % cycleDs;
    }
    groupStartDs += groupLengthDs(rings);
  }
  throw new Error(`assertion failed: reference phase ${reference} is in no ring`);
}
