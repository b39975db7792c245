/** What the loop remembers from tick to tick, and when a plan change may be looked for (rule 23). Pure. */
import type { Adaptation } from "../../solver/adapt/adapt-request.ts";
import type { LoopSettings, LoopState, Watch } from "./loop.schema.ts";

const DAY_MS = 86_400_000;
/** From one look for a plan change to the next, s; sooner after one that was not sure of all flows. */
const LOOK_S = 900;
const UNSURE_LOOK_S = 300;

/** The limits on plan changes allow one, and the last look is long enough ago. */
export function isLookDue(state: LoopState, settings: LoopSettings, atMs: number): boolean {
  const today = state.planChangesAtMs.filter((it) => it > atMs - DAY_MS);
  return (
    atMs >= state.nextLookAtMs &&
    today.length < settings.planChangesPerDay &&
    today.every((it) => atMs - it >= settings.planStayS * 1000)
  );
}

/** After a tick that has looked, before anything is published. */
export function advanceState(
  state: LoopState,
  by: {
    readonly atMs: number;
    readonly isLook: boolean;
    readonly adaptation: Adaptation;
    readonly watches: readonly Watch[];
  },
): LoopState {
  const { atMs, isLook, adaptation, watches } = by;
  const { kind, candidate, unsureIds } = adaptation;
  const lookS = unsureIds.length > 0 ? UNSURE_LOOK_S : LOOK_S;
  const isAble = kind !== "held" && kind !== "lowConfidence";
  // After a change of cycles that does not pay the next look is for the cycles as they are.
  const isCycleTried = kind === "notWorth" && candidate !== undefined && candidate.cycles.length > 0;
  const cyclesHeldMs = isCycleTried ? atMs + (LOOK_S + UNSURE_LOOK_S) * 1000 : 0;
  return {
    ...state,
    watches,
    turn: state.turn + (isLook ? 0 : 1),
    cyclesHeldUntilMs: Math.max(state.cyclesHeldUntilMs, cyclesHeldMs),
    nextLookAtMs: isLook && isAble ? atMs + lookS * 1000 : state.nextLookAtMs,
    planChangesAtMs: state.planChangesAtMs.filter((it) => it > atMs - DAY_MS),
    coolDowns: state.coolDowns.filter((it) => it.untilMs > atMs),
  };
}
