/** Who asks for what: calls for phases that are not green, and vehicles that hold a green. */
import type { ActuatedPhase } from "./actuated-plan.ts";
import type { ActuatedSignal, Service } from "./actuated-state.ts";
import { mustLeave } from "./next-round.ts";

/**
 * A loop at the stop line sees a discharging queue with gaps of under 2 s (saturation headway less the time over the
 * loop); waiting longer there would only show green to an empty approach.
 */
const STOP_LINE_GAP_DS = 20;

/** How long a vehicle that has left the detector keeps the green. */
export const extensionDs = ({ passageDs }: ActuatedPhase, isStopLine: boolean): number =>
  isStopLine ? Math.min(passageDs, STOP_LINE_GAP_DS) : passageDs;

/** A phase that cannot see a movement that needs it behaves as in fixed time. */
export function recallOf({ wiring, failed }: ActuatedSignal, phase: ActuatedPhase): ActuatedPhase["recall"] {
  const callers = wiring.callersByPhase.get(phase.number) ?? [];
  const isBlind = callers.some((detectors) => detectors.every((it) => failed.has(it)));
  return isBlind ? "max" : phase.recall;
}

/** Does anybody, or the plan, want this phase? */
export function isCalled(state: ActuatedSignal, phase: ActuatedPhase): boolean {
  return (
    phase.isCoordinated ||
    state.startCalls.has(phase.number) ||
    recallOf(state, phase) !== "none" ||
    phase.crossings.some((it) => it.isOnRecall) ||
    isPressedFor(state, phase) ||
    isSeen(state, phase)
  );
}

/** A button calls the first phase of the plan that serves its crossing. */
function isPressedFor({ pressed, round }: ActuatedSignal, phase: ActuatedPhase): boolean {
  return phase.crossings.some(
    ({ crossingId }) =>
      pressed.has(crossingId) &&
      round.plan.phases.find((it) => it.crossings.some((by) => by.crossingId === crossingId))?.number ===
        phase.number,
  );
}

/** Is a vehicle waiting for it, or remembered? */
function isSeen(state: ActuatedSignal, { number }: ActuatedPhase): boolean {
  for (const [detectorId, calls] of state.wiring.callsByDetector) {
    const call = calls.find((it) => it.phase === number);
    if (call === undefined || state.failed.has(detectorId)) continue;
    if (state.remembered.has(`${detectorId} ${number}`)) return true;
    if (state.detectors.get(detectorId)?.isOccupied !== true) continue;
    if (
      !state.rings.some(
        ({ current }) => current !== undefined && call.answeredBy.includes(current.phase.number),
      )
    ) {
      return true;
    }
  }
  return false;
}

/**
 * Does a vehicle hold this green? One that the following phases serve as well does not: its green runs through.
 */
export function isExtended(
  state: ActuatedSignal,
  { phase }: Service,
  following: readonly ActuatedPhase[],
): boolean {
  if (recallOf(state, phase) === "max") return true;
  const extensions = state.wiring.extensionsByPhase.get(phase.number) ?? [];
  return extensions.some(({ detectorId, isStopLine, movementIds }) => {
    const detector = state.detectors.get(detectorId);
    if (detector === undefined || state.failed.has(detectorId)) return false;
    if (!detector.isOccupied && state.nowDs >= detector.leftDs + extensionDs(phase, isStopLine)) return false;
    return !movementIds.every((id) =>
      following.some(
        ({ ring, ringPhase: { phase: served } }) =>
          ring === phase.ring &&
          (served.protectedMovements.includes(id) || served.permittedMovements.includes(id)),
      ),
    );
  });
}

/** Does anybody call a phase that cannot run beside this ring's, or does a plan wait for all rings to end? */
export function isAwaited(state: ActuatedSignal, ring: number): boolean {
  const running = state.rings.flatMap(({ current, next }) => [current?.phase.number, next?.phase.number]);
  return (
    mustLeave(state) ||
    state.round.plan.phases.some(
      (it) =>
        (it.ring === ring || it.group !== state.group) && !running.includes(it.number) && isCalled(state, it),
    )
  );
}
