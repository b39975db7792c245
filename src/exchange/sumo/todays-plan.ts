/**
 * The shipped program as a timing plan of our own, and what it would show otherwise than SUMO does.
 *
 * SUMO starts phase 0 when (t − offset) mod cycle = 0, t counted from simulation second 0; that second is the network's
 * instant 0. Our offset is where the reference phase's green begins: SUMO's offset plus its start within the program.
 */

import type { Intersection } from "../../network/network.schema.ts";
import { fromTenths, holds, toTenths, wrapS } from "../../timing/cycle.ts";
import { buildMovementGreens, type MovementGreens } from "../../timing/phase-times.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { Note } from "../import-report.ts";
import type { SignalMovement } from "./build-movements.ts";
import { type ChosenPhases, isGreen } from "./choose-phases.ts";
import type { StagePlan } from "./find-stages.ts";
import { PROGRAM_SEQUENCE } from "./shipped-phases.ts";
import type { SumoLogic } from "./sumo-net.ts";

/** None where the phases are not the program's stages; every difference is reported. */
export function buildTodaysPlan(given: {
  readonly intersection: Intersection;
  readonly chosen: ChosenPhases;
  readonly current: SumoLogic | undefined;
  readonly movements: readonly SignalMovement[];
  readonly tlId: string;
  readonly note: Note;
}): TimingPlan | undefined {
  const { intersection, chosen, current, tlId, note } = given;
  if (current === undefined) return undefined;
  const where = `tlLogic ${current.programId}, ${current.file}, line ${current.line}`;
  if (chosen.from === "conflicts") {
    note({
      severity: "omitted",
      node: tlId,
      where,
      sentence: `Program ${current.programId} is no plan of today's: its stages are not the phases here.`,
    });
    return undefined;
  }
  const plan = toTimingPlan(intersection, chosen.stagePlan, current);
  if (current.type !== "static") {
    note({
      severity: "assumption",
      node: tlId,
      where,
      sentence: `Program ${current.programId} is ${current.type}: today's plan has its durations as fixed splits.`,
    });
  }
  const differences = compareGreens({ ...given, logic: current, plan });
  if (differences.length > 0) {
    const parts = differences.map((it) => `${it.movementId} −${it.lessS}/+${it.moreS} s`);
    note({
      severity: "warning",
      node: tlId,
      where,
      sentence: `Today's plan is not quite the program, whose greens begin and end in the middle of changes: ${parts.join(", ")} of green a cycle.`,
    });
  }
  return plan;
}

function toTimingPlan(intersection: Intersection, stagePlan: StagePlan, logic: SumoLogic): TimingPlan {
  const { stages, cycleS } = stagePlan;
  const { offsetReference } = intersection;
  const startS = stages[offsetReference.phase - 1]?.startS ?? 0;
  return {
    intersectionId: intersection.id,
    cycleS,
    sequenceId: PROGRAM_SEQUENCE,
    splits: stages.map((it, at) => ({
      phase: at + 1,
      splitS: fromTenths(toTenths(it.greenS) + toTenths(it.yellowS) + toTenths(it.redClearanceS)),
    })),
    offsetS: fromTenths(toTenths(wrapS(logic.offsetS + startS, cycleS)) % toTenths(cycleS)),
    offsetReference,
  };
}

interface GreenDifference {
  readonly movementId: string;
  /** Seconds of a cycle in which SUMO shows green and the plan does not. */
  readonly lessS: number;
  /** Seconds of a cycle in which the plan shows green and SUMO does not. */
  readonly moreS: number;
}

/** Sampled in the middle of every tenth of a second. */
const SAMPLE_S = 0.1;

/** Movements whose green in the plan is not what the program shows. */
function compareGreens(given: {
  readonly intersection: Intersection;
  readonly plan: TimingPlan;
  readonly logic: SumoLogic;
  readonly movements: readonly SignalMovement[];
}): GreenDifference[] {
  const { plan, logic } = given;
  const greens = buildMovementGreens(given.intersection, plan);
  const samples = toTenths(plan.cycleS);
  return given.movements.flatMap((movement): GreenDifference[] => {
    const own = greens.get(movement.movement.id);
    let less = 0;
    let more = 0;
    for (let at = 0; at < samples; at += 1) {
      const timeS = (at + 0.5) * SAMPLE_S;
      const shown = isGreen(stateAt(logic, wrapS(timeS - logic.offsetS, plan.cycleS)), movement);
      const planned = own !== undefined && isGreenAt(own, timeS, plan.cycleS);
      if (shown && !planned) less += 1;
      if (planned && !shown) more += 1;
    }
    return less + more === 0
      ? []
      : [{ movementId: movement.movement.id, lessS: fromTenths(less), moreS: fromTenths(more) }];
  });
}

const isGreenAt = (greens: MovementGreens, timeS: number, cycleS: number): boolean =>
  [...greens.protected, ...greens.permitted].some((it) => holds(it, timeS, cycleS));

function stateAt(logic: SumoLogic, timeS: number): string {
  let endS = 0;
  for (const { durationS, state } of logic.phases) {
    endS += durationS;
    if (timeS < endS) return state;
  }
  return logic.phases.at(-1)?.state ?? "";
}
