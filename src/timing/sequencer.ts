/**
 * The lamps of one intersection under a timing plan, tenth by tenth: state → next change.
 *
 * The running cycle is fixed from its start; the next one is decided at the last possible moment (its latch), from the
 * plan that is due then and from how far the intersection is out of step with the common cycle. So a plan is only ever
 * exchanged where all rings stand at the end of their sequence, and no interval that has begun is ever shortened, at
 * whatever instant a plan or a step of the clock arrives.
 *
 * Time: the sequencer counts tenths of a second ("Ds") on a line that never jumps; `clockShiftDs` leads from there to
 * the shared time that offsets refer to. Values are immutable: keep one to replay from it.
 * Limits: fixed time; no calls are modeled, so an actuated crossing is served where it fits (ring-plan.ts).
 */
import { assert, known } from "../errors.ts";
import type { Intersection } from "../network/network.schema.ts";
import {
  type Conflict,
  type ConflictMonitor,
  createConflictMonitor,
  findConflict,
} from "./conflict-monitor.ts";
import { buildConflictTable, type ConflictTable } from "./conflict-table.ts";
import { chooseGreens, type Transition } from "./cycle-adjustment.ts";
import { buildCycleRun, type CycleRun, latchDs } from "./cycle-run.ts";
import {
  buildAllRed,
  buildIndications,
  type IndicationChange,
  type Indications,
  listChanges,
} from "./indications.ts";
import type { TimingPlan } from "./plan.schema.ts";
import { NO_RIGHT_OF_WAY_YET, type RightOfWayEnds } from "./right-of-way.ts";
import { buildRingPlan, lateDs, type RingPlan } from "./ring-plan.ts";
import type { TimeBase } from "./time-zero.ts";

/** All red before the first green: MUTCD 4D.31 asks for 6 s, GB 25280 for 5 s. */
const START_UP_RED_DS = 60;
export const DEFAULT_TRANSITION: Transition = { method: "shortWay", maxChangeRatio: 0.2 };

export interface Sequencer {
  readonly intersection: Intersection;
  readonly conflicts: ConflictTable;
  readonly nowDs: number;
  /** Shared time − the sequencer's own. */
  readonly clockShiftDs: number;
  /** Absent during the all-red of the start. */
  readonly current: CycleRun | undefined;
  /** Decided from the latch of `current` on. */
  readonly next: CycleRun | undefined;
  /** The plan of the next cycle that is decided, unless `pending` is due. */
  readonly ringPlan: RingPlan;
  readonly firstStartDs: number;
  /** Of who showed the lamps before. */
  readonly endsBefore: RightOfWayEnds;
  /** No cycle follows the running one: an actuated plan is due, and all rings end for it. */
  readonly isLeaving: boolean;
  readonly pending: PendingPlan | undefined;
  readonly transition: Transition;
  readonly shown: Indications;
  readonly monitor: ConflictMonitor;
  /** Conflicting lamps were about to be shown: all red until the controller starts again. */
  readonly fault: (Conflict & { readonly atDs: number }) | undefined;
}

export interface PlanRequest {
  readonly plan: TimingPlan;
  readonly timeBase: TimeBase;
  /** Shared time. */
  readonly activateAtDs: number;
  readonly transition: Transition;
}

export interface PendingPlan extends Pick<PlanRequest, "activateAtDs" | "transition"> {
  readonly ringPlan: RingPlan;
}

/** A signal at red in all rings, with all that its next owner must know. */
export type Standing = Pick<
  Sequencer,
  | "intersection"
  | "conflicts"
  | "monitor"
  | "nowDs"
  | "clockShiftDs"
  | "firstStartDs"
  | "endsBefore"
  | "shown"
>;

/** All red from `atDs` as long as a start asks for. */
export const standAtStart = (intersection: Intersection, atDs: number): Standing => ({
  intersection,
  conflicts: buildConflictTable(intersection),
  monitor: createConflictMonitor(intersection),
  nowDs: atDs,
  clockShiftDs: 0,
  firstStartDs: atDs + START_UP_RED_DS,
  endsBefore: NO_RIGHT_OF_WAY_YET,
  shown: buildAllRed(intersection),
});

/** Runs a plan from where a signal stands. */
export const resumeSequencer = (
  standing: Standing,
  on: Pick<Sequencer, "ringPlan" | "transition" | "pending">,
): Sequencer => ({
  ...standing,
  ...on,
  current: undefined,
  next: undefined,
  isLeaving: false,
  fault: undefined,
});

/** All red from `atDs`, then the plan. The plan must be valid for the intersection (validatePlan). */
export const startSequencer = (of: {
  intersection: Intersection;
  plan: TimingPlan;
  timeBase: TimeBase;
  atDs: number;
}): Sequencer =>
  resumeSequencer(standAtStart(of.intersection, of.atDs), {
    ringPlan: buildRingPlan(of.intersection, of),
    transition: DEFAULT_TRANSITION,
    pending: undefined,
  });

/**
 * Asks for another valid plan: it is taken at the first end of a cycle at or after its activation. A later request
 * replaces one that is still waiting.
 */
export function requestPlan(sequencer: Sequencer, request: PlanRequest): Sequencer {
  const { activateAtDs, transition } = request;
  const ringPlan = buildRingPlan(sequencer.intersection, request);
  return { ...sequencer, pending: { ringPlan, activateAtDs, transition } };
}

/** Forgets a plan that waits for its activation. */
export const withdrawPlan = (sequencer: Sequencer): Sequencer => ({ ...sequencer, pending: undefined });

/** The shared clock was set forward by `byDs` (negative: back). The lamps follow in an ordinary transition. */
export const stepClock = (sequencer: Sequencer, byDs: number): Sequencer => ({
  ...sequencer,
  clockShiftDs: sequencer.clockShiftDs + byDs,
});

/** Runs on to `toDs` (own time), this instant included. Changes come in time order. */
export function advance(
  sequencer: Sequencer,
  toDs: number,
): { sequencer: Sequencer; changes: IndicationChange[] } {
  assert(
    toDs >= sequencer.nowDs,
    `the sequencer stands at ${sequencer.nowDs} ds and cannot go back to ${toDs}`,
  );
  const changes: IndicationChange[] = [];
  let state = sequencer;
  for (let atDs = nextEventDs(state); atDs <= toDs; atDs = nextEventDs(state)) {
    const stepped = show(decide({ ...state, nowDs: atDs }));
    changes.push(...listChanges(state.shown, stepped.shown, atDs));
    state = stepped;
  }
  return { sequencer: { ...state, nowDs: toDs }, changes };
}

/** When something may change next; nothing ever does after a fault. Own time. */
export function nextEventDs({ current, next, isLeaving, nowDs, firstStartDs, fault }: Sequencer): number {
  if (fault !== undefined) return Number.POSITIVE_INFINITY;
  if (current === undefined) return isLeaving ? Number.POSITIVE_INFINITY : firstStartDs;
  const instants = [
    current.endDs,
    ...(next === undefined && !isLeaving ? [latchDs(current)] : []),
    ...current.phases.flatMap((it) => [
      it.greenStartDs,
      it.flashStartDs,
      it.yellowStartDs,
      it.redClearanceStartDs,
      it.endDs,
    ]),
    ...current.crossings.flatMap((it) => [it.walkStartDs, it.clearanceStartDs, it.endDs]),
  ];
  return Math.min(...instants.filter((it) => it > nowDs));
}

/** Does the running cycle begin exactly where the plan and the shared time want it? */
export function isInStep({ current, clockShiftDs }: Sequencer): boolean {
  return current !== undefined && lateDs(current.ringPlan, current.startDs + clockShiftDs) === 0;
}

/** Takes over the next cycle when the running one ends and decides the one after it at its latch. */
function decide(state: Sequencer): Sequencer {
  if (state.current === undefined) {
    const decided = decideNext(state, state.firstStartDs);
    return decided.isLeaving ? decided : decide(takeOver(decided));
  }
  if (state.next === undefined && !state.isLeaving && state.nowDs >= latchDs(state.current)) {
    return decide(decideNext(state, state.current.endDs));
  }
  return state.next !== undefined && state.nowDs >= state.current.endDs ? decide(takeOver(state)) : state;
}

const takeOver = (state: Sequencer): Sequencer => ({
  ...state,
  current: known(state.next, "next cycle"),
  next: undefined,
});

function decideNext(before: Sequencer, startDs: number): Sequencer {
  const { pending } = before;
  const isDue = pending !== undefined && pending.activateAtDs <= startDs + before.clockShiftDs;
  if (isDue && pending.ringPlan.plan.actuation !== undefined) return { ...before, isLeaving: true };
  const { ringPlan, transition } = isDue ? pending : before;
  const greensDs = chooseGreens({
    ringPlan,
    lateDs: lateDs(ringPlan, startDs + ringPlan.cycleDs + before.clockShiftDs),
    transition,
    coordinatedPhases: before.intersection.coordinatedPhases,
  });
  const next = buildCycleRun({
    ringPlan,
    startDs,
    greensDs,
    conflicts: before.conflicts,
    endsBefore: before.current?.ends ?? before.endsBefore,
  });
  return { ...before, ringPlan, transition, pending: isDue ? undefined : pending, next };
}

function show(state: Sequencer): Sequencer {
  const { intersection, current, next, nowDs } = state;
  if (current === undefined) return state;
  const wanted = buildIndications({ intersection, current, next, atDs: nowDs });
  const conflict = findConflict(state.monitor, wanted);
  return conflict === undefined
    ? { ...state, shown: wanted }
    : { ...state, shown: buildAllRed(intersection), fault: { ...conflict, atDs: nowDs } };
}
