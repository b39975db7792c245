/** A phase and a crossing as they run: the instants of their intervals, in tenths of a second ("Ds") of own time. */
import type { RingPhase } from "./ring-plan.ts";

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

export function placePhase(of: {
  ring: number;
  ringPhase: RingPhase;
  startDs: number;
  greenDs: number;
}): PhaseRun {
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
