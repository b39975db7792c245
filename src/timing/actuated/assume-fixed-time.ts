/**
 * An actuated signal as a fixed-time one, for looking ahead: as if every phase were called and took its split. The
 * running round becomes a cycle that begins where the round has its place (when free: now).
 */
import { buildCycleRun } from "../cycle-run.ts";
import { NO_RIGHT_OF_WAY_YET } from "../right-of-way.ts";
import type { RingPhase } from "../ring-plan.ts";
import { resumeSequencer, type Sequencer } from "../sequencer.ts";
import type { ActuatedSignal } from "./actuated-state.ts";

export function assumeFixedTime(signal: ActuatedSignal): Sequencer {
  const { round, nowDs, conflicts, pending } = signal;
  const { ringPlan } = round.plan;
  const sequencer = resumeSequencer(signal, { ringPlan, transition: round.transition, pending });
  if (signal.group < 0) return sequencer;
  const greensDs = new Map(
    round.plan.phases.map(({ number, ringPhase }): [RingPhase, number] => [
      ringPhase,
      round.onCycle?.slots.get(number)?.greenDs ?? ringPhase.greenDs,
    ]),
  );
  const { startDs, endDs } = round.onCycle ?? { startDs: nowDs, endDs: nowDs + ringPlan.cycleDs };
  const current = buildCycleRun({
    ringPlan,
    startDs: endDs > nowDs ? startDs : nowDs,
    greensDs,
    conflicts,
    endsBefore: NO_RIGHT_OF_WAY_YET,
  });
  return { ...sequencer, current };
}
