/**
 * A plan as signal programs of SUMO: what the lamps show in a cycle, second by second from the controller's own
 * sequencer, merged into phases. Phase 0 begins where the sequence begins; SUMO starts it when (t − offset) mod cycle = 0,
 * t in seconds of the simulation (sumo.dlr.de/docs/Simulation/Traffic_Lights.html).
 *
 * Limits: a program has whole seconds, so a cycle that has none is refused, and a lamp that changes between two seconds
 * changes at the second after it.
 */
import { AppError, assert } from "../../errors.ts";
import type { Intersection } from "../../network/network.schema.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { advance, type Sequencer, startSequencer } from "../../timing/sequencer.ts";
import { type LampLinks, toSumoState } from "./lamp-states.ts";

export interface ExportedPhase {
  readonly durationS: number;
  readonly state: string;
}

export interface ExportedProgram {
  readonly tlId: string;
  readonly programId: string;
  readonly offsetS: number;
  readonly phases: readonly ExportedPhase[];
}

/** Offsets count from the epoch here; where they count from something else only their differences matter. */
const TIME_BASE = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;
const DS_PER_S = 10;

/**
 * `zeroS`: the epoch of second 0 of the simulation, s. Stops with `invalidInput` at a cycle that is no whole number of
 * seconds.
 */
export function exportProgram(of: {
  readonly intersection: Intersection;
  readonly plan: TimingPlan;
  readonly signal: LampLinks;
  readonly programId: string;
  readonly zeroS: number;
}): ExportedProgram {
  const { plan, signal, programId } = of;
  const { cycleS } = plan;
  if (!Number.isInteger(cycleS)) {
    throw new AppError(
      "invalidInput",
      `the cycle of ${plan.intersectionId} is ${cycleS} s; SUMO's programs have whole seconds`,
    );
  }
  const { firstS, states } = listStates(of);
  const phases: { durationS: number; state: string }[] = [];
  for (const state of states) {
    const last = phases.at(-1);
    if (last?.state === state) last.durationS += 1;
    else phases.push({ durationS: 1, state });
  }
  const offsetS = (((firstS - of.zeroS) % cycleS) + cycleS) % cycleS;
  return { tlId: signal.tlId, programId, offsetS, phases };
}

/** The state of every second of one cycle, from the second `firstS` (epoch) on, where the sequence begins. */
function listStates(of: {
  readonly intersection: Intersection;
  readonly plan: TimingPlan;
  readonly signal: LampLinks;
}): { firstS: number; states: string[] } {
  let sequencer = startInStep(of.intersection, of.plan);
  const { firstStartDs } = sequencer;
  // The first cycle begins from red; the second is like all that follow.
  const firstS = Math.ceil(firstStartDs / DS_PER_S) + of.plan.cycleS;
  const states: string[] = [];
  for (let second = 0; second < of.plan.cycleS; second++) {
    ({ sequencer } = advance(sequencer, (firstS + second) * DS_PER_S));
    assert(sequencer.fault === undefined, `the lamps of ${of.plan.intersectionId} would conflict`);
    states.push(toSumoState(of.signal, sequencer.shown));
  }
  return { firstS, states };
}

/** A sequencer whose first cycle begins where the plan wants one to begin. */
function startInStep(intersection: Intersection, plan: TimingPlan): Sequencer {
  const start = (atDs: number): Sequencer =>
    startSequencer({ intersection, plan, timeBase: TIME_BASE, atDs });
  const probe = start(0);
  const { localZeroDs, cycleDs } = probe.ringPlan;
  return start(localZeroDs + cycleDs - probe.firstStartDs);
}
