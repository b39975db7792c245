/** Greens and walks of an actuated signal: begun when they are due, placed, and ended. */
import { type CrossingRun, placePhase } from "../phase-run.ts";
import { earliestGreenDs, noteMovementEnds, noteWalkEnds } from "../right-of-way.ts";
import type { RingPhase } from "../ring-plan.ts";
import type { ActuatedPhase } from "./actuated-plan.ts";
import {
  type ActuatedSignal,
  isOpen,
  replaceRing,
  type Service,
  type Termination,
  type TerminationReason,
} from "./actuated-state.ts";
import { isCalled, isExtended } from "./demand.ts";
import type { Round } from "./round.ts";

/** Drops what is over and begins what is due. */
export function begin(before: ActuatedSignal): ActuatedSignal {
  const { nowDs } = before;
  const isOver = (it: Service | undefined): boolean => it !== undefined && it.run.endDs <= nowDs;
  const isDue = (it: Service | undefined): boolean => it !== undefined && it.run.greenStartDs <= nowDs;
  const isUnchanged =
    before.walks.every((it) => it.endDs > nowDs) &&
    !before.rings.some(({ current, next }) => isOver(current) || isDue(next));
  if (isUnchanged) return before;
  let state: ActuatedSignal = {
    ...before,
    rings: before.rings.map((ring) => (isOver(ring.current) ? { ...ring, current: undefined } : ring)),
    walks: before.walks.filter((it) => it.endDs > nowDs),
  };
  for (const [ring, { next }] of state.rings.entries()) {
    if (next !== undefined && isDue(next)) state = beginService(state, ring, next);
  }
  return state;
}

function beginService(before: ActuatedSignal, ring: number, service: Service): ActuatedSignal {
  const { number } = service.phase;
  const without = (set: ReadonlySet<number>): ReadonlySet<number> =>
    set.has(number) ? new Set([...set].filter((it) => it !== number)) : set;
  const answered = new Set(
    [...before.wiring.callsByDetector].flatMap(([detectorId, calls]) =>
      calls.filter((it) => it.answeredBy.includes(number)).map((it) => `${detectorId} ${it.phase}`),
    ),
  );
  const state = {
    ...before,
    rings: replaceRing(before.rings, ring, { current: service, next: undefined }),
    remembered: new Set([...before.remembered].filter((it) => !answered.has(it))),
    startCalls: without(before.startCalls),
    passedOver: without(before.passedOver),
  };
  return startWalks(state, service.crossings, service.phase.ringPhase);
}

/** A crossing that a phase of another ring has already started goes on undisturbed. */
function startWalks(
  before: ActuatedSignal,
  crossings: Service["crossings"],
  ringPhase: RingPhase,
): ActuatedSignal {
  const { nowDs } = before;
  const walks: CrossingRun[] = crossings
    .filter(({ crossingId }) => !before.walks.some((it) => it.crossingId === crossingId))
    .map(({ crossingId, walkDs, clearanceDs }) => ({
      crossingId,
      walkStartDs: nowDs,
      clearanceStartDs: nowDs + walkDs,
      endDs: nowDs + walkDs + clearanceDs,
    }));
  if (walks.length === 0) return before;
  const ends = { ...before.endsBefore, protected: new Map(before.endsBefore.protected) };
  noteWalkEnds(ends, walks, ringPhase);
  return {
    ...before,
    endsBefore: ends,
    walks: [...before.walks, ...walks],
    pressed: new Set([...before.pressed].filter((id) => !walks.some((it) => it.crossingId === id))),
  };
}

/** A button pressed while the phase rests in green is answered at once, where the walk delays nobody. */
export function walkLate(before: ActuatedSignal): ActuatedSignal {
  if (before.pressed.size === 0) return before;
  let state = before;
  for (const [ring, { current }] of before.rings.entries()) {
    if (current === undefined || !isOpen(current)) continue;
    const { phase, limitDs, holdDs } = current;
    const crossings = phase.crossings.filter((it) => canWalkNow(state, current, it));
    if (crossings.length === 0) continue;
    const wholeDs = Math.max(...crossings.map((it) => it.walkDs + it.clearanceDs));
    const untilDs = state.nowDs + wholeDs - phase.ringPhase.flashingGreenDs;
    if (untilDs > limitDs) continue;
    state = startWalks(state, crossings, phase.ringPhase);
    const held = { ...current, holdDs: Math.max(holdDs, untilDs) };
    state = { ...state, rings: replaceRing(state.rings, ring, { current: held }) };
  }
  return state;
}

function canWalkNow(
  state: ActuatedSignal,
  { phase }: Service,
  crossing: Service["crossings"][number],
): boolean {
  if (!state.pressed.has(crossing.crossingId)) return false;
  if (state.walks.some((it) => it.crossingId === crossing.crossingId)) return false;
  if (state.round.plan.mode === "coordinated" && !phase.isCoordinated) return false;
  const alone = {
    ...phase.ringPhase,
    phase: { ...phase.ringPhase.phase, protectedMovements: [], permittedMovements: [] },
    crossings: [crossing],
  };
  return earliestStartDs(state, alone, state.nowDs) <= state.nowDs;
}

/** Is its end due, or has nobody come for the passage time? */
export function canEnd(
  state: ActuatedSignal,
  service: Service,
  following: readonly ActuatedPhase[],
): boolean {
  if (state.nowDs < service.holdDs) return false;
  if (state.nowDs >= service.limitDs) return true;
  return !service.phase.isCoordinated && !isExtended(state, service, following);
}

/** Is there room for its minimum green before its force-off? A phase that was passed over once is served anyway. */
export function fits(
  { passedOver }: ActuatedSignal,
  { number, isCoordinated, minGreenDs }: ActuatedPhase,
  into: { readonly round: Round; readonly startDs: number },
): boolean {
  const slot = into.round.onCycle?.slots.get(number);
  return (
    slot === undefined ||
    isCoordinated ||
    passedOver.has(number) ||
    into.startDs + minGreenDs <= slot.yellowStartDs
  );
}

/** The next phase of a ring between the same barriers that is called and has room. */
export function findFollowing(state: ActuatedSignal, ring: number): ActuatedPhase | undefined {
  const { current, position = -1 } = state.rings[ring] ?? {};
  const startDs = state.nowDs + (current?.phase.clearDs ?? 0);
  return state.round.plan.groups[state.group]?.[ring]
    ?.slice(position + 1)
    .find((it) => isCalled(state, it) && fits(state, it, { round: state.round, startDs }));
}

/** Phases whose turn passes: called ones are owed a green, the others are skipped. */
export function passOver(state: ActuatedSignal, phases: readonly ActuatedPhase[]): ActuatedSignal {
  if (phases.length === 0) return state;
  const owed = phases.filter((it) => isCalled(state, it)).map((it) => it.number);
  const skipped = phases.filter((it) => !owed.includes(it.number)).map((it) => terminate(state, it, "skip"));
  return {
    ...state,
    passedOver: owed.length === 0 ? state.passedOver : new Set([...state.passedOver, ...owed]),
    terminations: [...state.terminations, ...skipped],
  };
}

const terminate = (
  { nowDs }: ActuatedSignal,
  { number }: ActuatedPhase,
  reason: TerminationReason,
): Termination => ({
  atDs: nowDs,
  phase: number,
  reason,
});

/** The end of a green is decided: flashing green or yellow begins at `flashStartDs`, now or soon. */
export function endService(
  state: ActuatedSignal,
  end: { service: Service; flashStartDs: number },
): ActuatedSignal {
  const { service, flashStartDs } = end;
  const { ringPhase } = service.phase;
  const run = placePhase({
    ring: service.phase.ring,
    ringPhase,
    startDs: service.run.greenStartDs,
    greenDs: flashStartDs + ringPhase.flashingGreenDs - service.run.greenStartDs,
  });
  const ends = {
    protected: new Map(state.endsBefore.protected),
    permitted: new Map(state.endsBefore.permitted),
  };
  noteMovementEnds(ends, run);
  const isDue = flashStartDs >= service.limitDs;
  const reason = !isDue ? "gapOut" : state.round.plan.mode === "free" ? "maxOut" : "forceOff";
  return {
    ...state,
    endsBefore: ends,
    rings: replaceRing(state.rings, service.phase.ring, { current: { ...service, run } }),
    terminations: [...state.terminations, terminate(state, service.phase, reason)],
  };
}

/** Puts a phase next in its ring, as early as everything that conflicts with it allows. */
export function place(
  state: ActuatedSignal,
  to: { phase: ActuatedPhase; round: Round; readyDs: number },
): ActuatedSignal {
  const { phase, round, readyDs } = to;
  const { ringPhase } = phase;
  const crossings = phase.crossings.filter(
    (it) => it.isOnRecall || phase.recall === "pedestrian" || state.pressed.has(it.crossingId),
  );
  const greenStartDs = earliestStartDs(state, { ...ringPhase, crossings }, readyDs);
  const shortestDs = Math.max(phase.minGreenDs, ...crossings.map((it) => it.walkDs + it.clearanceDs));
  const service: Service = {
    phase,
    run: placePhase({
      ring: phase.ring,
      ringPhase,
      startDs: greenStartDs,
      greenDs: Number.POSITIVE_INFINITY,
    }),
    crossings,
    holdDs: greenStartDs + shortestDs - ringPhase.flashingGreenDs,
    limitDs: limitOf(phase, round, greenStartDs),
  };
  return {
    ...state,
    rings: replaceRing(state.rings, phase.ring, { next: service, position: phase.position }),
  };
}

/** Where the end is due: the force-off of its slot, or with floating force-offs the split, if that comes first. */
export function limitOf(
  { number, isCoordinated, ringPhase }: ActuatedPhase,
  { plan, onCycle }: Round,
  greenStartDs: number,
): number {
  const slot = onCycle?.slots.get(number);
  if (slot === undefined) return Number.POSITIVE_INFINITY;
  const floats = plan.forceOff === "floating" && !isCoordinated;
  const latestDs = floats ? Math.min(slot.yellowStartDs, greenStartDs + slot.greenDs) : slot.yellowStartDs;
  return latestDs - ringPhase.flashingGreenDs;
}

const earliestStartDs = (
  { barrierDs, endsBefore, conflicts }: ActuatedSignal,
  ringPhase: RingPhase,
  readyDs: number,
): number => earliestGreenDs({ ringPhase, readyDs, barrierDs, ends: endsBefore, conflicts });
