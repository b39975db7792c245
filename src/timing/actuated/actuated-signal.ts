/**
 * The lamps of one intersection under an actuated plan (NEMA TS 2, section 3; Signal Timing Manual, 2nd edition,
 * chapters 5–7): state → next change, by what detectors and push buttons say.
 *
 * A phase that is called gets its minimum green, then goes on while vehicles follow each other within the passage time,
 * and ends by gap, by its maximum (free) or its force-off (coordinated). Phases nobody calls are left out. Rings cross a
 * barrier together, and their last greens end so that they do. Coordinated phases hold their green until their yield
 * point and rest in it while nobody else calls.
 *
 * Safety is that of fixed time: a green is placed by `earliestGreenDs` alone, its end is decided in one instant together
 * with what follows, and an interval that has begun runs to its end, whatever arrives meanwhile.
 * Instants are tenths of a second ("Ds") on a line that never jumps, as in sequencer.ts. Values are immutable.
 * Limits: no dual entry, no overlaps beyond those that the phases' movements make, no volume-density timing.
 */
import { assert } from "../../errors.ts";
import { findConflict } from "../conflict-monitor.ts";
import type { Transition } from "../cycle-adjustment.ts";
import { buildAllRed, buildIndications, type IndicationChange, listChanges } from "../indications.ts";
import type { PhaseRun } from "../phase-run.ts";
import { lateDs } from "../ring-plan.ts";
import type { PendingPlan, Standing } from "../sequencer.ts";
import type { ActuatedPlan } from "./actuated-plan.ts";
import { type ActuatedSignal, isOpen, type Service } from "./actuated-state.ts";
import { decide } from "./decide.ts";
import { extensionDs } from "./demand.ts";
import { buildRound, type Round } from "./round.ts";
import type { Wiring } from "./wiring.ts";

/** Runs an actuated plan from where a signal stands. */
export function resumeActuated(
  standing: Standing,
  on: {
    plan: ActuatedPlan;
    transition: Transition;
    pending: PendingPlan | undefined;
    wiring: Wiring;
  } & Pick<ActuatedSignal, "site" | "detectors" | "failed" | "pressed">,
): ActuatedSignal {
  const { plan, transition, ...rest } = on;
  const { firstStartDs, clockShiftDs, intersection } = standing;
  return {
    ...standing,
    ...rest,
    round: buildRound({ plan, startDs: firstStartDs, clockShiftDs, transition }),
    group: -1,
    barrierDs: firstStartDs,
    rings: (plan.groups[0] ?? []).map(() => ({ current: undefined, next: undefined, position: -1 })),
    walks: [],
    remembered: new Set(),
    startCalls: new Set(intersection.phases.map((it) => it.number)),
    passedOver: new Set(),
    leavesAtDs: undefined,
    isStale: false,
    terminations: [],
    fault: undefined,
  };
}

/** Runs on to `toDs` (own time), this instant included. Changes come in time order. */
export function advanceActuated(
  signal: ActuatedSignal,
  toDs: number,
): { signal: ActuatedSignal; changes: IndicationChange[] } {
  assert(toDs >= signal.nowDs, `the signal stands at ${signal.nowDs} ds and cannot go back to ${toDs}`);
  const changes: IndicationChange[] = [];
  let state = signal;
  for (let atDs = nextActuatedEventDs(state); atDs <= toDs; atDs = nextActuatedEventDs(state)) {
    const decided = decide({ ...state, nowDs: atDs, isStale: false });
    const stepped = mayLookDifferent(state, decided) ? show(decided) : decided;
    if (stepped.shown !== state.shown) changes.push(...listChanges(state.shown, stepped.shown, atDs));
    state = stepped;
  }
  return { signal: { ...state, nowDs: toDs }, changes };
}

/** When something may change next, if nothing arrives meanwhile. Own time. */
export function nextActuatedEventDs(state: ActuatedSignal): number {
  const { nowDs } = state;
  if (state.fault !== undefined) return Number.POSITIVE_INFINITY;
  if (nowDs < state.firstStartDs) return state.firstStartDs;
  if (state.isStale || state.group < 0) return nowDs;
  let soonestDs = Number.POSITIVE_INFINITY;
  const meet = (atDs: number): void => {
    if (atDs > nowDs && atDs < soonestDs) soonestDs = atDs;
  };
  let crossingDs = 0;
  for (const { current, next } of state.rings) {
    for (const service of [current, next]) if (service !== undefined) meetService(service.run, meet);
    if (current === undefined || !isOpen(current)) continue;
    const { clearDs } = current.phase;
    meet(current.holdDs);
    meet(current.limitDs);
    crossingDs = Math.max(crossingDs, Math.max(current.holdDs, current.limitDs) + clearDs);
    for (const { detectorId, isStopLine } of state.wiring.extensionsByPhase.get(current.phase.number) ?? []) {
      const leftDs = state.detectors.get(detectorId)?.leftDs;
      if (leftDs !== undefined) meet(leftDs + extensionDs(current.phase, isStopLine));
    }
  }
  for (const { current } of state.rings) if (current !== undefined) meet(crossingDs - current.phase.clearDs);
  for (const it of state.walks) for (const atDs of [it.clearanceStartDs, it.endDs]) meet(atDs);
  if (state.pending !== undefined) meet(state.pending.activateAtDs - state.clockShiftDs);
  if (state.leavesAtDs !== undefined) meet(state.leavesAtDs);
  meetSlots(state.round, meet);
  return soonestDs;
}

/** Where phases lose their room in this round and in the one after it. */
function meetSlots({ onCycle }: Round, meet: (atDs: number) => void): void {
  if (onCycle === undefined) return;
  for (const { yellowStartDs } of onCycle.slots.values()) {
    meet(yellowStartDs);
    meet(yellowStartDs + onCycle.endDs - onCycle.startDs);
  }
}

/** Most of what detectors say changes no lamp. */
function mayLookDifferent(before: ActuatedSignal, { rings, walks, nowDs }: ActuatedSignal): boolean {
  if (rings !== before.rings || walks !== before.walks) return true;
  let isDue = false;
  const meet = (atDs: number): void => {
    if (atDs === nowDs) isDue = true;
  };
  for (const { current, next } of rings) {
    for (const service of [current, next]) if (service !== undefined) meetService(service.run, meet);
  }
  for (const it of walks) for (const atDs of [it.clearanceStartDs, it.endDs]) meet(atDs);
  return isDue;
}

function meetService(run: PhaseRun, meet: (atDs: number) => void): void {
  meet(run.greenStartDs);
  meet(run.flashStartDs);
  meet(run.yellowStartDs);
  meet(run.redClearanceStartDs);
  meet(run.endDs);
}

/** Does the running round stand where its plan and the shared time want it? A free one always does. */
export function isActuatedInStep({ round, group, clockShiftDs }: ActuatedSignal): boolean {
  if (group < 0) return false;
  return (
    round.onCycle === undefined || lateDs(round.plan.ringPlan, round.onCycle.startDs + clockShiftDs) === 0
  );
}

/** A vehicle comes over a detector or leaves it, now. */
export function detect(
  state: ActuatedSignal,
  { detectorId, isOccupied }: { detectorId: string; isOccupied: boolean },
): ActuatedSignal {
  const calls = state.wiring.callsByDetector.get(detectorId);
  if (calls === undefined || (state.detectors.get(detectorId)?.isOccupied ?? false) === isOccupied)
    return state;
  const leftDs = isOccupied
    ? (state.detectors.get(detectorId)?.leftDs ?? Number.NEGATIVE_INFINITY)
    : state.nowDs;
  const detectors = new Map(state.detectors).set(detectorId, { isOccupied, leftDs });
  const forgotten = calls.filter(
    ({ answeredBy }) =>
      isOccupied &&
      !state.rings.some(
        ({ current }) => current !== undefined && answersYet(current, answeredBy, state.nowDs),
      ),
  );
  const remembered =
    forgotten.length === 0
      ? state.remembered
      : new Set([...state.remembered, ...forgotten.map((it) => `${detectorId} ${it.phase}`)]);
  return { ...state, detectors, remembered, isStale: true };
}

/** Who crosses the line in green or yellow needs no further green. */
const answersYet = ({ phase, run }: Service, answeredBy: readonly number[], nowDs: number): boolean =>
  answeredBy.includes(phase.number) && nowDs < run.redClearanceStartDs;

/** Somebody presses the button of an actuated crossing, now. */
export const press = (state: ActuatedSignal, crossingId: string): ActuatedSignal => ({
  ...state,
  pressed: new Set([...state.pressed, crossingId]),
  isStale: true,
});

function show(state: ActuatedSignal): ActuatedSignal {
  const { intersection, nowDs } = state;
  const phases = state.rings.flatMap(({ current, next }) => [current?.run ?? [], next?.run ?? []].flat());
  const wanted = buildIndications({
    intersection,
    current: { phases, crossings: state.walks },
    next: undefined,
    atDs: nowDs,
  });
  const conflict = findConflict(state.monitor, wanted);
  return conflict === undefined
    ? { ...state, shown: wanted }
    : { ...state, shown: buildAllRed(intersection), fault: { ...conflict, atDs: nowDs } };
}
