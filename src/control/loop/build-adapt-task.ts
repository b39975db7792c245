/** A tick's question to a worker, from its snapshot, the settings and what the loop remembers. */
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { AdaptTask } from "./adapt-task.ts";
import type { Snapshot } from "./freeze-snapshot.ts";
import type { LoopSettings, LoopState } from "./loop.schema.ts";

/** Most lane groups that a search serves: it stops there with the best so far. */
const WORK_LIMIT = 30_000;
const SEED = 1;

export function buildAdaptTask(of: {
  readonly snapshot: Snapshot;
  readonly running: readonly TimingPlan[];
  readonly settings: LoopSettings;
  readonly state: LoopState;
  readonly isLook: boolean;
  readonly measuredFromMs: number;
  /** Until the schedule wants another plan, s. */
  readonly staysS: number;
  readonly publishLeadS: number;
}): AdaptTask {
  const { settings, state, staysS } = of;
  const { columns, detectors, window, levels, held, cooling, atMs } = of.snapshot;
  const planChange = {
    stayS: Math.min(settings.planStayS, staysS),
    cycleS: atMs < state.cyclesHeldUntilMs ? 0 : settings.cycleStepS,
    cycleMinS: settings.cycleMinS,
    cycleMaxS: settings.cycleMaxS,
  };
  return {
    columns,
    detectors,
    window,
    levels,
    measuredFromMs: of.measuredFromMs,
    turn: state.turn,
    request: {
      running: of.running,
      heldIds: [...held.keys(), ...cooling],
      step: { splitS: settings.splitStepS, offsetS: settings.offsetStepS },
      ...(of.isLook ? { planChange } : {}),
      leastConfidence: settings.leastConfidence,
      leastGainRatio: settings.leastGainRatio,
      stepStayS: Math.min(settings.stepStayS, staysS),
      activateAtDs: Math.ceil(atMs / 100) + of.publishLeadS * 10,
      seed: SEED,
      workLimit: WORK_LIMIT,
    },
  };
}
