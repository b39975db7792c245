/** The state of an actuated signal. Instants are tenths of a second ("Ds") of own time; values are immutable. */
import type { Detector } from "../../network/network.schema.ts";
import type { Conflict } from "../conflict-monitor.ts";
import type { CrossingRun, PhaseRun } from "../phase-run.ts";
import type { PendingPlan, Standing } from "../sequencer.ts";
import type { ActuatedCrossing, ActuatedPhase } from "./actuated-plan.ts";
import type { Round } from "./round.ts";
import type { Wiring } from "./wiring.ts";

export type TerminationReason = "gapOut" | "maxOut" | "forceOff" | "skip";

export interface Termination {
  /** The decision; flashing green or yellow begins here. */
  readonly atDs: number;
  readonly phase: number;
  readonly reason: TerminationReason;
}

/** A green that is placed, shown or ending. */
export interface Service {
  readonly phase: ActuatedPhase;
  /** Its end stands at infinity while nobody has decided it. */
  readonly run: PhaseRun;
  /** Walk begins with the green. */
  readonly crossings: readonly ActuatedCrossing[];
  /** The end may not be decided before: minimum green, walk and pedestrian clearance. */
  readonly holdDs: number;
  /** The end is due from here on; infinity: nobody waits. */
  readonly limitDs: number;
}

export interface RingState {
  /** Shown, from its green to the end of its red clearance. */
  readonly current: Service | undefined;
  /** Placed, not yet begun. */
  readonly next: Service | undefined;
  /** How far the ring has come in its barrier group; -1: nothing served yet. */
  readonly position: number;
}

export interface DetectorState {
  readonly isOccupied: boolean;
  /** Last left, −infinity: not yet. */
  readonly leftDs: number;
}

export interface ActuatedSignal extends Standing {
  readonly site: readonly Detector[];
  /** Of the site's detectors to the phases of the plan. */
  readonly wiring: Wiring;
  readonly round: Round;
  /** The barrier group in which the rings stand; -1: before the first. */
  readonly group: number;
  /** When they crossed into it. */
  readonly barrierDs: number;
  readonly rings: readonly RingState[];
  readonly walks: readonly CrossingRun[];
  readonly detectors: ReadonlyMap<string, DetectorState>;
  /** Detectors that nobody can rely on. */
  readonly failed: ReadonlySet<string>;
  /** "detector phase": a vehicle was seen while the phase was not green, and remembered. */
  readonly remembered: ReadonlySet<string>;
  /** Crossings whose button was pressed. */
  readonly pressed: ReadonlySet<string>;
  /** Phases that are served once whoever calls: after a start nobody knows who waits. */
  readonly startCalls: ReadonlySet<number>;
  /** Called, but there was no room left in the round: served in the next one, with room or without. */
  readonly passedOver: ReadonlySet<number>;
  readonly pending: PendingPlan | undefined;
  /** All rings end here, for a plan of another kind or sequence. */
  readonly leavesAtDs: number | undefined;
  /** Something arrived that has not been answered yet. */
  readonly isStale: boolean;
  readonly terminations: readonly Termination[];
  readonly fault: (Conflict & { readonly atDs: number }) | undefined;
}

/** Green, and its end not yet decided. */
export const isOpen = ({ run }: Service): boolean => run.endDs === Number.POSITIVE_INFINITY;

export const replaceRing = (
  rings: readonly RingState[],
  index: number,
  change: Partial<RingState>,
): RingState[] => rings.map((it, at) => (at === index ? { ...it, ...change } : it));
